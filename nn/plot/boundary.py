"""boundary: what a model answers over the plane, and where that turns."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from engine import Program, Value, counted, decisions, topological_order
from nn.checks import check_floats, check_function, check_interval, check_list, check_scalar
from nn.plot.figure import WIDE, Plot
from nn.plot.palette import level_line, scatter, shades
from nn.plot.plane import around, points_of, steps

TEXT_SHADES = " ░▒▓█"
COLUMNS, LINES = 56, 20  # of the text
GRID = 200  # points a side of the picture


def boundary(
    model: Callable[[list[Any]], Any],
    rows: Sequence[Sequence[float]],
    targets: Sequence[float],
    between: tuple[float, float] = (0, 1),
    label: str = "output",
    title: str = "",
) -> Plot:
    """A model of two inputs over the plane, in shades, with the data as points.

    `model` is a function of a list of two numbers to one, such as a unit's
    output or a probability, `lambda x: network(x).sigmoid()`. Shades go
    `between` two of its outputs, from light to dark (a logit's or score's may
    be (-1, 1)); the boundary is the line half-way. Points whose target is above
    it are ●, others ○. The model is asked at once: the picture
    is of what it has learned by now, also where it learns on.

    Raises TypeError if the model is no function to one number, ValueError if a
    row has not two numbers, there are not as many targets, `between` is no
    interval, or an answer is not finite.

    >>> from nn import OR
    >>> plot = boundary(OR, [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 1])
    >>> plot.text.count("●"), plot.text.count("○")
    (3, 1)
    """
    check_function(model, "a boundary is that of a model, a function of two inputs")
    points = points_of(rows, "a boundary")
    answers = check_floats(check_list(targets, "targets are a list of numbers"), "a boundary")
    if len(answers) != len(points):
        raise ValueError(
            f"{counted(len(points), 'row')} and {counted(len(answers), 'target')}: as many are needed"
        )
    low, high = check_interval(between, "a boundary is between two outputs, as (0, 1)")
    middle = (low + high) / 2
    kinds = [int(answer > middle) for answer in answers]
    sides = around(points)
    xs, ys = (steps(*side, GRID) for side in sides)
    numbers = over_plane(model, xs, ys)

    def on(axes):
        levels = [low + (high - low) * i / 10 for i in range(11)]
        least, most = min(map(min, numbers)), max(map(max, numbers))
        beyond = "neither" if low <= least and most <= high else "both"
        shaded = axes.contourf(xs, ys, numbers, levels=levels, cmap=shades(), extend=beyond)
        level_line(axes, xs, ys, numbers, middle)
        axes.figure.colorbar(shaded, ax=axes, label=label, ticks=levels[::5])
        scatter(axes, points, kinds)
        axes.set(xlabel="x₁", ylabel="x₂", title=title, aspect="equal")

    (left, right), (bottom, top) = sides
    wide = 2.2 + 4.2 * (right - left) / (top - bottom)  # one scale on both axes, and a bar of shades
    return Plot(_text(model, points, kinds, sides, (low, high)), on, (min(wide, WIDE[0]), WIDE[1]))


def over_plane(
    model: Callable[[list[Any]], Any], xs: Sequence[float], ys: Sequence[float]
) -> list[list[float]]:
    """What a model answers at every (x, y): a line for each y.

    A model on Values is recorded as a program, which is fast, unless it decides
    by a number, as an `if` does. (What it does with `x[0].data` is not noticed,
    and is taken for all places.)

    >>> over_plane(lambda x: x[0] + 10 * x[1], [0, 1], [0, 1])
    [[0.0, 1.0], [10.0, 11.0]]
    """
    grid = [[x, y] for y in ys for x in xs]
    inputs = [Value(number, name) for number, name in zip(grid[0], ("x1", "x2"))]
    with decisions() as found:
        output = model(inputs)
    if isinstance(output, Value) and not found and not set(inputs).isdisjoint(topological_order(output)):
        numbers = Program(output, inputs=inputs).each(grid).tolist()
    else:
        numbers = [float(check_scalar(model(point), "the model", "on a plane")) for point in grid]
    for number, point in zip(numbers, grid):
        if not math.isfinite(number):
            raise ValueError(f"the model answers {number} to {point}")
    return [numbers[i : i + len(xs)] for i in range(0, len(grid), len(xs))]


def _text(model, points, kinds, sides, between):
    """The plane as shades, the higher output full, with the points on it."""
    (left, right), (bottom, top) = sides
    xs, ys = steps(left, right, COLUMNS), steps(top, bottom, LINES)
    low, high = between
    shaded = [
        [TEXT_SHADES[min(max(int((number - low) / (high - low) * 5), 0), 4)] for number in line]
        for line in over_plane(model, xs, ys)
    ]
    for (x, y), kind in zip(points, kinds):
        column = round((x - left) / (right - left) * (COLUMNS - 1))
        line = round((top - y) / (top - bottom) * (LINES - 1))
        shaded[line][column] = "○●"[kind]
    return "\n".join("  " + "".join(line) for line in shaded)
