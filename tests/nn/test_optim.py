"""Optimisers against their closed forms, and fit's three ways to the same
losses.
"""

import importlib.util
import inspect
import math
import random
import shlex
import signal
import sys
import warnings
from fractions import Fraction

import pytest

from engine import Elementwise, NoCompiler, Value
from nn import (
    MLP,
    Adam,
    GradientDescent,
    Layer,
    Neuron,
    Perceptron,
    binary_cross_entropy,
    cross_entropy,
    fit,
    hinge,
    mean_squared_error,
    one_hot,
    softmax,
)

ROWS, TARGETS = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
OPTIMIZERS = {
    "descent": lambda parameters: GradientDescent(parameters, rate=0.5),
    "momentum": lambda parameters: GradientDescent(parameters, rate=0.1, momentum=0.9),
    "adam": lambda parameters: Adam(parameters, rate=0.05),
}


def line():
    return Neuron(1, activation="linear", rng=random.Random(0))


# optimisers


def test_momentum_is_the_recurrence_of_its_formula():
    w, v, x = Value(2.0), 0.0, 2.0
    descent = GradientDescent([w], rate=0.1, momentum=0.5)
    for _ in range(10):
        descent.zero_grad()
        (w * w).backward()
        descent.step()
        v = 0.5 * v + 2 * x
        x -= 0.1 * v
        assert w.data == pytest.approx(x, rel=1e-14)


def test_adam_is_the_recurrence_of_its_paper():
    w, m, v, x = Value(2.0), 0.0, 0.0, 2.0
    adam = Adam([w], rate=0.01, betas=(0.8, 0.95), epsilon=1e-6)
    for t in range(1, 20):
        adam.zero_grad()
        (w * w * w).backward()
        adam.step()
        g = 3 * x * x
        m, v = 0.8 * m + 0.2 * g, 0.95 * v + 0.05 * g * g
        x -= 0.01 * (m / (1 - 0.8**t)) / (math.sqrt(v / (1 - 0.95**t)) + 1e-6)
        assert w.data == pytest.approx(x, rel=1e-12)


# losses of several classes


def test_softmax_and_cross_entropy_are_their_definitions():
    z = [0.3, -1.2, 2.0]
    logits, total = [Value(v) for v in z], sum(math.exp(v) for v in z)
    assert [p.data for p in softmax(logits)] == pytest.approx([math.exp(v) / total for v in z], rel=1e-14)
    loss = cross_entropy(logits, one_hot(1, 3))
    loss.backward()
    assert loss.data == pytest.approx(-math.log(math.exp(z[1]) / total), rel=1e-14)
    # the gradient is softmax(z) - y
    assert [v.grad for v in logits] == pytest.approx(
        [math.exp(v) / total - (i == 1) for i, v in enumerate(z)]
    )
    assert [cross_entropy(logits, k).data for k in (1, 1.0, Value(1))] == [loss.data] * 3


def test_cross_entropy_is_stable_far_out():
    assert cross_entropy([Value(1000), Value(-1000)], [0, 1]).data == 2000
    assert [p.data for p in softmax([Value(-1000), Value(1000)])] == [0, 1]


def test_two_logits_are_one():
    for z in (-3.0, 0.5, 40.0):
        assert cross_entropy([Value(0), Value(z)], [0, 1]).data == pytest.approx(
            binary_cross_entropy(Value(z), 1).data, rel=1e-12, abs=1e-17
        )


def test_bad_classes_are_named():
    with pytest.raises(ValueError, match="class 3 is not one of 0 to 2"):
        one_hot(3, 3)
    with pytest.raises(ValueError, match="3 logits needs as many targets, not 2"):
        cross_entropy([Value(0)] * 3, [1, 0])
    with pytest.raises(ValueError, match="class 3 is not one of 0 to 2"):
        cross_entropy([Value(0)] * 3, 3)


# fit


def descent_of(optimizer, activation="tanh", **ways):
    network = MLP(2, [3, 1], activation=activation, rng=random.Random(3))
    losses = fit(
        network, ROWS, TARGETS, binary_cross_entropy, OPTIMIZERS[optimizer](network.parameters()), 60, **ways
    )
    return losses, [p.data for p in network.parameters()], [p.grad for p in network.parameters()]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("batch", [None, 1, 3])
def test_graph_and_program_descend_alike(optimizer, batch):
    ways = [
        descent_of(optimizer, batch=batch, rng=random.Random(1), **way)
        for way in ({"engine": "graph"}, {"engine": "python"}, {})
    ]
    for other in ways[1:]:
        for mine, theirs in zip(ways[0], other):
            assert mine == pytest.approx(theirs, rel=1e-9, abs=1e-12)


def test_a_hand_written_loop_descends_alike():
    network = MLP(2, [3, 1], activation="tanh", rng=random.Random(3))
    history = []
    for _ in range(60):
        network.zero_grad()
        loss = sum(binary_cross_entropy(network(x), y) for x, y in zip(ROWS, TARGETS)) / 4
        loss.backward()
        history.append(loss.data)
        for p in network.parameters():
            p.data -= 0.5 * p.grad
    assert descent_of("descent")[0] == pytest.approx(history, rel=1e-9)


def test_targets_may_be_lists():
    rng = random.Random(0)
    rows = [[rng.gauss(0, 1), rng.gauss(0, 1)] for _ in range(30)]
    targets = [one_hot((x > 0) + (y > 0), 3) for x, y in rows]
    losses = {}
    for engine in ("auto", "graph"):
        layer = Layer(2, 3, activation="linear", rng=random.Random(1))
        descent = GradientDescent(layer.parameters(), rate=1)
        losses[engine] = fit(layer, rows, targets, cross_entropy, descent, 30, engine=engine)
    assert losses["auto"] == pytest.approx(losses["graph"], rel=1e-9)
    assert losses["auto"][-1] < 0.5 * losses["auto"][0]


@pytest.mark.parametrize("way", [{"engine": "graph"}, {"engine": "python"}, {}])
def test_rows_and_targets_may_be_arrays(way):
    numpy = pytest.importorskip("numpy")
    rng = random.Random(0)
    rows = [[rng.gauss(0, 1), rng.gauss(0, 1)] for _ in range(9)]
    targets = [one_hot((x > 0) + (y > 0), 3) for x, y in rows]
    lists, arrays = (
        fit(layer, *data, cross_entropy, GradientDescent(layer.parameters(), rate=1), 5, **way)
        for layer, data in (
            (Layer(2, 3, "linear", random.Random(1)), (rows, targets)),
            (Layer(2, 3, "linear", random.Random(1)), (numpy.array(rows), numpy.array(targets, "float32"))),
        )
    )
    assert arrays == lists


@pytest.mark.parametrize("engine", ["auto", "graph"])
@pytest.mark.parametrize("batch", [0, -1, 1.5, "2"])
def test_a_batch_is_a_number_of_rows(batch, engine):
    model = line()
    before = model.state()
    descent = GradientDescent(model.parameters(), rate=0.1)
    with pytest.raises(ValueError, match=f"batch is a number of rows, one at least, not {batch!r}"):
        fit(model, [[1.0], [2.0]], [1, 2], mean_squared_error, descent, batch=batch, engine=engine)
    assert model.state() == before


@pytest.mark.parametrize("engine", ["auto", "graph"])
def test_what_cannot_be_descended_is_refused(engine):
    model = line()
    before = model.state()
    descent = GradientDescent(model.parameters(), rate=0.1)
    with pytest.raises(TypeError, match=r"Value, not 0\.5 \(float\)"):
        fit(model, [[1.0]], [2], lambda p, y: 0.5, descent, engine=engine)
    with pytest.raises(TypeError, match="rows of inputs, each a list of numbers: 'int' object"):
        fit(model, [1, 2], [1, 2], mean_squared_error, descent, engine=engine)
    assert model.state() == before


def test_an_optimiser_of_another_models_parameters_is_refused():
    for model, parameters in ((line(), line().parameters()), (Perceptron(1), Perceptron(1).w)):
        with pytest.raises(ValueError, match="depends on none of the optimiser's parameters"):
            fit(model, [[1.0]], [2], mean_squared_error, GradientDescent(parameters, rate=0.1))


def my_hinge(s, y):
    return max(0, 1 - y * s)


def by_branch(s, y):
    return (1 - y * s) if y * s < 1 else 0 * s


def by_truth(s, y):
    z = (1 - y * s).relu()
    return z if z else s * 0


def by_math(s, y):
    return (s - y) ** 2 + math.tanh(s)


@pytest.mark.parametrize("engine", ["auto", "python", "graph"])
@pytest.mark.parametrize("frozen, true", [(my_hinge, hinge), (by_branch, hinge), (by_truth, hinge)])
def test_a_loss_that_branches_on_numbers_is_trained_by_the_graph(frozen, true, engine):
    rows, targets = [[2.0], [-1.0], [0.5], [-3.0], [0.1]], [1, -1, 1, -1, -1]
    found = []
    for loss in (frozen, true):
        model = line()
        descent = GradientDescent(model.parameters(), rate=0.1)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            losses = fit(model, rows, targets, loss, descent, epochs=30, engine=engine)
        found.append((losses, [p.data for p in model.parameters()]))
        if loss is frozen and engine != "graph":
            [warning] = caught
            assert f"{__file__}, line " in str(warning.message) and "relu" in str(warning.message)
            assert (
                inspect.getsource(frozen).splitlines()[-1].strip() in str(warning.message) or loss is by_truth
            )
            assert warning.filename == __file__
        else:
            assert not caught
    assert found[0][0] == pytest.approx(found[1][0], rel=1e-12)
    assert found[0][1] == pytest.approx(found[1][1], rel=1e-12) and min(found[0][0]) >= 0


def test_a_loss_may_be_a_plain_0_of_some_rows_and_in_the_end_of_all():
    model = line()
    model.w[0].data = -1.0
    descent = GradientDescent(model.parameters(), rate=0.5)
    with pytest.warns(UserWarning, match="in my_hinge"):
        losses = fit(model, [[2.0], [-2.0]], [1, -1], my_hinge, descent, epochs=20, batch=1)
    assert losses[0] > 0 and losses[-1] == 0
    for engine in ("auto", "graph"):
        with pytest.raises(TypeError, match=r"the loss of a row is a Value, not (3|3\.0) \("):
            fit(model, [[1.0]], [1], lambda s, y: 3, descent, engine=engine)


def test_an_optimiser_that_returns_no_weights_is_told():
    model = line()
    for wrong, kind in ((None, TypeError), ([1.0], ValueError), (["a", "b"], TypeError)):
        descent = GradientDescent(model.parameters(), rate=0.5)
        descent.update = lambda weights, gradient, wrong=wrong: wrong
        with pytest.raises(kind, match="an optimiser's update returns"):
            fit(model, [[1.0]], [1], mean_squared_error, descent)


def test_what_each_changes_stays_changed():
    model, seen = line(), []

    def each(epoch, loss, model):
        seen.append(model.b.data)
        model.b.data = 10.0 * epoch

    descent = GradientDescent(model.parameters(), rate=0.0)
    fit(model, [[1.0]], [1], mean_squared_error, descent, epochs=3, each=each)
    assert seen[1:] == [10.0, 20.0] and model.b.data == 30.0


def test_a_number_that_leaves_the_graph_is_noticed():
    model = line()
    with pytest.warns(UserWarning, match=r"return \(s - y\) \*\* 2 \+ math.tanh\(s\)"):
        fit(model, [[1.0], [2.0]], [1, 2], by_math, GradientDescent(model.parameters(), 0.01), epochs=3)


def test_what_does_not_change_may_be_compared():
    strength = Value(0.1)  # neither trained nor of the row

    def loss(s, y):
        return (s - y) ** 2 + strength * s * s if strength > 0 else (s - y) ** 2

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = line()
        fit(model, [[1.0], [2.0]], [1, 2], loss, GradientDescent(model.parameters(), 0.01), epochs=3)


class Signs:
    """An optimiser of one's own: a step of one size by the gradient's sign."""

    def __init__(self, parameters):
        self.parameters = parameters

    def update(self, weights, gradient):
        return [Fraction(w) - Fraction(1, 8) * ((g > 0) - (g < 0)) for w, g in zip(weights, gradient)]


@pytest.mark.parametrize("engine", ["auto", "python", "graph"])
def test_an_optimiser_of_ones_own_leaves_floats(engine):
    model = line()
    losses = fit(
        model, [[1.0], [2.0]], [2, 4], mean_squared_error, Signs(model.parameters()), 20, engine=engine
    )
    assert losses[-1] < losses[0]
    assert {type(p.data) for p in model.parameters()} == {type(p.grad) for p in model.parameters()} == {float}


@pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_a_compiled_optimiser_takes_the_same_steps_to_the_last_bit(make):
    rng = random.Random(0)
    weights, paths = [rng.gauss(0, 1) for _ in range(37)], []
    gradients = [[rng.gauss(0, 1) for _ in range(37)] for _ in range(10)]
    for compiled in (False, True):
        optimizer, w, path = make([Value(x) for x in weights]), weights, []
        rule = Elementwise(optimizer.rule.formula)
        if compiled:
            try:
                rule.compile()
            except NoCompiler:
                pytest.skip("there is no C compiler")
        type(optimizer).rule, earlier = rule, type(optimizer).rule
        try:
            for gradient in gradients:
                w = optimizer.update(w, gradient)
                path.append(list(w))
        finally:
            type(optimizer).rule = earlier
        paths.append(path)
    assert paths[0] == paths[1]


def test_each_epoch_is_told_and_may_be_the_last():
    model, told = line(), []

    def each(epoch, loss, model):
        told.append((epoch, loss, model(rows[0]).data))
        return epoch == 5

    rows = [[1.0], [2.0]]
    descent = GradientDescent(model.parameters(), 0.1)
    losses = fit(model, rows, [2, 4], mean_squared_error, descent, epochs=100, each=each)
    assert [epoch for epoch, _, _ in told] == [1, 2, 3, 4, 5]
    assert [loss for _, loss, _ in told] == losses
    assert told[-1][2] == model(rows[0]).data and len({prediction for _, _, prediction in told}) == 5


@pytest.mark.parametrize("engine", ["auto", "python", "graph"])
def test_arrays_of_other_types_give_the_same_losses(engine):
    np = pytest.importorskip("numpy")
    found = []
    for kind in (list, np.array, lambda rows: np.array(rows, dtype="f4", order="F")):
        model = MLP(2, [3, 1], rng=random.Random(0))
        descent = GradientDescent(model.parameters(), 0.1)
        targets = np.array(TARGETS) if kind is not list else TARGETS
        losses = fit(
            model,
            kind(ROWS),
            targets,
            binary_cross_entropy,
            descent,
            5,
            batch=3,
            rng=random.Random(1),
            engine=engine,
        )
        found.append(losses)
    assert found[0] == found[1] == found[2]


def test_it_stops_when_the_loss_no_longer_changes():
    model = line()
    losses = fit(
        model,
        [[0], [1]],
        [1, 3],
        mean_squared_error,
        GradientDescent(model.parameters(), 0.5),
        tolerance=1e-6,
    )
    assert len(losses) < 1000
    assert abs(losses[-1] - losses[-2]) <= 1e-6 < abs(losses[-2] - losses[-3])


def test_parameters_that_the_optimiser_does_not_have_stay_as_they_are():
    model = line()
    model.b.data = 0.25
    fit(model, [[1.0], [2.0]], [2.25, 4.25], mean_squared_error, GradientDescent([model.w[0]], rate=0.1))
    assert (model.b.data, model.w[0].data) == (0.25, pytest.approx(2, rel=1e-6))


def test_parameters_that_the_loss_does_not_depend_on_stay_as_they_are():
    model, idle = line(), Value(7.0)
    fit(model, [[1.0]], [2.0], mean_squared_error, Adam([idle, *model.parameters()], rate=0.1), epochs=20)
    assert idle.data == 7.0


def test_regularisation_is_part_of_the_loss():
    model = line()

    def ridge(prediction, y):
        return mean_squared_error(prediction, y) + 0.5 * model.w[0] * model.w[0]

    xs, ys = [-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0]
    fit(model, [[x] for x in xs], ys, ridge, GradientDescent(model.parameters(), rate=0.2))
    assert model.w[0].data == pytest.approx((4 / 3) / (2 / 3 + 0.5), rel=1e-6)  # Σxy / (Σx² + n λ), λ = 1/2


@pytest.mark.parametrize("engine", ["auto", "graph"])
def test_an_interrupt_keeps_what_was_learned(engine, capsys):
    model, calls = line(), []

    class Interrupted(GradientDescent):
        def update(self, weights, gradient):
            calls.append(weights)
            if len(calls) == 5:
                signal.raise_signal(signal.SIGINT)
            return super().update(weights, gradient)

    losses = fit(
        model,
        [[1.0], [2.0]],
        [2, 4],
        mean_squared_error,
        Interrupted(model.parameters(), 0.1),
        engine=engine,
    )
    assert len(losses) == 4
    assert [p.data for p in model.parameters()] == list(calls[4])
    assert "stopped in epoch 5; what was learned is kept" in capsys.readouterr().err


def test_a_descent_that_diverges_says_so():
    model = line()
    with pytest.raises(
        ArithmeticError, match=r"the loss became (inf|nan) in epoch \d+: a rate below 1e\+100 may help"
    ):
        fit(model, [[1.0]], [2.0], mean_squared_error, GradientDescent(model.parameters(), rate=1e100))
    assert all(math.isfinite(p.data) for p in model.parameters())


@pytest.mark.parametrize(
    ("rows", "targets", "message"),
    [
        ([[1.0], [2.0]], [1], "as many targets as rows, and one at least: not 2 and 1"),
        ([], [], "not 0 and 0"),
        ([[1.0], [2.0, 3.0]], [1, 2], "row 1"),
        ([[1.0], [math.nan]], [1, 2], "row 1"),
    ],
)
def test_rows_that_do_not_fit_are_named_and_nothing_is_learned(rows, targets, message):
    model = line()
    before = model.state()
    with pytest.raises(ValueError, match=message):
        fit(model, rows, targets, mean_squared_error, GradientDescent(model.parameters(), rate=0.1))
    assert model.state() == before


def test_progress_is_shown_when_asked_and_silent_otherwise(capsys):
    model = line()
    descent = GradientDescent(model.parameters(), rate=0.1)
    fit(model, [[1.0]], [2.0], mean_squared_error, descent, epochs=3)
    assert capsys.readouterr().err == ""
    fit(model, [[1.0]], [2.0], mean_squared_error, descent, epochs=3, progress=True)
    expected = "3/3" if importlib.util.find_spec("tqdm") else "`pip install tqdm` shows the progress"
    assert expected in capsys.readouterr().err


def test_without_a_compiler_that_works_python_runs_the_program(monkeypatch, capsys):
    monkeypatch.setenv(
        "CC", f"{shlex.quote(sys.executable)} -c 'exit(1)'"
    )  # as a stub does that stands for a compiler not yet installed
    rows, ys = (
        [[0.123], [0.456]],
        [0.5, 0.25],
    )  # numbers are inputs, so another test's program would do as well
    losses = {}
    for engine in ("auto", "python"):
        model = Neuron(1, activation=lambda z: z * z * 0.77125, rng=random.Random(0))
        descent = GradientDescent(model.parameters(), 0.1)
        losses[engine] = fit(
            model, rows, ys, mean_squared_error, descent, 5, engine=engine, progress=engine == "auto"
        )
    assert losses["auto"] == losses["python"]
    assert "the C compiler" in capsys.readouterr().err
    with pytest.raises(NoCompiler):
        fit(model, rows, ys, mean_squared_error, descent, 5, engine="native")


def test_an_unknown_engine_is_named():
    model = line()
    descent = GradientDescent(model.parameters(), 0.1)
    with pytest.raises(
        ValueError, match="unknown engine 'c': it is one of 'auto', 'graph', 'python', 'native'"
    ):
        fit(model, [[1.0]], [2.0], mean_squared_error, descent, engine="c")
