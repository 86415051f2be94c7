"""functions: curves over an interval, with their names at their ends."""

from collections.abc import Callable, Mapping
from typing import Any

from engine import Value, format_number, short_repr
from nn.checks import check_answer, check_function, check_interval
from nn.plot.figure import Plot
from nn.plot.palette import label_ends, series
from nn.plot.plane import steps
from nn.table import one_line

PIECES = 400


def functions(
    curves: Mapping[str, Callable[[Any], Any]], over: tuple[float, float] = (-4, 4), title: str = ""
) -> Plot:
    """Functions of one number by name, drawn over an interval.

    A function is called with Values, as engine's `derivative` calls it, and
    returns a number or a Value. As text they are a table. Raises TypeError for
    what is no function or no number, ValueError for an empty interval or a
    result that is not finite, and what a function raises.

    >>> from engine import Value, derivative
    >>> tanh = Value.tanh
    >>> functions({"tanh": tanh, "tanh′": derivative(tanh)}, over=(-1, 1))
    x           -1     -0.5  0     0.5       1
    tanh   -0.7616  -0.4621  0  0.4621  0.7616
    tanh′     0.42   0.7864  1  0.7864    0.42
    """
    low, high = check_interval(over, "functions are drawn over an interval, as (-4, 4)")
    if not isinstance(curves, Mapping) or not curves:
        raise TypeError(f'functions are a dict by name, as {{"tanh": Value.tanh}}, not {short_repr(curves)}')
    for function in curves.values():
        check_function(function, "a curve is a function of one number, such as Value.tanh")
    xs = steps(low, high, PIECES + 1)
    named = [(one_line(str(name)), function) for name, function in curves.items()]
    heights = [(name, [_height(name, function, x) for x in xs]) for name, function in named]

    def on(axes):
        axes.axhline(0, color="#909090", linewidth=0.8)
        axes.axvline(0, color="#909090", linewidth=0.8)
        for i, (_, ys) in enumerate(heights):
            axes.plot(xs, ys, **series(i))
        axes.set(xlabel="x", xlim=(low, high), title=title)
        label_ends(axes, [(name, ys[-1], series(i)["color"]) for i, (name, ys) in enumerate(heights)])

    return Plot(_table([("x", xs), *heights]), on)


def _height(name, function, x):
    return check_answer(function(Value(x, "x")), name, f"at x = {format_number(x)}")


def _table(rows):
    """A line for each name: its numbers at five of the points."""
    chosen = [i * PIECES // 4 for i in range(5)]
    texts = [[name, *(format_number(numbers[i]) for i in chosen)] for name, numbers in rows]
    name_width, *widths = (max(map(len, column)) for column in zip(*texts))
    return "\n".join(
        "  ".join([f"{name:{name_width}}", *(f"{text:>{width}}" for text, width in zip(row, widths))])
        for name, *row in texts
    )
