"""The perceptron: its rule, the theorem that the rule ends, and what no
perceptron computes.
"""

import math
import random
from itertools import permutations, product

import pytest

from demos import perceptron as demo
from nn import Perceptron, mistake_bound

ROWS = [list(row) for row in product((0, 1), repeat=2)]


def perceptron(*w, b=0):
    made = Perceptron(len(w))
    made.load_state({f"w[{i}]": x for i, x in enumerate(w)} | {"b": b})
    return made


def separable(seed):
    """Random rows on both sides of a random boundary, and the perceptron that
    tells them apart.
    """
    rng = random.Random(seed)
    dimensions = rng.randint(1, 4)
    rows = [[rng.uniform(-1, 1) for _ in range(dimensions)] for _ in range(20)]
    w = [rng.gauss(0, 1) for _ in range(dimensions)]
    truth = perceptron(*w, b=-sum(a * sum(column) / len(rows) for a, column in zip(w, zip(*rows))))
    rows = [row for row in rows if abs(truth.weighted_sum(row)) > 0.1]
    return truth, rows, [truth(row) for row in rows]


# the learning rule


@pytest.mark.parametrize("y", [0, 1])
def test_a_correction_adds_the_error_times_the_input(y):
    learner, x = perceptron(0.5, -2, b=0.25), [3.0, 0.75]
    error = y - learner(x)
    assert learner.correct(x, y) == error
    assert list(learner.state().values()) == [0.5 + error * 3, -2 + error * 0.75, 0.25 + error]


@pytest.mark.parametrize("seed", range(30))
def test_what_is_separable_is_learned_within_the_bound(seed):
    truth, rows, targets = separable(seed)
    learner = Perceptron(len(truth.w))
    history = learner.learn(rows, targets, epochs=100_000)
    assert history[-1] == 0 and 0 not in history[:-1]
    assert [learner(row) for row in rows] == targets
    assert sum(history) <= mistake_bound(truth, rows, targets)
    assert sum(history) <= mistake_bound(learner, rows, targets)


@pytest.mark.parametrize("seed", range(10))
def test_after_k_mistakes_the_weights_are_as_long_as_the_proof_says(seed):
    truth, rows, targets = separable(seed)
    learner, mistakes = Perceptron(len(truth.w)), 0
    direction = list(truth.state().values())
    length = math.hypot(*direction)
    margin = min(abs(truth.weighted_sum(row)) for row in rows) / length
    radius = max(math.hypot(*row, 1) for row in rows)
    for row, y in list(zip(rows, targets)) * 5:
        mistakes += abs(learner.correct(row, y))
        weights = list(learner.state().values())
        along = sum(w * u for w, u in zip(weights, direction)) / length
        assert mistakes * margin <= along + 1e-12
        assert math.hypot(*weights) <= math.sqrt(mistakes) * radius + 1e-12


# the widest margin: the distance of the origin from the convex hull of the rows
# ±(x, 1). Any weights bound it from below by their margin, any point of the
# hull from above; where the two meet, it is proved.
@pytest.mark.parametrize(
    ("name", "hull", "bound"),
    [("AND", (0, 5 / 17, 5 / 17, 7 / 17), 51), ("OR", (5 / 9, 2 / 9, 2 / 9, 0), 27)],
)
def test_the_widest_margins_of_and_and_or(name, hull, bound):
    assert math.isclose(sum(hull), 1)
    signs = [2 * y - 1 for y in demo.TARGETS[name]]
    point = [sum(c * s * x for c, s, x in zip(hull, signs, column)) for column in zip(*ROWS)]
    point.append(sum(c * s for c, s in zip(hull, signs)))
    widest = Perceptron(2)
    widest.load_state(demo.WIDEST[name])
    assert mistake_bound(widest, ROWS, demo.TARGETS[name]) == pytest.approx(bound, rel=1e-12)
    assert 3 / math.hypot(*point) ** 2 == pytest.approx(bound, rel=1e-12)  # R² = |(1, 1, 1)|² = 3


def test_the_bound_does_not_depend_on_the_length_of_the_weights():
    truth, rows, targets = separable(3)
    longer = perceptron(*(1000 * w.data for w in truth.w), b=1000 * truth.b.data)
    assert mistake_bound(longer, rows, targets) == pytest.approx(mistake_bound(truth, rows, targets))


# what no perceptron computes


@pytest.mark.parametrize("order", list(permutations(range(4))))
@pytest.mark.parametrize("targets", [[0, 1, 1, 0], [1, 0, 0, 1]])
def test_xor_and_xnor_go_round_in_every_order(order, targets):
    learner, seen = Perceptron(2), []
    while learner.state() not in seen:
        assert len(seen) < 100
        seen.append(learner.state())
        history = learner.learn([ROWS[i] for i in order], [targets[i] for i in order], epochs=1)
        assert history[0] > 0


# what it refuses


@pytest.mark.parametrize(
    ("rows", "targets", "message"),
    [
        (ROWS, [0, 1, 1, 2], "answers 0 or 1, so 2 cannot be a target"),
        (ROWS, [-1, 1, 1, 1], "answers 0 or 1, so -1 cannot be a target"),
        (ROWS, [0, 1, 1], "one target for each of at least one row, not 3 for 4 rows"),
        ([], [], "one target for each of at least one row, not 0 for 0 rows"),
        ([[0, 1], [1]], [1, 0], r"Perceptron\(0 \+ 1 x1 \+ 1 x2 > 0\) takes 2 inputs, not 1"),
    ],
)
def test_examples_that_do_not_fit_are_named_and_teach_nothing(rows, targets, message):
    learner = perceptron(1, 1)
    for attempt in (learner.learn, lambda *examples: mistake_bound(learner, *examples)):
        with pytest.raises(ValueError, match=message):
            attempt(rows, targets)
    assert list(learner.state().values()) == [1, 1, 0]


@pytest.mark.parametrize("y", [2, -1, None, "1"])
def test_a_correction_towards_no_answer_is_refused(y):
    learner = perceptron(1, 1)
    with pytest.raises(ValueError, match="cannot be a target"):
        learner.correct([1, 1], y)
    assert list(learner.state().values()) == [1, 1, 0]


def test_there_is_no_bound_without_a_margin():
    with pytest.raises(ValueError, match=r"does not separate the rows: \[0, 0\] has to be on the side of 0"):
        mistake_bound(perceptron(1, 1), ROWS, [0, 1, 1, 1])  # right on all rows, but (0, 0) is on its line
    with pytest.raises(ValueError, match="does not separate the rows"):
        mistake_bound(perceptron(1, 1, b=-0.5), ROWS, [0, 1, 1, 0])
