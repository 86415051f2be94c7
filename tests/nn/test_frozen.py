"""Freezing: parameters that training leaves as they are."""

import copy
import pickle
import random

import pytest

from engine import Frozen, Program, Value, check_gradients, tree
from nn import (
    MLP,
    Adam,
    GradientDescent,
    Module,
    Neuron,
    Perceptron,
    Sequential,
    binary_cross_entropy,
    fit,
    load,
    mean_squared_error,
)

ROWS, TARGETS = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]


def network():
    return MLP(2, [3, 1], "tanh", random.Random(0))


def half_frozen():
    model = network()
    model.layers[0].freeze()
    return model


@pytest.mark.parametrize("engine", ["auto", "python", "graph"])
@pytest.mark.parametrize("batch", [None, 3])
def test_training_leaves_frozen_parameters_as_they_are(engine, batch):
    model = half_frozen()
    before = model.state()
    adam = Adam(model.parameters(), rate=0.1)
    losses = fit(model, ROWS, TARGETS, binary_cross_entropy, adam, 20, batch=batch, engine=engine)
    after = model.state()
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {name for name in after if name.startswith("layers[1]")}
    assert losses[-1] < losses[0]


def test_a_frozen_network_computes_the_same_numbers_and_gradients():
    plain, frozen = network(), half_frozen()
    for model in (plain, frozen):
        binary_cross_entropy(model([1, 0.5]), 1).backward()
    pairs = list(zip(plain.named_parameters(), frozen.named_parameters(), strict=True))
    assert all((p.data, p.grad) == (q.data, q.grad) for (_, p), (_, q) in pairs)
    x = [Value(1, "x1"), Value(0.5, "x2")]
    assert check_gradients(lambda: binary_cross_entropy(frozen(x), 1))
    by_program = [Program(binary_cross_entropy(model(x), 1), x)(1, 0.5) for model in (plain, frozen)]
    assert by_program[0] == by_program[1]
    assert "w1_1_1" in repr(tree(frozen(x)))


def test_an_optimiser_that_has_a_frozen_parameter_changes_nothing_and_says_so():
    for make in (lambda p: Adam(p, rate=0.1), lambda p: GradientDescent(p, rate=0.1, momentum=0.9)):
        model = network()
        optimizer = make(model.parameters())
        binary_cross_entropy(model([1, 0]), 1).backward()
        model.layers[1].freeze()
        before = model.state()
        with pytest.raises(ValueError, match=r"^w2_1_1 is frozen and does not train: make the optimiser"):
            optimizer.step()
        for engine in ("auto", "graph"):
            with pytest.raises(ValueError, match="is frozen and does not train: make the optimiser"):
                fit(model, ROWS, TARGETS, binary_cross_entropy, optimizer, 5, engine=engine)
        with pytest.raises(ValueError, match="is frozen and does not train: make the optimiser"):
            make(parameter for _, parameter in model.named_parameters())
        assert model.state() == before
        model.unfreeze()
        optimizer.step()
        assert model.state() != before


def test_freezing_while_fit_trains_ends_it_with_what_was_learned():
    model, states = network(), []

    def each(epoch, loss, model):
        states.append(model.state())
        if epoch == 2:
            model.freeze()

    descent = GradientDescent(model.parameters(), rate=0.5)
    with pytest.raises(ValueError, match="does not train"):
        fit(model, ROWS, TARGETS, binary_cross_entropy, descent, 10, each=each)
    assert len(states) == 2 and model.state() == states[1]


def test_a_frozen_perceptron_does_not_learn():
    perceptron = Perceptron(2)
    perceptron.freeze([perceptron.b])
    with pytest.raises(ValueError, match="b is frozen and does not train"):
        perceptron.learn(ROWS, [0, 1, 1, 1])
    assert set(perceptron.state().values()) == {0.0}


def test_everything_but_parameters_has_the_frozen_ones(tmp_path):
    model = half_frozen()
    assert len(model.parameters()) == 4 and len(model.state()) == len(model.named_parameters()) == 13
    binary_cross_entropy(model([1, 0]), 1).backward()
    model.zero_grad()
    assert all(parameter.grad == 0 for _, parameter in model.named_parameters())
    model.save(tmp_path / "model.json")
    other = half_frozen()
    other.load_state(dict.fromkeys(model.state(), 0.5))
    other.load(tmp_path / "model.json")
    assert other.state() == model.state() and len(other.parameters()) == 4
    again = load(tmp_path / "model.json")  # the file does not say what is frozen
    assert again.state() == model.state() and len(again.parameters()) == 13


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_copies_of_what_is_frozen_are_frozen(copied):
    model = half_frozen()
    model.layers[0].neurons[0].b.grad = 0.25
    other = copied(model)
    assert [repr(p) for _, p in other.named_parameters()] == [repr(p) for _, p in model.named_parameters()]
    assert len(other.parameters()) == 4
    output = model([Value(1), Value(2)])
    assert copied(output).data == output.data


def test_a_shared_parameter_is_frozen_wherever_it_stands():
    one, other = Neuron(2), Neuron(2)
    other.w = one.w
    one.freeze()
    assert other.parameters() == [other.b] and Sequential(one, other).parameters() == [other.b]
    other.unfreeze([other.w[0]])
    assert len(one.parameters()) == 1


def test_a_part_and_a_parameter_are_frozen_and_unfrozen():
    model = network()
    hidden, output = model.layers
    model.freeze([output.neurons[0].b, *hidden.neurons[1].w])
    frozen = {name for name, parameter in model.named_parameters() if isinstance(parameter, Frozen)}
    assert frozen == {"layers[1].neurons[0].b", "layers[0].neurons[1].w[0]", "layers[0].neurons[1].w[1]"}
    model.freeze()
    assert model.parameters() == []
    model.unfreeze([output.neurons[0].b])
    assert len(model.parameters()) == 1 and model.parameters()[0] is output.neurons[0].b
    model.unfreeze()
    assert {type(parameter) for parameter in model.parameters()} == {Value}
    assert len(model.parameters()) == 13


def test_what_is_no_parameter_of_a_model_is_named_and_nothing_is_frozen():
    model, other = network(), Neuron(2)
    with pytest.raises(ValueError, match=r"label='b'\) is no parameter of MLP\(2, \[3, 1\], tanh\)"):
        model.freeze([model.layers[0].neurons[0].b, other.b])
    with pytest.raises(
        TypeError,
        match="a list of parameters is (un)frozen, as by freeze([neuron.b]), not .b.".replace("(", r"\(")
        .replace(")", r"\)")
        .replace("[", r"\["),
    ):
        model.freeze("b")
    assert len(model.parameters()) == 13


def test_freezing_keeps_the_name_of_a_model_without_a_name_of_its_own():
    class Line(Module):
        def __init__(self):
            self.slope, self.offset = Value(2), Value(1)

    line = Line()
    line.freeze([line.offset])
    assert repr(line) == "Line(2 parameters)" and len(line.parameters()) == 1


def test_an_empty_list_does_not_mean_all_parameters():
    model = network()
    hidden = model.layers[0]
    model.freeze()
    for change in (model.freeze, model.unfreeze):  # a frozen layer has no parameters()
        with pytest.raises(ValueError, match="is empty; without a list, all are meant"):
            change(hidden.parameters())
    assert model.parameters() == []


def test_values_of_a_class_of_ones_own_are_not_frozen_and_nothing_is():
    class Own(Value):
        pass

    class Line(Module):
        def __init__(self):
            self.offset, self.slope = Value(1), Own(2)

    line = Line()
    with pytest.raises(TypeError, match=r"plain Values can be frozen, not Value\(data=2.* of class Own"):
        line.freeze()
    assert [type(parameter) for parameter in line.parameters()] == [Value, Own]
    line.freeze([line.offset])
    line.unfreeze()
    assert [type(parameter) for parameter in line.parameters()] == [Value, Own]


@pytest.mark.parametrize("engine", ["auto", "graph", "python"])
def test_a_network_that_is_frozen_whole_is_not_said_to_have_trained(engine):
    model = network()
    model.freeze()
    adam = Adam(model.parameters())
    with pytest.raises(ValueError, match="the optimiser has no parameters to train"):
        fit(model, [[0, 1]], [1], mean_squared_error, adam, engine=engine)
