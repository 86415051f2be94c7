"""Which nodes are a network's output and hidden units."""

import random

import pytest

import nn
from engine import Value
from engine.views.planes import hidden_pair, network_output


def inputs():
    return Value(0.3, "x1"), Value(-0.7, "x2"), Value(1, "y")


@pytest.mark.parametrize("loss", [nn.binary_cross_entropy, nn.mean_squared_error, nn.hinge])
@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
def test_a_networks_output_is_what_the_loss_compares(loss, activation):
    x1, x2, y = inputs()
    z = nn.MLP(2, [2, 1], activation=activation, rng=random.Random(0))([x1, x2])
    assert network_output(loss(z, y), [x1, x2, y]) is z
    found = hidden_pair(z, [x1, x2])
    assert found is not None and [unit.op for unit in found] == [activation] * 2


def test_equal_numbers_are_not_the_same_node():
    x1, x2, y = Value(0, "x1"), Value(0, "x2"), Value(0, "y")
    z = x1 + x2
    loss = z.softplus() - y * z  # the loss is the softplus, as a number
    assert network_output(loss, [x1, x2, y]) is z


def test_other_networks_have_no_plane():
    x1, x2, y = inputs()
    three = Value(1, "x3")
    assert network_output((x1 * x2 * three - y) ** 2, [x1, x2, three, y]) is None
    assert network_output(x1 * 2, [x1]) is None
    # the loss has another way to an input
    assert network_output((x1 * x2 - y) ** 2 + x1, [x1, x2, y]) is None


@pytest.mark.parametrize("units", [1, 3])
def test_only_two_hidden_units_span_a_plane(units):
    x1, x2, _ = inputs()
    z = nn.MLP(2, [units, 1], activation="tanh", rng=random.Random(0))([x1, x2])
    assert hidden_pair(z, [x1, x2]) is None


def test_a_unit_alone_has_no_hidden_plane():
    x1, x2, _ = inputs()
    assert hidden_pair((x1 * 2 + x2 * 3).sigmoid(), [x1, x2]) is None
