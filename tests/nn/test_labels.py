"""Labels of parameters say layer, neuron and input, in all networks."""

import random

from engine import Program, Value
from nn import MLP, XOR, Concat, Convolution1D, Layer, Neuron, Recurrent, Sequential, hinge


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


def test_a_part_of_a_network_has_the_labels_of_the_whole():
    network = MLP(2, [3, 3, 1])
    before = labels(network)
    assert labels(Sequential(*network.layers[1:])) == before[9:]
    Sequential(network.layers[2])
    assert labels(network) == before
    assert labels(Sequential(Layer(4, 2), *network.layers))[10:12] == ["w2_1_1", "w2_1_2"]
    assert len(set(labels(network))) == len(before)


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
