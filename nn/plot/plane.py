"""The plane of two inputs: points on it, how far a picture goes, its steps."""

from collections.abc import Iterable
from typing import Any

from engine import short_repr
from nn.checks import check_floats, check_list

LARGEST = 1e300  # of a coordinate: differences are finite, too


def points_of(rows: Any, what: str) -> list[list[float]]:
    """Rows of two numbers as points; an error says that `what` takes those.

    >>> points_of([(0, True), [1.5, 2]], "a boundary")
    [[0.0, 1.0], [1.5, 2.0]]
    """
    wanted = f"{what} takes rows of two numbers, such as [[0, 0], [1, 1]]"
    points = [check_floats(check_list(row, wanted), what) for row in check_list(rows, wanted)]
    if not points or any(len(point) != 2 for point in points):
        raise ValueError(f"{wanted}, not {short_repr(rows)}")
    for point in points:
        if not all(abs(number) <= LARGEST for number in point):  # NaN neither
            raise ValueError(f"{what} takes numbers up to {LARGEST}, not all of {short_repr(point)}")
    return points


def around(points: Iterable[Iterable[float]]) -> list[tuple[float, float]]:
    """The ranges of both inputs, and 15% more on each side.

    >>> around([[0, 7], [10, 7]])
    [(-1.5, 11.5), (6.5, 7.5)]
    """
    return [_margins(min(numbers), max(numbers)) for numbers in zip(*points)]


def steps(low: float, high: float, count: int) -> list[float]:
    """So many numbers at equal distances, from one to another.

    >>> steps(0, 1, 5)
    [0.0, 0.25, 0.5, 0.75, 1.0]
    """
    return [low + (high - low) * i / (count - 1) for i in range(count)]


def _margins(low, high):
    room = 0.15 * (high - low) or 0.5
    return low - room, high + room
