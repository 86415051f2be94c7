"""The table of derivatives against calculus itself: no line of it is taken on
trust.
"""

import ast
import math
from decimal import Decimal, localcontext
from itertools import product

import pytest

from engine.formula import Formula
from engine.operation import FUNCTIONS, OPERATIONS, SMALL_POWERS
from engine.rules import POWERS, TABLE

POINTS = (-2.7, -1.2, -0.6, -0.1, 0.4, 0.9, 1.3, 3.1, 5.2)

# The functions by their definitions, written otherwise than in the table.
DEFINITIONS = {
    "+": lambda a, b: math.fsum((a, b)),
    "-": lambda a, b: math.fsum((a, -b)),
    "*": lambda a, b: a / (1 / b),
    "/": lambda a, b: a * b**-1,
    "**": lambda a, b: (a**b).real if a > 0 or b == int(b) else math.nan,
    "maximum": max,
    "minimum": min,
    "neg": lambda a: 0 - a,
    "abs": math.fabs,
    "exp": lambda a: math.e**a,
    "expm1": lambda a: math.e**a - 1,
    "log": lambda a: math.log2(a) * math.log(2),
    "log1p": lambda a: math.log(1 + a),
    "sqrt": lambda a: a**0.5,
    "sin": lambda a: math.cos(a - math.pi / 2),
    "cos": lambda a: math.sin(a + math.pi / 2),
    "tan": lambda a: math.sin(a) / math.cos(a),
    "arcsin": lambda a: math.atan2(a, math.sqrt(1 - a * a)),
    "arccos": lambda a: math.atan2(math.sqrt(1 - a * a), a),
    "arctan": lambda a: math.atan2(a, 1),
    "sinh": lambda a: (math.exp(a) - math.exp(-a)) / 2,
    "cosh": lambda a: (math.exp(a) + math.exp(-a)) / 2,
    "tanh": lambda a: 1 - 2 / (math.exp(2 * a) + 1),
    "sigmoid": lambda a: (1 + math.tanh(a / 2)) / 2,
    "relu": lambda a: max(0, a),
    "softplus": lambda a: math.log(1 + math.exp(a)),
    "erf": lambda a: 1 - math.erfc(a),
    "erfc": lambda a: 1 - math.erf(a),
    "hypot": lambda a, b: math.sqrt(a * a + b * b),
    "arctan2": lambda a, b: 2 * math.atan(a / (math.sqrt(a * a + b * b) + b)),
    "log2": lambda a: math.log(a) / math.log(2),
    "log10": lambda a: math.log(a) / math.log(10),
    "cbrt": lambda a: math.copysign(abs(a) ** (1 / 3), a),
    "arcsinh": lambda a: math.copysign(math.log(abs(a) + math.sqrt(a * a + 1)), a),
    "arccosh": lambda a: math.log(a + math.sqrt(a * a - 1)),
    "arctanh": lambda a: math.log((1 + a) / (1 - a)) / 2,
    "log_sigmoid": lambda a: math.log(1 / (1 + math.exp(-a))),
    "leaky_relu": lambda a: max(a, a / 100),
    "elu": lambda a: max(a, 0) + min(0, math.exp(a) - 1),
    "silu": lambda a: a * (1 + math.tanh(a / 2)) / 2,
    "gelu": lambda a: a * (1 + math.erf(a / 2**0.5)) / 2,
}


def domain(operation, operands):
    """The points at which an operation on this many operands has a value, and
    those values.
    """
    for point in product(POINTS, repeat=operands):
        try:
            yield point, operation.forward(*point)
        except ValueError:
            continue


def slope(f, point, i, h=1e-5):
    """∂f/∂point[i] by central differences."""
    up, down = list(point), list(point)
    up[i] += h
    down[i] -= h
    return (f(*up) - f(*down)) / (2 * h)


@pytest.mark.parametrize("rule", TABLE, ids=lambda rule: rule.op)
def test_every_value_and_partial_of_the_table(rule):
    operation, operands = OPERATIONS[rule.op], len(rule.partials)
    tried = [0] * operands
    for point, out in domain(operation, operands):
        if rule.op in DEFINITIONS:
            assert out == pytest.approx(DEFINITIONS[rule.op](*point), rel=1e-13, abs=1e-15), point
        for i, partial in enumerate(operation.partials):
            if point[0] == point[-1] and rule.op in ("maximum", "minimum"):
                continue  # a tie has no slope
            a, b = (*point, None)[:2]
            assert partial(a, b, out) == pytest.approx(slope(operation.forward, point, i), rel=1e-8, abs=1e-9)
            tried[i] += 1
    assert min(tried) >= 3


@pytest.mark.parametrize("rule", [rule for rule in TABLE if rule.textbook], ids=lambda rule: rule.op)
def test_a_textbooks_derivative_is_the_same_function(rule):
    assert len(rule.textbook) == len(rule.partials)
    for point, out in domain(OPERATIONS[rule.op], len(rule.operands)):
        numbers = dict(zip("ab", point)) | {"out": out}
        for textbook, partial in zip(rule.textbook, rule.partials):
            if "log(a)" in partial and point[0] < 0:
                continue  # a negative number has no slope in its exponent
            expected = pytest.approx(eval(partial, FUNCTIONS, numbers), rel=1e-11)
            assert eval(textbook, FUNCTIONS, numbers) == expected, point


@pytest.mark.parametrize(
    "op, point, slope",
    [
        ("sigmoid", (40,), 4.248354255291589e-18),
        ("sigmoid", (-745,), 5e-324),
        ("tanh", (20,), 1.6993417021166355e-17),
        ("arctan", (1e200,), 0.0),
        ("arctan", (1e154,), 1e-308),
        ("arcsinh", (1e300,), 1e-300),
        ("arccosh", (1e300,), 1e-300),
        ("**", (1e-300, -0.03), -3e307),
        ("**", (0, 1), 1),
    ],
)
def test_a_slope_that_is_a_number_is_found_where_another_formula_fails(op, point, slope):
    """From limits: e⁻ᵃ, 4 e⁻²ᵃ, 1/a², 1/a, 1/a, and b a to the power b - 1."""
    operation = OPERATIONS[op]
    out = operation.forward(*point)
    a, b = (*point, None)[:2]
    assert operation.partials[0](a, b, out) == pytest.approx(slope, rel=1e-14, abs=1e-323)


@pytest.mark.parametrize("exponent", (-3.0, -1.0, 0.0, 1.0, 2.0, 3.0, 7.0))
@pytest.mark.parametrize("a", (-2.0, -0.5))
def test_a_whole_power_of_a_negative_number_has_a_slope(a, exponent):
    operation = OPERATIONS["**"]
    out = operation.forward(a, exponent)
    assert operation.partials[0](a, exponent, out) == pytest.approx(
        slope(operation.forward, (a, exponent), 0), rel=1e-7
    )


@pytest.mark.parametrize(
    "op, a, b, expected",
    [
        ("relu", 0.0, None, [0]),
        ("relu", -0.0, None, [0]),
        ("abs", 0.0, None, [0]),
        ("abs", -0.0, None, [0]),
        ("maximum", 2.0, 2.0, [0.5, 0.5]),
        ("minimum", 2.0, 2.0, [0.5, 0.5]),
        # limits, where the calculus book's formula would read 0 * infinity
        ("**", 0.0, 0.0, [0, 0]),
        ("**", 0.0, 1.0, [1, 0]),
        ("**", 0.0, 2.0, [0, 0]),
        ("**", 0.0, 1.5, [0, 0]),
        ("**", 2.0, 0.0, [0, math.log(2)]),
    ],
)
def test_conventions_at_kinks_and_corners(op, a, b, expected):
    operation = OPERATIONS[op]
    out = operation.forward(a) if b is None else operation.forward(a, b)
    assert [partial(a, b, out) for partial in operation.partials] == expected


@pytest.mark.parametrize("n", POWERS)
def test_small_powers_are_powers(n):
    operation, general = SMALL_POWERS[float(n)], OPERATIONS["**"]
    assert operation.partials[1] is None
    for a in (*POINTS, 0.0):
        out = operation.forward(a, float(n))
        assert out == pytest.approx(a**n, rel=1e-15)
        expected = general.partials[0](a, float(n), out)
        assert operation.partials[0](a, float(n), out) == pytest.approx(expected, rel=1e-15)


# The definitions in 400 digits: enough for 1 + exp(-709.9) to be more than 1.
EXACT = {
    "sigmoid": lambda a: 1 / (1 + (-a).exp()),
    "softplus": lambda a: (1 + a.exp()).ln(),
}


@pytest.mark.parametrize("op", EXACT)
@pytest.mark.parametrize(
    "a", [x for size in (1e-9, 0.5, 1, 10, 30, 36.8, 60, 699.9, 700.1, 709.9, 1000) for x in (size, -size)]
)
def test_sigmoid_and_softplus_are_stable(op, a):
    operation = OPERATIONS[op]
    with localcontext(prec=400):
        exact, sigmoid = float(EXACT[op](Decimal(a))), EXACT["sigmoid"](Decimal(a))
        slope = float(sigmoid * (1 - sigmoid) if op == "sigmoid" else sigmoid)
    out = operation.forward(a)
    assert out == pytest.approx(exact, rel=1e-15, abs=1e-323)
    # 1 - out has lost digits where out is close to 1, but never more than a
    # float's spacing there
    assert operation.partials[0](a, None, out) == pytest.approx(slope, rel=1e-15, abs=2.0**-52)


def test_sigmoid_at_published_values():
    sigmoid = OPERATIONS["sigmoid"].forward
    assert [sigmoid(0), sigmoid(math.log(3)), sigmoid(-math.log(3))] == pytest.approx([1 / 2, 3 / 4, 1 / 4])
    assert f"{sigmoid(10):.10f} {sigmoid(-10):.4e}" == "0.9999546021 4.5398e-05"


@pytest.mark.parametrize("rule", [*TABLE, *POWERS.values()], ids=lambda rule: f"{rule.op}: {rule.expression}")
def test_times_is_the_product(rule):
    for text in rule.partials:
        product = Formula(text).times("g").text
        for a, b, g in ((0.3, 0.7, -1.7), (0.9, 0.2, 0.3), (0.5, 0.5, 2.0)):
            numbers = {"a": a + (rule.op == "arccosh"), "b": b, "g": g}
            numbers["out"] = eval(rule.expression, FUNCTIONS, numbers)
            expected = g * eval(text, FUNCTIONS, numbers)
            assert eval(product, FUNCTIONS, numbers) == pytest.approx(expected, rel=1e-15), product
        trivial = [
            side
            for node in ast.walk(ast.parse(product))
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult)
            for side in (node.left, node.right)
            if isinstance(side, ast.Constant) and side.value in (0, 1)
        ]
        assert not trivial, product
