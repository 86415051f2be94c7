"""What the lessons on descents and derivatives find, as mathematics."""

import importlib.util
import itertools
import math
import random
import re

import pytest

from demos import descent, modes, newton, taylor
from engine import Value, hessian, tree
from nn import MLP, binary_cross_entropy

drawn = importlib.util.find_spec("matplotlib") is not None


def neuron(w, b):
    """The mean squared error of one neuron, as a graph."""
    return sum(((w * x + b).sigmoid() - y) ** 2 for x, y in descent.BUMP) / len(descent.BUMP)


@pytest.mark.slow
def test_the_mean_of_the_examples_gradients_is_the_gradient_of_the_mean_loss(lesson):
    found = lesson("descent").found
    network = MLP(2, [2, 1], activation="sigmoid", rng=random.Random(1))
    sum(binary_cross_entropy(network(x), y) / 4 for x, y in descent.XOR).backward()
    assert found["mean"] == pytest.approx([w.grad for w in network.parameters()], rel=1e-12)
    assert all(min(column) < 0 < max(column) for column in zip(*found["rows"]))


@pytest.mark.slow
def test_the_loop_stops_on_the_plateau_and_learns_xor_with_patience(lesson):
    first, last = lesson("descent").found["outputs"]
    assert all(0.4 < p < 0.6 for p in first)
    assert [round(p) for p in last] == [0, 1, 1, 0]


@pytest.mark.slow
def test_three_starts_end_in_three_strict_minima_of_a_loss_that_is_not_convex(lesson):
    tracks = lesson("descent").found["tracks"]
    ends = [path[-1] for path in tracks.values()]
    assert all(math.dist(p, q) > 1 for p in ends for q in ends if p is not q)
    for w, b in ends:
        point = [Value(w), Value(b)]
        loss = neuron(*point)
        assert descent.neuron_loss(w, b) == pytest.approx(loss.data, rel=1e-12)
        loss.backward()
        assert max(abs(each.grad) for each in point) < 1e-5
        (f_ww, f_wb), (_, f_bb) = [[each.data for each in row] for row in hessian(loss, point)]
        assert f_ww > 0 and f_ww * f_bb > f_wb**2
    half_way = [(p + q) / 2 for p, q in zip(*ends[:2])]
    assert descent.neuron_loss(*half_way) > max(descent.neuron_loss(*end) for end in ends)
    assert (lesson("descent").out / "descent.png").exists() == drawn


def test_every_step_of_a_small_enough_rate_goes_downhill(lesson):
    for path in lesson("descent").found["tracks"].values():
        losses = [descent.neuron_loss(*point) for point in path]
        assert all(after <= before for before, after in itertools.pairwise(losses))


@pytest.mark.slow
def test_newton_and_gradient_descent_both_end_at_the_minimum(lesson):
    found = lesson("newton").found
    for method in ("newton", "gradient descent"):
        assert found[method][-1] == pytest.approx((1, 1), abs=1e-5)
    assert len(found["newton"]) - 1 == 6  # from (-1.2, 1), as textbooks have it
    assert len(found["gradient descent"]) > 1000 * len(found["newton"])
    assert (lesson("newton").out / "newton.png").exists() == drawn


@pytest.mark.slow
def test_newton_converges_quadratically(lesson):
    *_, before, last = (math.dist(point, (1, 1)) for point in lesson("newton").found["newton"])
    assert last < 10 * before**2


def test_the_hessian_of_rosenbrocks_function(lesson):
    found = lesson("newton").found
    x, y = newton.START
    by_hand = [[2 - 400 * (y - x * x) + 800 * x * x, -400 * x], [-400 * x, 200]]
    assert [[each.data for each in row] for row in found["hessian"]] == [
        pytest.approx(row) for row in by_hand
    ]
    along, across = found["eigenvalues"]  # at (1, 1), where H = [[802, -400], [-400, 200]]
    assert (along + across, along * across) == pytest.approx((802 + 200, 802 * 200 - 400 * 400))


def test_the_taylor_coefficients_of_sin_and_tanh(lesson):
    found = lesson("taylor").found
    by_hand = [0 if n % 2 == 0 else (-1) ** (n // 2) / math.factorial(n) for n in range(8)]
    assert found["sin"] == pytest.approx(by_hand, rel=1e-15, abs=0)
    assert found["tanh"] == pytest.approx([0, 1, 0, -1 / 3, 0, 2 / 15, 0, -17 / 315], abs=1e-15)
    assert (lesson("taylor").out / "taylor.png").exists() == drawn


def test_a_polynomial_is_as_near_to_sin_as_taylors_theorem_says(lesson):
    for degree, errors in lesson("taylor").found["errors"].items():
        for x, error in zip((0.5, 1, 2, 4), errors):
            assert error <= x ** (degree + 2) / math.factorial(degree + 2)


def test_the_fourth_derivative_of_sin_is_sin_as_a_graph():
    x = Value(0.5, "x")
    f, first, second, third, fourth = taylor.derivatives(Value.sin, x, 5)
    assert str(tree(fourth)) == str(tree(f))
    assert [first.data, second.data, third.data] == [math.cos(0.5), -math.sin(0.5), -math.cos(0.5)]
    assert taylor.coefficients(Value.exp, 5) == [1 / math.factorial(k) for k in range(6)]


@pytest.mark.slow
def test_the_cost_of_forward_mode_grows_with_inputs_and_of_reverse_mode_with_outputs(lesson):
    costs = lesson("modes").found["costs"]
    for passes in (4, 16):
        assert costs[passes, 1][1] == passes * costs[1, 1][1]
        assert costs[1, passes][2] == passes * costs[1, 1][2]
        assert max(costs[passes, 1][2], costs[1, passes][1]) < 2 * costs[1, 1][1]
    for (n, m), (size, ahead, back) in costs.items():
        assert costs.get((m, n), (size, back, ahead)) == (size, back, ahead)
        assert ahead < 1.5 * n * size and back < 1.5 * m * size


def test_both_modes_find_the_same_jacobian():
    for n, m in ((1, 3), (3, 1), (3, 2)):
        x, y = modes.network(n, m)
        ahead, back = modes.forward(x, y)[0], modes.reverse(x, y)[0]
        assert [len(row) for row in ahead] == [n] * m
        assert ahead == [pytest.approx(row, rel=1e-12) for row in back]


@pytest.mark.slow
def test_a_hessian_times_a_vector_costs_a_few_losses_and_is_the_hessian_times_the_vector(lesson):
    for product, by_rows in lesson("modes").found["products"].values():
        assert product == pytest.approx(by_rows, rel=1e-9, abs=1e-12)
    n, (loss, gradient, product, whole), *_ = modes.hessian_costs(16)
    assert gradient < 4 * loss and product < 7 * loss and whole > n * loss / 2


def test_a_wrong_partial_is_refused_with_both_numbers(lesson):
    message = lesson("own_operation").found["refused"]
    wrong, right = re.fullmatch(
        r"bump: ∂/∂a = -2 \* a is (\S+) at a = 0\.61; a central difference gives (\S+)", message
    ).groups()
    assert float(wrong) == -1.22 and float(right) == pytest.approx(-1.22 * math.exp(-0.61 * 0.61), rel=1e-5)


def test_ones_own_operation_has_its_derivatives_in_closed_form(lesson):
    found = lesson("own_operation").found
    a, y = 1.5, math.exp(-1.5 * 1.5)
    assert [graph.data for graph in found["graphs"]] == pytest.approx([y, -2 * a * y, (4 * a * a - 2) * y])
    assert len(found["checks"]) == 2 and all(found["checks"])
    assert (lesson("own_operation").out / "own_operation.png").exists() == drawn


def test_a_single_unit_of_ones_own_learns_xor(lesson):
    outputs = lesson("own_operation").found["outputs"]
    assert outputs == pytest.approx([0, 1, 1, 0], abs=0.05)
