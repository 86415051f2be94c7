"""The slope of a function by differences, to check derivatives with."""

import math
import sys
from collections.abc import Callable, Iterator
from typing import NamedTuple

LEVELS = 34  # how often a step is halved at most
CLOSER = 2.0**-8, 2.0**-13, 2.0**-18  # first steps where f may change on a smaller scale


class Slope(NamedTuple):
    """A slope, and about how wrong it may be."""

    value: float
    error: float


def slope(f: Callable[[float], float], x: float, side: int = 0) -> Slope:
    """f′(x), by differences whose steps are halved and extrapolated to 0.

    A central difference (f(x + h) - f(x - h)) / 2h is f′(x) + c₂h² + c₄h⁴ + …,
    and Richardson's extrapolation removes one term after the other. The result
    is the one that differs least from its neighbours in that scheme (Ridders,
    Accurate computation of F′(x) and F″(x), 1982), once the differences
    converge: good to 1e-9 or better if f is smooth. With `side` 1 or -1 it is
    the slope on that side alone, to about 1e-7. Where f raises ValueError or
    ArithmeticError at one step, smaller ones serve. If nothing converges, the
    error is infinite.

    >>> from math import log
    >>> abs(slope(log, 0.01).value - 100) < 1e-7
    True
    >>> slope(abs, 0.0, side=1).value, slope(abs, 0.0, side=-1).value
    (1.0, -1.0)
    """
    best = _slope(f, x, max(1.0, abs(x)) / 8, side)
    if x and not best.error <= 1e-9 * max(1.0, abs(best.value)):  # f may change on a smaller scale
        best = min(best, _slope(f, x, abs(x) / 8, side), key=lambda each: each.error)
    return best


class Comparison(NamedTuple):
    """A derivative beside the slope that differences find.

    `left` and `right` are the slopes on either side, if these differ: at a
    kink. There any number between them is right.
    """

    derivative: float
    slope: Slope
    left: float | None = None
    right: float | None = None

    @property
    def is_right(self) -> bool:
        """Whether the derivative is right, as far as differences can tell."""
        if self.left is not None and self.right is not None:
            margin = 1e-5 * max(1.0, abs(self.left), abs(self.right))
            low, high = sorted((self.left, self.right))
            return low - margin <= self.derivative <= high + margin
        size = max(abs(self.derivative), abs(self.slope.value))
        gap = abs(self.derivative - self.slope.value)
        return math.isfinite(gap) and gap <= 1e-7 * size + 10 * self.slope.error and self.is_settled

    @property
    def is_settled(self) -> bool:
        """Whether the differences have converged."""
        return self.slope.error <= 1e-3 * max(1.0, abs(self.slope.value))


def compare(f: Callable[[float], float], x: float, derivative: float) -> Comparison:
    """A number that may be f′(x), beside the slope, or those on both sides.

    >>> compare(lambda x: x * x, 3.0, 6.0).is_right
    True
    >>> found = compare(abs, 0.0, 0.5)
    >>> found.is_right, found.left, found.right
    (True, -1.0, 1.0)
    """
    found = Comparison(derivative, slope(f, x))
    if found.is_right and not _bends(f, x, abs(found.slope.value)):
        return found
    for factor in CLOSER if not found.is_right else ():
        closer = found._replace(slope=_slope(f, x, max(1.0, abs(x)) * factor, 0))
        if closer.is_right and 0 < closer.slope.error <= 1e-6 * abs(closer.slope.value):
            return closer
    left, right = slope(f, x, -1), slope(f, x, 1)
    gap, size = abs(left.value - right.value), max(abs(left.value), abs(right.value))
    if gap > 1e-4 * max(size, 1e-3) and max(left.error, right.error) < gap / 100:
        return found._replace(left=left.value, right=right.value)
    return found


def _bends(f, x, size):
    """Whether there may be a kink: the slope changes within a small step."""
    h = 1e-6 * max(1.0, abs(x))
    try:
        change = abs(f(x + h) - 2 * f(x) + f(x - h)) / h
    except (ValueError, ArithmeticError):
        return True
    return not change <= 1e-3 * max(1.0, size)


def _slope(f, x, start, side):
    """The slope, by steps that begin with `start`."""
    best, row, change, converging = Slope(math.nan, math.inf), [], math.inf, 0
    rate = 0.65 if side else 0.35  # by which errors shrink at the least: ½ or ¼ is usual
    for h, difference, rounding in _differences(f, x, start, side):
        above, row = row, [difference]
        for j, earlier in enumerate(above, 1):
            power = 2.0 ** (j if side else 2 * j)
            row.append(row[-1] + (row[-1] - earlier) / (power - 1))
        if not above:
            continue
        before, change = change, abs(row[0] - above[0])
        converging = converging + 1 if change <= rate * before + 4 * rounding / h else 0
        if converging < 3:
            continue
        errors = [max(abs(b - a), abs(b - c)) for a, b, c in zip(row, row[1:], above)]
        error = min(errors)
        if error + rounding / h < best.error:
            best = Slope(row[1 + errors.index(error)], error + rounding / h)
        elif error > 4 * best.error or rounding / h > best.error:
            break  # rounding errors grow from here on
    return best


def _differences(
    f: Callable[[float], float], x: float, start: float, side: int
) -> Iterator[tuple[float, float, float]]:
    """Steps, the difference quotient of each, and the rounding error of f."""
    h = start
    for _ in range(LEVELS):
        low, high = (x if side > 0 else x - h), (x if side < 0 else x + h)
        h /= 2
        try:
            below, above = f(low), f(high)
        except (ValueError, ArithmeticError):
            continue
        if high > low and math.isfinite(above - below):
            rounding = sys.float_info.epsilon * max(abs(above), abs(below))
            yield high - low, (above - below) / (high - low), rounding
