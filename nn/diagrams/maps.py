"""Maps of neurons: what each answers all over the plane of two inputs."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from nn.checks import check_answer
from nn.layers import activation_name
from nn.perceptron import Perceptron
from nn.plot.plane import around, points_of

CELLS = 32  # in a row, and rows: a power of two, for exact shares of a row
# From low to high, darker and darker; the largest step is at the boundary.
SHADES = ("#fff1dc", "#f8e9d4", "#f0e0cb", "#a3b8d9", "#6f90c2", "#3f6aa8")


def maps_of(layers: Sequence[Sequence[Any]], rows: Any) -> list[list[list[str]]]:
    """A map of each neuron of a network of two inputs: colours, row by row.

    A row is written as graphviz's striped boxes are filled, a colour and its
    share of the row, and so on. A map covers the plane as far as the rows do,
    and 15% more on each side, x1 to the right and x2 upwards. Light is low and
    dark is high: from 0 to 1 for σ and a perceptron, else from -m to m, where m
    is the largest absolute output on the map. The boundary, at 1/2 or at 0, is
    between cream and blue.

    Raises ValueError unless the rows have two numbers each, and all outputs
    there are finite.

    >>> from nn.logic import OR
    >>> [[rows]] = maps_of([[OR]], [[0, 0], [1, 1]])
    >>> len(rows), rows[0], rows[-1].partition(";")[0]
    (32, '#3f6aa8', '#fff1dc')
    """
    (left, right), (bottom, top) = around(points_of(rows, "maps"))
    steps = [(i + 0.5) / CELLS for i in range(CELLS)]
    plane = [[left + s * (right - left), top - t * (top - bottom)] for t in steps for s in steps]
    answers = [_answers(layers, place) for place in plane]
    return [
        [
            _map([answer[depth][i] for answer in answers], _is_probability(neuron))
            for i, neuron in enumerate(layer)
        ]
        for depth, layer in enumerate(layers)
    ]


def _answers(layers, place):
    """What every neuron answers to two inputs, layer by layer."""
    found = []
    for layer in layers:
        place = [neuron(place) for neuron in layer]
        found.append([check_answer(answer, neuron, "on a map") for answer, neuron in zip(place, layer)])
    return found


def _is_probability(neuron):
    """Whether its outputs are from 0 to 1, with the boundary at 1/2."""
    return isinstance(neuron, Perceptron) or activation_name(neuron.activation) == "sigmoid"


def _map(answers, is_probability):
    most = max(map(abs, answers)) or 1
    shades = [_shade(2 * answer - 1 if is_probability else answer / most) for answer in answers]
    return [_row(shades[i : i + CELLS]) for i in range(0, len(shades), CELLS)]


def _shade(signed):
    """The shade of a number from -1 to 1: three for either side of 0."""
    return SHADES[min(int(3 * signed + 3), 5) if signed > 0 else max(int(3 * signed + 2), 0)]


def _row(shades):
    runs = [(shade, len(list(same))) for shade, same in groupby(shades)]
    return shades[0] if len(runs) == 1 else ":".join(f"{shade};{count / CELLS}" for shade, count in runs)
