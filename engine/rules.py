"""The table of derivatives: one line an operation, and the only calculus here.

A line is what a calculus book has: an operation as an expression in its
operands `a` and `b`, and its partial derivative with respect to each of them,
in which `out` is the result. Everything else reads these lines: the operators
of `Value`, the explanation of a step of backpropagation, the derivatives on a
graph's edges, the lines of a program, the tests.

The table's expressions use the names of Python's `math`, and of its own
earlier lines.

>>> RULES["tanh"]
Rule(op='tanh', expression='tanh(a)', partials=('1 - out * out',))
"""

import math
from typing import Any, NamedTuple


class Rule(NamedTuple):
    """One operation: name or sign, expression, and ∂out/∂a (and ∂out/∂b)."""

    op: str
    expression: str
    partials: tuple[str, ...]

    @property
    def operands(self) -> tuple[str, ...]:
        """The operands' letters: a, or a and b."""
        return ("a", "b")[: len(self.partials)]

    @property
    def is_function(self) -> bool:
        """Whether one writes it as a function, and not with a sign."""
        return self.op.isidentifier() and self.op != "neg"

    def rendered(self, *operands: str) -> str:
        """The operation on operands of these names, as one writes it by hand.

        >>> RULES["*"].rendered("w", "x"), RULES["exp"].rendered("z")
        ('w * x', 'exp(z)')
        >>> RULES["neg"].rendered("z"), RULES["maximum"].rendered("w", "x")
        ('-z', 'maximum(w, x)')
        """
        if self.is_function:
            return f"{self.op}({', '.join(operands)})"
        return f"-{operands[0]}" if self.op == "neg" else f" {self.op} ".join(operands)


# The conventions at kinks: relu'(0) = 0 and |a|'(0) = 0; where maximum or
# minimum meets a tie, each side gets half. sigmoid and softplus never raise e
# to a power that overflows. For a ** b, ∂/∂a is 0 at b = 0, and ∂/∂b at a = 0.
# fmt: off
TABLE: list[Rule] = [
    #    op          expression                        ∂out/∂a                                  ∂out/∂b  # noqa: W505
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
# A small whole power is a product: fast, and the same bits in every form of a
# graph. The exponent is a constant, and so has no partial.
POWERS: dict[int, Rule] = {
    2: Rule("**",    "a * a",                         ("2 * a",)),
    3: Rule("**",    "a * a * a",                     ("3 * (a * a)",)),
    4: Rule("**",    "a * a * (a * a)",               ("4 * (a * a * a)",)),
}
# fmt: on
RULES: dict[str, Rule] = {rule.op: rule for rule in TABLE}
# The operations that are functions of the table's own, like sigmoid. The
# others are signs, or Python's function of that name.
OWN = {rule.op for rule in TABLE if rule.is_function and rule.expression != rule.rendered(*rule.operands)}

# What the expressions may name, besides the table's own functions.
MATH: dict[str, Any] = {name: getattr(math, name) for name in dir(math) if name[0] != "_"}
MATH["abs"] = abs
