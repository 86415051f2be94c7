"""What the demos on compositions and their derivatives claim, in numbers."""

import copy
import importlib.util
import math
import random
import re
import shutil
import sys

import pytest

from demos import composition, derivatives, layerwise, regression
from demos.kit.least_squares import least_squares_line
from engine import format_number
from nn import MLP, Concat, Sequential
from tests.demos.conftest import printed

MATPLOTLIB = importlib.util.find_spec("matplotlib") is not None


@pytest.mark.skipif(shutil.which("dot") is None, reason="no `dot` here to draw with")
@pytest.mark.parametrize(
    ("lesson", "pictures"),
    [
        pytest.param(
            regression,
            ["regression_network.svg", *["regression.png"] * MATPLOTLIB],
            marks=pytest.mark.slow,
        ),
        pytest.param(composition, ["composition_mlp.svg", "composition_shared.svg"], marks=pytest.mark.slow),
        (derivatives, ["derivatives.svg"]),
    ],
)
def test_a_demo_runs_and_names_the_pictures_that_it_wrote(lesson, pictures, tmp_path, capsys):
    lesson.main(tmp_path)
    text = capsys.readouterr().out
    assert {path.name for path in tmp_path.iterdir()} == set(pictures)
    assert all(str(tmp_path / name) in text for name in pictures)
    assert all((tmp_path / name).stat().st_size > 1000 for name in pictures)


# regression


@pytest.mark.parametrize("seed", [0, 1])
def test_a_linear_network_becomes_the_least_squares_line_which_is_one_matrix(seed):
    xs, ys = regression.data(random.Random(seed))
    network, loss = regression.trained("linear", 8, xs, ys, random.Random(seed))
    [[slope, intercept]] = regression.single_matrix(network)
    for x in (-7.0, 0.0, 0.3, 100.0):  # where it was fitted, and where not
        assert network([x]).data == pytest.approx(slope * x + intercept, rel=1e-12)
    assert (slope, intercept) == pytest.approx(least_squares_line(xs, ys), abs=1e-6)
    residuals = [y - (slope * x + intercept) for x, y in zip(xs, ys)]
    assert loss == pytest.approx(sum(r * r for r in residuals) / len(xs), rel=1e-9)
    # the normal equations: what is left over is orthogonal to x and to 1
    assert sum(residuals) == pytest.approx(0, abs=1e-6)
    assert sum(r * x for r, x in zip(residuals, xs)) == pytest.approx(0, abs=1e-6)


def test_the_single_matrix_has_the_biases_too():
    network = MLP(1, [5, 1], activation="linear", rng=random.Random(3))
    for parameter in network.parameters():
        parameter.data += 0.5
    [[slope, intercept]] = regression.single_matrix(network)
    for x in (-2.0, 0.0, 1.0):
        assert network([x]).data == pytest.approx(slope * x + intercept, rel=1e-12)


@pytest.mark.slow
def test_a_nonlinear_g_fits_what_no_line_can():
    xs, ys = regression.data(random.Random(0))
    slope, intercept = least_squares_line(xs, ys)
    best_line = sum((y - (slope * x + intercept)) ** 2 for x, y in zip(xs, ys)) / len(xs)
    for g in ("sigmoid", "tanh"):
        assert regression.trained(g, 8, xs, ys, random.Random(0))[1] < best_line / 2


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2, 3])
def test_sigmoid_is_slow_and_not_poor_and_one_neuron_too_few(seed):
    xs, ys = regression.data(random.Random(seed))
    early = {g: regression.trained(g, 8, xs, ys, random.Random(seed))[1] for g in ("sigmoid", "tanh")}
    assert regression.trained("tanh", 1, xs, ys, random.Random(seed))[1] > 2 * early["tanh"]
    longer, by_adam = regression.further("sigmoid", xs, ys, seed)
    assert early["sigmoid"] > 2 * early["tanh"]
    assert longer < early["tanh"]
    assert by_adam == pytest.approx(regression.further("tanh", xs, ys, seed)[1], abs=0.0025)


# composition


def test_custom_layers_compose_to_the_formula_and_their_parameters_are_found():
    rng = random.Random(4)
    f_W, f_W2, f_beta = (
        composition.Linear(2, 3, rng),
        composition.Linear(3, 4, rng),
        composition.Linear(4, 1, rng),
    )
    x = [0.7, -0.2]

    def times(W, z):
        return [sum(w.data * a for w, a in zip(row, z)) for row in W]

    def sigmoid(z):
        return [1 / (1 + math.exp(-a)) for a in z]

    deep = Sequential(f_W, composition.g, f_W2, composition.g, f_beta)
    [expected] = times(f_beta.W, sigmoid(times(f_W2.W, sigmoid(times(f_W.W, x)))))
    assert deep(x)[0].data == pytest.approx(expected, rel=1e-14)
    assert len(deep.parameters()) == 2 * 3 + 3 * 4 + 4 * 1
    both = Concat(f_W, deep)(x)
    assert [z.data for z in both] == pytest.approx([*times(f_W.W, x), expected], rel=1e-14)


def test_the_symmetric_family_is_symmetric_with_one_set_of_weights():
    for seed in range(5):
        h = MLP(2, [4, 1], rng=random.Random(seed))
        s = composition.symmetric(h)
        assert len(s.parameters()) == len(h.parameters()) == 17
        for x in ([0.25, 1.0], [-3.0, 2.0], [5.0, 5.0]):
            assert s(x).data == s(composition.swap(x)).data == h(x).data + h(x[::-1]).data


def test_the_symmetric_family_learns_from_one_half_of_the_plane_and_knows_the_other():
    network = MLP(2, [8, 1], rng=random.Random(1))
    h, s = composition.trained(copy.deepcopy(network)), composition.trained(composition.symmetric(network))
    swapped = [pair[::-1] for pair in composition.PAIRS]
    assert composition.largest_error(h, composition.PAIRS) < 0.05
    assert composition.largest_error(h, swapped) > 1
    assert composition.largest_error(s, swapped) == composition.largest_error(s, composition.PAIRS) < 0.05


def test_a_shared_weights_gradient_is_the_sum_over_its_uses():
    h = MLP(2, [4, 1], activation="tanh", rng=random.Random(6))
    gradients = []
    for output in (h([0.5, -1]), h([-1, 0.5]), composition.symmetric(h)([0.5, -1])):
        h.zero_grad()
        output.backward()
        gradients.append([parameter.grad for parameter in h.parameters()])
    one, other, both = gradients
    assert both == pytest.approx([a + b for a, b in zip(one, other)], rel=1e-12)


# derivatives


def test_the_approximations_error_is_of_second_order():
    rng = random.Random(7)
    W, beta = [[rng.gauss(0, 1), rng.gauss(0, 1)] for _ in range(3)], [rng.gauss(0, 1) for _ in range(3)]
    whole, half, quarter = (
        derivatives.approximation_error(W, beta, [1.0, -0.5], h) for h in (4e-3, 2e-3, 1e-3)
    )
    assert abs(whole) > 1e-8
    assert whole / half == pytest.approx(4, rel=0.02)
    assert half / quarter == pytest.approx(4, rel=0.01)


@pytest.mark.parametrize("seed", range(5))
def test_the_gradients_written_out_are_the_engines(seed):
    rng = random.Random(seed)
    W, beta = [[rng.gauss(0, 1), rng.gauss(0, 1)] for _ in range(3)], [rng.gauss(0, 1) for _ in range(3)]
    rows, targets = (
        [[rng.gauss(0, 1), rng.gauss(0, 1)] for _ in range(7)],
        [rng.gauss(0, 1) for _ in range(7)],
    )
    written = derivatives.mse_gradients(W, beta, rows, targets)
    engine = derivatives.engine_gradients(W, beta, rows, targets)
    for by_hand, by_engine in zip(written, engine):
        assert by_hand == pytest.approx(by_engine, rel=1e-12, abs=1e-15)


# layerwise


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("dot") is None, reason="no `dot` here to draw with")
def test_the_algorithm_is_shown_in_a_picture_for_each_step(lesson):
    run = lesson("layerwise")
    steps = {f"layerwise_{i}.png" for i in range(1, 10)} if MATPLOTLIB else set()
    assert {path.name for path in run.out.iterdir()} == {"layerwise_graph.svg", *steps}
    assert f"in {len(steps)} pictures" in run.text or not MATPLOTLIB


def test_the_algorithm_needs_no_pictures(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    text, found = printed(layerwise.main, tmp_path)
    assert "pip install matplotlib" in text and not list(tmp_path.glob("*.png"))
    assert max(map(len, text.replace(str(tmp_path), "out").splitlines())) <= 80
    assert found["by layers"] == pytest.approx(found["engine"], rel=1e-14)
    for name, number in zip(["1_1_1", "1_1_2", "1_2_1", "1_2_2", "2_1_1", "2_1_2"], found["engine"]):
        assert re.search(
            rf"^  w{name} +{format_number(number)} +{format_number(number)}$", text, re.MULTILINE
        )
