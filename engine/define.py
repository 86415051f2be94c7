"""define: an operation of one's own, checked, and then like any other."""

import ast
import builtins
import keyword
import re
import sys
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from itertools import product
from typing import Any

from engine.cases import SIGNS, with_float_results
from engine.differences import compare
from engine.formula import Formula
from engine.operation import BINARY, FUNCTIONS, UNARY, Operation, add_operation, method
from engine.rules import MATH, OWN, RULES, SHARED, Rule, add_rule
from engine.value import NAMES, Value

# Where partials are compared with differences: small numbers come first.
POINTS = (0.61, -0.83, 1.19, -0.29, 1.83, -1.37, 0.17, -2.71, 3.07, 0.93, -7.3, 9.1)

# Letters of formulas, counters of loops, and what a program is called if its
# output has no label.
_LETTER = re.compile(r"[abfgi-n]|out|(p|n|i|part)\d+")
LONGEST = 400  # a text that is written twice, as a product with itself
DEEPEST = 40  # parts within parts: everything here goes down a formula by recursion


def define(name: str, value: str, partials: Sequence[str]) -> None:
    """Add an operation to the table, as a method of Value.

    `value` is its formula in the operands a, or a and b; `partials` has the
    derivative with respect to each, in which `out` is the result. Formulas have
    numbers, + - * / **, cases (`x if a < 0 else y`), Python's `math` and the
    table's operations that are functions. The operation then is in steps,
    pictures, programs, native code, pages and higher derivatives, like any.

    >>> root = "sqrt(a * a + 4)"
    >>> define("squareplus", f"(a + {root}) / 2", [f"out / {root}"])
    >>> x = Value(1.5, "x")
    >>> y = x.squareplus()
    >>> y.backward(); y.data, x.grad
    (2.0, 0.8)

    Each partial is compared with central differences. Raises ValueError, with
    the point and both numbers, if one is wrong; if the name is taken, or if a
    formula has something else in it. The same definition again is no error. (To
    change one, choose another name, or start Python anew.)

    >>> define("cube", value="a * a * a", partials=["a * a"])
    Traceback (most recent call last):
    ValueError: cube: ∂/∂a = a * a is 0.3721 at a = 0.61; a central difference
    gives 1.1163
    """
    if isinstance(partials, str) or not isinstance(partials, Iterable):
        raise TypeError(f"partials is a list of formulas, [{partials!r}]")
    texts = [_formula(name, text) for text in (value, *partials)]
    texts[0] = ast.unparse(with_float_results(Formula(texts[0]).tree))
    rule = Rule(name, texts[0], tuple(texts[1:]))
    if RULES.get(name) == rule:
        return
    _check_name(name)
    _check_letters(rule)
    _check_partials(rule)
    if name in RULES:
        raise ValueError(f"{name} is an operation already, {RULES[name].expression}: choose another name")
    add_rule(rule)
    operation = add_operation(rule)
    NAMES[operation.global_name] = operation
    NAMES[name] = FUNCTIONS[name]
    setattr(Value, name, method(UNARY if len(rule.partials) == 1 else BINARY, name, name, NAMES))


def _check_name(name):
    word = isinstance(name, str) and name.isascii() and name.isidentifier() and name[0] != "_"
    if not word or keyword.iskeyword(name):
        raise ValueError(f"{name!r} is no name for an operation: a word such as 'swish' is")
    if name in RULES:
        return  # (a wrong partial is said first)
    taken = hasattr(Value, name) or hasattr(builtins, name) or name in MATH
    if taken or not NAMES.keys().isdisjoint((name, name.upper())) or _LETTER.fullmatch(name):
        raise ValueError(f"{name} means something else here: choose another name")


def _check_letters(rule):
    if len(rule.partials) not in (1, 2):
        given = f"{rule.op} has {len(rule.partials)} partials"
        raise ValueError(f"{given}: an operation has one for a, or two, for a and b")
    allowed = {*rule.operands}
    for text in (rule.expression, *rule.partials):
        wrong = [letter for letter in Formula(text).letters if letter not in allowed]
        if wrong:
            names = " and ".join(sorted(allowed))
            also = "; for b, give its partial too" if wrong[0] == "b" else ""
            raise ValueError(
                f"{rule.op}: {wrong[0]!r} in {text} is unknown; it is a formula in {names}{also}"
            )
        allowed.add("out")


def _check_partials(rule):
    """Compare the partials with differences at all points of the domain."""
    forward = Operation.with_variants(rule)
    tried = 0
    for point in product(POINTS, repeat=len(rule.operands)):
        try:
            out = forward.forward(*point)
        except (ValueError, ArithmeticError):
            continue
        tried += 1
        for i, text in enumerate(rule.partials):

            def along(x, point=point, i=i):
                return forward.forward(*point[:i], x, *point[i + 1 :])

            where = ", ".join(f"{letter} = {x}" for letter, x in zip("ab", point))
            begin = f"{rule.op}: ∂/∂{'ab'[i]} = {text}"
            try:
                number = forward.partials[i](*point, *[None] * (2 - len(point)), out)
            except (ValueError, ArithmeticError) as error:
                raise ValueError(f"{begin} fails at {where}: {error}") from None
            found = compare(along, point[i], number)
            if found.is_settled and not found.is_right:
                slope = f"{found.slope.value:.6g}"
                if found.left is not None:
                    slope = f"{found.left:.6g} on the left and {found.right:.6g} on the right"
                raise ValueError(f"{begin} is {number:.6g} at {where}; a central difference gives {slope}")
    if not tried:
        raise ValueError(f"{rule.op}: {rule.expression} has no value at any of {POINTS}")


def _formula(name, text):
    """A formula as the table has it; ValueError if it cannot be one."""
    if not isinstance(text, str):
        raise TypeError(f"{name}: a formula is a text, as 'a * a', not {text!r}")
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
