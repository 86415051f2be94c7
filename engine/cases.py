"""A formula with cases as an operation of its own, which can be differentiated.

The derivative of relu is `0 if a <= 0 else 1`. Where that is computed from
Values, no case may be settled by their numbers of the moment: another number
can mean another case when the graph is computed again. So the formula becomes
an operation, named "if", that decides anew each time. Its partials are the
derivatives of its cases, by the chain rule on the formula and the table.
"""

import ast
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from engine.formula import Formula, product, substituted
from engine.operation import Operation
from engine.rules import OWN, RULES, Rule


@lru_cache(maxsize=4096)
def case_operation(text: str) -> Operation:
    """The operation on a, or on a and b, that a formula is.

    >>> operation = case_operation("a * a * b if a > 0 else b")
    >>> operation.rule.partials
    ('(a + a) * b if a > 0 else 0', 'a * a if a > 0 else 1')
    >>> operation.rule.rendered("x", "y")
    'x * x * y if x > 0 else y'
    """
    letters = sorted(Formula(text).letters)
    text = ast.unparse(with_float_results(Formula(text).tree))
    rule = Rule("if", text, tuple(derivative(Formula(text), letter).text for letter in letters))
    return Operation.with_variants(rule)


def derivative(formula: Formula, letter: str) -> Formula:
    """The derivative of a formula with respect to one of its letters.

    It is the chain rule, applied to the formula's parts, with the partials of
    the table. Raises ValueError where that has none.

    >>> derivative(Formula("sin(a) / b"), "a")
    Formula('cos(a) / b')
    """
    found = _derivative(formula.tree, letter)
    return Formula(ast.unparse(found or ast.Constant(0)))


def _derivative(tree, letter):
    """The derivative as a tree, or None if it is 0 everywhere."""
    match tree:
        case ast.Name(id=name):
            return ast.Constant(1) if name == letter else None
        case ast.Constant():
            return None
        case ast.IfExp(test=test, body=body, orelse=orelse):
            cases = [_derivative(case, letter) for case in (body, orelse)]
            if cases == [None, None]:
                return None
            return ast.IfExp(test, *(case or ast.Constant(0) for case in cases))
    op, operands = applied(tree)
    terms = []
    for operand, partial in zip(operands, RULES[op].partials):
        inner = _derivative(operand, letter)
        if inner is not None:
            names = dict(zip("ab", operands)) | {"out": tree}
            outer = substituted(Formula(partial), names)
            terms.append(outer if _is_one(inner) else product(inner, outer))
    if not terms:
        return None
    return terms[0] if len(terms) == 1 else ast.BinOp(terms[0], ast.Add(), terms[1])


def with_float_results(tree: Any) -> Any:
    """A formula's tree whose results are floats: a case 0 is 0.0.

    >>> ast.unparse(with_float_results(Formula("0 if a <= 0 else 1").tree))
    '0.0 if a <= 0 else 1.0'
    """
    match tree:
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return ast.IfExp(test, with_float_results(body), with_float_results(orelse))
        case ast.UnaryOp(op=ast.USub() as minus, operand=ast.Constant() as number):
            return ast.UnaryOp(minus, with_float_results(number))
        case ast.Constant(value=int() as number):
            return ast.Constant(float(number))
    return tree


def _is_one(tree):
    return isinstance(tree, ast.Constant) and tree.value == 1


# What the table's operations are in a formula, which has Python's names.
SIGNS: dict[type, str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}


def applied(tree: Any) -> tuple[str, Sequence[Any]]:
    """The operation of the table that a part of a formula is, and its operands.

    Raises ValueError if the table has none.

    >>> op, operands = applied(Formula("asin(a / b)").tree)
    >>> op, [ast.unparse(operand) for operand in operands]
    ('arcsin', ['a / b'])
    """
    match tree:
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return "neg", [operand]
        case ast.BinOp(left=left, op=op, right=right) if type(op) in SIGNS:
            return SIGNS[type(op)], [left, right]
        case ast.Call(func=ast.Name(id=name), args=operands) if op := _named(name):
            return op, operands
    raise ValueError(f"the table has no derivative of {ast.unparse(tree)}")


def _named(function):
    """The operation that is this function in formulas."""
    if function in OWN:
        return function
    for op, rule in RULES.items():
        if rule.expression == f"{function}({', '.join(rule.operands)})":
            return op
    return None
