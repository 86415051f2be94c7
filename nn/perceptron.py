"""The perceptron (McCulloch and Pitts, 1943), its rule (Rosenblatt, 1958)."""

import math
from collections.abc import Sequence
from typing import Any

from engine import Value, assign, counted, format_number, short_repr
from nn.checks import check_epochs, check_floats, check_inputs, check_list, check_positive, is_number
from nn.frozen import check_unfrozen
from nn.module import Module


class Perceptron(Module):
    """1 if w · x + b > 0, else 0: a linear classifier.

    The threshold has no useful derivative (it is zero wherever it exists), so
    the result is a plain number, not a Value, and learning has a rule of its
    own. The weights start at zero.

    >>> perceptron = Perceptron(2)
    >>> perceptron.load_state({"w[0]": 1, "w[1]": 1, "b": -1.5})
    >>> [perceptron(x) for x in ([0, 0], [0, 1], [1, 0], [1, 1])]
    [0, 0, 0, 1]
    """

    def __init__(self, nin: int) -> None:
        nin = check_positive(nin, "a perceptron has inputs")
        self.w = [Value(0, f"w{i + 1}") for i in range(nin)]
        self.b = Value(0, "b")

    def __call__(self, x: Sequence[Any]) -> int:
        return int(self.weighted_sum(x) > 0)

    def weighted_sum(self, x: Sequence[Any]) -> float:
        """w · x + b, as a number."""
        x = check_floats(check_inputs(x, len(self.w), self), self)
        return sum((w.data * x for w, x in zip(self.w, x)), self.b.data)

    def correct(self, x: Sequence[Any], y: int) -> int:
        """Learn from one example: (w, b) ← (w, b) + (y - f(x)) (x, 1).

        Returns the error y - f(x). Only a mistake changes anything: the input
        is added to the weights where the answer should have been 1, and
        subtracted where it should have been 0.

        Raises ValueError if the target y is neither 0 nor 1, or it is frozen.

        >>> perceptron = Perceptron(2)
        >>> perceptron.correct([0, 1], 1), perceptron
        (1, Perceptron(1 + 0 x1 + 1 x2 > 0))
        """
        x = check_floats(check_inputs(x, len(self.w), self), self)
        error = _target(y) - self(x)
        weights = [*self.w, self.b]
        check_unfrozen(weights)
        assign(weights, "data", [w.data + error * x for w, x in zip(weights, [*x, 1])])
        return error

    def learn(self, rows: Sequence[Any], targets: Sequence[int], epochs: int = 1000) -> list[int]:
        """Correct on every row in turn until an epoch passes without a mistake.

        Stops after `epochs` in any case. Returns the number of mistakes in
        every epoch. The last of them is 0 once all rows are learned: after
        finitely many mistakes if there is a perceptron that separates them
        (see `mistake_bound`), and otherwise never.

        Raises ValueError and learns nothing where rows and targets don't fit.

        >>> Perceptron(2).learn([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 1])
        [1, 2, 1, 0]
        """
        rows, targets = _examples(self, rows, targets)
        epochs = check_epochs(epochs)
        history: list[int] = []
        while len(history) < epochs and 0 not in history:
            history.append(sum(self.correct(x, y) != 0 for x, y in zip(rows, targets)))
        return history

    def __repr__(self) -> str:
        weights = " ".join(
            f"{'-' if w.data < 0 else '+'} {format_number(abs(w.data))} x{i}" for i, w in enumerate(self.w, 1)
        )
        return f"Perceptron({format_number(self.b.data)} {weights} > 0)"


def mistake_bound(perceptron: Perceptron, rows: Sequence[Any], targets: Sequence[int]) -> float:
    """(R/γ)²: an upper bound on the number of mistakes of the learning rule.

    It holds on rows that `perceptron` separates. R is the length of the
    longest row (x, 1), and γ the margin of the perceptron's weights
    u = (w, b): the smallest ±u · (x, 1) / |u|, with + for target 1 and - for
    target 0. The weights v that are being learned start at zero, and a mistake
    adds ±(x, 1): their part along u grows by at least γ, |v|² by at most R².
    So after k mistakes k γ ≤ |v| ≤ √k R, hence k ≤ (R/γ)². The widest margin
    gives the best bound.

    Raises ValueError that names the row if the perceptron does not separate
    the rows (γ > 0). From Novikoff, On convergence proofs for perceptrons
    (1962).

    >>> perceptron = Perceptron(2)
    >>> perceptron.load_state({"w[0]": 2, "w[1]": 2, "b": -1})
    >>> rows = [[0, 0], [0, 1], [1, 0], [1, 1]]
    >>> format_number(mistake_bound(perceptron, rows, [0, 1, 1, 1]))
    '27'
    """
    if not isinstance(perceptron, Perceptron):
        raise TypeError(f"mistake_bound is of a Perceptron, not of {short_repr(perceptron)}")
    rows, targets = _examples(perceptron, rows, targets)
    length = math.hypot(*perceptron.state().values())
    margins = [(2 * y - 1) * perceptron.weighted_sum(x) for x, y in zip(rows, targets)]
    for x, y, margin in zip(rows, targets, margins):
        if margin <= 0:
            row = ", ".join(map(format_number, x))
            raise ValueError(
                f"{perceptron!r} does not separate the rows: [{row}] has to be on the side of {y}"
            )
    return (max(math.hypot(*x, 1) for x in rows) * length / min(margins)) ** 2


def _examples(perceptron, rows, targets):
    """Rows and targets as lists that fit the perceptron, or an error."""
    rows = check_list(rows, "a perceptron learns from rows, each a list of numbers")
    rows = [check_floats(check_inputs(x, len(perceptron.w), perceptron), perceptron) for x in rows]
    targets = check_list(targets, "a perceptron learns from a list of targets, each 0 or 1")
    targets = list(map(_target, targets))
    if len(rows) != len(targets) or not rows:
        raise ValueError(
            f"one target for each of at least one row, not {len(targets)} for {counted(len(rows), 'row')}"
        )
    return rows, targets


def _target(y):
    if not (isinstance(y, bool) or is_number(y)) or y not in (0, 1):
        raise ValueError(f"a perceptron answers 0 or 1, so {short_repr(y)} cannot be a target")
    return int(y)
