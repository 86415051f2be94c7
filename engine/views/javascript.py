"""The table in JavaScript: the operations that a page computes with.

`checked` and `divide` are the page's own, as `pow`, `hypot`, `erf` and `erfc`
are: they raise an error where Python raises one.
"""

import ast
from collections.abc import Iterable

from engine.formula import Formula
from engine.operation import Operation
from engine.programs.c_formula import arithmetic
from engine.programs.python_text import helpers
from engine.rules import OWN, RULES, SHARED, Rule
from engine.views.kinks import borders, numbered_cases, partial_for_people

CONSTANTS = {"pi": "Math.PI", "tau": "(2 * Math.PI)", "e": "Math.E", "inf": "Infinity", "nan": "NaN"}
FUNCTIONS = {name: f"Math.{name}" for name in (*SHARED, "ceil", "floor", "trunc")}
FUNCTIONS |= {"fabs": "Math.abs", "erf": "erf", "erfc": "erfc", "hypot": "hypot", "pow": "pow"}


def javascript(formula: Formula) -> str:
    """A formula in JavaScript, on its own letters.

    Raises ValueError that names what JavaScript has no form for.

    >>> javascript(Formula("exp(-a) if a > -700 else pi / b"))
    '(a > (-700)) ? checked(Math.exp(-a), -a) : (divide(Math.PI, b))'
    """
    try:
        return _printed(formula.tree)
    except NotImplementedError:
        raise ValueError(
            f"{formula.text} has no form in JavaScript here: use + - * /, cases, single comparisons, "
            f"and functions that JavaScript's Math has"
        ) from None


def operations_script(operations: Iterable[Operation]) -> str:
    """A script that makes the list OPERATIONS of these operations.

    Each has `forward(a, b)`. Each of its `operands` has the `derivative(a, b,
    out)`, the `contribution(a, b, out, g)` to the operand's gradient, and the
    number of the `case` of `explanations` that holds; null for a constant. If
    the derivative has cases, `held` is the number of that which holds, `slopes`
    are all of them, and `borders` the two sides of where they meet.

    >>> from engine.operation import OPERATIONS
    >>> print(operations_script([OPERATIONS["exp"]]))
    const own = {
    };
    const OPERATIONS = [
      // exp(a)
      {
        forward: (a, b) => checked(Math.exp(a), a),
        operands: [
          {
            derivative: (a, b, out) => out,
            contribution: (a, b, out, g) => g * out,
            case: (a, b, out) => 0,
          },
        ],
      },
    ];
    """
    operations = list(operations)
    texts = [text for each in operations for text in (each.rule.expression, *each.rule.partials)]
    lines = ["const own = {"]  # the table's own functions
    for op in helpers(map(Formula, texts)):
        rule = RULES[op]
        lines.append(f"  {op}: ({', '.join(rule.operands)}) => {javascript(Formula(rule.expression))},")
    lines += ["};", "const OPERATIONS = ["]
    for operation in operations:
        rule = operation.rule
        lines += [f"  // {rule.expression}", "  {"]
        lines.append(f"    forward: (a, b) => {javascript(Formula(rule.expression))},")
        lines.append("    operands: [")
        for which, (text, partial) in enumerate(zip(rule.partials, operation.partials)):
            formula = Formula(text)
            if partial is None:
                lines.append("      null,")
                continue
            lines += [
                "      {",
                f"        derivative: (a, b, out) => {javascript(formula)},",
                f"        contribution: (a, b, out, g) => {javascript(formula.times('g'))},",
                f"        case: (a, b, out) => {_case(rule, which)},",
                *_borders(partial_for_people(rule, which)),
                "      },",
            ]
        lines += ["    ],", "  },"]
    return "\n".join([*lines, "];"])


def explanations(rule: Rule, which: int) -> list[Formula]:
    """The formulas that may explain a derivative: all cases, then a textbook's.

    >>> explanations(RULES["arcsin"], 0)
    [Formula('1 / sqrt((1 - a) * (1 + a))'), Formula('1 / sqrt(1 - a * a)')]
    """
    texts = [rule.partials[which], *rule.textbook[which : which + 1]]
    return [case for text in texts for case in Formula(text).cases[1]]


def _case(rule, which):
    """Which explanation holds: the textbook's if its number agrees."""
    formula = Formula(rule.partials[which])
    number, cases = formula.cases
    if not rule.textbook:
        return javascript(number)
    textbook = Formula(rule.textbook[which])
    other = f"{len(cases)} + ({javascript(textbook.cases[0])})"
    return (
        f"agrees(() => {javascript(textbook)}, () => {javascript(formula)}) ? {other} : {javascript(number)}"
    )


def _borders(partial):
    """The lines on where the cases of a derivative meet, if it has some."""
    if not borders(partial):
        return []
    held, slopes = numbered_cases(partial)
    sides = [f"[{_function(border.left)}, {_function(border.right)}]" for border in borders(partial)]
    return [
        f"        held: {_function(held)},",
        f"        slopes: [{', '.join(map(_function, slopes))}],",
        f"        borders: [{', '.join(sides)}],",
    ]


def _function(formula):
    return f"(a, b, out) => {javascript(formula)}"


def _printed(tree):
    match tree:
        case ast.Name(id=name):
            return CONSTANTS.get(name, name)
        case ast.Constant(value=number):
            return repr(number)
        case ast.BinOp(left=left, op=ast.Div(), right=right) if not isinstance(right, ast.Constant):
            return f"divide({_printed(left)}, {_printed(right)})"
        case ast.Call(func=ast.Name(id=name), args=arguments) if name in OWN or name in FUNCTIONS:
            numbers = ", ".join(map(_printed, arguments))
            if name == "hypot":  # which may be inf, as Python's
                return f"hypot({numbers})"
            if name in OWN:
                return f"own.{name}({numbers})"
            return f"checked({FUNCTIONS[name]}({numbers}), {numbers})"
    return arithmetic(tree, _printed)
