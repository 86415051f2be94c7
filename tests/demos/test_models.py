"""What the lessons on the model family find, as mathematics."""

import importlib.util
import itertools
import math
import random

import pytest

from demos import activations, features, overfitting, regression
from demos.kit.least_squares import least_squares_line, residuals
from engine import derivative
from nn import MLP

drawn = importlib.util.find_spec("matplotlib") is not None


def pictures(run):
    return {path.name for path in run.out.glob("*.png")}


# activations


@pytest.mark.parametrize("x", [-30.0, -10.0, -1.5, -0.2, 0.3, 2.0, 10.0])
def test_the_derivatives_of_the_activation_functions_in_closed_form(x):
    sigmoid = 1 / (1 + math.exp(-x))
    by_hand = {
        "linear′": 1,
        "relu′": float(x > 0),
        "tanh′": 1 / math.cosh(x) ** 2,
        "σ′": sigmoid * (1 / (1 + math.exp(x))),
    }
    assert {name: slope(x) for name, slope in activations.SLOPES.items()} == pytest.approx(by_hand, rel=1e-12)


def test_the_derivative_of_sigmoid_is_largest_at_0_where_it_is_a_quarter():
    slope, curvature = activations.SLOPES["σ′"], derivative(activations.SLOPES["σ′"])
    assert slope(0.0) == 0.25 and curvature(0.0) == 0
    assert all(curvature(-x) > 0 > curvature(x) for x in (0.1, 1.0, 5.0, 30.0))


@pytest.mark.parametrize("seed", range(3))
def test_gradients_vanish_with_sigmoid_and_not_with_relu(seed):
    of_sigmoid, of_relu = (activations.layer_gradients(g, seed) for g in ("sigmoid", "relu"))
    assert len(of_sigmoid) == len(of_relu) == activations.HIDDEN + 1
    assert all(2 * before < after for before, after in itertools.pairwise(of_sigmoid))
    a_layer = (of_relu[0] / of_relu[-2]) ** (1 / (activations.HIDDEN - 1))
    assert 0.75 < a_layer < 1.35
    assert of_sigmoid[0] / of_sigmoid[-1] < 1e-4 < of_relu[0] / of_relu[-1]


def test_about_half_of_the_relus_are_active_at_the_first_weights():
    network = MLP(2, [16] * activations.HIDDEN + [1], rng=random.Random(0))
    rng, active = random.Random(1), []
    for _ in range(20):
        z = [rng.gauss(0, 1), rng.gauss(0, 1)]
        for layer in network.layers[:-1]:
            z = layer(z)
            active += [out.data > 0 for out in z]
    assert 0.35 < sum(active) / len(active) < 0.65


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 3])
def test_the_lesson_on_activations_prints_what_it_measures(lesson, seed):
    run = lesson("activations", seed=seed)
    assert [round(y.data, 5) for y in run.found["outputs"]] == [0, 5e-05, 5e-05, 0.99995]
    for text in ("σ(-30) = 9.3576e-14", "σ(-10) = 4.5398e-05", "σ(10) = 0.99995"):
        assert text in run.text
    sigmoid, relu = run.found["factors"]["σ"], run.found["factors"]["relu"]
    assert sigmoid < 0.3 and 0.75 < relu < 1.35
    assert f"by {sigmoid:.2f} with\nσ and by {relu:.2f} with relu" in run.text
    files = {"activations.png", "activations_and.png", "activations_layers.png"}
    assert pictures(run) == (files if drawn else set())


# features


@pytest.mark.parametrize("k", features.SIZES)
def test_the_weighted_features_add_up_to_the_network(k):
    network = MLP(1, [k, 1], activation="tanh", rng=random.Random(k))
    for parameter in network.parameters():
        parameter.data += 0.3  # biases too
    for x in (-2, 0.4, 7.5):
        terms = [term(x) for term in features.terms(network)]
        assert len(terms) == k + 1
        assert sum(terms) == pytest.approx(network([x]).data, rel=1e-12)


def test_what_linear_regression_leaves_is_orthogonal_to_every_feature():
    xs, ys = regression.data(random.Random(0))
    network = MLP(1, [4, 1], activation="tanh", rng=random.Random(0))
    rows = [features.features(network, x) for x in xs]
    left = residuals(rows, ys)
    for column in zip(*rows):
        assert sum(a * b for a, b in zip(column, left)) == pytest.approx(0, abs=1e-9)


def test_linear_regression_over_x_itself_gives_the_least_squares_line():
    xs, ys = regression.data(random.Random(1))
    slope, intercept = least_squares_line(xs, ys)
    line = [y - (slope * x + intercept) for x, y in zip(xs, ys)]
    assert residuals([[x, 1.0] for x in xs], ys) == pytest.approx(line, abs=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_the_trained_weights_are_nearly_those_of_linear_regression(lesson, seed):
    run = lesson("features", seed=seed)
    assert list(run.found["errors"]) == list(features.SIZES)
    for first, trained, best in run.found["errors"].values():
        assert best <= trained * (1 + 1e-9) and trained < 1.05 * best and best < first
    assert "for k = 1, 2, 4, 8." in run.text
    trained = [errors[1] for errors in run.found["errors"].values()]
    assert trained == sorted(trained, reverse=True)
    assert pictures(run) == ({"features.png"} if drawn else set())


# overfitting


def test_the_loss_of_the_wave_itself_is_that_of_the_noise():
    rows, ys = overfitting.wave(20000, random.Random(0))
    loss = sum((math.sin(1.5 * x) - y) ** 2 for [x], y in zip(rows, ys)) / len(ys)
    assert loss == pytest.approx(overfitting.NOISE**2, rel=0.03)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_the_gap_to_held_out_points_grows_with_neurons_and_shrinks_with_points(lesson, seed):
    run = lesson("overfitting", seed=seed)
    by_k, by_n = run.found["by k"], run.found["by n"]
    gaps = {k: held_out - training for k, (training, held_out) in by_k.items()}
    assert gaps[1] < gaps[2] < gaps[4] < gaps[8] and min(gaps[16], gaps[32]) > gaps[4] * 0.95
    gaps = [held_out - training for training, held_out in by_n.values()]
    assert gaps == sorted(gaps, reverse=True) and gaps[-1] < gaps[0] / 5
    noise = overfitting.NOISE**2
    assert max(by_k[8][0], by_k[16][0], by_k[32][0]) < noise / 10  # through all points
    best = min(by_k, key=lambda k: by_k[k][1])
    assert best in (2, 4) and by_k[32][1] > by_k[best][1]
    assert noise * 0.8 < by_n[160][0] < noise < by_n[160][1] < noise * 1.2
    assert pictures(run) == ({"overfitting.png", "overfitting_fits.png"} if drawn else set())
