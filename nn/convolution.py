"""Convolutions: the same function at every place of a row or an image."""

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

from engine import Value
from nn.checks import check_function, check_list, check_positive
from nn.layers import name_inputs_of
from nn.module import Module


class Convolution1D(Module):
    """out_i = f(x_i, ..., x_{i+width-1}): f of every window of a row.

    With a Neuron for f, its weights are the kernel, the same at every place.
    So it finds everywhere what it finds in one place, and a shifted row gives
    the same results, shifted (equivariance). A row of n numbers gives
    n - width + 1 results. As always in neural networks, the kernel is not
    reversed.

    Raises ValueError where the row is shorter than the window. From LeCun et
    al., Backpropagation applied to handwritten zip code recognition (1989).

    >>> steps = Convolution1D(lambda x: x[1] - x[0], width=2)
    >>> steps([0, 0, 5, 5, 5, 7])
    [0, 5, 0, 0, 2]
    """

    def __init__(self, function: Callable[[list[Any]], Any], width: int) -> None:
        check_function(function, "Convolution1D moves a function, such as Neuron(3)")
        self.function, self.width = function, check_positive(width, "a window has a width")

    def __call__(self, row: Sequence[Any]) -> list[Any]:
        numbers = check_list(row, "Convolution1D takes a row, a list of numbers")
        numbers = name_inputs_of(self.function, numbers)
        starts = _starts(len(numbers), self.width, f"{self!r} of a row")
        return [self.function(numbers[i : i + self.width]) for i in starts]

    def architecture(self) -> dict[str, Any]:
        return {"function": self.function, "width": self.width}

    def __repr__(self) -> str:
        return f"Convolution1D({self.function!r}, width={self.width})"


class Convolution2D(Module):
    """out_ij = f of the window of height × width pixels whose first is x_ij.

    f gets the window row by row, in one list. An image is a list of rows, and
    so is the result.

    Raises ValueError where the image is smaller than the window, or its rows
    differ in length.

    >>> corner = [1, 1, 1, 0]
    >>> corners = Convolution2D(lambda x: int(x == corner), height=2, width=2)
    >>> corners([[0, 1, 1, 1],
    ...          [0, 1, 0, 1],
    ...          [0, 0, 0, 1]])
    [[0, 1, 0], [0, 0, 0]]
    """

    def __init__(self, function: Callable[[list[Any]], Any], height: int, width: int) -> None:
        check_function(function, "Convolution2D moves a function, such as Neuron(4)")
        self.function, self.height = function, check_positive(height, "a window has a height")
        self.width = check_positive(width, "a window has a width")

    def __call__(self, image: Sequence[Sequence[Any]]) -> list[list[Any]]:
        wanted = "Convolution2D takes an image, a list of rows"
        image = [
            name_inputs_of(self.function, check_list(row, wanted), f"x{i}_")
            for i, row in enumerate(check_list(image, wanted), 1)
        ]
        lengths = sorted({len(row) for row in image})
        if len(lengths) > 1:
            raise ValueError(f"{self!r} of an image whose rows have different lengths, {lengths}")
        down = _starts(len(image), self.height, f"{self!r} of a column")
        across = _starts(len(image[0]), self.width, f"{self!r} of a row")
        return [[self.function(self._window(image, i, j)) for j in across] for i in down]

    def architecture(self) -> dict[str, Any]:
        return {"function": self.function, "height": self.height, "width": self.width}

    def _window(self, image, i, j):
        return [x for row in image[i : i + self.height] for x in row[j : j + self.width]]

    def __repr__(self) -> str:
        return f"Convolution2D({self.function!r}, height={self.height}, width={self.width})"


def max_pool(found: Any) -> Value:
    """The largest of a list of Values, or lists of them (global max pooling).

    The gradient goes to the largest alone; equal ones share it. Python's max()
    would choose it once, when the graph is recorded; `maximum` chooses again
    whenever the graph is computed.

    Raises TypeError for anything else, ValueError for an empty list.

    >>> max_pool([[Value(1), Value(5)], [Value(3), Value(2)]]).data
    5.0
    """
    if isinstance(found, Value):
        return found
    listed = check_list(found, "max_pool takes a list of Values, or lists of them")
    if not listed:
        raise ValueError("max_pool of an empty list: there is no largest")
    return reduce(Value.maximum, map(max_pool, listed))


def _starts(length, width, what):
    """The places where a window fits."""
    if length < width:
        raise ValueError(f"{what} of {length}: the window does not fit")
    return range(length - width + 1)
