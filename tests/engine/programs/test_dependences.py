"""Dependences: compared with all that the lines of random loops reach."""

import random
from itertools import product

import pytest

from engine.formula import Formula
from engine.programs.arrays import Access, accesses
from engine.programs.dependences import invariant_sums, may_meet, turns_are_independent
from engine.programs.merged import Statement, Step
from engine.programs.rolled import Loop, with_growths

SUM, COPY = (Statement(sign, Formula("a"), ("T", "T")) for sign in ("+=", "="))


@pytest.mark.parametrize("seed", range(20))
def test_accesses_that_meet_may_meet(seed):
    rng = random.Random(seed)
    answers = []
    for _ in range(200):
        counts = tuple(rng.randint(1, 5) for _ in range(rng.randint(0, 3)))
        one, other = (
            Access("T", rng.randint(0, 12), tuple(rng.randint(-4, 4) for _ in counts), counts) for _ in "ab"
        )
        meet = any(a == b for (_, a), (_, b) in zip(one.places(), other.places()))
        assert may_meet(one, other) or not meet
        answers.append((meet, may_meet(one, other)))
    assert len(set(answers)) == 3  # it often knows that they do not
    assert not may_meet(one, one._replace(array="D"))


def random_body(rng):
    """A loop's body with a loop inside, in a loop, and the turns of both."""
    turns = (rng.randint(1, 3), rng.randint(2, 4))
    inner = Loop(rng.randint(2, 4), (Step(SUM, indices(rng, 20)),), growth(rng))
    terms = [Step(COPY, indices(rng, 20)), inner][: rng.randint(1, 2)]
    growths = [[step for _ in terms for step in growth(rng)] for _ in turns]
    return list(with_growths(terms, growths)), turns


def indices(rng, size):
    return rng.randrange(size), rng.randrange(size)


def growth(rng):
    return rng.choice((-1, 0, 1, 1, 7)), rng.choice((0, 1, 2))


@pytest.mark.parametrize("seed", range(20))
def test_independent_turns_reach_nothing_that_another_writes(seed):
    rng = random.Random(seed)
    found = []
    for _ in range(60):
        body, turns = random_body(rng)
        lines = [line for term, growths in body for line in accesses([term], growths, turns)]

        def at(access, outer, turn):
            return {place for point, place in access.places() if point[:2] == (outer, turn)}

        independent = not any(
            at(line[0], outer, turn) & at(access, outer, another)
            for outer in range(turns[0])
            for turn, another in product(range(turns[1]), repeat=2)
            if turn != another
            for line in lines
            for other in lines
            for access in other
        )
        assert independent or not turns_are_independent(body, turns)
        found.append((independent, turns_are_independent(body, turns)))
    assert (True, True) in found and (False, False) in found


@pytest.mark.parametrize("seed", range(20))
def test_a_sum_in_a_variable_is_reached_by_nothing_else(seed):
    rng = random.Random(seed)
    count = 0
    for _ in range(100):
        turns = (rng.randint(1, 3), rng.randint(2, 4))
        steps = [Step(rng.choice((SUM, COPY)), indices(rng, 30)) for _ in range(rng.randint(1, 3))]
        growths = [[step for _ in steps for step in growth(rng)] for _ in turns]
        body = list(with_growths(steps, growths))
        lines = [line for term, here in body for line in accesses([term], here, turns)]
        for target in invariant_sums(body, turns):
            count += 1
            number = [line[0] for line in lines].index(target)
            assert steps[number].statement.sign == "+=" and target.growths[-1] == 0
            for outer in range(turns[0]):
                mine = {place for point, place in target.places() if point[0] == outer}
                assert len(mine) == 1
                for i, line in enumerate(lines):
                    for access in line[i == number :]:
                        assert not mine & {p for point, p in access.places() if point[0] == outer}
    assert count > 5
