"""The table of derivatives: one line an operation, and the only calculus in this project.

A line is what a calculus book has: the value of an operation on its operands `a` and `b`, and its
partial derivative with respect to each of them, in which `out` is the value just computed. Everything
else reads these lines: the operators of `Value`, the explanation of a step of backpropagation, the
derivatives on a graph's edges, the lines of a generated program, the tests.

Names in the table are those of Python's `math`, and of the table's own earlier lines.

>>> RULES["tanh"]
Rule(op='tanh', value='tanh(a)', partials=('1 - out * out',))
"""

import ast
import math
from typing import NamedTuple


class Rule(NamedTuple):
    """One operation: its name or sign, its value, and ∂out/∂a (and ∂out/∂b)."""

    op: str
    value: str
    partials: tuple[str, ...]

    def written(self, a, b=None):
        """The operation on operands with these names, as it is written by hand.

        >>> RULES["*"].written("w", "x"), RULES["exp"].written("z"), RULES["neg"].written("z")
        ('w * x', 'exp(z)', '-z')
        """
        if self.op == "neg":
            return f"-{a}"
        if b is None:
            return f"{self.op}({a})"
        return f"{self.op}({a}, {b})" if self.op.isidentifier() else f"{a} {self.op} {b}"


# At a kink the derivative is the usual convention: relu'(0) = 0, |a|'(0) = 0, and where maximum or
# minimum meets a tie each side gets half. sigmoid and softplus never raise e to a large power, which
# would overflow. The derivative of a ** b is taken as its limit where a formula would read 0 * infinity.
# fmt: off
TABLE = [
    #    op          value                             ∂out/∂a                                  ∂out/∂b
    Rule("+",        "a + b",                         ("1",                                     "1")),
    Rule("-",        "a - b",                         ("1",                                     "-1")),
    Rule("*",        "a * b",                         ("b",                                     "a")),
    Rule("/",        "a / b",                         ("1 / b",                                 "-out / b")),
    Rule("**",       "pow(a, b)",                     ("b * pow(a, b - 1) if b != 0 else 0",    "log(a) * out if a != 0 else 0")),
    Rule("maximum",  "b if a < b else a",             ("0 if a < b else 1 if a > b else 0.5",   "1 if a < b else 0 if a > b else 0.5")),
    Rule("minimum",  "b if a > b else a",             ("0 if a > b else 1 if a < b else 0.5",   "1 if a > b else 0 if a < b else 0.5")),

    Rule("neg",      "-a",                            ("-1",)),
    Rule("abs",      "abs(a)",                        ("1 if a > 0 else -1 if a < 0 else 0",)),
    Rule("exp",      "exp(a)",                        ("out",)),
    Rule("expm1",    "expm1(a)",                      ("exp(a)",)),
    Rule("log",      "log(a)",                        ("1 / a",)),
    Rule("log1p",    "log1p(a)",                      ("1 / (1 + a)",)),
    Rule("sqrt",     "sqrt(a)",                       ("0.5 / out",)),
    Rule("sin",      "sin(a)",                        ("cos(a)",)),
    Rule("cos",      "cos(a)",                        ("-sin(a)",)),
    Rule("tan",      "tan(a)",                        ("1 + out * out",)),
    Rule("arcsin",   "asin(a)",                       ("1 / sqrt(1 - a * a)",)),
    Rule("arccos",   "acos(a)",                       ("-1 / sqrt(1 - a * a)",)),
    Rule("arctan",   "atan(a)",                       ("1 / (1 + a * a)",)),
    Rule("sinh",     "sinh(a)",                       ("cosh(a)",)),
    Rule("cosh",     "cosh(a)",                       ("sinh(a)",)),
    Rule("tanh",     "tanh(a)",                       ("1 - out * out",)),
    Rule("sigmoid",  "1 / (1 + exp(-a)) if a > -700 else exp(a)",  ("out * (1 - out)",)),
    Rule("relu",     "0.0 if a <= 0 else a",          ("0 if a <= 0 else 1",)),
    Rule("softplus", "log1p(exp(-abs(a))) + (a if a > 0 else 0.0)", ("sigmoid(a)",)),
    Rule("erf",      "erf(a)",                        ("2 / sqrt(pi) * exp(-a * a)",)),
]
# A small whole power is a product: exact, fast, and the same in every form that a graph takes.
POWERS = {
    2: Rule("**",    "a * a",                         ("2 * a",)),
    3: Rule("**",    "a * a * a",                     ("3 * (a * a)",)),
    4: Rule("**",    "a * a * (a * a)",               ("4 * (a * a * a)",)),
}
# fmt: on
RULES = {rule.op: rule for rule in TABLE}


def times(factor, partial):
    """The product of a factor and a partial derivative, as text, without the trivial multiplications.

    This is the chain rule's one multiplication: the gradient of `out`, times ∂out/∂a.

    >>> times("g", "b"), times("g", "1"), times("g", "-1"), times("g", "1 / b")
    ('g * b', 'g', '-g', 'g / b')
    >>> times("g", "1 - out * out"), times("g", "0 if a <= 0 else 1")
    ('g * (1 - out * out)', '0.0 if a <= 0 else g')
    """
    return ast.unparse(_product(ast.Name(factor), ast.parse(partial, mode="eval").body))


def _product(factor, tree):
    match tree:
        case ast.Constant(value=0):
            return ast.Constant(0.0)
        case ast.Constant(value=1):
            return factor
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return ast.UnaryOp(ast.USub(), _product(factor, operand))
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return ast.IfExp(test, _product(factor, body), _product(factor, orelse))
        case ast.BinOp(left=ast.Constant(value=1), op=ast.Div(), right=right):
            return ast.BinOp(factor, ast.Div(), right)
        case _:
            return ast.BinOp(factor, ast.Mult(), tree)


# What the texts of the table may name, besides its own functions.
MATH = {name: getattr(math, name) for name in dir(math) if not name.startswith("_")} | {"abs": abs}
