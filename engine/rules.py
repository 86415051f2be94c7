"""The table of derivatives: one line an operation, and the only calculus here.

A line is what a calculus book has: an operation as an expression in its
operands `a` and `b`, and its partial derivative with respect to each of them,
in which `out` is the result. Everything else reads these lines: the operators
of `Value`, the explanation of a step of backpropagation, the derivatives on a
graph's edges, the lines of a program, the tests.

Expressions use the names of Python's `math`, and of the table's own earlier
lines; partials, of any line.

They are made for floats: 1 - out * out is 0 where out = tanh(20) rounds to 1,
but the derivative of tanh is 1.7e-17 there. So expressions are within 2 units
in the last place (ULP) of the true value, and partials within 4, subnormal and
huge operands included; `python -m tests.accuracy` measures it. The exceptions:

- Functions are the C library's, whose cbrt may be wrong by 3 ULP (its partial
  by 5).
- exp(-a * a) has the rounding error of a * a, times its size. That is a² ULP
  in the partials of erf and erfc, and 2 a² ULP in gelu for a < 0 and in its
  partial.
- The partials of silu and gelu are 0 at -1.278 and -0.752. Around there they
  are right to 2e-16, but not to 4 ULP.
- What comes of a subnormal number (below 2.3e-308) has no more digits than
  that: partials of / and ** that use `out`, those of arctan2 where a quotient
  on the way is one, and that of silu at -708.
- ∂/∂a of a ** b has fewer digits where b is beyond 2⁵³.

>>> RULES["sqrt"]
Rule(op='sqrt', expression='sqrt(a)', partials=('0.5 / out',), textbook=())
"""

import math
import re
from typing import Any, NamedTuple


class Rule(NamedTuple):
    """One operation: name or sign, expression, and ∂out/∂a (and ∂out/∂b).

    `textbook` has the partials as a textbook writes them, if it does so in
    another way. Explanations show these wherever the numbers agree.
    """

    op: str
    expression: str
    partials: tuple[str, ...]
    textbook: tuple[str, ...] = ()

    @property
    def operands(self) -> tuple[str, ...]:
        """The operands' letters: a, or a and b."""
        return ("a", "b")[: len(self.partials)]

    @property
    def is_function(self) -> bool:
        """Whether one writes it as a function, and not with a sign."""
        return self.op.isidentifier() and self.op not in ("neg", "if")

    def rendered(self, *operands: str) -> str:
        """The operation on operands of these names, as one writes it by hand.

        >>> RULES["*"].rendered("w", "x"), RULES["exp"].rendered("z")
        ('w * x', 'exp(z)')
        >>> RULES["neg"].rendered("z"), RULES["maximum"].rendered("w", "x")
        ('-z', 'maximum(w, x)')
        """
        if self.is_function:
            return f"{self.op}({', '.join(operands)})"
        if self.op == "if":  # a formula with cases: see engine.cases
            return re.sub(r"\b[ab]\b", lambda letter: operands["ab".index(letter[0])], self.expression)
        return f"-{operands[0]}" if self.op == "neg" else f" {self.op} ".join(operands)


# The conventions at kinks: relu'(0) = 0, leaky_relu'(0) = 0.01 and |a|'(0) = 0;
# where maximum or minimum meets a tie, each side gets half. For a ** b, ∂/∂a is
# 0 at b = 0, and ∂/∂b at a = 0; from b = 0.5 on, b - 1 is exact; a constant b
# other than 0 decides between the cases. Nothing raises e to a power that
# overflows if the result does not.
# fmt: off
TABLE: list[Rule] = [
    #    op            expression                      ∂out/∂a                                  ∂out/∂b  # noqa: W505
    Rule("+",          "a + b",                       ("1",                                     "1")),
    Rule("-",          "a - b",                       ("1",                                     "-1")),
    Rule("*",          "a * b",                       ("b",                                     "a")),
    Rule("/",          "a / b",                       ("1 / b",                                 "-out / b")),
    Rule("**",         "pow(a, b)",                   ("b * pow(a, b - 1) if b >= 0.5 else b * out / a if b != 0 else b * out / a if a != 0 else 0",
                                                       "log(a) * out if a != 0 else 0"),
                                            textbook=("b * pow(a, b - 1) if b != 0 else 0",     "log(a) * out if a != 0 else 0")),
    Rule("maximum",    "b if a < b else a",           ("0 if a < b else 1 if a > b else 0.5",   "1 if a < b else 0 if a > b else 0.5")),
    Rule("minimum",    "b if a > b else a",           ("0 if a > b else 1 if a < b else 0.5",   "1 if a > b else 0 if a < b else 0.5")),
    Rule("hypot",      "hypot(a, b)",                 ("a / out",                               "b / out")),
    Rule("arctan2",    "atan2(a, b)",                 ("b / hypot(a, b) / hypot(a, b)",         "-a / hypot(a, b) / hypot(a, b)"),
                                            textbook=("b / (a * a + b * b)",                    "-a / (a * a + b * b)")),

    Rule("neg",        "-a",                          ("-1",)),
    Rule("abs",        "abs(a)",                      ("1 if a > 0 else -1 if a < 0 else 0",)),
    Rule("exp",        "exp(a)",                      ("out",)),
    Rule("expm1",      "expm1(a)",                    ("exp(a)",)),
    Rule("log",        "log(a)",                      ("1 / a",)),
    Rule("log1p",      "log1p(a)",                    ("1 / (1 + a)",)),
    Rule("log2",       "log2(a)",                     ("1 / (a * log(2))",)),
    Rule("log10",      "log10(a)",                    ("1 / (a * log(10))",)),
    Rule("sqrt",       "sqrt(a)",                     ("0.5 / out",)),
    Rule("cbrt",       "cbrt(a)",                     ("out / a / 3",),                         textbook=("1 / (3 * out * out)",)),
    Rule("sin",        "sin(a)",                      ("cos(a)",)),
    Rule("cos",        "cos(a)",                      ("-sin(a)",)),
    Rule("tan",        "tan(a)",                      ("1 + out * out",)),
    Rule("arcsin",     "asin(a)",                     ("1 / sqrt((1 - a) * (1 + a))",),         textbook=("1 / sqrt(1 - a * a)",)),
    Rule("arccos",     "acos(a)",                     ("-1 / sqrt((1 - a) * (1 + a))",),        textbook=("-1 / sqrt(1 - a * a)",)),
    Rule("arctan",     "atan(a)",                     ("1 / hypot(1, a) / hypot(1, a)",),       textbook=("1 / (1 + a * a)",)),
    Rule("sinh",       "sinh(a)",                     ("cosh(a)",)),
    Rule("cosh",       "cosh(a)",                     ("sinh(a)",)),
    Rule("tanh",       "tanh(a)",                     ("4 * sigmoid(2 * a) * sigmoid(-2 * a)",), textbook=("1 - out * out",)),
    Rule("arcsinh",    "asinh(a)",                    ("1 / hypot(1, a)",),                     textbook=("1 / sqrt(1 + a * a)",)),
    Rule("arccosh",    "acosh(a)",                    ("1 / (sqrt(a - 1) * sqrt(a + 1))",),     textbook=("1 / sqrt(a * a - 1)",)),
    Rule("arctanh",    "atanh(a)",                    ("1 / ((1 - a) * (1 + a))",),             textbook=("1 / (1 - a * a)",)),
    Rule("erf",        "erf(a)",                      ("2 / sqrt(pi) * exp(-a * a)",)),
    Rule("erfc",       "erfc(a)",                     ("-2 / sqrt(pi) * exp(-a * a)",)),
    Rule("sigmoid",    "1 / (1 + exp(-a)) if a > -700 else exp(a)",  ("out * sigmoid(-a)",),    textbook=("out * (1 - out)",)),
    Rule("softplus",   "log1p(exp(-abs(a))) + (a if a > 0 else 0.0)", ("sigmoid(a)",)),
    Rule("log_sigmoid", "-softplus(-a)",              ("sigmoid(-a)",)),
    Rule("relu",       "0.0 if a <= 0 else a",        ("0 if a <= 0 else 1",)),
    Rule("leaky_relu", "0.01 * a if a <= 0 else a",   ("0.01 if a <= 0 else 1",)),
    Rule("elu",        "expm1(a) if a <= 0 else a",   ("exp(a) if a <= 0 else 1",)),
    Rule("silu",       "a / (1 + exp(-a)) if a > -700 else a * exp(a / 2) * exp(a / 2)",  ("sigmoid(a) * (1 + a * sigmoid(-a))",)),
    Rule("gelu",       "0.5 * a * erfc(-a / sqrt(2))", ("0.5 * erfc(-a / sqrt(2)) + a * exp(-a * a / 2) / sqrt(2 * pi)",)),
]
# A small whole power is a product: fast, and the same bits in every form of a
# graph. The exponent is a constant, and so has no partial.
POWERS: dict[int, Rule] = {
    2: Rule("**",    "a * a",                         ("2 * a",)),
    3: Rule("**",    "a * a * a",                     ("3 * (a * a)",),                         textbook=("3 * pow(a, 2)",)),
    4: Rule("**",    "a * a * (a * a)",               ("4 * (a * a * a)",),                     textbook=("4 * pow(a, 3)",)),
}
# What makes a one-hot vector of an index: see engine.indices. They are made for
# whole numbers, so there is nothing to differentiate. An index that is no whole
# number from 0 to b - 1 has no result, as log(-1) has none.
INDEXING: list[Rule] = [
    Rule("checked_index", "log(-1) if a < 0 else log(-1) if a >= b else a if a == floor(a) else log(-1)", ("0", "0")),
    Rule("equals",     "1.0 if a == b else 0.0",      ("0",                                     "0")),
]
# fmt: on
# The lines by name. Those that are functions of the table's own, like sigmoid,
# are in OWN; others are signs, or Python's function of that name.
RULES: dict[str, Rule] = {}
OWN: set[str] = set()


def add_rule(rule: Rule) -> None:
    """Make a line known by its name."""
    RULES[rule.op] = rule
    if rule.is_function and rule.expression != rule.rendered(*rule.operands):
        OWN.add(rule.op)


for _rule in (*TABLE, *INDEXING):
    add_rule(_rule)

# What Python computes expressions with, besides the table's own functions.
MATH: dict[str, Any] = {name: getattr(math, name) for name in dir(math) if name[0] != "_"}
MATH["abs"] = abs
# What expressions may call: Python, C and JavaScript have these in common, and
# the table their derivatives. (A page brings pow, erf and erfc itself.)
# fmt: off
SHARED = (
    "abs", "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "cos", "cosh", "erf", "erfc", "exp",
    "expm1", "hypot", "log", "log10", "log1p", "log2", "pow", "sin", "sinh", "sqrt", "tan", "tanh",
)
# fmt: on
