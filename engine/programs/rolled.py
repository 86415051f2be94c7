"""Lines rolled up into loops, and loops into loops of loops.

This is how traces of memory accesses are compressed (Ketterlin and Clauss,
Prediction and trace compression of data access through nested loop
recognition, CGO 2008). What came so far is a stack of terms; a term is a step
or a loop. When the last 3 b terms are three blocks of the same shapes, whose
indices grow from block to block by the same amounts, they become a loop of
three turns. When the last b terms are what the loop before them would do next,
it gets one turn more. Order and operations stay as they are.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from operator import add, sub
from typing import NamedTuple

from engine.programs.merged import Statement, Step

NEARBY = 64  # how many earlier terms of its shape a term may begin a turn with
OPEN = 16  # how many of the latest loops a term may continue


class Loop(NamedTuple):
    """`turns` of a body, whose indices grow by `growth` each turn.

    `indices` are those of the first turn, of all the body's steps in a row.
    """

    turns: int
    body: "tuple[Term, ...]"
    growth: tuple[int, ...]

    @property
    def indices(self) -> tuple[int, ...]:
        """The indices of the first turn, those of all terms in a row."""
        return tuple([index for term in self.body for index in term.indices])


Term = Step | Loop


def rolled(steps: Iterable[Step]) -> list[Term]:
    """The same steps in the same order, in loops where they repeat.

    >>> from engine.formula import Formula
    >>> square = Statement("=", Formula("a * a"), ("T", "X"))
    >>> rolled(Step(square, (i, 2 * i)) for i in range(100)) == [
    ...     Loop(100, (Step(square, (0, 0)),), (1, 2))]
    True
    """
    stack = _Stack()
    for statement, indices in steps:
        stack.push(statement, indices)
        while stack.continues_a_loop() or stack.begins_a_loop():
            pass
    return [_term(*term) for term in zip(stack.shapes, stack.counts, stack.indices)]


def unrolled(terms: Iterable[Term]) -> Iterator[Step]:
    """The steps of terms one by one, as they are carried out.

    >>> from engine.formula import Formula
    >>> square = Statement("=", Formula("a * a"), ("T", "X"))
    >>> steps = [Step(square, (7, i)) for i in range(5)]
    >>> list(unrolled(rolled(steps))) == steps
    True
    """
    for term in terms:
        if isinstance(term, Step):
            yield term
            continue
        for turn in range(term.turns):
            yield from unrolled(moved(term, turn))


def moved(loop: Loop, turn: int) -> list[Term]:
    """The terms of a loop's body, as they are in one of its turns."""
    return [
        _shifted(term, [turn * step for step in growth])
        for term, [growth] in with_growths(loop.body, [loop.growth])
    ]


def _shifted(term, by):
    if isinstance(term, Step):
        return Step(term.statement, tuple(map(add, term.indices, by)))
    body = [_shifted(each, part) for each, [part] in with_growths(term.body, [by])]
    return Loop(term.turns, tuple(body), term.growth)


def with_growths(
    terms: Iterable[Term], growths: Sequence[Sequence[int]]
) -> Iterator[tuple[Term, list[Sequence[int]]]]:
    """Each of the terms with its part of some growths of all their indices."""
    at = 0
    for term in terms:
        end = at + len(term.indices)
        yield term, [growth[at:end] for growth in growths]
        at = end


class _Shape(NamedTuple):
    """A loop's shape: of each term of the body its shape and count; growth."""

    body: tuple[tuple["_Shape | Statement", int], ...]
    growth: tuple[int, ...]


class _Stack:
    """The terms so far; of term i `shapes[i]`, `counts[i]` and `indices[i]`.

    Equal shapes are one object. A step has count 1.
    """

    def __init__(self):
        self.shapes, self.counts, self.indices = [], [], []
        self.places = defaultdict(list)  # where the terms of each shape are
        self.loops = []  # where the loops are
        self.known = {}
        # For a size of blocks, the last place where three of them differed, and
        # the stamp that the term there had: terms come and go.
        self.failed, self.stamps, self.pushed = {}, [], 0

    def push(self, shape, indices, count=1):
        shape = self.known.setdefault(shape, shape)
        self.places[id(shape)].append(len(self.shapes))
        self.shapes.append(shape)
        self.indices.append(indices)
        self.counts.append(count)
        self.pushed += 1
        self.stamps.append(self.pushed)

    def pop(self, number):
        for shape in reversed(self.shapes[-number:]):
            self.places[id(shape)].pop()
        del self.shapes[-number:], self.indices[-number:], self.counts[-number:], self.stamps[-number:]
        while self.loops and self.loops[-1] >= len(self.shapes):
            self.loops.pop()

    def continues_a_loop(self):
        """Make the last terms the next turn of the loop before, if they are."""
        for place in reversed(self.loops[-OPEN:]):
            shape = self.shapes[place]
            size = len(self.shapes) - 1 - place
            if len(shape.body) != size:
                continue
            if any(
                each is not self.shapes[place + i] or count != self.counts[place + i]
                for i, (each, count) in enumerate(shape.body, 1)
            ):
                continue
            turns = self.counts[place]
            first, growth = self.indices[place], shape.growth
            if _joined(self.indices[place + 1 :]) == tuple(
                [i + turns * step for i, step in zip(first, growth)]
            ):
                self.pop(size)
                self.counts[place] += 1
                self.pushed += 1
                self.stamps[place] = self.pushed
                return True
        return False

    def begins_a_loop(self):
        """Make the last terms a loop of three turns, if they are."""
        shapes, counts, indices = self.shapes, self.counts, self.indices
        last = len(shapes) - 1
        for place in reversed(self.places[id(shapes[last])][-NEARBY - 1 : -1]):
            size = last - place
            if 3 * size > last + 1:
                return False
            failed, stamp = self.failed.get(size, (-1, -1))
            if place < failed <= last and self.stamps[failed] == stamp:
                continue  # blocks of this size differ where they differed before
            for i in range(last, place, -1):
                j, k = i - size, i - 2 * size
                if not (shapes[i] is shapes[j] is shapes[k] and counts[i] == counts[j] == counts[k]):
                    break
                ours, theirs = indices[i], indices[j]
                if ours != tuple([2 * b - a for a, b in zip(indices[k], theirs)]):
                    break
            else:
                self._roll(size)
                return True
            self.failed[size] = i, self.stamps[i]
        return False

    def _roll(self, size):
        start = len(self.shapes) - 3 * size
        first, second = (_joined(self.indices[at : at + size]) for at in (start, start + size))
        body = tuple(zip(self.shapes[start : start + size], self.counts[start : start + size]))
        self.pop(3 * size)
        self.loops.append(start)
        self.push(_Shape(body, tuple(map(sub, second, first))), first, 3)


def _joined(parts):
    return parts[0] if len(parts) == 1 else tuple([index for part in parts for index in part])


def _term(shape, count, indices):
    """A term of the stack as a Step or Loop."""
    if isinstance(shape, Statement):
        return Step(shape, indices)
    at, body = 0, []
    for each, turns in shape.body:
        end = at + _width(each)
        body.append(_term(each, turns, indices[at:end]))
        at = end
    return Loop(count, tuple(body), shape.growth)


def _width(shape):
    """How many indices a shape has."""
    if isinstance(shape, Statement):
        return len(shape.reached)
    return len(shape.growth)
