"""Names for the places of a rolled program: w1[i][j], where labels say w1_2_3.

A place has up to three names, the best first: that of its label (w1_2_3 is a
place of a matrix w1); that of the loop that computes it (what a line in a loop
over i assigns is a list with a place for each i); and its number among all
places of its array. A name serves if every line that uses the array finds its
subscripts as sums of multiples of the loops' counters.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, count, product
from operator import itemgetter
from typing import Any, NamedTuple

from engine.programs.identifiers import identifiers
from engine.programs.merged import D, G, Merged, N, Place, T, W, X
from engine.programs.rolled import Loop, Term, with_growths

Point = tuple[int, ...]
# What a program calls places that have no better name.
PLAIN = {X: "x", W: "w", T: "v", D: "d"}
# Python nests twenty loops at most.
COUNTERS = ["i", "j", "k", "l", "m", "n", *(f"i{n}" for n in range(7, 21))]


class Access(NamedTuple):
    """What one operand of a line, or its target, reaches in a line's loops.

    `growths` has how far the index moves with each loop's turns, the outer
    loop's first, and `counts` how many turns the loops take.
    """

    array: str
    first: int
    growths: tuple[int, ...]
    counts: tuple[int, ...]

    def places(self) -> Iterator[tuple[Point, Place]]:
        """Each combination of turns, with the place that it reaches."""
        for turns in product(*map(range, self.counts)):
            yield turns, (self.array, self.first + sum([t * g for t, g in zip(turns, self.growths)]))


def still(place: Place) -> Access:
    """The access of a line outside of loops to a place."""
    return Access(place[0], place[1], (), ())


class Array(NamedTuple):
    """A list of numbers, or of lists; or one number, if it has no dimensions.

    `points` has where in it each of its places is.
    """

    name: str
    kind: str
    shape: Point
    points: dict[Place, Point]


def accesses(
    terms: Iterable[Term], growths: Sequence[Sequence[int]] = (), counts: Point = ()
) -> Iterator[list[Access]]:
    """The accesses of each line of the terms, its target first."""
    for term, here in with_growths(terms, growths):
        if isinstance(term, Loop):
            yield from accesses(term.body, [*here, term.growth], (*counts, term.turns))
            continue
        yield [
            Access(array, index, tuple([growth[i] for growth in here]), counts)
            for i, (array, index) in enumerate(term.places)
        ]


def affine(terms: Iterable[tuple[int, str]], number: int) -> str:
    """A sum of multiples of counters and a number, as text.

    >>> affine([(2, "i"), (-1, "j")], 1), affine([(-1, "i")], 7), affine([], 0)
    ('2 * i + 1 - j', '7 - i', '0')
    """
    parts = [(factor < 0, name if abs(factor) == 1 else f"{abs(factor)} * {name}") for factor, name in terms]
    if number or not parts:
        parts.append((number < 0, f"{abs(number)}"))
    parts.sort(key=itemgetter(0))  # those to subtract last
    negative, text = parts[0]
    return "-" * negative + text + "".join(f" {'-' if each else '+'} {part}" for each, part in parts[1:])


class _Key(NamedTuple):
    """What tells the arrays of one kind apart: the way they are found, and it.

    That is LABEL and what labels begin with, LINE and the number of the line
    that computes all places, OF and the key of the values that these are the
    gradients of, or ALL.
    """

    way: str
    what: Any = None


LABEL, LINE, OF, ALL = "label", "line", "of", "all"


def named_arrays(merged: Merged, terms: Sequence[Term]) -> list[Array]:
    """Arrays for all places: inputs, parameters, values, gradients."""
    lines = list(accesses(terms))
    every = list(dict.fromkeys(chain.from_iterable(lines)))
    definitions: dict[Place, tuple[_Key, Point]] = {}
    for number, (line, sign) in enumerate(zip(lines, _signs(terms))):
        if sign == "=" and line[0].array in (T, D):
            definitions.update((place, (_Key(LINE, number), turns)) for turns, place in line[0].places())

    def settled(kind, first_choices):
        """The array and subscripts of every place of a kind."""
        choices = {}
        for index in range(len(merged.names[kind])):
            better = [first_choices.get(index), definitions.get((kind, index))]
            choices[kind, index] = [*(each for each in better if each), (_Key(ALL), (index,))]
        # A parameter and its gradient have the same subscripts.
        found = [each._replace(array=W) if each.array == G else each for each in every]
        return _settled([each for each in found if each.array == kind], choices)

    found: dict[Place, tuple[_Key, Point]] = {}
    for kind in (X, W, T):
        found |= settled(kind, _labelled(merged.names[kind]))
    nodes = {f"d_{name}": found[T, index] for index, name in enumerate(merged.names[T])}
    values = {index: nodes[name] for index, name in enumerate(merged.names[D]) if name in nodes}
    found |= settled(D, {index: (_Key(OF, key), point) for index, (key, point) in values.items()})
    numbers = [place for each in every if each.array == N for _, place in each.places()]
    return [*_arrays(merged, found), Array("", N, (), {place: (place[1],) for place in numbers})]


def _signs(terms):
    """The sign of each line, in the order of `accesses`."""
    for term in terms:
        if isinstance(term, Loop):
            yield from _signs(term.body)
        else:
            yield term.statement.sign


def _labelled(names):
    """For each name's number, the array and subscripts that the name says.

    Names with numbers at their end are those of an array if they fill it.
    """
    found = {}
    for index, name in enumerate(names):
        base, numbers = re.fullmatch(r"(.*?)((?:_\d+)+|\d*)", name).groups()
        if base != "v" or not numbers:  # v1, v2, ...: names of nodes without label
            found[index] = _Key(LABEL, base), tuple(map(int, re.findall(r"\d+", numbers)))
    members = defaultdict(list)
    for key, point in found.values():
        members[key].append(point)
    full = {key for key, points in members.items() if _is_full(points)}
    return {index: (key, point) for index, (key, point) in found.items() if key in full}


def _is_full(points):
    """Whether points of as many dimensions are all of a box, each once."""
    if len({len(point) for point in points}) > 1:
        return False
    size = 1
    for numbers in zip(*points):
        size *= max(numbers) - min(numbers) + 1
    return size == len(points) == len(set(points))


def _settled(accesses, candidates):
    """For each place the best of its names with which all accesses work."""
    while True:
        names = {place: choices[0] for place, choices in candidates.items()}
        failing = set()
        for access in accesses:
            reached = [(turns, names[place]) for turns, place in access.places()]
            if not _moves_evenly(reached, len(access.counts)):
                failing |= {name for _, (name, _) in reached}
        moved = False
        for choices in candidates.values():
            if choices[0][0] in failing and len(choices) > 1:
                del choices[0]
                moved = True
        if not moved:
            return names


def _moves_evenly(reached, depth):
    """Whether all is in one array, and moves evenly with each loop."""
    at = dict(reached)
    origin, first = at[(0,) * depth]
    steps = []
    for loop in range(depth):
        array, point = at[tuple([int(i == loop) for i in range(depth)])]
        if array != origin or len(point) != len(first):
            return False
        steps.append([b - a for a, b in zip(first, point)])
    for turns, (array, point) in reached:
        if array != origin or len(point) != len(first):
            return False
        for d, (coordinate, number) in enumerate(zip(first, point)):
            for turn, step in zip(turns, steps):
                coordinate += turn * step[d]
            if coordinate != number:
                return False
    return True


def _arrays(merged, found):
    """The arrays that there are once all places have found theirs."""
    members = defaultdict(dict)
    for (kind, index), (key, point) in found.items():
        members[kind, key][kind, index] = point
    fresh, names, boxes = count(1), {}, {}
    for (kind, key), points in members.items():
        if key.way == ALL:
            names[kind, key], boxes[kind, key] = PLAIN[kind], ((0,), (len(merged.names[kind]),))
        elif key.way != OF:
            names[kind, key] = key.what if key.way == LABEL else f"{PLAIN[kind]}{next(fresh)}"
            spans = [(min(numbers), max(numbers)) for numbers in zip(*points.values())]
            boxes[kind, key] = (
                tuple([low for low, _ in spans]),
                tuple([high - low + 1 for low, high in spans]),
            )
    names = dict(zip(names, identifiers([*COUNTERS, *names.values()])[len(COUNTERS) :]))
    arrays = []
    for (kind, key), points in members.items():
        like = (T, key.what) if key.way == OF else (kind, key)
        name, (origin, shape) = names[like], boxes[like]
        points = {place: tuple([a - b for a, b in zip(point, origin)]) for place, point in points.items()}
        arrays.append(Array(f"d_{name}" if key.way == OF else name, kind, shape, points))
        if kind == W:
            gradient = {(G, index): point for (_, index), point in points.items()}
            arrays.append(Array(f"d_{name}", G, shape, gradient))
    return arrays
