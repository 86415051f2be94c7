"""A recipe made as small as it can be, so long as its forms disagree."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from tests.fuzz.case import NO_NUMBER
from tests.fuzz.operations import SIGNS
from tests.fuzz.recipe import Line, Recipe, moved, without_unused

SIMPLE = (1.0, 0.0, 2.0, -1.0, 0.5, -0.0)


def shrunk(recipe: Recipe, fails: Callable[[Recipe], bool]) -> Recipe:
    """The smallest that is found by going to any smaller one that fails."""
    for smaller in smaller_ones(recipe):
        if size(smaller) < size(recipe) and can_be_built(smaller) and fails(smaller):
            return shrunk(smaller, fails)
    return recipe


def size(recipe: Recipe) -> tuple[int, int]:
    """What shrinks: nodes and points, then the text of the test."""
    numbers = len(repr(recipe.points)) + len(repr(recipe.labels)) + recipe.inputs
    return len(recipe.lines) + len(recipe.labels) + len(recipe.points), len(recipe.source) + numbers


def can_be_built(recipe: Recipe) -> bool:
    try:
        recipe.case.graph()
    except NO_NUMBER:
        return False
    return True


def smaller_ones(recipe: Recipe) -> Iterator[Recipe]:
    """Recipes that are simpler in one thing each, the largest steps first."""
    count, labels, lines, points = len(recipe.labels), recipe.labels, recipe.lines, recipe.points
    for point in points:
        yield replace(recipe, points=(point,))
    for i in range(len(lines)):
        yield without_unused(replace(recipe, lines=lines[:i]))
    for i in range(len(lines) - 1):
        yield from with_leaf(recipe, i)
    for i, line in enumerate(lines):
        for other in simpler_lines(line, count + i):
            yield without_unused(replace(recipe, lines=(*lines[:i], other, *lines[i + 1 :])))
    for i, point in enumerate(points):
        if points[1:]:
            yield replace(recipe, points=points[:i] + points[i + 1 :])
        for j, x in enumerate(point):
            for simpler in simpler_numbers(x):
                moved_point = (*point[:j], simpler, *point[j + 1 :])
                yield replace(recipe, points=(*points[:i], moved_point, *points[i + 1 :]))
    yield replace(recipe, inputs=0)
    for i, label in enumerate(labels):
        for shorter in ("", label[:-1], label[1:]):
            yield replace(recipe, labels=(*labels[:i], shorter, *labels[i + 1 :]))


def with_leaf(recipe: Recipe, i: int) -> Iterator[Recipe]:
    """A line is a leaf that has its numbers."""
    count = len(recipe.labels)
    part = without_unused(replace(recipe, lines=recipe.lines[: i + 1]))
    numbers = [outcome.numbers["out"] for outcome in part.case.expected if outcome.numbers]
    if len(numbers) == len(recipe.points):
        places = {each: each + (each >= count) for each in range(count + len(recipe.lines))}
        places[count + i] = count
        lines = [moved(line, places) for line in recipe.lines]
        lines[i] = Line("constant", (1.0,))  # has no use now
        points = tuple((*point, x) for point, x in zip(recipe.points, numbers))
        yield without_unused(Recipe((*recipe.labels, ""), recipe.inputs, tuple(lines), points))


def simpler_lines(line: Line, place: int) -> Iterator[Line]:
    """The line with another operand, or a shorter label."""
    for label in {"", line.label[:-1], line.label[1:]} - {line.label}:
        yield line._replace(label=label)
    for which, operand in enumerate(line.operands):
        others: list[int | float] = [*range(place)]
        if isinstance(operand, float):
            others = [*simpler_numbers(operand)]
        elif len(line.places) == 2 and (line.op in SIGNS or (which == 1 and line.op != "grad")):
            others += SIMPLE
        for other in others:
            yield line._replace(operands=(*line.operands[:which], other, *line.operands[which + 1 :]))


def simpler_numbers(x: float) -> Iterator[float]:
    yield from (*SIMPLE, float(f"{x:.0e}"), float(f"{x:.2g}"))
