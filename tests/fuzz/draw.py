"""Recipes at random: numbers, labels, lines, points."""

import math
import random

from engine import Constant, Value, grad, topological_order
from tests.engine.programs.test_program import HOSTILE
from tests.fuzz.operations import BINARY, SIGNS, UNARY
from tests.fuzz.recipe import Line, Recipe, moved, without_unused

PLAIN = (0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 3.0, 4.0, -3.0, 5.0, 1.5, 0.1, 10.0)
TINY = (5e-324, -5e-324, 1e-320, -1e-310, 2.2250738585072014e-308, 1e-200, -1e-160, 1e-30, 2.0**-53)
HUGE = (1.7976931348623157e308, -1.7976931348623157e308, 1e308, -1e300, 1.4e154, 1e100, 2.0**53, 1e16)
NEAR = (
    1 - 2.0**-53,
    1 + 2.0**-52,
    -1 + 2.0**-53,
    709.78,
    709.79,
    -700.0,
    -708.0,
    -745.2,
    36.7,
    27.3,
    1.57,
    6.0,
)
BEYOND = (math.inf, -math.inf, math.nan)
# At most, in a graph and in a formula: derivatives of derivatives are large,
# and those of formulas with cases grow with each order like a power.
NODES, LETTERS = 60, 500


def draw(seed: object) -> Recipe:
    """A recipe; the same for the same seed. Its first point has a value."""
    rng = random.Random(str(seed))
    wild = rng.choice((0.0, 0.0, 0.1, 0.5))
    count, size = rng.choice((1, 2, 3, 4, 7)), rng.choice((1, 2, 3, 5, 8, 12, 20))
    point = tuple(number(rng, wild) for _ in range(count))
    recipe = Recipe(tuple(label(rng) for _ in range(count)), rng.randint(0, count), (), (point,))
    nodes = [Value(x) for x in point]
    names = {"Constant": Constant, "grad": grad, "inf": math.inf, "nan": math.nan}
    lines: list[Line] = []
    ahead: list[Line] = []
    for _ in range(4 * size):
        if not ahead and lines and rng.random() < 0.05:
            ahead = repetition(rng, lines, count)
        used = {place for line in lines for place in line.places}
        line = ahead.pop(0) if ahead else random_line(rng, nodes, used, wild)
        known = {recipe.name(i): node for i, node in enumerate(nodes)}
        try:
            node = eval(recipe.expression(line), names, known)
        except (ValueError, ArithmeticError):
            ahead = []
            continue
        trivial = line.op == "grad" and node.operation is None
        unusual = trivial or not math.isfinite(node.data) or (wild == 0 and abs(node.data) > 1e4)
        if (unusual and rng.random() < 0.9) or is_large(node):
            ahead = []
            continue
        lines.append(line)
        nodes.append(node)
        if len(lines) >= size and not ahead:
            break
    points = [point, *(moved_point(rng, point, wild) for _ in range(rng.randint(1, 3)))]
    return without_unused(Recipe(recipe.labels, recipe.inputs, tuple(lines), tuple(points)))


def is_large(output: Value) -> bool:
    order = topological_order(output)
    return len(order) > NODES or any(
        len(node.operation.rule.expression) > LETTERS for node in order if node.operation is not None
    )


def number(rng: random.Random, wild: float) -> float:
    """A number; `wild` is how often it is an unusual one."""
    if rng.random() < wild:
        if rng.random() < 0.3:
            return rng.choice((-1, 1)) * 10 ** rng.uniform(-320, 308)
        return rng.choice(rng.choice((TINY, HUGE, NEAR, BEYOND)))
    if rng.random() < 0.4:
        return rng.choice(PLAIN)
    return round(rng.uniform(-3, 3), rng.choice((1, 3, 17)))


def label(rng: random.Random) -> str:
    """A name, none, or what some program could take for something else."""
    if rng.random() < 0.3:
        return rng.choice(("", "", chr(rng.randrange(32, 0xD800)), *HOSTILE))
    return rng.choice(("x", "y", "w", "b", "x0", "x1", "v1", "v2", "w[0]", "w[1]", "w_1_2", "d_x", "out"))


def random_line(rng: random.Random, nodes: list[Value], used: set[int], wild: float) -> Line:
    """A line on these nodes, often on the last, or on one that has no use."""
    places = range(len(nodes))
    unused = [place for place in places if place not in used]
    left, right = (rng.choice((rng.choice(places), rng.choice(unused), places[-1])) for _ in range(2))
    name = label(rng) if rng.random() < 0.1 else ""
    kind = rng.random()
    if kind < 0.03:
        return Line("constant", (number(rng, wild),), name)
    if kind < 0.13:
        return Line("grad", (left, right), name)
    if kind < 0.5:
        return Line(rng.choice(UNARY), (left,), name)
    op = rng.choice(SIGNS) if kind < 0.85 else rng.choice(BINARY)
    operands: tuple[int | float, ...] = rng.choice(
        ((left, right), (left, right), (left, left), (left, number(rng, wild)))
    )
    if op in SIGNS and rng.random() < 0.3:
        operands = operands[::-1]
    return Line(op, operands, name)


def repetition(rng: random.Random, lines: list[Line], count: int) -> list[Line]:
    """The last few lines some times again, as in a layer or over time.

    Each time is on the one before or on other leaves; then all are added up.
    """
    length, times, turn = rng.randint(1, min(3, len(lines))), rng.randint(3, 5), rng.randrange(2)
    block, end = lines[-length:], count + len(lines)
    found = []
    for again in range(1, times + 1):
        places = {leaf: (leaf + turn * again) % count for leaf in range(count)}
        places |= {i: i + length * again if i >= end - 2 * length else i for i in range(count, end)}
        found += [moved(line, places)._replace(label="") for line in block]
    total = end - 1
    for again in range(1, times + 1):
        found.append(Line("+", (total, end - 1 + length * again)))
        total = end + length * times + again - 1
    return found


def moved_point(rng: random.Random, point: tuple[float, ...], wild: float) -> tuple[float, ...]:
    """Another point: some numbers are new, some equal, some as before."""
    found = [x if rng.random() < 0.4 else number(rng, wild) for x in point]
    if rng.random() < 0.3:
        found[rng.randrange(len(found))] = rng.choice(found)
    return tuple(found)
