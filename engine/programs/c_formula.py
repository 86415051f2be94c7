"""A formula in C: on vectors with a lane for each row, or on numbers.

The words in capitals, and the functions `finite` and `finite_lanes`, are those
of `run.c`.
"""

import ast
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from engine.cases import SIGNS as ARITHMETIC
from engine.formula import Formula
from engine.rules import MATH, OWN

SIGNS = ARITHMETIC | {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
# Exact, so the C compiler has them in place. All other functions are the C
# library's, which Python calls as well.
ON_VECTORS = {"abs": "ABS({})", "sqrt": "finite_lanes(sqrt_lanes({}), nonfinite_lanes)"}
BUILTINS = {"abs": "__builtin_fabs", "sqrt": "__builtin_sqrt"}
CONSTANTS = {name: repr(number) for name, number in MATH.items() if isinstance(number, float)}
CONSTANTS |= {"inf": "__builtin_inf()", "nan": '__builtin_nan("")'}


@lru_cache(maxsize=4096)
def c_template(formula: Formula, lanewise: bool) -> str:
    """The formula in C, with {0}, {1}, ... for its letters, for str.format.

    It is on numbers, those of one lane, if `lanewise`, and else on vectors.
    Raises ValueError that names what C has no form for.

    >>> c_template(Formula("a - 2 * b"), lanewise=False)
    '{0} - (SPLAT(2.0) * {1})'
    >>> c_template(Formula("a / b"), lanewise=False)
    'finite_lanes({0} / {1}, nonfinite_lanes)'
    >>> c_template(Formula("log(a)"), lanewise=True)
    'finite(log({0}), nonfinite)'
    """
    try:
        return _on_numbers(formula.template()) if lanewise else _on_vectors(formula.template())
    except NotImplementedError:
        raise ValueError(
            f"{formula.text} has no form in C here: use + - * /, cases, single comparisons, functions"
        ) from None


@lru_cache(maxsize=4096)
def must_be_lanewise(formula: Formula) -> bool:
    """Whether it calls a function, or divides in one of its cases.

    So each lane computes the case that its row takes, and no other.

    >>> [must_be_lanewise(Formula(text)) for text in ("sqrt(a) / b", "exp(a)")]
    [False, True]
    """
    nodes = list(ast.walk(formula.tree))
    called = {
        node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    kinds = {type(node) for node in nodes}
    return not called <= ON_VECTORS.keys() or (ast.IfExp in kinds and (ast.Div in kinds or bool(called)))


@lru_cache(maxsize=4096)
def is_short(formula: Formula) -> bool:
    """Whether it is made of + - * and / by a number: an instruction each.

    >>> [is_short(Formula(text)) for text in ("a * b + 2", "a / 3.0", "a / b")]
    [True, True, False]
    """
    short = ast.Name, ast.Constant, ast.UnaryOp, ast.BinOp, ast.operator, ast.unaryop, ast.expr_context
    nodes = list(ast.walk(formula.tree))
    quotients = [node for node in nodes if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)]
    return all(isinstance(node, short) for node in nodes) and all(_sure(node.right) for node in quotients)


@lru_cache(maxsize=4096)
def without_numbers(formula: Formula) -> tuple[Formula, dict[str, float]]:
    """The formula with letters for its numbers, but for those it divides by.

    So one function serves all formulas that differ in a number.

    >>> without_numbers(Formula("2.5 * pow(a, 1.5) / 3.0"))
    (Formula('n1 * pow(a, n2) / 3.0'), {'n1': 2.5, 'n2': 1.5})
    """
    numbers: dict[str, float] = {}
    text = ast.unparse(_Lettered(numbers).visit(ast.parse(formula.text, mode="eval").body))
    return Formula(text), numbers


class _Lettered(ast.NodeTransformer):
    """Letters for numbers, which go into a dictionary."""

    def __init__(self, numbers):
        self.numbers = numbers

    def visit_Constant(self, tree):
        letter = f"n{len(self.numbers) + 1}"
        self.numbers[letter] = float(tree.value)
        return ast.Name(letter)

    def visit_BinOp(self, tree):
        left = self.visit(tree.left)
        divides = isinstance(tree.op, ast.Div) and _sure(tree.right)
        return ast.BinOp(left, tree.op, tree.right if divides else self.visit(tree.right))


@lru_cache(maxsize=4096)
def divisors(formula: Formula) -> frozenset[str]:
    """The letters that something is divided by."""
    nodes = [node for node in ast.walk(formula.tree) if isinstance(node, ast.BinOp)]
    quotients = [node for node in nodes if isinstance(node.op, ast.Div)]
    return frozenset(node.right.id for node in quotients if isinstance(node.right, ast.Name))


def c_number(text: str) -> str:
    """A number, given as Python writes it, in C.

    >>> c_number("-2.5"), c_number("-inf"), c_number("-0.0")
    ('(-2.5)', '(-__builtin_inf())', 'minus_zero')
    """
    if text == "-0.0":
        return "minus_zero"
    if text[0] == "-":
        return f"(-{c_number(text[1:])})"
    return CONSTANTS.get(text, text)


def _on_vectors(tree):
    match tree:
        case ast.Name(id=name):
            return f"SPLAT({CONSTANTS[name]})" if name in CONSTANTS else name
        case ast.Constant(value=number):
            return f"SPLAT({float(number)!r})"
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=0)):
            return "SPLAT(minus_zero)"
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return f"SELECT({', '.join(term(each, _on_vectors) for each in (test, body, orelse))})"
        case ast.Call(func=ast.Name(id=name), args=[argument]):
            return ON_VECTORS[name].format(_on_vectors(argument))
        case ast.BinOp(op=ast.Div(), right=right) if not _sure(right):
            return f"finite_lanes({arithmetic(tree, _on_vectors)}, nonfinite_lanes)"
    return arithmetic(tree, _on_vectors)


def _on_numbers(tree):
    match tree:
        case ast.Name(id=name):
            return CONSTANTS.get(name, name)
        case ast.Constant(value=number):
            return repr(float(number))
        case ast.BinOp(op=ast.Div(), right=right) if not _sure(right):
            return f"finite({arithmetic(tree, _on_numbers)}, nonfinite)"
        case ast.Call(func=ast.Name(id=name), args=arguments):
            numbers = ", ".join(map(_on_numbers, arguments))
            if name in OWN:
                return f"{name}_({numbers}, nonfinite)"
            return f"finite({BUILTINS.get(name, name)}({numbers}), nonfinite)"
    return arithmetic(tree, _on_numbers)


def arithmetic(tree: Any, printed: Callable[[Any], str]) -> str:
    """Signs, cases and comparisons of terms, in C as in JavaScript.

    Raises NotImplementedError for anything else.
    """
    match tree:
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return f"-{term(operand, printed)}"
        case ast.BinOp(left=left, op=op, right=right) if type(op) in SIGNS:
            return f"{term(left, printed)} {SIGNS[type(op)]} {term(right, printed)}"
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return f"{term(test, printed)} ? {term(body, printed)} : {term(orelse, printed)}"
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in SIGNS:
            return f"{term(left, printed)} {SIGNS[type(op)]} {term(right, printed)}"
    raise NotImplementedError


def term(tree: Any, printed: Callable[[Any], str]) -> str:
    """A part of a formula, in parentheses unless it is one word or a call."""
    text = printed(tree)
    return text if isinstance(tree, ast.Name | ast.Constant | ast.Call) else f"({text})"


def _sure(divisor):
    """Whether dividing by it cannot fail: it is a number other than 0."""
    return isinstance(divisor, ast.Constant) and divisor.value != 0
