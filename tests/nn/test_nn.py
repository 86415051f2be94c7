"""Networks: what they compute, their errors, and that their state survives."""

import copy
import itertools
import json
import math
import os
import random
import re
import stat
from pathlib import Path

import pytest

from engine import Value
from engine.value import topological_order
from nn import (
    AND,
    MLP,
    NAND,
    NOR,
    NOT,
    OR,
    XNOR,
    XOR,
    Concat,
    GradientDescent,
    Layer,
    Module,
    Neuron,
    Perceptron,
    Sequential,
    binary_cross_entropy,
    fit,
    hinge,
    mean_squared_error,
    truth_table,
)

ROWS = list(itertools.product((0, 1), repeat=2))


def sigmoid(z):
    return 1 / (1 + math.exp(-z))


def test_layer_sizes_that_are_no_list_are_named():
    with pytest.raises(TypeError, match=r"a list of layer sizes, as in MLP\(2, \[3, 1\]\), not 3"):
        MLP(2, 3, 1)


# what networks compute


@pytest.mark.parametrize(
    ("activation", "g"), [("linear", lambda z: z), ("sigmoid", sigmoid), ("tanh", math.tanh)]
)
def test_an_mlp_is_the_composition_that_the_formula_says(activation, g):
    model = MLP(3, [4, 2], activation=activation, rng=random.Random(1))
    x = [0.3, -1.2, 2.0]
    hidden = [g(sum(w.data * v for w, v in zip(n.w, x)) + n.b.data) for n in model.layers[0].neurons]
    outputs = [sum(w.data * h for w, h in zip(n.w, hidden)) + n.b.data for n in model.layers[1].neurons]
    assert [out.data for out in model(x)] == pytest.approx(outputs, rel=1e-14)


def test_an_activation_can_be_any_function_on_values():
    neuron = Neuron(1, activation=lambda z: z * z)
    neuron.load_state({"w[0]": 3, "b": 1})
    assert neuron([2]).data == 49


def test_one_neuron_returns_its_value_more_return_a_list():
    assert isinstance(Layer(2, 1)([1, 2]), Value)
    assert len(Layer(2, 3)([1, 2])) == 3
    assert isinstance(MLP(2, [16, 16, 1])([1, 2]), Value)


def test_a_hidden_layer_may_have_one_neuron():
    model = MLP(1, [1, 1], activation="tanh")
    model.load_state(dict(zip(model.state(), (3, -1, 2, 5))))
    assert model([0.5]).data == pytest.approx(2 * math.tanh(3 * 0.5 - 1) + 5, rel=1e-15)


@pytest.mark.parametrize(("activation", "variance"), [("relu", 2 / 50), ("tanh", 1 / 50)])
def test_initial_weights_are_reproducible_and_scaled(activation, variance):
    weights = [p.data for p in Layer(50, 200, activation, random.Random(7)).parameters() if p.label[0] == "w"]
    assert weights == [
        p.data for p in Layer(50, 200, activation, random.Random(7)).parameters() if p.label[0] == "w"
    ]
    assert sum(weights) / len(weights) == pytest.approx(0, abs=0.01)
    assert sum(w * w for w in weights) / len(weights) == pytest.approx(variance, rel=0.05)


def test_composition_and_concatenation():
    f, g = Layer(2, 3, rng=random.Random(1)), Layer(3, 2, rng=random.Random(2))
    x = [0.5, -2.0]
    assert [out.data for out in Sequential(f, g)(x)] == [out.data for out in g(f(x))]
    assert [out.data for out in Concat(f, f)(x)] == [out.data for out in f(x) + f(x)]
    assert len(Sequential(f, g).parameters()) == len(f.parameters()) + len(g.parameters())
    assert len(Concat(f, f).parameters()) == len(f.parameters())  # shared weights count once


# logic


@pytest.mark.parametrize(
    ("network", "function"),
    [
        (AND, lambda a, b: a and b),
        (OR, lambda a, b: a or b),
        (NAND, lambda a, b: not (a and b)),
        (NOR, lambda a, b: not (a or b)),
        (XOR, lambda a, b: a != b),
        (XNOR, lambda a, b: a == b),
    ],
)
def test_a_network_computes_its_boolean_function(network, function):
    for a, b in ROWS:
        assert network([a, b]).data == pytest.approx(float(function(a, b)), abs=1e-4)


def test_not_inverts():
    assert [round(NOT([x]).data) for x in (0, 1)] == [1, 0]


def test_and_is_the_published_sigmoid():
    sums = {(0, 0): -30, (0, 1): -10, (1, 0): -10, (1, 1): 10}
    for row, z in sums.items():
        assert AND(row).data == pytest.approx(sigmoid(z), rel=1e-14)


def test_all_sixteen_functions_of_two_inputs_compose():
    def minterm(row):  # 1 on this row alone
        literals = Concat(*(_literal(i, bit) for i, bit in enumerate(row)))
        return Sequential(literals, AND)

    def _literal(i, bit):
        return (lambda x: x[i]) if bit else (lambda x: NOT([x[i]]))

    def anyone(outputs):
        return outputs[0] if len(outputs) == 1 else OR([outputs[0], anyone(outputs[1:])])

    for wanted in itertools.product((0, 1), repeat=4):
        ones = [row for row, bit in zip(ROWS, wanted) if bit]
        never = Sequential(Concat(lambda x: x[0], lambda x: NOT([x[0]])), AND)
        network = Sequential(Concat(*map(minterm, ones)), anyone) if ones else never
        assert tuple(round(network(list(row)).data) for row in ROWS) == wanted


def test_the_truth_table_of_a_plain_function():
    assert str(truth_table(lambda x: max(x), name="max")).splitlines()[1:] == [
        " 0   0  0 → 0",
        " 0   1  1 → 1",
        " 1   0  1 → 1",
        " 1   1  1 → 1",
    ]
    assert len(str(truth_table(lambda x: sum(x) % 2, inputs=3)).splitlines()) == 9


def test_a_truth_table_rounds_to_a_decision_and_claims_no_nearness():
    table = truth_table(lambda x: [0.4073, 0.99996][x[0]], inputs=1, name="p")
    assert str(table).splitlines()[1:] == [" 0  0.4073  → 0", " 1  0.99996 → 1"]


def test_the_perceptron_fires_above_its_threshold_only():
    perceptron = Perceptron(2)
    perceptron.load_state({"w[0]": 1, "w[1]": 1, "b": -1})
    assert [perceptron(row) for row in ROWS] == [0, 0, 0, 1]


# losses and descent


@pytest.mark.parametrize("z", [-3.0, 0.0, 0.7, 5.0])
@pytest.mark.parametrize("y", [0, 1, 0.25])
def test_binary_cross_entropy_is_its_definition_and_its_gradient_is_the_error(z, y):
    logit = Value(z)
    loss = binary_cross_entropy(logit, y)
    loss.backward()
    p = sigmoid(z)
    assert loss.data == pytest.approx(-y * math.log(p) - (1 - y) * math.log(1 - p), rel=1e-12)
    assert logit.grad == pytest.approx(p - y, rel=1e-12)


@pytest.mark.parametrize("z", [-1000.0, 1000.0])
def test_binary_cross_entropy_far_out(z):
    assert binary_cross_entropy(Value(z), 0).data == max(z, 0)
    assert binary_cross_entropy(Value(z), 1).data == max(-z, 0)


def test_losses_are_means_over_examples_with_the_closed_forms_gradients():
    predictions, targets = [Value(0.5), Value(-2.0), Value(3.0)], [1, -1, -1]
    mean_squared_error(predictions, targets).backward()
    assert [p.grad for p in predictions] == pytest.approx(
        [2 * (p.data - y) / 3 for p, y in zip(predictions, targets)]
    )
    predictions = [Value(0.5), Value(-2.0), Value(3.0)]
    loss = hinge(predictions, targets)
    loss.backward()
    assert loss.data == pytest.approx((0.5 + 0 + 4) / 3)
    assert [p.grad for p in predictions] == pytest.approx([-1 / 3, 0, 1 / 3])
    with pytest.raises(ValueError, match="hinge of 3 predictions needs as many targets, not 2"):
        hinge(predictions, [1, 1])
    with pytest.raises(ValueError, match="hinge of 3 predictions needs as many targets, not one number"):
        hinge(predictions, 1)


def test_descent_on_a_parabola_is_a_geometric_sequence():
    w = Value(3)
    descent = GradientDescent([w], rate=0.1)
    for step in range(1, 20):
        descent.zero_grad()
        (w * w).backward()
        descent.step()
        assert w.data == pytest.approx(3 * 0.8**step, rel=1e-12)


def test_fit_finds_the_least_squares_line():
    line = Neuron(1, activation="linear", rng=random.Random(0))
    xs, ys = [0.0, 1.0, 2.0, 3.0], [1.0, 2.9, 5.1, 7.0]
    history = fit(
        line, [[x] for x in xs], ys, mean_squared_error, GradientDescent(line.parameters(), rate=0.1)
    )
    assert [p.data for p in line.parameters()] == pytest.approx(
        [2.02, 0.97], abs=1e-6
    )  # the normal equations
    assert history[:50] == sorted(history[:50], reverse=True)


# what they refuse


def test_a_wrong_number_of_inputs_names_layer_and_counts():
    with pytest.raises(ValueError, match=r"layer 1 of MLP\(2, \[3, 1\], relu\) takes 2 inputs, not 3"):
        MLP(2, [3, 1])([1, 2, 3])
    with pytest.raises(ValueError, match=r"Layer\(2, 3, relu\) takes 2 inputs, not 1"):
        Layer(2, 3)([1])
    with pytest.raises(TypeError, match=r"Neuron\(2, relu\) takes a list of 2 inputs, not 5"):
        Neuron(2)(5)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Neuron(0), "a neuron has inputs, one at least, not 0"),
        (lambda: Layer(-1, 2), "a neuron has inputs, one at least, not -1"),
        (lambda: Layer(2, 0), "a layer has neurons, one at least, not 0"),
        (lambda: MLP(2, []), "an MLP has layers, one at least, not 0"),
        (lambda: MLP(2, [3, 0, 1]), "a layer has neurons, one at least, not 0"),
        (lambda: Perceptron(0), "a perceptron has inputs, one at least, not 0"),
    ],
)
def test_a_network_of_nothing_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_an_unknown_activation_names_the_known_ones():
    with pytest.raises(ValueError, match=r"unknown activation 'rleu'.*relu"):
        MLP(2, [2, 1], activation="rleu")


# state


def test_named_parameters_are_paths_that_lead_there():
    model = MLP(2, [3, 1])
    for name, parameter in model.named_parameters():
        assert eval(f"model.{name}") is parameter
    assert len({p.label for p in model.parameters()}) == len(model.parameters())


def test_parameters_are_found_in_any_container_and_intermediate_results_are_not():
    class Model(Module):
        def __init__(self):
            self.table = {"a": Value(1), "b": [Value(2), (Value(3),)]}
            self.layer = Layer(1, 1)
            self.itself = self
            self.last = self.table["a"] * 2

    names = [name for name, _ in Model().named_parameters()]
    assert names == [
        "table['a']",
        "table['b'][0]",
        "table['b'][1][0]",
        "layer.neurons[0].w[0]",
        "layer.neurons[0].b",
    ]


def test_names_of_parameters_may_have_braces():
    class Model(Module):
        def __init__(self):
            self.table = {"{}": [Value(1)], "{0}": {"{x}": Value(2)}}

    assert Model().state() == {"table['{}'][0]": 1, "table['{0}']['{x}']": 2}


def test_save_and_load_restore_every_bit(tmp_path):
    model, other = MLP(3, [4, 2]), MLP(3, [4, 2])
    model.save(tmp_path / "model.json")
    other.load(tmp_path / "model.json")
    assert other.state() == model.state()
    assert json.loads((tmp_path / "model.json").read_text())["parameters"] == model.state()
    assert [path.name for path in tmp_path.iterdir()] == ["model.json"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.pop("b"), "missing b"),
        (lambda s: s.update(c=1), "unknown c"),
        (lambda s: s.update({"c": 1, 7: 1}), "unknown 7, c"),
        (lambda s: s.update(b="1"), "b is '1', not a number"),
        (lambda s: s.update(b=None), "b is None, not a number"),
        (lambda s: s.update({"b": math.nan}), "b is nan, not a number"),
    ],
)
def test_a_state_that_does_not_fit_is_named_and_changes_nothing(change, message):
    neuron = Neuron(2)
    before = neuron.state()
    state = dict.fromkeys(before, 7.0)
    change(state)
    with pytest.raises(ValueError, match=message):
        neuron.load_state(state)
    assert neuron.state() == before


def test_wrong_numbers_of_a_state_are_named_in_order_and_not_all():
    network = MLP(2, [3, 1])
    names = list(network.state())
    said = "; ".join(f"{name} is 'x', not a number" for name in names[:5])
    with pytest.raises(ValueError, match=re.escape(f": {said} and {len(names) - 5} more") + "$"):
        network.load_state(dict.fromkeys(reversed(names), "x"))


@pytest.mark.parametrize("text", ["", "not json", "[1, 2]", '{"w[0]": 1', "[" * 100_000])
def test_a_file_that_is_no_state_is_refused(tmp_path, text):
    path = tmp_path / "model.json"
    path.write_text(text)
    neuron = Neuron(1)
    before = neuron.state()
    with pytest.raises(ValueError, match="is not a saved state"):
        neuron.load(path)
    assert neuron.state() == before


def test_a_failing_save_leaves_the_old_file_alone(tmp_path, monkeypatch):
    path = tmp_path / "model.json"
    Neuron(1).save(path)
    before = path.read_text()
    monkeypatch.setattr(Path, "replace", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        Neuron(1).save(path)
    unsound = Neuron(1)
    unsound.b.data = math.inf
    with pytest.raises(ValueError):
        unsound.save(path)
    assert path.read_text() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["model.json"]


def test_saving_writes_what_a_link_stands_for(tmp_path):
    (tmp_path / "link.json").symlink_to(tmp_path / "model.json")
    neuron = Neuron(1)
    for _ in range(2):  # where there is no such file yet, and where there is
        neuron.save(tmp_path / "link.json")
        assert (tmp_path / "link.json").is_symlink()
        assert json.loads((tmp_path / "model.json").read_text())["parameters"] == neuron.state()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_saving_replaces_nothing_but_files(tmp_path):
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name in ("folder", "pipe"):
        with pytest.raises(OSError, match=f"{name} is not a file"):
            Neuron(1).save(tmp_path / name)
    assert (tmp_path / "folder").is_dir()
    assert (tmp_path / "pipe").is_fifo()
    assert len(list(tmp_path.iterdir())) == 2


def test_the_longest_of_names_will_do_for_a_file(tmp_path):
    path = tmp_path / ("θ" * 125 + ".json")
    Neuron(1).save(path)
    Neuron(1).load(path)


def test_a_deep_copy_has_weights_of_its_own():
    trained = copy.deepcopy(AND)
    trained.w[0].data = 0.0
    assert AND.w[0].data == 20


def test_zero_grad_clears_every_parameter():
    model = MLP(2, [3, 1])
    model([1, 2]).backward()
    assert any(p.grad for p in model.parameters())
    model.zero_grad()
    assert not any(p.grad for p in model.parameters())


def test_a_networks_graph_has_one_leaf_for_every_parameter():
    model = MLP(2, [3, 1])
    leaves = [node for node in topological_order(model([Value(1), Value(2)])) if not node.parents]
    assert len(leaves) == len(model.parameters()) + 2


def test_saved_files_are_readable_by_others(tmp_path):
    Neuron(1).save(tmp_path / "model.json")
    plain = tmp_path / "plain"
    plain.touch()
    assert stat.S_IMODE((tmp_path / "model.json").stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


@pytest.mark.parametrize("model", [XOR, Sequential(XOR), Sequential(MLP(2, [2, 1]), Neuron(1))])
def test_a_sequence_of_layers_takes_an_array_as_a_layer_does(model):
    numpy = pytest.importorskip("numpy")
    assert model(numpy.array([1.0, 0.0])).data == model([1.0, 0.0]).data
    with pytest.raises(TypeError, match="takes a list of 2 inputs, not None"):
        model(None)
