"""One example's pass through a network, and the gradients of its loss."""

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any, NamedTuple

from engine import Value, format_number, grad, short_repr
from nn.checks import check_floats, check_function, check_scalar


class Example(NamedTuple):
    """What the layers of a network return; with a target, a loss of it."""

    outputs: list[list[float]]  # the inputs, then what each layer returns
    title: str = ""  # the loss and its target
    output_gradients: list[list[float]] | None = None  # the loss's gradients
    weight_gradients: list[list[float]] | None = None  # for each layer


def example_of(
    layers: Sequence[Sequence[Any]],
    weights: Sequence[Sequence[Value]],
    x: Sequence[Any],
    target: Any,
    loss: Callable[[Any, Any], Value],
) -> Example:
    """The pass of an example, and `loss(output, target)` if that is not None.

    The gradients are computed as Values, so that no .grad changes. Raises
    TypeError if there are none, since a neuron (a perceptron) answers a plain
    number or the loss is no Value, and if a neuron answers no number.

    >>> from nn import Neuron, mean_squared_error
    >>> neuron = Neuron(1, "linear")
    >>> neuron.load_state({"w[0]": 2, "b": 1})
    >>> weights = [neuron.parameters()]
    >>> example_of([[neuron]], weights, [3], 5, mean_squared_error)[1:]
    ('mean_squared_error = 4 for target 5', [[8.0], [4.0]], [[12.0, 4.0]])
    """
    columns: list[list[Any]] = [[Value(number) for number in check_floats(list(x), "a diagram")]]
    for layer in layers:
        columns.append([check_scalar(neuron(columns[-1]), neuron, "in a diagram") for neuron in layer])
    outputs = [list(map(float, column)) for column in columns]
    if target is None:
        return Example(outputs)
    check_function(loss, "a loss is a function of an output and a target")
    for neuron, output in zip(chain(*layers), chain(*columns[1:])):
        if not isinstance(output, Value):
            raise TypeError(
                f"a target asks for gradients, and what {neuron!r} answers, a plain number, has none"
            )
    error = loss(columns[-1] if len(columns[-1]) > 1 else columns[-1][0], target)
    name = getattr(loss, "__name__", "loss")
    if not isinstance(error, Value):
        raise TypeError(f"a loss returns a Value; {name} returns {short_repr(error)}")
    text = f"{name} = {format_number(error.data)} for target {short_repr(target)}"
    return Example(outputs, text, _gradients(error, columns), _gradients(error, weights))


def _gradients(output, columns):
    """The derivatives of an output by each node of some lists, as numbers."""
    derivatives = iter(grad(output, list(chain(*columns))))
    return [[next(derivatives).data for _ in column] for column in columns]
