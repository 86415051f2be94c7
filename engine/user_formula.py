"""A formula that a user writes, checked and in the table's form."""

import ast
import sys
from difflib import get_close_matches
from typing import Any

from engine.cases import SIGNS
from engine.errors import in_words
from engine.operation import FUNCTIONS
from engine.rules import OWN, RULES, SHARED

LONGEST = 400  # a text that is written twice, as a product with itself
DEEPEST = 40  # parts within parts: everything here goes down a formula by recursion


def table_text(name: str, text: str) -> str:
    """A user's formula as the table would have it; `name` is its operation's.

    >>> table_text("curve", "(a - 1) ** 2 + a ** 0.3")
    '(a - 1) * (a - 1) + pow(a, 0.3)'

    Raises TypeError if it is no text, and ValueError that names the part that
    cannot be in a formula.
    """
    if not isinstance(text, str):
        raise TypeError(f"{name}: a formula is a text, as 'a * a', not {in_words(text)}")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, UnicodeError) as error:
        reason = getattr(error, "msg", error)
        raise ValueError(f"{name}: {text!r} is no formula: {reason}") from None
    except (RecursionError, MemoryError):
        raise ValueError(f"{name}: the formula is too long") from None
    _check_depth(name, tree)
    functions = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    tests = {node.test for node in ast.walk(tree) if isinstance(node, ast.IfExp)}
    for node in ast.walk(tree):
        if not _is_allowed(node, functions, tests):
            part = ast.unparse(node) if isinstance(node, ast.expr) else type(node).__name__
            raise ValueError(
                f"{name}: {part!r} in {text!r} cannot be in a formula: it has numbers, + - * / **, "
                f"cases (x if a < 0 else y), and functions of math and of the table{_hint(node)}"
            )
    tree = _Powers().visit(tree)
    _check_depth(name, tree)
    return ast.unparse(tree)


def _hint(node):
    """What may have been meant by a part that cannot be in a formula, or ""."""
    match node:
        case ast.BinOp(op=ast.BitXor()):
            return ". A power is **"
        case ast.Call(func=ast.Attribute(value=ast.Name(id="math" | "np" | "numpy"), attr=name)):
            return f". Write {name}(...), with nothing before it"
        case ast.Call(func=ast.Attribute(value=value, attr=name)) if name in SHARED or name in OWN:
            return f". Write {name}({ast.unparse(value)})"
        case ast.Call(func=ast.Name(id=name)):
            near = get_close_matches(name, [*SHARED, *OWN], 1)
            return f". Did you mean {near[0]}?" if near else ""
    return ""


def _check_depth(name, tree):
    level, depth = [tree], 0
    while level:
        level = list({id(each): each for node in level for each in ast.iter_child_nodes(node)}.values())
        depth += 1
        if depth > DEEPEST:
            raise ValueError(
                f"{name}: the formula is too long, with more than {DEEPEST} operations within each other"
            )


def _is_allowed(node, functions, tests):
    match node:
        case ast.Constant(value=number):
            return type(number) in (int, float) and abs(number) <= sys.float_info.max
        case ast.Name(id=name) if node in functions:
            return name in SHARED or name in OWN
        case ast.Name(id=name):
            return name == "pi" or name not in FUNCTIONS
        case ast.BinOp(op=op):
            return type(op) in SIGNS or isinstance(op, ast.Pow)
        case ast.UnaryOp(op=op):
            return isinstance(op, ast.USub)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            return (name in SHARED or name in OWN) and len(arguments) == _operands(name)
        case ast.Compare(ops=[op]) if node in tests:
            return isinstance(op, ast.Lt | ast.LtE | ast.Gt | ast.GtE | ast.Eq | ast.NotEq)
        case ast.IfExp(test=test):
            return isinstance(test, ast.Compare)
    return isinstance(node, ast.operator | ast.unaryop | ast.cmpop | ast.expr_context)


def _operands(function):
    """How many operands a function of formulas has."""
    if function in OWN:
        return len(RULES[function].operands)
    return 2 if function in ("atan2", "hypot", "pow") else 1


class _Powers(ast.NodeTransformer):
    """Squares as products, other powers as pow, as C has them."""

    def visit_BinOp(self, tree: Any) -> Any:
        self.generic_visit(tree)
        if not isinstance(tree.op, ast.Pow):
            return tree
        squared = isinstance(tree.right, ast.Constant) and tree.right.value == 2
        if squared and len(ast.unparse(tree.left)) <= LONGEST:
            return ast.BinOp(tree.left, ast.Mult(), tree.left)
        return ast.Call(ast.Name("pow"), [tree.left, tree.right], [])
