"""Which lines of a loop depend on each other: who reaches a place that another
writes, and in which turns.

All indices are sums of multiples of the loops' counters. So two accesses meet
if the difference of their indices can be zero (dependence analysis: Banerjee,
Dependence analysis for supercomputing, 1988). Where this cannot tell, they may.
"""

from collections.abc import Sequence
from math import gcd

from engine.programs.arrays import Access, Point, accesses
from engine.programs.merged import G, Step
from engine.programs.rolled import Term

# The terms of a loop's body, each with the growths of its indices in all loops.
Body = Sequence[tuple[Term, Sequence[Sequence[int]]]]


def invariant_sums(body: Body, turns: Point) -> list[Access]:
    """The places that a line of an innermost loop adds to in all its turns, and
    that nothing else in the loop reaches.

    `turns` has the turns of all loops around the body, the outermost first.
    """
    steps = [term for term, _ in body if isinstance(term, Step)]
    if len(steps) < len(body):
        return []
    lines = _lines(body, turns)
    found = []
    for number, step in enumerate(steps):
        target = lines[number][0]
        if step.statement.sign == "=" or target.growths[-1]:
            continue
        others = [access for i, line in enumerate(lines) for access in line[i == number :]]
        if not any(may_meet(target, other) for other in others):
            found.append(target)
    return found


def turns_are_independent(body: Body, turns: Point) -> bool:
    """Whether each turn of a loop reaches no place that another turn writes.

    (Places of G are only added to, each by one line.)
    """
    lines = _lines(body, turns)
    depth = len(turns) - 1
    return not any(
        _meet_in_other_turns(line[0], access, depth)
        for line in lines
        if line[0].array != G
        for other in lines
        for access in other
    )


def may_meet(one: Access, other: Access) -> bool:
    """Whether two accesses may reach one place in the same turns of loops."""
    if one.array != other.array:
        return False
    distance = one.first - other.first
    steps = [a - b for a, b in zip(one.growths, other.growths)]
    reach = [step * (count - 1) for step, count in zip(steps, one.counts)]
    if not distance + sum(min(0, r) for r in reach) <= 0 <= distance + sum(max(0, r) for r in reach):
        return False
    step = gcd(*steps)
    return distance % step == 0 if step else distance == 0


def _lines(body, turns):
    """The accesses of each line of a body, its target first."""
    return [line for term, growths in body for line in accesses([term], growths, turns)]


def _meet_in_other_turns(one, other, depth):
    """Whether two accesses may reach one place in different turns of the loop
    at that depth, and in the same turns of those around it.
    """
    if one.array != other.array:
        return False
    still = not any(one.growths[depth + 1 :] + other.growths[depth + 1 :])  # in the loops inside
    if still and one.growths[: depth + 1] == other.growths[: depth + 1]:
        growth, distance = one.growths[depth], one.first - other.first
        return growth == 0 or (distance != 0 and distance % growth == 0)
    # else by the whole range of each: those of outer loops are the same turns
    low, high = [0, 0], [0, 0]
    for i, access in enumerate((one, other)):
        for growth, count in list(zip(access.growths, access.counts))[depth:]:
            low[i] += min(0, growth * (count - 1))
            high[i] += max(0, growth * (count - 1))
    outer = [a - b for a, b in zip(one.growths[:depth], other.growths[:depth])]
    distance = one.first - other.first
    reach = [step * (count - 1) for step, count in zip(outer, one.counts)]
    smallest = distance + low[0] - high[1] + sum(min(0, r) for r in reach)
    largest = distance + high[0] - low[1] + sum(max(0, r) for r in reach)
    return smallest <= 0 <= largest
