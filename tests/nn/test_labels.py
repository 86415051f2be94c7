"""Labels of parameters say layer, neuron and input, in all networks."""

import copy
import pickle
import random

import pytest

from engine import Constant, Program, Value, draw, play, steps, topological_order, tree
from engine.notation import node_names
from nn import (
    LSTM,
    MLP,
    XOR,
    Concat,
    Convolution1D,
    Convolution2D,
    Layer,
    Neuron,
    Recurrent,
    Sequential,
    hinge,
)


def labels(model):
    return [parameter.label for parameter in model.parameters()]


def g(z):
    return [each.tanh() for each in z]


def test_a_sequence_of_layers_is_labelled_as_an_mlp_is():
    ways = [
        Sequential(Layer(2, 3), Layer(3, 2), Layer(2, 1, "linear")),
        Sequential(Layer(2, 3), g, Layer(3, 2), g, Neuron(2)),
        Sequential(Layer(2, 3), Sequential(Layer(3, 2), Layer(2, 1))),
        Sequential(Sequential(Layer(2, 3), Layer(3, 2)), Neuron(2)),
        Sequential(Sequential(Sequential(Layer(2, 3))), MLP(3, [2, 1])),
        Sequential(MLP(2, [3, 2, 1])),
        Sequential(Concat(*[Neuron(2) for _ in range(3)]), Concat(Layer(3, 1), Neuron(3)), Layer(2, 1)),
        Sequential(Convolution1D(Layer(2, 3), width=2), lambda rows: rows[0], Layer(3, 2), Layer(2, 1)),
    ]
    for network in ways:
        assert labels(network) == labels(MLP(2, [3, 2, 1])), network


def test_layers_of_different_depths_side_by_side():
    network = Sequential(Concat(MLP(2, [2, 1]), Neuron(2)), Neuron(2))
    assert {"w1_3_1", "w2_1_1", "b3_1"} <= set(labels(network))
    assert len(set(labels(network))) == len(labels(network))


def test_a_recurrent_layer_in_a_sequence():
    assert labels(Sequential(Recurrent(Neuron(2), size=1), Neuron(1))) == [
        "w1_1_1",
        "w1_1_2",
        "b1_1",
        "w2_1_1",
        "b2_1",
    ]


def test_labels_of_ones_own_stay():
    first, second = Layer(2, 2), Layer(2, 1)
    first.neurons[0].w[1].label, second.neurons[0].b.label = "fever", "offset"
    network = Sequential(first, second)
    assert labels(network) == [
        "w1_1_1",
        "fever",
        "b1_1",
        "w1_2_1",
        "w1_2_2",
        "b1_2",
        "w2_1_1",
        "w2_1_2",
        "offset",
    ]
    assert "or_w1" in labels(XOR)


def test_a_layer_in_two_places_has_the_labels_of_the_first():
    shared = Layer(2, 2)
    assert labels(Sequential(shared, shared, Layer(2, 1)))[:3] == ["w1_1_1", "w1_1_2", "b1_1"]


def test_the_network_made_last_labels_its_layers_whatever_was_made_before():
    layers = Layer(2, 2), Layer(2, 2), Layer(2, 1)
    Sequential(*layers)
    last = Sequential(layers[2])
    assert labels(last) == labels(Sequential(Layer(2, 1))) == ["w1_1_1", "w1_1_2", "b1_1"]
    assert labels(Sequential(*layers)) == labels(MLP(2, [2, 2, 1]))


def test_a_part_of_a_network_is_labelled_as_a_network():
    network = MLP(2, [3, 3, 1])
    before = labels(network)
    assert labels(Sequential(*network.layers[:2])) == before[:21]
    assert labels(network) == before
    assert labels(Sequential(*network.layers[1:])) == labels(MLP(3, [3, 1]))
    assert labels(Sequential(network)) == before


def test_a_label_of_ones_own_that_looks_as_one_of_a_network_stays():
    layer = Layer(2, 1)
    layer.neurons[0].w[0].label, layer.neurons[0].b.label = "w1", "b7_2"
    assert labels(Sequential(Layer(2, 2), layer))[6:] == ["w1", "w2_1_2", "b7_2"]
    layer.neurons[0].w[1].label = "w1_1_1"
    assert labels(Sequential(layer)) == ["w1", "w1_1_1", "b7_2"]


def test_a_weight_that_two_neurons_share_has_the_label_of_its_first_place():
    one, other = Neuron(2), Neuron(2)
    other.w = one.w
    assert labels(Sequential(Concat(one, other))) == ["w1_1_1", "w1_1_2", "b1_1", "b1_2"]


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda layer: pickle.loads(pickle.dumps(layer))])
def test_a_copy_of_a_layer_is_labelled_by_its_own_network(copied):
    layer = MLP(2, [2, 1]).layers[1]
    assert labels(Sequential(copied(layer))) == ["w1_1_1", "w1_1_2", "b1_1"]
    assert labels(layer) == ["w2_1_1", "w2_1_2", "b2_1"]


def test_a_single_layer_and_neuron_say_what_they_know():
    assert labels(Neuron(2)) == ["w1", "w2", "b"]
    assert labels(Layer(2, 2)) == ["w1_1", "w1_2", "b1", "w2_1", "w2_2", "b2"]


def test_a_sequence_rolls_up_into_the_loops_of_an_mlp():
    rng = random.Random(0)
    layers = Layer(3, 4, rng=rng), Layer(4, 1, "linear", rng=rng)
    x, y = [Value(0, f"x{i}") for i in (1, 2, 3)], Value(1, "y")
    loops = [
        str(Program(hinge(network(x), y), inputs=[*x, y]).loops)
        for network in (Sequential(*layers), MLP(3, [4, 1]))
    ]
    assert loops[0] == loops[1] and "w1[i][j] * x[j]" in loops[0]


def leaves(output):
    """The names in a graph of what is no parameter, with their numbers."""
    names = node_names(topological_order(output))
    return {name: node.data for node, name in names.items() if isinstance(node, Constant)}


@pytest.mark.parametrize(
    "network",
    [MLP(2, [3, 2, 1]), Layer(2, 1), Neuron(2), Sequential(Layer(2, 2), Neuron(2)), XOR],
    ids=lambda network: type(network).__name__,
)
def test_plain_numbers_are_called_x1_and_x2_in_the_graph(network):
    output = network([1, 0.5])
    assert leaves(output) == {"x1": 1, "x2": 0.5}
    assert "x1" in repr(tree(output)) and "x1<BR/>data 1" in draw(output).source
    assert "x1 = 1" in play(output).html and "x2 = 0.5" in play(output).html
    # They are constants still: no parameters of a program, without a gradient.
    program = Program(output)
    assert set(map(id, program.parameters)) == set(map(id, network.parameters()))
    assert network((1, True)).data == network([1.0, Value(1)]).data


def test_inputs_of_layers_that_repeat_a_function_say_the_place():
    kernel = Convolution1D(Neuron(2), width=2)
    assert leaves(sum(kernel([3, 4, 5]))) == {"x1": 3, "x2": 4, "x3": 5}
    pixels = Convolution2D(Neuron(2), height=1, width=2)([[3, 4], [5, 6]])
    assert leaves(sum(pixels[0] + pixels[1])) == {"x1_1": 3, "x1_2": 4, "x2_1": 5, "x2_2": 6}
    states = Recurrent(Layer(2, 1, "tanh"), size=1)([3, 4])
    assert leaves(states[-1]) == {"x1_1": 3, "h0_1": 0, "x2_1": 4}


def test_values_keep_their_labels_and_functions_of_ones_own_get_numbers():
    fever, other = Value(1, "fever"), Value(2)
    Neuron(2)([fever, other])
    assert (fever.label, other.label) == ("fever", "")
    given = []
    Sequential(lambda x: given.append(x) or x, Neuron(2))([1, 0])
    Concat(lambda x: given.append(x) or x, Neuron(2))([1, 0])
    assert given == [[1, 0], [1, 0]] and {type(x) for row in given for x in row} == {int}


def test_a_walk_says_x1_where_the_derivative_is_an_input():
    neuron = Neuron(1, "linear")
    text = repr(steps(neuron([3])).run())
    assert "∂v1/∂w1 = 1 × x1" in text and "= 1 × 3 = 3" in text


def input_constants(output):
    """The constants of a graph: (label, number), in the graph's order."""
    nodes = topological_order(output)
    return [(node.label, node.data) for node in nodes if isinstance(node, Constant)]


@pytest.mark.parametrize(
    "network",
    [Neuron(2, "linear"), Layer(2, 3), MLP(2, [3, 1]), Sequential(Layer(2, 3), Neuron(3))],
    ids=lambda network: type(network).__name__,
)
def test_each_plain_number_beside_values_is_named_by_its_place(network):
    q = Value(3, "q")
    for given, wanted in (([1, q], [("x1", 1)]), ([q, 2], [("x2", 2)]), ([q, q], [])):
        out = network(given)
        assert input_constants(out if isinstance(out, Value) else sum(out)) == wanted
    assert q.label == "q"


def test_numbers_beside_values_are_named_where_a_function_is_repeated():
    q = Value(3, "q")
    row = Convolution1D(Neuron(2, "linear"), width=2)([q, 4, q])
    assert input_constants(sum(row)) == [("x2", 4)]
    states = Recurrent(Neuron(3, "tanh"), size=1)([[q, 1], [2, q]])
    assert sorted(input_constants(states[-1])) == [("h0_1", 0), ("x1_2", 1), ("x2_1", 2)]
    states = LSTM(2, 1)([[q, 1], [2, q]])
    assert sorted(input_constants(states[-1][0])) == [("c0_1", 0), ("h0_1", 0), ("x1_2", 1), ("x2_1", 2)]


def test_a_number_added_to_what_a_layer_computed_is_no_input():
    network = Sequential(Layer(3, 2, "linear"), lambda z: [*z, 1], Neuron(3, "linear"))
    assert sorted(input_constants(network([4, 5, 6]))) == [("", 1), ("x1", 4), ("x2", 5), ("x3", 6)]
