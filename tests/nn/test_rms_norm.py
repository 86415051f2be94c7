"""RMSNorm: its published equation, what it does not see, its gradients."""

import math
import random

import pytest

from engine import Constant, Value, topological_order
from nn import RMSNorm


def norm(size, seed=0):
    """One whose gain is not all 1."""
    model, rng = RMSNorm(size), random.Random(seed)
    for g in model.gain:
        g.data = rng.uniform(0.5, 2)
    return model


def vector(size, scale=1.0, seed=1):
    rng = random.Random(seed)
    return [rng.gauss(0, scale) for _ in range(size)]


def by_hand(model, x):
    """Zhang and Sennrich, equation 4, in plain numbers, with 1e-8 added."""
    rms = math.sqrt(math.fsum(number * number for number in x) / len(x) + 1e-8)
    return [number / rms * g.data for number, g in zip(x, model.gain)]


@pytest.mark.parametrize("size", [1, 2, 7])
@pytest.mark.parametrize("scale", [1e-6, 1, 1e6])
def test_the_results_are_what_the_equation_says(size, scale):
    model, x = norm(size), vector(size, scale)
    assert [y.data for y in model(x)] == pytest.approx(by_hand(model, x), rel=1e-12)


@pytest.mark.parametrize("scale", [0.1, 1, 1e6])
def test_with_the_first_gain_the_mean_square_is_1_and_the_size_of_x_is_not_seen(scale):
    model, x = RMSNorm(5), vector(5)
    out = [y.data for y in model([scale * number for number in x])]
    assert sum(y * y for y in out) / 5 == pytest.approx(1, rel=1e-5)
    assert out == pytest.approx([y.data for y in model(x)], rel=1e-5)


def test_zeros_stay_zeros_and_have_gradients():
    model, x = RMSNorm(3), [Value(0) for _ in range(3)]
    out = model(x)
    sum(out).backward()
    assert [y.data for y in out] == [0, 0, 0]
    assert [number.grad for number in x] == pytest.approx([1e4] * 3)


def test_gradients_are_the_central_differences():
    model, x, step = norm(4), [Value(number) for number in vector(4)], 1e-6
    weights = vector(4, seed=2)
    sum(w * y for w, y in zip(weights, model(x))).backward()
    for leaf in model.parameters() + x:
        exact, at = leaf.grad, leaf.data
        ends = []
        for data in (at + step, at - step):
            leaf.data = data
            ends.append(sum(w * y for w, y in zip(weights, by_hand(model, [each.data for each in x]))))
        leaf.data = at
        assert exact == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=1e-6, abs=1e-9)


def test_its_gain_starts_at_1_and_all_is_named():
    model = RMSNorm(2)
    assert model.state() == {"gain[0]": 1, "gain[1]": 1}
    assert [g.label for g in model.parameters()] == ["g1", "g2"]
    nodes = topological_order(sum(model([3, 4])))
    assert {node.label for node in nodes if isinstance(node, Constant) and node.label} == {"x1", "x2"}
