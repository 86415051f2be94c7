"""The recurrent layer: the same function at every step, its gradients, and
parity at lengths it never saw.
"""

import copy
import math
import random
from itertools import product

import pytest

from demos import recurrent as demo
from engine import Value
from nn import XOR, Layer, Neuron, Recurrent


def elman(nin, size, seed=0):
    return Recurrent(Layer(nin + size, size, "tanh", random.Random(seed)), size)


def sequence(length, nin, seed=1):
    rng = random.Random(seed)
    return [[rng.gauss(0, 1) for _ in range(nin)] for _ in range(length)]


@pytest.mark.parametrize("length", [0, 1, 2, 7])
def test_the_states_are_what_the_recurrence_says(length):
    model, xs, h = elman(3, 2), sequence(length, 3), [0.0, 0.0]
    states = model(xs)
    assert len(states) == length
    for x, state in zip(xs, states):
        h = [
            math.tanh(n.b.data + sum(w.data * v for w, v in zip(n.w, x + h))) for n in model.function.neurons
        ]
        assert [s.data for s in state] == pytest.approx(h, rel=1e-12)


def test_the_parameters_are_the_functions_whatever_the_length():
    model = elman(3, 2)
    assert len(model.parameters()) == 2 * (3 + 2 + 1)
    assert model.parameters() == model.function.parameters()


def test_a_shared_weights_gradient_is_the_sum_over_its_uses():
    model, xs = elman(2, 3), sequence(5, 2)
    sum(model(xs)[-1]).backward()

    cells, h = [copy.deepcopy(model.function) for _ in xs], [0, 0, 0]  # the same weights, not shared
    for cell in cells:
        cell.zero_grad()
    for cell, x in zip(cells, xs):
        h = cell([*x, *h])
    sum(h).backward()
    for shared, *uses in zip(model.parameters(), *(cell.parameters() for cell in cells)):
        assert shared.grad == pytest.approx(math.fsum(use.grad for use in uses), rel=1e-9, abs=1e-15)


def test_gradients_through_time_are_the_central_differences():
    model, xs, step = elman(1, 2), sequence(6, 1), 1e-6
    model(xs)[-1][0].backward()
    for parameter in model.parameters():
        exact, at = parameter.grad, parameter.data
        parameter.data = at + step
        above = model(xs)[-1][0].data
        parameter.data = at - step
        below = model(xs)[-1][0].data
        parameter.data = at
        assert exact == pytest.approx((above - below) / (2 * step), rel=1e-6, abs=1e-9)


def test_numbers_and_lists_are_elements_alike():
    one = Recurrent(Neuron(2, "tanh", random.Random(0)), size=1)
    assert [h.data for h in one([0.5, -1])] == [h.data for h in one([[0.5], [-1]])]
    assert all(isinstance(h, Value) for h in one([0.5, -1]))


def test_a_state_of_the_wrong_size_is_named():
    with pytest.raises(ValueError, match=r"Recurrent\(Layer\(3, 2, tanh\), size=1\) became one of 2 numbers"):
        Recurrent(Layer(3, 2, "tanh"), size=1)([[1, 2]])
    with pytest.raises(ValueError, match=r"Layer\(3, 2, tanh\) takes 3 inputs, not 4"):
        Recurrent(Layer(3, 2, "tanh"), size=2)([[1, 2]])


def test_the_network_xor_over_time_is_parity():
    parity = Recurrent(XOR, size=1)
    rng = random.Random(0)
    for bits in [*product((0, 1), repeat=6), [rng.randrange(2) for _ in range(500)]]:
        for h, wanted in zip(parity(bits), demo.parities(bits), strict=True):
            assert h.data == pytest.approx(wanted, abs=1e-4)
