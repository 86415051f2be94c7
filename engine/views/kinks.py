"""Which case of a derivative holds at a node, and whether that is a kink.

All of it is read off the table's formulas with cases, such as relu's
derivative, `0 if a <= 0 else 1`.
"""

import ast
import math
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from engine.formula import Formula
from engine.notation import format_number, in_names, parenthesized
from engine.operation import FUNCTIONS
from engine.rules import Rule
from engine.value import Value

# The signs that left - right can have where a comparison holds.
ORDERS: dict[type, frozenset[int]] = {
    ast.Lt: frozenset([-1]),
    ast.LtE: frozenset([-1, 0]),
    ast.Gt: frozenset([1]),
    ast.GtE: frozenset([0, 1]),
}
# What mathematics writes for these signs. (A formula of one's own may have a
# case that never holds, and so is never shown.)
SYMBOLS = {(-1,): "<", (0,): "=", (1,): ">", (-1, 0): "≤", (0, 1): "≥", (): ""}

A_LITTLE = 1e-9  # more than rounding, and less than a case is wide


class Condition(NamedTuple):
    """A comparison of two formulas, with `symbol` as mathematics writes it."""

    left: Formula
    symbol: str
    right: Formula

    def text(self, node: Value, names: Mapping[Value, str]) -> str:
        """The condition in the names of a node's operands."""
        return f"{in_names(self.left, node, names)} {self.symbol} {in_names(self.right, node, names)}"


def case_at(node: Value, which: int, data: Mapping[str, float], names: Mapping[Value, str]) -> str:
    """The case of ∂node/∂parents[which] for these data of a, b and out.

    It is "" if there is one case only. At a kink the text says between what the
    derivative jumps.

    >>> z = Value(0, "z")
    >>> y = z.relu()
    >>> names = {z: "z", y: "y"}
    >>> case_at(y, 0, {"a": -2.0, "out": 0.0}, names)
    'z ≤ 0'
    >>> case_at(y, 0, {"a": 0.0, "out": 0.0}, names)
    'z = 0, a kink: ∂y/∂z jumps from 0 to 1'
    """
    partial = partial_for_people(node.operation.rule, which)
    if not borders(partial) or node.left is node.right:  # maximum(x, x) is x, without a kink
        return ""
    values = FUNCTIONS | dict(data)
    held, meetings = case_texts(partial, node, names)
    for border, meeting in zip(borders(partial), meetings):
        left, right = _number(border.left, values), _number(border.right, values)
        if math.isnan(left) or math.isnan(right):  # which are in no order
            return ""
        if left == right:
            below, above = (_slope_beside(node, which, values, side) for side in (-1, 1))
            if abs(below - above) > A_LITTLE:
                slope = f"∂{parenthesized(names[node])}/∂{parenthesized(names[node.parents[which]])}"
                jump = f"jumps from {format_number(below)} to {format_number(above)}"
                return f"{meeting}, a kink: {slope} {jump}"
    number, _ = numbered_cases(partial)
    return held[eval(number.text, {}, values)]


def _slope_beside(node, which, values, side):
    """What a derivative tends to as its operand comes from one side.

    That is the number here of the case that holds a little to that side; NaN
    if there is none.
    """
    operand = values["ab"[which]]
    beside = values | {"ab"[which]: operand + side * A_LITTLE * max(1.0, abs(operand))}
    number, cases = numbered_cases(partial_for_people(node.operation.rule, which))
    operands = [beside[letter] for letter in "ab"[: len(node.parents)]]
    try:
        beside["out"] = node.operation.forward(*operands)
        return _number(cases[eval(number.text, {}, beside)], values)
    except (ValueError, ArithmeticError):  # outside of the operation's domain
        return math.nan


def case_texts(partial: str, node: Value, names: Mapping[Value, str]) -> tuple[list[str], list[str]]:
    """When each case of a derivative holds, and where they meet, in names.

    >>> y = Value(0, "z").relu()
    >>> case_texts("0 if a <= 0 else 1", y, {y.left: "z"})
    (['z ≤ 0', 'z > 0'], ['z = 0'])
    """
    held = [" and ".join(condition.text(node, names) for condition in case) for case in conditions(partial)]
    return held, [border.text(node, names) for border in borders(partial)]


def partial_for_people(rule: Rule, which: int) -> str:
    """A derivative as a textbook has it, whose cases alone are explained."""
    partials = rule.textbook or rule.partials
    return partials[which]


@lru_cache(maxsize=4096)
def conditions(partial: str) -> list[list[Condition]]:
    """For every case of a derivative, the conditions under which it holds.

    Tests for one number only, such as b != 0, are left out.

    >>> [case] = conditions("1 if a > 0 else -1 if a < 0 else 0")[2:]
    >>> case
    [Condition(left=Formula('a'), symbol='=', right=Formula('0'))]
    """
    return [
        [
            Condition(Formula(left), SYMBOLS[tuple(sorted(signs))], Formula(right))
            for (left, right), signs in signs_of.items()
        ]
        for signs_of in _signs(Formula(partial).tree, {})
    ]


def _signs(tree, before):
    """For every case, the signs of the differences that its tests allow."""
    if not isinstance(tree, ast.IfExp):
        return [before]
    compared = _compared(tree.test)
    if compared is None:
        return _signs(tree.body, before) + _signs(tree.orelse, before)
    pair, signs = compared
    so_far = before.get(pair, frozenset([-1, 0, 1]))
    return _signs(tree.body, before | {pair: so_far & signs}) + _signs(
        tree.orelse, before | {pair: so_far - signs}
    )


@lru_cache(maxsize=4096)
def borders(partial: str) -> list[Condition]:
    """Where the cases of a derivative meet.

    >>> borders("0 if a <= 0 else 1")
    [Condition(left=Formula('a'), symbol='=', right=Formula('0'))]
    """
    pairs = dict.fromkeys(pair for signs_of in _signs(Formula(partial).tree, {}) for pair in signs_of)
    return [Condition(Formula(left), "=", Formula(right)) for left, right in pairs]


@lru_cache(maxsize=4096)
def numbered_cases(partial: str) -> tuple[Formula, tuple[Formula, ...]]:
    """The number of the case that holds, as a formula; and every case."""
    return Formula(partial).cases


def _compared(test):
    """The two sides of a comparison by order, and its signs; else None."""
    match test:
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in ORDERS:
            return (ast.unparse(left), ast.unparse(right)), ORDERS[type(op)]
    return None


def _number(formula, values):
    """A formula's number; NaN where it has none, as 1 / a at 0."""
    try:
        return float(eval(formula.text, {}, values))
    except (ValueError, ArithmeticError):
        return math.nan
