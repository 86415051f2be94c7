"""Wrong arguments: every message says what was given and what is wanted."""

import math
import random
import re

import pytest

from engine import Value
from nn import (
    AND,
    LSTM,
    MLP,
    XOR,
    Adam,
    Attention,
    Concat,
    Convolution1D,
    Convolution2D,
    Embedding,
    GradientDescent,
    Layer,
    Neuron,
    Perceptron,
    Recurrent,
    RMSNorm,
    Sequential,
    binary_cross_entropy,
    cross_entropy,
    diagram,
    fit,
    hinge,
    max_pool,
    mean_squared_error,
    mistake_bound,
    one_hot,
    plot,
    softmax,
    truth_table,
)
from nn.layerwise import (
    Activation,
    Linear,
    backpropagation,
    backward,
    forward,
    identity,
    layers_of,
    multiplications,
    naive,
    shape,
    tables,
)
from nn.layerwise import product as matrix_product
from nn.logic import unit

NETWORK = MLP(2, [3, 1])
ROWS = [[0, 0], [1, 1]]
W = Value(2, "w")
LAYERS = [Linear([[1, 2], [3, 4]]), Linear([[5, 6]])]


def trained(**arguments):
    """fit, with one argument that is wrong."""
    right = {
        "model": NETWORK,
        "rows": [[0, 0], [1, 1]],
        "targets": [0, 1],
        "loss": mean_squared_error,
        "optimizer": GradientDescent(NETWORK.parameters(), 0.1),
        "epochs": 2,
    }
    return fit(**right | arguments)


class WithoutUpdate:
    parameters = NETWORK.parameters()


class WithoutParameters:
    def update(self, weights, gradient):
        return weights


class OfNames(WithoutParameters):
    parameters = ("w", "b")


HUGE = 10**5000
WRONG = [
    # networks
    (lambda: MLP(2, 3), TypeError, "an MLP has a list of layer sizes, as in MLP(2, [3, 1]), not 3"),
    (lambda: MLP(2, "31"), TypeError, "a list of layer sizes, as in MLP(2, [3, 1]), not '31'"),
    (lambda: MLP(2, {3, 1}), TypeError, "a list of layer sizes, as in MLP(2, [3, 1]), not {1, 3}"),
    (lambda: MLP(2, None), TypeError, "a list of layer sizes, as in MLP(2, [3, 1]), not None"),
    (lambda: MLP("2", [3]), TypeError, "an MLP has inputs, a whole number of them, not '2'"),
    (lambda: MLP(2.5, [1]), TypeError, "an MLP has inputs, a whole number of them, not 2.5"),
    (lambda: MLP(True, [1]), TypeError, "an MLP has inputs, a whole number of them, not True"),
    (lambda: MLP(0, [1]), ValueError, "an MLP has inputs, one at least, not 0"),
    (lambda: MLP(2, [3, "1"]), TypeError, "a layer has neurons, a whole number of them, not '1'"),
    (lambda: MLP(2, [3, 1.0]), TypeError, "a layer has neurons, a whole number of them, not 1.0"),
    (lambda: MLP(2, [3], 5), TypeError, "an activation is one of linear, relu, sigmoid, tanh, or a function"),
    (lambda: MLP(2, [3], ["relu"]), TypeError, "or a function on Values, not ['relu']"),
    (lambda: MLP(2, [3], "rleu"), ValueError, "unknown activation 'rleu': it is one of linear, relu"),
    (lambda: MLP(2, [3], rng=3), TypeError, "rng makes random numbers, as random.Random(0) does, not 3"),
    (lambda: MLP(2, [3], rng=random.Random), TypeError, "rng makes random numbers, as random.Random(0) does"),
    (lambda: Neuron("2"), TypeError, "a neuron has inputs, a whole number of them, not '2'"),
    (lambda: Neuron([1, 2]), TypeError, "a neuron has inputs, a whole number of them, not [1, 2]"),
    (lambda: Neuron(2, rng="x"), TypeError, "rng makes random numbers, as random.Random(0) does, not 'x'"),
    (lambda: Layer(2, None), TypeError, "a layer has neurons, a whole number of them, not None"),
    (lambda: Layer(2.0, 2), TypeError, "a neuron has inputs, a whole number of them, not 2.0"),
    (lambda: Perceptron(2.5), TypeError, "a perceptron has inputs, a whole number of them, not 2.5"),
    (lambda: Sequential([AND, XOR]), TypeError, "such as layers: Sequential(f, g), not [Neuron(2, sigmoid)"),
    (lambda: Sequential(AND, Layer), TypeError, "not the class Layer: make one, Layer(...)"),
    (lambda: Concat(AND, 3), TypeError, "Concat takes functions, such as layers: Concat(f, g), not 3"),
    (lambda: Recurrent(3, 1), TypeError, "Recurrent repeats a function, such as Layer(3, 2), not 3"),
    (
        lambda: Recurrent(XOR, "1"),
        TypeError,
        "the state of Recurrent has numbers, a whole number of them, not '1'",
    ),
    (lambda: Recurrent(XOR, 0), ValueError, "the state of Recurrent has numbers, one at least, not 0"),
    (lambda: Recurrent(XOR, 1)(5), TypeError, "takes a list of elements, its sequence, not 5"),
    (lambda: LSTM(0, 1), ValueError, "the sequence of an LSTM has numbers, one at least, not 0"),
    (lambda: LSTM(1, 2.0), TypeError, "the state of an LSTM has numbers, a whole number of them, not 2.0"),
    (lambda: LSTM(1, 2, rng=3), TypeError, "rng makes random numbers, as random.Random(0) does, not 3"),
    (lambda: LSTM(1, 2)(5), TypeError, "LSTM takes a list of elements, its sequence, not 5"),
    (lambda: LSTM(1, 2)([None]), TypeError, "of a sequence is a number or a list of numbers, not None"),
    (lambda: Recurrent(XOR, 1)(["a"]), TypeError, "is a number or a list of numbers, not 'a'"),
    (lambda: LSTM(1, 2)([[1, 2]]), ValueError, "a step of LSTM(1, 2) takes 1 input, not 2"),
    (lambda: LSTM(2, 2)([1, 2]), ValueError, "a step of LSTM(2, 2) takes 2 inputs, not 1"),
    (lambda: Attention("2", 1), TypeError, "a vector for attention has numbers, a whole number of them"),
    (lambda: Attention(2, 0), ValueError, "the queries and keys of attention have numbers, one at least"),
    (lambda: Attention(2, 1, 3), TypeError, "rng makes random numbers, as random.Random(0) does, not 3"),
    (lambda: Attention(2, 1, heads=0), ValueError, "attention has heads, one at least, not 0"),
    (lambda: Attention(2, 1, heads=[1]), TypeError, "attention has heads, a whole number of them, not [1]"),
    (lambda: Attention(2, 1, causal=1), TypeError, "causal is True or False, not 1"),
    (
        lambda: Attention(2, 1, heads=2).weights([[1, 2]], 2),
        ValueError,
        "Attention(2, 1, heads=2) has heads 0 to 1, not 2",
    ),
    (
        lambda: Attention(2, 1, causal=True).weights([[1, 2]], head="0"),
        ValueError,
        "Attention(2, 1, causal=True) has heads 0 to 0, not '0'",
    ),
    (lambda: RMSNorm(0), ValueError, "a vector for RMSNorm has numbers, one at least, not 0"),
    (lambda: RMSNorm(2.0), TypeError, "a vector for RMSNorm has numbers, a whole number of them, not 2.0"),
    (lambda: RMSNorm(2)(3), TypeError, "RMSNorm(2) takes a list of 2 inputs, not 3"),
    (lambda: RMSNorm(2)([1]), ValueError, "RMSNorm(2) takes 2 inputs, not 1"),
    (lambda: RMSNorm(1)(["a"]), TypeError, "RMSNorm(1) takes numbers, not 'a'"),
    (lambda: Attention(2, 1)(3), TypeError, "Attention takes a list of vectors, not 3"),
    (lambda: Attention(2, 1)(["ab"]), TypeError, "Attention(2, 1) takes numbers, not 'a'"),
    (lambda: Attention(2, 1)([]), ValueError, "Attention takes a list of vectors, one at least, not 0"),
    (
        lambda: Attention(2, 1)([1, 2]),
        TypeError,
        "a vector of Attention(2, 1) takes a list of 2 inputs, not 1",
    ),
    (
        lambda: Attention(2, 1).weights([[1, 2], [1]]),
        ValueError,
        "a vector of Attention(2, 1) takes 2 inputs, not 1",
    ),
    (lambda: Convolution1D(3, 2), TypeError, "Convolution1D moves a function, such as Neuron(3), not 3"),
    (lambda: Convolution1D(AND, 0), ValueError, "a window has a width, one at least, not 0"),
    (lambda: Convolution1D(AND, 2.0), TypeError, "a window has a width, a whole number of them, not 2.0"),
    (lambda: Convolution1D(AND, 2)(3), TypeError, "takes a row, a list of numbers, not 3"),
    (
        lambda: Convolution2D(None, 2, 1),
        TypeError,
        "Convolution2D moves a function, such as Neuron(4), not None",
    ),
    (lambda: Convolution2D(AND, "2", 1), TypeError, "a window has a height, a whole number of them, not '2'"),
    (lambda: Convolution2D(AND, 2, -1), ValueError, "a window has a width, one at least, not -1"),
    (lambda: Convolution2D(AND, 2, 1)([1, 2]), TypeError, "takes an image, a list of rows, not 1"),
    (lambda: Convolution2D(AND, 2, 1)(3), TypeError, "takes an image, a list of rows, not 3"),
    (lambda: max_pool([]), ValueError, "max_pool of an empty list: there is no largest"),
    (lambda: max_pool(3), TypeError, "max_pool takes a list of Values, or lists of them, not 3"),
    (lambda: max_pool([W, "a"]), TypeError, "max_pool takes a list of Values, or lists of them, not 'a'"),
    (
        lambda: Embedding("good bad", 2),
        TypeError,
        "has a list of words, such as ['good', 'bad'], not 'good bad'",
    ),
    (lambda: Embedding(3, 2), TypeError, "an embedding has a list of words, such as ['good', 'bad'], not 3"),
    (lambda: Embedding([], 2), ValueError, "an embedding has words, one at least, not 0"),
    (
        lambda: Embedding(["a", "b", "a"], 2),
        ValueError,
        "an embedding has every word once, and 'a' is there twice",
    ),
    (lambda: Embedding([["a"]], 2), TypeError, "a word of an embedding is a string, not ['a']"),
    (
        lambda: Embedding(["a"], "2"),
        TypeError,
        "vectors of an embedding have numbers, a whole number of them, not '2'",
    ),
    (lambda: Embedding(["a"], 2)(3), TypeError, "an embedding takes a list of words, not 3"),
    (lambda: Embedding(["a"], 2)([["a"]]), ValueError, "has no word ['a']; it has ['a']"),
    (lambda: Embedding(["a"], 2)([1]), ValueError, "has no place 1: they are 0 to 0"),
    (lambda: Embedding(["a"], 2)([0.5]), ValueError, "has no place 0.5: they are 0 to 0"),
    (lambda: Embedding(["a"], 2)([Value(1, "k")]), ValueError, "k = 1.0: not a whole number from 0 to 0"),
    (lambda: Embedding([W], 2), TypeError, "a word of an embedding is a string, not"),
    (lambda: Embedding([1, 0], 2), ValueError, "numbers in an embedding are their own places"),
    (lambda: Embedding([True, False], 2), ValueError, "numbers in an embedding are their own places"),
    # a state
    (
        lambda: Neuron(1).load_state(3),
        TypeError,
        "a state is a dict of the parameters' names and numbers, not 3",
    ),
    (
        lambda: Neuron(1).load_state([1, 2]),
        TypeError,
        "a dict of the parameters' names and numbers, not [1, 2]",
    ),
    (lambda: Neuron(1).load_state({3: 4}), ValueError, "missing b, w[0]; unknown 3"),
    (lambda: Neuron(1).load_state({"w[0]": True, "b": 1}), ValueError, "w[0] is True, not a number"),
    (lambda: Neuron(1).load_state({"w[0]": "7", "b": 1}), ValueError, "w[0] is '7', not a number"),
    (lambda: Neuron(1).load_state({"w[0]": math.nan, "b": 1}), ValueError, "w[0] is nan, not a number"),
    (lambda: Neuron(1).load_state({"w[0]": 1, "b": 1, "\n": 1}), ValueError, r"unknown '\n'"),
    # optimisers
    (
        lambda: Adam(NETWORK),
        TypeError,
        "as in Adam(network.parameters()), not the model MLP(2, [3, 1], relu)",
    ),
    (lambda: Adam(3), TypeError, "Adam takes parameters, as in Adam(network.parameters()), not 3"),
    (lambda: Adam(W), TypeError, "as in Adam(network.parameters()), not Value("),
    (lambda: Adam([1, 2]), TypeError, "as in Adam(network.parameters()); one of them is 1"),
    (
        lambda: Adam(NETWORK.named_parameters()),
        TypeError,
        "one of them is ('layers[0].neurons[0].w[0]', Value",
    ),
    (lambda: Adam(NETWORK.state()), TypeError, "as in Adam(network.parameters()), not {"),
    (lambda: Adam(NETWORK.parameters), TypeError, "as in Adam(network.parameters()), not <bound method"),
    (lambda: Adam([W * 2]), ValueError, "is a constant or computed from others"),
    (lambda: Adam([W], "0.1"), TypeError, "a learning rate is a number, not '0.1'"),
    (lambda: Adam([W], math.nan), ValueError, "a learning rate is at least 0 and finite, not nan"),
    (lambda: Adam([W], 10**400), ValueError, "a learning rate is at least 0 and finite, not 1000"),
    (lambda: Adam([W], -1), ValueError, "a learning rate is at least 0 and finite, not -1"),
    (lambda: Adam([W], betas=0.9), TypeError, "Adam has two betas, as in betas=(0.9, 0.999), not 0.9"),
    (lambda: Adam([W], betas=(0.9,)), ValueError, "Adam has two betas, as in betas=(0.9, 0.999), not 1"),
    (lambda: Adam([W], betas=(0.9, 1)), ValueError, "a beta is at least 0 and less than 1, not 1"),
    (lambda: Adam([W], betas=(0.9, "1")), TypeError, "a beta is a number, not '1'"),
    (lambda: Adam([W], epsilon=None), TypeError, "Adam's epsilon is a number, not None"),
    (
        lambda: GradientDescent(NETWORK, 0.1),
        TypeError,
        "GradientDescent(network.parameters()), not the model MLP",
    ),
    (lambda: GradientDescent([1], 0.1), TypeError, "GradientDescent(network.parameters()); one of them is 1"),
    (lambda: GradientDescent([W], None), TypeError, "a learning rate is a number, not None"),
    (lambda: GradientDescent([W], math.inf), ValueError, "a learning rate is at least 0 and finite, not inf"),
    (lambda: GradientDescent([W], True), TypeError, "a learning rate is a number, not True"),
    (lambda: GradientDescent([W], 0.1, 1.5), ValueError, "a momentum is at least 0 and less than 1, not 1.5"),
    (lambda: GradientDescent([W], 0.1, "a"), TypeError, "a momentum is a number, not 'a'"),
    # fit
    (
        lambda: trained(model=3),
        TypeError,
        "fit trains a model, a function of a row, such as MLP(2, [3, 1]), not 3",
    ),
    (lambda: trained(model=MLP), TypeError, "not the class MLP: make one, MLP(...)"),
    (lambda: trained(loss="bce"), TypeError, "such as binary_cross_entropy, not 'bce'"),
    (lambda: trained(loss=None), TypeError, "a loss is a function of a prediction and a target, such as"),
    (lambda: trained(optimizer=Adam), TypeError, "not its class: Adam(model.parameters(), rate=0.1)"),
    (
        lambda: trained(optimizer="adam"),
        TypeError,
        "fit needs an optimiser, such as Adam(model.parameters())",
    ),
    (lambda: trained(optimizer=NETWORK), TypeError, "update(weights, gradient), not MLP(2, [3, 1], relu)"),
    (
        lambda: trained(optimizer=WithoutUpdate()),
        TypeError,
        "which has parameters and update(weights, gradient)",
    ),
    (
        lambda: trained(optimizer=WithoutParameters()),
        TypeError,
        "which has parameters and update(weights, gradient)",
    ),
    (
        lambda: trained(optimizer=OfNames()),
        TypeError,
        "an optimiser's parameters are a list of Values, not ('w', 'b')",
    ),
    (lambda: trained(epochs=-1), ValueError, "epochs is at least 0, not -1"),
    (lambda: trained(epochs=1.5), TypeError, "epochs is a whole number, not 1.5"),
    (lambda: trained(epochs="10"), TypeError, "epochs is a whole number, not '10'"),
    (lambda: trained(epochs=True), TypeError, "epochs is a whole number, not True"),
    (lambda: trained(tolerance="1"), TypeError, "tolerance, a change of the loss, is a number, not '1'"),
    (
        lambda: trained(tolerance=-1),
        ValueError,
        "tolerance, a change of the loss, is at least 0 and finite, not -1",
    ),
    (
        lambda: trained(tolerance=math.nan),
        ValueError,
        "tolerance, a change of the loss, is at least 0 and finite",
    ),
    (lambda: trained(batch=True), ValueError, "batch is a number of rows, one at least, not True"),
    (lambda: trained(batch=1, rng=3), TypeError, "rng makes random numbers, as random.Random(0) does, not 3"),
    (lambda: trained(each=3), TypeError, "each is a function of the epoch, the loss and the model, not 3"),
    (
        lambda: trained(targets=3),
        TypeError,
        "fit needs a list of targets, each a number or a list of numbers, not 3",
    ),
    (
        lambda: trained(rows=[["not", "good"], ["bad", "bad"]]),
        TypeError,
        "give a word such as 'not' by its place in the embedding's table",
    ),
    (lambda: trained(rows=3), TypeError, "fit needs rows of inputs, each a list of numbers"),
    (lambda: trained(engine=["c"]), ValueError, "unknown engine ['c']: it is one of 'auto'"),
    # losses
    (lambda: cross_entropy(W, 1), TypeError, "not one Value: a model of one output has binary_cross_entropy"),
    (lambda: cross_entropy([W, W], 2), ValueError, "class 2 is not one of 0 to 1"),
    (lambda: cross_entropy([W, W], 0.5), ValueError, "class 0.5 is not one of 0 to 1"),
    (lambda: cross_entropy([W, W], Value(2, "k")), ValueError, "k = 2.0: not a whole number from 0 to 1"),
    (lambda: cross_entropy([W, W], True), TypeError, "a class is a number from 0 to 1, not True"),
    (lambda: cross_entropy([W, W], "01"), ValueError, "of 2 logits needs as many targets, not '01'"),
    (lambda: cross_entropy([W, W], None), ValueError, "of 2 logits needs as many targets, not None"),
    (lambda: cross_entropy([1.0, 2.0], [0, 1]), TypeError, "a Value for each class; the first is 1.0"),
    (lambda: cross_entropy([], []), ValueError, "a Value for each class, one at least, not []"),
    (lambda: softmax(W), TypeError, "softmax takes a list of logits, a Value for each class, not one Value"),
    (lambda: softmax([]), ValueError, "softmax takes a list of logits, a Value for each class, one at least"),
    (lambda: softmax("ab"), TypeError, "softmax takes a list of logits, a Value for each class, not 'ab'"),
    (lambda: softmax(3), TypeError, "softmax takes a list of logits, a Value for each class, not 3"),
    (lambda: softmax([1, 2]), TypeError, "a Value for each class; the first is 1"),
    (lambda: hinge("a", 1), TypeError, "a prediction of hinge is a Value, not 'a'"),
    (lambda: hinge(W, [1]), TypeError, "a target of hinge is a number, not [1]"),
    (lambda: hinge([W, "a"], [1, 1]), TypeError, "a prediction of hinge is a Value, not 'a'"),
    (lambda: hinge([], []), ValueError, "hinge of no predictions: there is one at least"),
    (
        lambda: binary_cross_entropy(0.5, 1),
        TypeError,
        "a prediction of binary_cross_entropy is a Value, not 0.5",
    ),
    (
        lambda: binary_cross_entropy(W, None),
        TypeError,
        "a target of binary_cross_entropy is a number, not None",
    ),
    (
        lambda: mean_squared_error([W, W], "ab"),
        ValueError,
        "of 2 predictions needs as many targets, not 'ab'",
    ),
    (
        lambda: mean_squared_error([W], ["1"]),
        TypeError,
        "a target of mean_squared_error is a number, not '1'",
    ),
    (
        lambda: mean_squared_error(None, 1),
        TypeError,
        "a prediction of mean_squared_error is a Value, not None",
    ),
    (lambda: one_hot("1", 3), TypeError, "a class is a number from 0 to 2, not '1'"),
    (lambda: one_hot(True, 3), TypeError, "a class is a number from 0 to 2, not True"),
    (lambda: one_hot(1, "3"), TypeError, "one_hot has classes, a whole number of them, not '3'"),
    (lambda: one_hot(0, 0), ValueError, "one_hot has classes, one at least, not 0"),
    # logic, diagrams
    (lambda: truth_table("AND"), TypeError, "a function on a list of zeros and ones, such as AND, not 'AND'"),
    (lambda: truth_table(AND, inputs=3), ValueError, "Neuron(2, sigmoid) takes 2 inputs, not 3"),
    (
        lambda: truth_table(AND, inputs="2"),
        TypeError,
        "a truth table has inputs, a whole number of them, not '2'",
    ),
    (
        lambda: truth_table(AND, inputs=17),
        ValueError,
        "of 17 inputs has 2**17 rows; it takes 16 inputs at most",
    ),
    (lambda: truth_table(AND, inputs=0), ValueError, "a truth table has inputs, one at least, not 0"),
    (lambda: truth_table(Layer(2, 2, lambda z: 1)), TypeError, "answers one number, not [1, 1] to [0, 0]"),
    (lambda: truth_table(lambda x: "1"), TypeError, "answers one number, not '1' to [0, 0]"),
    (
        lambda: truth_table(lambda x: math.nan),
        ValueError,
        "the network of a truth table answers nan to [0, 0]",
    ),
    (lambda: unit("XOR"), ValueError, "no unit computes 'XOR': there are AND, OR, NOT, NAND, NOR"),
    (lambda: diagram(3), TypeError, "a diagram shows layers of neurons, and 3 is none"),
    (lambda: diagram(AND, inputs="ab"), TypeError, "the inputs of a diagram have a list of names, not 'ab'"),
    (lambda: diagram(AND, limit=2.5), TypeError, "how many weights to show, a whole number of them, not 2.5"),
    (lambda: diagram(AND, limit=2), ValueError, "Neuron(2, sigmoid) has 3 weights, too many to read"),
    (lambda: diagram(AND, x=[1]), ValueError, "Neuron(2, sigmoid) takes 2 inputs, not 1"),
    (lambda: diagram(AND, x=[1, "a"]), TypeError, "a diagram takes numbers, not 'a'"),
    (lambda: diagram(AND, outputs=3), TypeError, "the outputs of a diagram have a list of names, not 3"),
    # plots
    (lambda: plot.losses(["a"]), TypeError, "losses takes numbers, not 'a'"),
    (lambda: plot.losses({"a": "1"}), TypeError, "losses are a list of numbers, not '1'"),
    (lambda: plot.boundary(3, ROWS, [0, 1]), TypeError, "a model, a function of two inputs, not 3"),
    (lambda: plot.boundary(AND, 3, [0]), TypeError, "such as [[0, 0], [1, 1]], not 3"),
    (lambda: plot.boundary(AND, [["a", 1]], [0]), TypeError, "a boundary takes numbers, not 'a'"),
    (lambda: plot.boundary(AND, [[math.inf, 1]], [0]), ValueError, "numbers up to 1e+300, not all of [inf,"),
    (lambda: plot.boundary(AND, ROWS, 3), TypeError, "targets are a list of numbers, not 3"),
    (
        lambda: plot.boundary(AND, ROWS, [0, 1], 3),
        TypeError,
        "a boundary is between two outputs, as (0, 1), not 3",
    ),
    (
        lambda: plot.boundary(AND, ROWS, [0, 1], (1, 0)),
        ValueError,
        "a boundary is between two outputs, as (0, 1), not (1, 0)",
    ),
    (lambda: plot.boundary(AND, ROWS, [0, 1], (0, 1, 2)), ValueError, "as (0, 1), not (0, 1, 2)"),
    (lambda: plot.functions(Value.tanh), TypeError, 'a dict by name, as {"tanh": Value.tanh}, not <func'),
    (lambda: plot.functions({}), TypeError, 'a dict by name, as {"tanh": Value.tanh}, not {}'),
    (lambda: plot.functions({"t": 3}), TypeError, "a curve is a function of one number, such as Value.tanh"),
    (lambda: plot.functions({"t": lambda x: "1"}), TypeError, "t answers one number, not '1' at x = -4"),
    (lambda: plot.functions({"t": abs}, 3), TypeError, "drawn over an interval, as (-4, 4), not 3"),
    (lambda: plot.functions({"t": abs}, "12"), TypeError, "drawn over an interval, as (-4, 4), not '12'"),
    (lambda: plot.functions({"t": abs}, (0, math.inf)), ValueError, "as (-4, 4), not (0, inf)"),
    (lambda: plot.losses([1]).save(3), TypeError, "a picture's file is a path, as a text, not 3 (int)"),
    # frozen parameters
    (
        lambda: NETWORK.freeze(3),
        TypeError,
        "a list of parameters is (un)frozen, as by freeze([neuron.b]), not",
    ),
    (lambda: NETWORK.freeze(NETWORK.layers[0]), TypeError, "by freeze([neuron.b]), not Layer(2, 3, relu)"),
    (lambda: NETWORK.unfreeze([W]), ValueError, "is no parameter of MLP(2, [3, 1], relu)"),
    # the perceptron
    (lambda: Perceptron(2).correct(3, 1), TypeError, "takes a list of 2 inputs, not 3"),
    (lambda: Perceptron(2).correct(["1", 1], 1), TypeError, "takes numbers, not '1'"),
    (lambda: Perceptron(1)([None]), TypeError, "takes numbers, not None"),
    (lambda: Perceptron(2).correct([1, 1], W), ValueError, "answers 0 or 1, so Value("),
    (lambda: Perceptron(2).learn(3, [1]), TypeError, "learns from rows, each a list of numbers, not 3"),
    (lambda: Perceptron(1).learn([[1]], 1), TypeError, "learns from a list of targets, each 0 or 1, not 1"),
    (lambda: Perceptron(1).learn([[1]], [1], 1.5), TypeError, "epochs is a whole number, not 1.5"),
    (lambda: Perceptron(1).learn([["a"]], [1]), TypeError, "takes numbers, not 'a'"),
    (lambda: MLP(2, [1]).load(3), TypeError, "a file is a path, as a text, not 3 (int)"),
    (lambda: MLP(2, [1]).save(None), TypeError, "a file is a path, as a text, not None (NoneType)"),
    (lambda: MLP(2, [1]).load("a\0b"), ValueError, r"a file is a path, and 'a\x00b' is none"),
    (lambda: Perceptron(1)([10**400]), OverflowError, "takes numbers up to 1.8e308, not all of [1000"),
    (
        lambda: mistake_bound(AND, [[0, 0]], [0]),
        TypeError,
        "mistake_bound is of a Perceptron, not of Neuron(2, sig",
    ),
    # the algorithm in matrices
    (lambda: shape(3), ValueError, "a matrix is a list of rows, not 3"),
    (lambda: matrix_product([[1]], 3), ValueError, "a matrix is a list of rows, not 3"),
    (lambda: identity("2"), TypeError, "an identity matrix has rows, a whole number of them, not '2'"),
    (lambda: Activation(["relu"]), ValueError, "unknown activation ['relu']: the table of derivatives has"),
    (lambda: Activation("relu").value(3), TypeError, "relu takes a list of numbers, not 3"),
    (lambda: Linear([[1, 2]]).D_W(3), TypeError, "Linear(1×2) takes a list of 2 inputs, not 3"),
    (lambda: layers_of(3), TypeError, "the derivatives of 3 are not known"),
    (lambda: forward(NETWORK, [1, 2]), TypeError, "value, D_z and D_W, as layers_of(model) makes, not MLP("),
    (
        lambda: forward([AND], [1, 2]),
        TypeError,
        "as layers_of(model) makes; one of them is Neuron(2, sigmoid)",
    ),
    (lambda: forward(LAYERS, 3), TypeError, "the input x is a list of numbers, not 3"),
    (lambda: forward(LAYERS, [1, "a"]), TypeError, "the first layer takes numbers, not 'a'"),
    (lambda: list(backward(LAYERS, 3)), TypeError, "z is the list of lists that forward returned, not 3"),
    (lambda: list(naive(LAYERS, [[1, 2]])), ValueError, "the result of each of 2 layers, 3 lists, not 1"),
    (
        lambda: backpropagation(LAYERS, [1, 2], 0, 3),
        TypeError,
        "loss_gradient is a function of a prediction and",
    ),
    (
        lambda: multiplications("naive", LAYERS, [1, 2]),
        TypeError,
        "of an algorithm, backward or naive, not 'naive'",
    ),
    (lambda: next(tables(NETWORK, [1, 2], 0, abs)), TypeError, "as layers_of(model) makes, not MLP("),
]


@pytest.mark.parametrize(("wrong", "error", "message"), WRONG, ids=[message[-60:] for _, _, message in WRONG])
def test_a_wrong_argument_is_named_with_what_is_wanted(wrong, error, message):
    before = NETWORK.state()
    with pytest.raises(error, match=re.escape(message)) as raised:
        wrong()
    assert type(raised.value) is error and len(str(raised.value)) < 1000
    assert NETWORK.state() == before


@pytest.mark.parametrize("engine", ["auto", "python", "graph"])
@pytest.mark.parametrize("rate", ["none", None, "0.1", lambda: 0.1])
def test_a_descent_that_diverges_with_ones_own_optimiser_says_so(engine, rate):
    class Own:
        def __init__(self, parameters):
            self.parameters = parameters
            if rate != "none":
                self.rate = rate

        def update(self, weights, gradient):
            return [w - 1e200 * g for w, g in zip(weights, gradient)]

    model = Neuron(1, "linear", random.Random(0))
    with pytest.raises(ArithmeticError, match=r"the loss became inf in epoch 2: a smaller step may help$"):
        fit(model, [[1.0]], [2.0], mean_squared_error, Own(model.parameters()), engine=engine)


def test_a_perceptron_learns_nothing_from_rows_that_it_cannot_read():
    perceptron = Perceptron(2)
    for wrong in (10**400, "1", None):
        with pytest.raises((OverflowError, TypeError), match=r"^Perceptron\(.* takes numbers"):
            perceptron.learn([[1, 1], [0, 1], [wrong, 0]], [1, 0, 0])
        with pytest.raises((OverflowError, TypeError)):
            perceptron.correct([1, wrong], 1)
        assert set(perceptron.state().values()) == {0}


@pytest.mark.parametrize(
    "call",
    [
        lambda: Adam([W], HUGE),
        lambda: one_hot(HUGE, 3),
        lambda: one_hot(-HUGE, 3),
        lambda: Neuron(1).load_state({"w[0]": HUGE, "b": 1}),
        lambda: hinge(HUGE, 1),
        lambda: MLP(2, [-HUGE]),
        lambda: fit(MLP(1, [1]), [[1]], [1], mean_squared_error, Adam([W]), -HUGE),
    ],
)
def test_a_number_that_python_does_not_print_has_a_message_too(call):
    with pytest.raises((TypeError, ValueError), match="thousands of digits"):
        call()


def test_an_array_is_no_input_of_a_neuron():
    numpy = pytest.importorskip("numpy")
    for model in (Neuron(2, "linear"), Layer(2, 3), MLP(2, [2, 1])):
        with pytest.raises(TypeError, match=r"Neuron\(2, \w+\) takes numbers, not array\(\[1., 2.\]\)"):
            model([1, numpy.array([1.0, 2.0])])


def test_numbers_of_numpy_are_sizes_rates_and_targets_too():
    numpy = pytest.importorskip("numpy")
    model = MLP(numpy.int64(2), numpy.array([3, 1]))
    assert repr(model) == "MLP(2, [3, 1], relu)"
    assert type(model.layers[0].nin) is int
    assert GradientDescent([Value(1)], numpy.float32(0.5), numpy.float64(0.25)).momentum == 0.25
    assert one_hot(numpy.int64(1), numpy.int64(2)) == [0, 1]
    assert hinge(Value(0), numpy.float64(1)).data == 1
    assert Perceptron(1).correct(numpy.array([1.0]), numpy.int64(1)) == 1
