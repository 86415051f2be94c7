"""A graph as data: what is drawn, printed as Python, and made smaller."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from engine.source import compile_module
from tests.fuzz.case import Case
from tests.fuzz.operations import SIGNS

HEADER = "from math import inf, nan\n\nfrom engine import Constant, grad\n"


class Line(NamedTuple):
    """A node: an operation on places of earlier nodes (ints) or numbers.

    The operation is one of the table's, "constant" for Constant(number), or
    "grad" for grad(left, [right])[0].
    """

    op: str
    operands: tuple[int | float, ...]
    label: str = ""

    @property
    def places(self) -> list[int]:
        return [each for each in self.operands if isinstance(each, int)]


@dataclass(frozen=True)
class Recipe:
    """A Case whose function is given by its lines; the last is the output."""

    labels: tuple[str, ...]
    inputs: int
    lines: tuple[Line, ...]
    points: tuple[tuple[float, ...], ...]

    def name(self, operand: int | float) -> str:
        """An operand in Python: x0 for a leaf, v0 for a line, or a number."""
        if isinstance(operand, float):
            text = repr(operand)
            return f"({text})" if text[0] == "-" else text
        count = len(self.labels)
        return f"x{operand}" if operand < count else f"v{operand - count}"

    def expression(self, line: Line) -> str:
        """A line in Python."""
        names = [self.name(operand) for operand in line.operands]
        if line.op in SIGNS:
            return f" {line.op} ".join(names)
        if line.op in ("neg", "abs", "constant"):
            return {"neg": "-{}", "abs": "abs({})", "constant": "Constant({})"}[line.op].format(*names)
        if line.op == "grad":
            return f"grad({names[0]}, [{names[1]}])[0]"
        return f"{names[0]}.{line.op}({', '.join(names[1:])})"

    @cached_property
    def source(self) -> str:
        """The function in Python."""
        rows = [f"def graph({', '.join(map(self.name, range(len(self.labels))))}):"]
        for i, line in enumerate(self.lines):
            rows.append(f"    v{i} = {self.expression(line)}")
            if line.label:
                rows.append(f"    v{i}.label = {line.label!a}")
        rows.append(f"    return {self.name(len(self.labels) + len(self.lines) - 1)}")
        return "\n".join(rows) + "\n"

    @cached_property
    def case(self) -> Case:
        function = compile_module(self, HEADER + self.source, "a graph")["graph"]
        return Case(function, self.labels, self.inputs, self.points)


def without_unused(recipe: Recipe) -> Recipe:
    """The same graph, without lines and leaves that its output does not use.

    One leaf stays in any case.
    """
    count = len(recipe.labels)
    used = {count + len(recipe.lines) - 1}
    for place in range(count + len(recipe.lines) - 1, count - 1, -1):
        if place in used:
            used.update(recipe.lines[place - count].places)
    if not any(place < count for place in used):
        used.add(0)
    places = {place: i for i, place in enumerate(sorted(used))}
    return Recipe(
        tuple(label for i, label in enumerate(recipe.labels) if i in used),
        sum(i in used for i in range(recipe.inputs)),
        tuple(moved(line, places) for i, line in enumerate(recipe.lines, count) if i in used),
        tuple(tuple(x for i, x in enumerate(point) if i in used) for point in recipe.points),
    )


def moved(line: Line, places: dict[int, int]) -> Line:
    """A line whose operands are at other places."""
    operands = [places[each] if isinstance(each, int) else each for each in line.operands]
    return line._replace(operands=tuple(operands))
