"""Layers, and two ways to make networks of them: in sequence, and side by side.

A layer is a function from a list of numbers or Values to a list of Values, or
to one Value. Any callable on such lists will do; those that have parameters
are Modules.
"""

import math
import random
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, zip_longest
from numbers import Real
from operator import mul
from typing import Any

from engine import Constant, Value, check_flag
from nn.checks import (
    check_function,
    check_inputs,
    check_list,
    check_numbers,
    check_positive,
    check_rng,
    is_scalar,
)
from nn.module import Module

ActivationFunction = str | Callable[[Value], Value]

ACTIVATIONS: dict[str, Callable[[Value], Value]] = {
    "linear": lambda z: z,
    "relu": Value.relu,
    "sigmoid": Value.sigmoid,
    "tanh": Value.tanh,
}

NODES = frozenset([Value, Constant])


class Neuron(Module):
    """g(w · x + b): a weighted sum of the inputs, and g on it.

    `activation`, the g, is "linear", "relu", "sigmoid", "tanh" or any function
    on Values. The weights start as normal random numbers with variance
    2 / inputs for relu (He et al., 2015) and 1 / inputs otherwise (LeCun et
    al., 1998), which keeps the size of signals from layer to layer; the bias
    starts at zero. `rng` is a `random.Random`, for reproducible weights.
    `nonlin=False` leaves g out, as activation="linear" does: micrograd's name.

    Raises ValueError where the number of inputs is wrong, or less than one, or
    the activation is unknown.

    >>> neuron = Neuron(2, activation="sigmoid")
    >>> neuron.load_state({"w[0]": 20, "w[1]": 20, "b": -30})
    >>> neuron([1, 1])
    Value(data=0.9999546021312976, grad=0.0)
    >>> neuron([1, 1, 0])
    Traceback (most recent call last):
        ...
    ValueError: Neuron(2, sigmoid) takes 2 inputs, not 3
    """

    _place: tuple[int, ...] = ()  # (1, 2) in layer 1, neuron 2; (2,) in a layer alone

    def __init__(
        self,
        nin: int,
        activation: ActivationFunction = "relu",
        rng: random.Random | None = None,
        *,
        nonlin: bool = True,
    ) -> None:
        check_activation(activation)
        check_flag("nonlin", nonlin)
        check_rng(rng)
        activation = activation if nonlin else "linear"
        nin = check_positive(nin, "a neuron has inputs")
        scale = math.sqrt((2 if activation == "relu" else 1) / nin)
        self.w = [Value((rng or random).gauss(0, scale), f"w{i + 1}") for i in range(nin)]
        self.b = Value(0, "b")
        self.activation = activation

    def __call__(self, x: Sequence[Any]) -> Value:
        x = name_inputs(check_inputs(x, len(self.w), self))
        z = sum(map(mul, self.w, x), self.b)
        if not isinstance(z, Value):  # NumPy's arrays take Values for numbers
            check_numbers(x, self)
        g = self.activation
        return g(z) if callable(g) else ACTIVATIONS[g](z)

    def architecture(self) -> dict[str, Any]:
        return {"inputs": len(self.w), "activation": _saved_activation(self.activation)}

    def __repr__(self) -> str:
        return f"Neuron({len(self.w)}, {activation_name(self.activation)})"


class Layer(Module):
    """g(Wx + b): neurons side by side on the same inputs.

    A layer of one neuron returns its Value, others a list. `activation`, `rng`
    and `nonlin` are those of its neurons.

    >>> layer = Layer(2, 3, "linear", random.Random(0))
    >>> layer, len(layer([1, 2])), layer.neurons[1].w[0].label
    (Layer(2, 3, linear), 3, 'w2_1')
    """

    def __init__(
        self,
        nin: int,
        nout: int,
        activation: ActivationFunction = "relu",
        rng: random.Random | None = None,
        *,
        nonlin: bool = True,
    ) -> None:
        nin = check_positive(nin, "a neuron has inputs")
        nout = check_positive(nout, "a layer has neurons")
        self.neurons = [Neuron(nin, activation, rng, nonlin=nonlin) for _ in range(nout)]
        self.nin = nin
        for i, neuron in enumerate(self.neurons, 1):
            _label(neuron, i)

    def __call__(self, x: Sequence[Any]) -> Any:
        x = name_inputs(check_inputs(x, self.nin, self))
        out = [neuron(x) for neuron in self.neurons]
        return out[0] if len(out) == 1 else out

    def architecture(self) -> dict[str, Any]:
        activation = _saved_activation(self.neurons[0].activation)
        return {"inputs": self.nin, "neurons": len(self.neurons), "activation": activation}

    def __repr__(self) -> str:
        return f"Layer({self.nin}, {len(self.neurons)}, {activation_name(self.neurons[0].activation)})"


class MLP(Module):
    """A multi-layer perceptron: hidden layers, then a linear layer.

    >>> MLP(2, [16, 16, 1])
    MLP(2, [16, 16, 1], relu)
    >>> len(MLP(2, [16, 16, 1]).parameters())
    337
    >>> MLP(2, [3, 1])([1, 2, 3])
    Traceback (most recent call last):
        ...
    ValueError: layer 1 of MLP(2, [3, 1], relu) takes 2 inputs, not 3
    """

    def __init__(
        self,
        nin: int,
        nouts: Sequence[int],
        activation: ActivationFunction = "relu",
        rng: random.Random | None = None,
    ) -> None:
        nin = check_positive(nin, "an MLP has inputs")
        nouts = check_list(nouts, "an MLP has a list of layer sizes, as in MLP(2, [3, 1])")
        check_positive(len(nouts), "an MLP has layers")
        check_activation(activation)  # which a single layer, linear, does not use
        sizes = [nin, *(check_positive(nout, "a layer has neurons") for nout in nouts)]
        self.layers = [
            Layer(sizes[i], sizes[i + 1], activation if i + 1 < len(nouts) else "linear", rng)
            for i in range(len(nouts))
        ]
        self.activation = activation
        _label_layers([layer.neurons for layer in self.layers])

    def __call__(self, x: Sequence[Any]) -> Any:
        x = check_inputs(x, self.layers[0].nin, self, "layer 1 of ")
        for layer in self.layers:
            x = layer(x if isinstance(x, list) else [x])  # a layer of one neuron returned its Value
        return x

    def architecture(self) -> dict[str, Any]:
        nouts = [len(layer.neurons) for layer in self.layers]
        activation = _saved_activation(self.activation)
        return {"inputs": self.layers[0].nin, "layers": nouts, "activation": activation}

    def __repr__(self) -> str:
        nin, nouts, _ = self.architecture().values()
        return f"MLP({nin}, {nouts}, {activation_name(self.activation)})"


class Sequential(Module):
    """f_m ∘ ... ∘ f_2 ∘ f_1: each function on what the one before it returned.

    The parameters of its layers are labelled as an MLP's are, w1_2_3 for layer
    1, neuron 2, input 3. A layer that stands in several networks has the labels
    of the one that was made last, and of its first place there. Labels of yours
    stay: all that differ from those that a layer has by itself or a network
    gave it.

    >>> double, both = (lambda x: [2 * x[0]]), (lambda x: [x[0], x[0]])
    >>> Sequential(double, both)([3])
    [6, 6]
    """

    def __init__(self, *functions: Callable[[Any], Any]) -> None:
        check_parts(functions, "Sequential")
        self.functions = functions
        _label_layers(_layers(self))

    def __call__(self, x: Sequence[Any]) -> Any:
        for function in self.functions:
            x = function([x] if is_scalar(x) else x)
        return x

    def architecture(self) -> dict[str, Any]:
        return {"functions": self.functions}

    def __repr__(self) -> str:
        return f"Sequential({', '.join(map(repr, self.functions))})"


class Concat(Module):
    """f_1 ⊕ f_2 ⊕ ...: the results of functions on the same inputs, in a list.

    >>> Concat(lambda x: [x[0], x[1]], lambda x: x[0] * x[1])([2, 3])
    [2, 3, 6]
    """

    def __init__(self, *functions: Callable[[Any], Any]) -> None:
        check_parts(functions, "Concat")
        self.functions = functions

    def __call__(self, x: Sequence[Any]) -> Any:
        if isinstance(x, (list, tuple)):
            x = name_inputs_of(self, x)
        out: list[Any] = []
        for function in self.functions:
            result = function(x)
            out += result if isinstance(result, (list, tuple)) else [result]
        return out

    def architecture(self) -> dict[str, Any]:
        return {"functions": self.functions}

    def __repr__(self) -> str:
        return f"Concat({', '.join(map(repr, self.functions))})"


def name_inputs(x: list[Any], name: str = "x") -> list[Any]:
    """A list's plain numbers as constants that graphs call x1, x2, ...

    They stay as they are beside a Value that is computed, as by an earlier
    layer: then they are no inputs of the network.

    >>> q = Value(3, "q")
    >>> name_inputs([q, 0.5])[1].label, name_inputs([2 * q, 0.5])[1]
    ('x2', 0.5)
    """
    if NODES.issuperset(map(type, x)) or any(isinstance(each, Value) and each.operation for each in x):
        return x
    return [Constant(each, f"{name}{i}") if isinstance(each, Real) else each for i, each in enumerate(x, 1)]


def name_inputs_of(function: Any, x: Any, name: str = "x") -> Any:
    """The same for what neurons get; any other function gets plain numbers.

    >>> name_inputs_of(Neuron(2), [1, 0.5]), name_inputs_of(sum, [1, 0.5])
    ([Constant(1.0), Constant(0.5)], [1, 0.5])
    """
    return name_inputs(x, name) if _is_of_neurons(function) else x


def _is_of_neurons(function):
    """Whether neurons are the first that a function gives its inputs to."""
    match function:
        case Neuron() | Layer() | MLP():
            return True
        case Sequential():
            return any(map(_is_of_neurons, function.functions[:1]))
        case Concat():
            return all(map(_is_of_neurons, function.functions))
    return False


def check_activation(activation: Any) -> None:
    """Raise ValueError for an unknown name, TypeError for no activation."""
    wanted = f"one of {', '.join(ACTIVATIONS)}, or a function on Values"
    if not isinstance(activation, str):
        check_function(activation, f"an activation is {wanted}")
    elif activation not in ACTIVATIONS:
        raise ValueError(f"unknown activation {activation!r}: it is {wanted}")


def check_parts(functions: Sequence[Any], network: str) -> None:
    """Raise TypeError unless all parts of a network are functions."""
    for function in functions:
        check_function(function, f"{network} takes functions, such as layers: {network}(f, g)")


def activation_name(activation: ActivationFunction) -> str:
    """The name of an activation, a function's own."""
    return getattr(activation, "__name__", repr(activation)) if callable(activation) else activation


def _saved_activation(activation):
    """Its name if it is one of ACTIVATIONS, even if given as a function."""
    known = [name for name, function in ACTIVATIONS.items() if activation is function]
    return known[0] if known else activation


def _label(neuron, *place):
    """Label a neuron's parameters by its place, if they are by its last one."""
    before = _labels(neuron)
    neuron._place = place
    for parameter, old, label in zip([*neuron.w, neuron.b], before, _labels(neuron)):
        if parameter.label == old:
            parameter.label = label


def _labels(neuron):
    """The labels that its place gives: w1_2_3 is layer 1, neuron 2, input 3."""
    place = "_".join(map(str, neuron._place))
    weights = f"w{place}_" if place else "w"
    return [*(f"{weights}{i}" for i in range(1, len(neuron.w) + 1)), f"b{place}"]


def _label_layers(layers: Iterable[Sequence[Neuron]]) -> None:
    """Label the parameters of layers of neurons; shared ones by the first."""
    done: set[int] = set()
    for i, layer in enumerate(layers, 1):
        for j, neuron in enumerate(layer, 1):
            if id(neuron) not in done:
                done.add(id(neuron))
                _label(neuron, i, j)


def _layers(function: Any) -> list[list[Neuron]]:
    """The layers of neurons in a function, one after the other."""
    match function:
        case Neuron():
            return [[function]]
        case Layer():
            return [function.neurons]
        case MLP():
            return [layer.neurons for layer in function.layers]
        case Sequential():
            return [layer for part in function.functions for layer in _layers(part)]
        case Concat():  # side by side
            parts = map(_layers, function.functions)
            return [list(chain(*layers)) for layers in zip_longest(*parts, fillvalue=[])]
    if isinstance(function, Module):  # a Recurrent and a convolution repeat a function
        return _layers(getattr(function, "function", None))
    return []
