"""Native programs: many graphs in one, since a compilation takes a while."""

import math
import os
import platform
import shutil
from collections.abc import Sequence
from typing import Any
from unittest.mock import patch

from engine import c_compiler
from tests.fuzz.case import NO_NUMBER, Case, Disagreement
from tests.fuzz.recipe import Line, Recipe, moved


def commands() -> list[str]:
    """C compilers here, for every width of vectors that the machine has."""
    if c_compiler() is None:
        return []
    narrower = ["cc -mno-avx512f", "cc -mno-avx"] if platform.machine() == "x86_64" else []
    return ["cc", *narrower, *filter(shutil.which, ["clang"])]


def check_native(case: Case, command: str) -> None:
    """Machine code finds what the program does, row by row and all at once."""
    program, places = case.program
    with patch.dict(os.environ, {"CC": command}):
        native = program.native()
    data = [case.points[0][place] for place in places]
    rows = [point[: case.inputs] for point in case.points]
    for some in (*([row] for row in rows), rows * 3):
        expected, found = (numbers(form, some, data) for form in (program, native))
        for i, (a, b) in enumerate(zip(expected, found, strict=True)):
            if repr(a) != repr(b):
                raise Disagreement(
                    f"native ({command}) at {some}: number {i} is {b!r}, and the program's {a!r}"
                )


def numbers(form: Any, rows: Sequence[Sequence[float]], data: Sequence[float]) -> list[Any]:
    """The mean output and gradient; or the error, with its words."""
    try:
        mean, gradient = form.value_and_gradient(rows, data)
    except NO_NUMBER as error:
        return [type(error), str(error)]
    return [mean, *gradient]


def together(recipes: Sequence[Recipe]) -> Recipe:
    """One recipe of all: the sum of 1 times each output.

    So a derivative by that 1 is an output, and all others are those of the
    single graphs, to the last bit. Inputs come first.
    """
    count = len(recipes)
    leaves = [(which, i) for which, recipe in enumerate(recipes) for i in range(len(recipe.labels))]
    leaves.sort(key=lambda leaf: leaf[1] >= recipes[leaf[0]].inputs)
    first = len(leaves) + count
    lines: list[Line] = []
    total = 0
    for which, recipe in enumerate(recipes):
        places = {i: leaves.index((which, i)) for i in range(len(recipe.labels))}
        places |= {len(recipe.labels) + i: first + len(lines) + i for i in range(len(recipe.lines))}
        lines += [moved(line, places) for line in recipe.lines]
        lines.append(Line("*", (len(leaves) + which, places[len(places) - 1])))
        if which:
            lines.append(Line("+", (total, first + len(lines) - 1)))
        total = first + len(lines) - 1
    most = max(len(recipe.points) for recipe in recipes)
    points = [
        [recipes[which].points[j % len(recipes[which].points)][i] for which, i in leaves] for j in range(most)
    ]
    return Recipe(
        (*(recipes[which].labels[i] for which, i in leaves), *[""] * count),
        sum(recipe.inputs for recipe in recipes),
        tuple(lines),
        tuple((*point, *[1.0] * count) for point in points),
    )


def computable(recipe: Recipe) -> Recipe | None:
    """The recipe at points of its inputs alone where all numbers are finite.

    None if there is none, or where Python's math is not the C library's: its
    hypot is not.
    """
    first = recipe.points[0]
    points = (point[: recipe.inputs] + first[recipe.inputs :] for point in recipe.points)
    moved_inputs = Recipe(recipe.labels, recipe.inputs, recipe.lines, tuple(points))
    case = moved_inputs.case
    if "hypot" in case.program[0].source:
        return None
    good = tuple(
        point
        for point, outcome in zip(moved_inputs.points, case.expected)
        if outcome.error is None and all(map(math.isfinite, outcome.numbers.values()))
    )
    return Recipe(recipe.labels, recipe.inputs, recipe.lines, good) if good else None
