"""The table's formulas as the lines of a program have them: in a graph's names, with nothing idle in them."""

import ast
import re
from functools import lru_cache

from engine.rules import TABLE, times

# A value that is neither plain arithmetic nor one call is a small function of its own: sigmoid, softplus.
HELPERS = {
    rule.op: rule
    for rule in TABLE
    if re.search(r"\w\(", rule.value) and not re.fullmatch(r"\w+\([ab, ]+\)", rule.value)
}


def value(rule, operands):
    """The value of an operation on operands that are written so.

    >>> from engine.rules import RULES
    >>> value(RULES["maximum"], ["x", "-0.5"]), value(RULES["softplus"], ["z"])
    ('-0.5 if x < -0.5 else x', 'softplus(z)')
    """
    text = rule.written(*"ab"[: len(operands)]) if rule.op in HELPERS else rule.value
    return _fields(text).format(**dict(zip("ab", operands)))


@lru_cache
def _fields(text):
    return re.sub(r"\b(a|b)\b", r"{\1}", text)


def contribution(partial, terms, constants, computed):
    """What the chain rule adds to an operand's gradient: g times the partial derivative, in these terms.

    `terms` says how a, b, out and g are written, `constants` which of them are numbers; g is among these
    at the output, where it is 1. What the forward pass has `computed`, text to name, is taken from there.

    >>> from engine.rules import RULES
    >>> power, terms = RULES["**"], {"a": "x", "b": "-0.5", "out": "y", "g": "d_y"}
    >>> contribution(power.partials[0], terms, "b", {})
    'd_y * (-0.5 * pow(x, -1.5))'
    >>> contribution(RULES["sin"].partials[0], terms | {"g": "1.0"}, "g", {"cos(x)": "c"})
    'c'
    """
    text, parts = _product(partial, tuple((name, terms[name]) for name in constants))
    written = text.format(**terms)
    if any(part.format(**terms) in computed for part in parts):
        written = ast.unparse(_Reusing(computed).visit(ast.parse(written, mode="eval").body))
    return written


@lru_cache(maxsize=4096)
def _product(partial, constants):
    """The product as a text with fields for what is not constant, and its parts that the forward pass may have."""
    terms = {name: ast.Name(f"{{{name}}}") for name in ("a", "b", "out", "g")}
    terms.update((name, _expression(number)) for name, number in constants)
    tree = _Simplified(terms).visit(_expression(times("g", partial)))
    parts = [ast.unparse(part) for part in ast.walk(tree) if isinstance(part, (ast.BinOp, ast.Call))]
    return ast.unparse(tree), [part for part in parts if "{g}" not in part]


class _Simplified(ast.NodeTransformer):
    """A formula with its terms put in, its constants combined, and no product with 1 or -1."""

    def __init__(self, terms):
        self.terms = terms

    def visit_Name(self, tree):
        return self.terms.get(tree.id, tree)

    def visit_IfExp(self, tree):
        self.generic_visit(tree)
        if any(isinstance(node, ast.Name) for node in ast.walk(tree.test)):
            return tree
        return tree.body if eval(ast.unparse(tree.test)) else tree.orelse

    def visit_BinOp(self, tree):
        self.generic_visit(tree)
        left, right = _number(tree.left), _number(tree.right)
        if left is not None and right is not None:
            return _expression(repr(eval(ast.unparse(tree))))
        if right == 1 and isinstance(tree.op, (ast.Mult, ast.Div)):
            return tree.left
        if left == 1 and isinstance(tree.op, ast.Mult):
            return tree.right
        if -1 in (left, right) and isinstance(tree.op, ast.Mult):
            return ast.UnaryOp(ast.USub(), tree.right if left == -1 else tree.left)
        return tree


class _Reusing(ast.NodeTransformer):
    """A formula in which what has been computed already is only named."""

    def __init__(self, computed):
        self.computed = computed

    def visit(self, tree):
        text = ast.unparse(tree)
        return ast.Name(self.computed[text]) if text in self.computed else self.generic_visit(tree)


def _number(tree):
    """The number that a tree is, or None."""
    try:
        return ast.literal_eval(tree)
    except ValueError:
        return None


def _expression(text):
    return ast.parse(text, mode="eval").body
