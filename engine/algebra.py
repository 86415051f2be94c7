"""Formulas of the table on Values: graphs that are simplified as they grow."""

import ast
import math
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from engine.cases import applied, case_operation
from engine.errors import explained, no_derivative
from engine.formula import Formula, substituted
from engine.operation import FUNCTIONS, OPERATIONS, Operation
from engine.value import Constant, Value, new, record, variant

Term = Value | float  # a number is a constant


class Algebra:
    """Builds nodes, without factors 1 and terms 0, and none of them twice.

    A node that is among `nodes`, or was built before, is found again. Numbers
    are combined. Each result has the bits of the formula as it is written, but
    for the sign of a zero. Without `data` a graph has a form and no numbers:
    its nodes hold NaN, and nothing is computed.

    >>> x = Value(3, "x")
    >>> square = x * x
    >>> algebra = Algebra([x, square])
    >>> algebra.evaluate(Formula("1 * (a * a) + 0"), {"a": x}) is square
    True
    """

    def __init__(self, nodes: Iterable[Value], data: bool = True) -> None:
        self._data = data
        self._known: dict[Any, Value] = {}
        for node in nodes:
            if node.operation is not None:
                operands = [parent.data if type(parent) is Constant else parent for parent in node.parents]
                self._known.setdefault(_key(node.operation, operands), node)

    def evaluate(self, formula: Formula, terms: Mapping[str, Term]) -> Term:
        """A formula, with terms for its letters."""
        return self._evaluated(formula.tree, terms)

    def chain_rule(self, node: Value, which: int, factor: Term) -> Term:
        """A factor times ∂node/∂parents[which].

        >>> x = Value(0.5, "x")
        >>> y = x.sin()
        >>> product = Algebra([x, y]).chain_rule(y, 0, 3.0)
        >>> product.op, product.right.op, product.right.left is x
        ('*', 'cos', True)
        """
        rule = node.operation.rule
        formula = Formula(rule.partials[which])
        terms: dict[str, Term] = {"g": factor, "out": node}
        for letter, parent in zip("ab", node.parents):
            terms[letter] = parent.data if type(parent) is Constant else parent
        try:
            if not _has_cases(formula):
                return self.evaluate(formula.times("g"), terms)
            if {"a", "b", "out"} <= set(formula.letters):
                formula = _without_out(formula, rule.expression)
            return self.operate("*", factor, self.evaluate(formula, terms))
        except (ValueError, ArithmeticError) as error:
            raise no_derivative(error, node) from None

    def operate(self, op: str, *operands: Term) -> Term:
        """An operation of the table on terms."""
        if not any(isinstance(operand, Value) for operand in operands):
            return float(OPERATIONS[op].forward(*operands))
        simple = self._simplified(op, operands)
        return self._node(OPERATIONS[op], operands) if simple is None else simple

    def unsimplified(self, op: str, *operands: Term) -> Term:
        """The same operation as a node in any case, if a term is a Value.

        >>> x = Value(3, "x")
        >>> algebra = Algebra([])
        >>> algebra.operate("*", 0.0, x), algebra.unsimplified("*", 0.0, x).op
        (0.0, '*')
        """
        if any(isinstance(operand, Value) for operand in operands):
            return self._node(OPERATIONS[op], operands)
        return self.operate(op, *operands)

    def _simplified(self, op, operands):
        """What an operation comes to without a node of its own, or None."""
        a, b = (*operands, None)[:2]
        match op:
            case "neg" if a.op == "neg":
                return a.left
            case "neg" if a.op == "*" and type(a.left) is Constant:
                return self.operate("*", -a.left.data, a.right)
            case "+":
                if _is(a, 0) or _is(b, 0):
                    return b if _is(a, 0) else a
                if a is b:
                    return self.operate("*", 2.0, a)
                if (inner := _negative(b)) is not None:
                    return self.operate("-", a, inner)
            case "-":
                if _is(a, 0) or _is(b, 0):
                    return self.operate("neg", b) if _is(a, 0) else a
                if (inner := _negative(b)) is not None:
                    return self.operate("+", a, inner)
            case "*":
                for one, other in ((a, b), (b, a)):
                    if _is(one, 0) or _is(one, 1):
                        return other if one else 0.0
                    if _is(one, -1):
                        return self.operate("neg", other)
                if (inner := _negative(a)) is not None:
                    return self.operate("neg", self.operate("*", inner, b))
                if (inner := _negative(b)) is not None:
                    return self.operate("neg", self.operate("*", a, inner))
                if _key(OPERATIONS["*"], operands) in self._known:
                    return None
                if a is b:
                    return self.operate("**", a, 2.0)
                if not isinstance(b, Value):
                    return self.operate("*", b, a)
            case "/" if _is(a, 0) or _is(b, 1):
                return a
            case "**" if _is(b, 0) or _is(b, 1):
                return a if b else 1.0
        return None

    def _node(self, operation, operands):
        """The node for an operation: the one that is known, or a new one."""
        key = _key(operation, operands)
        if key not in self._known:
            make = _recorded if self._data else _uncomputed
            self._known[key] = make(operation, *operands)
        return self._known[key]

    def _evaluated(self, tree, terms):
        match tree:
            case ast.Constant(value=number):
                return float(number)
            case ast.Name(id=name):
                return terms[name] if name in terms else float(FUNCTIONS[name])
            case ast.IfExp():
                return self._cases(Formula(ast.unparse(tree)), terms)
        op, operands = applied(tree)
        return self.operate(op, *(self._evaluated(operand, terms) for operand in operands))

    def _cases(self, formula, terms):
        """A formula with cases: an operation, unless numbers decide them."""
        tree = formula.tree
        if not any(isinstance(terms.get(name), Value) for name in Formula(ast.unparse(tree.test)).names):
            decided = tree.body if eval(ast.unparse(tree.test), FUNCTIONS, dict(terms)) else tree.orelse
            return self._evaluated(decided, terms)
        for letter in formula.letters:
            if not isinstance(terms[letter], Value):
                formula = formula.put(letter, terms[letter]).simplified
        if not _has_cases(formula):
            return self.evaluate(formula, terms)
        operands = [terms[letter] for letter in formula.letters]
        return self._node(case_operation(_in_a_and_b(formula)), operands)


def as_value(term: Term) -> Value:
    """The term as a node: a number as a Constant."""
    return term if isinstance(term, Value) else Constant(term)


def _key(operation, operands):
    """What tells operations apart: itself, and nodes or digits of numbers.

    The order of a sum's or a product's two changes no bit, and does not count.
    """
    rule = operation.rule
    name = rule.expression if rule.op == "if" else rule.op
    known = [id(operand) if isinstance(operand, Value) else repr(operand) for operand in operands]
    return name, frozenset(known) if name in ("+", "*") else tuple(known)


def _recorded(operation: Operation, left: Term, right: Term | None = None) -> Value:
    """The node for an operation on one or two terms."""
    if right is not None:
        return record(operation, left, right)
    assert isinstance(left, Value)
    try:
        data = operation.forward(left.data)
    except (ValueError, ArithmeticError) as error:
        raise explained(error, operation, (left,)) from None
    return _made(operation, data, left)


def _uncomputed(operation: Operation, left: Term, right: Term | None = None) -> Value:
    """The same node with NaN for its number.

    (An operation cannot be computed at NaN instead: in the last of its cases,
    where that leads, it may have no number.)
    """
    if right is None:
        return _made(operation, math.nan, as_value(left))
    left, right = as_value(left), as_value(right)
    return _made(variant(operation, left, right), math.nan, left, right)


def _made(operation, data, left, right=None):
    out = new()
    out.data, out.grad, out.label = data, 0.0, ""
    out.operation, out.left, out.right = operation, left, right
    return out


def _is(term, number):
    """Whether a term is this constant."""
    return not isinstance(term, Value) and term == number


def _negative(term):
    """The term x if this is -x, else None."""
    if not isinstance(term, Value) or term.op != "neg":
        return None
    inner = term.left
    while inner.op == "neg" and inner.left.op == "neg":  # however many there are
        inner = inner.left.left
    return inner


@lru_cache(maxsize=4096)
def _has_cases(formula):
    return any(isinstance(node, ast.IfExp) for node in ast.walk(formula.tree))


@lru_cache(maxsize=4096)
def _without_out(formula, expression):
    """A formula with the operation's expression for its result."""
    return Formula(ast.unparse(substituted(formula, {"out": Formula(expression).tree})))


@lru_cache(maxsize=4096)
def _in_a_and_b(formula):
    """The formula's text with a and b for its letters, in their order."""
    return formula.python(*"ab"[: len(formula.letters)])
