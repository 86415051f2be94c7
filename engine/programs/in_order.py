"""Loops with parameters numbered in another order, if they still are loops.

Lines number parameters as they use them, so that loops are found whatever order
the parameters are in. Where the given order is as regular, C needs no copy of
the parameters in its own.
"""

from collections.abc import Iterable, Sequence
from itertools import product

from engine.programs.arrays import Access, accesses
from engine.programs.merged import G, Step, W
from engine.programs.rolled import Loop, Term, with_growths


def in_order(terms: Iterable[Term], order: Sequence[int]) -> list[Term] | None:
    """The terms with order[i] for parameter i, or None if a loop's are uneven.

    >>> from engine.formula import Formula
    >>> from engine.programs.merged import Statement
    >>> step = Step(Statement("=", Formula("a"), ("T", "W")), (0, 0))
    >>> loop = Loop(3, (step,), (1, 1))
    >>> in_order([loop], [4, 2, 0])[0].growth, in_order([loop], [4, 0, 2])
    ((1, -2), None)
    """
    try:
        found, _ = _in_order(terms, order, [], ())
    except _Uneven:
        return None
    return list(found)


class _Uneven(Exception):
    """The places of a loop's parameters do not grow by equal steps."""


def _in_order(terms, order, growths, turns):
    """The terms in order; for each loop around them the growths in order."""
    found, outer = [], [[] for _ in growths]
    for term, here in with_growths(terms, growths):
        if isinstance(term, Loop):
            inside = [*here, term.growth]
            body, inner = _in_order(term.body, order, inside, (*turns, term.turns))
            found.append(Loop(term.turns, body, tuple(inner[-1])))
        else:
            [line] = accesses([term], here, turns)
            line = [_moved(access, order) if access.array in (W, G) else access for access in line]
            found.append(Step(term.statement, tuple([access.first for access in line])))
            inner = zip(*[access.growths for access in line])
        for level, part in zip(outer, inner):
            level.extend(part)
    return tuple(found), outer


def _moved(access, order):
    first = order[access.first]
    growths = tuple([order[access.first + growth] - first for growth in access.growths])
    for turns in product(*map(range, access.counts)):
        index, place = access.first, first
        for turn, growth, step in zip(turns, access.growths, growths):
            index += turn * growth
            place += turn * step
        if order[index] != place:
            raise _Uneven
    return Access(access.array, first, growths, access.counts)
