"""Formulas with cases: their derivatives decide anew, at every order."""

import math

import pytest

from engine import Program, Value, c_compiler, grad, topological_order
from engine.cases import case_operation, derivative
from engine.formula import Formula
from engine.operation import FUNCTIONS
from engine.rules import TABLE

# Functions with cases: what they are on either side of the kink at 0, to the
# second derivative, and the conventions of the first at the kink.
KINKS = {
    "relu": (lambda x: x.relu(), lambda x: (0, 0, 0), lambda x: (x, 1, 0), 0),
    "leaky_relu": (lambda x: x.leaky_relu(), lambda x: (0.01 * x, 0.01, 0), lambda x: (x, 1, 0), 0.01),
    "abs": (abs, lambda x: (-x, -1, 0), lambda x: (x, 1, 0), 0),
    "elu": (
        lambda x: x.elu(),
        lambda x: (math.exp(x) - 1, math.exp(x), math.exp(x)),
        lambda x: (x, 1, 0),
        1,
    ),
    "maximum": (
        lambda x: (x * x).maximum(x * x * x * 0 - x),
        lambda x: None,
        lambda x: (x * x, 2 * x, 2),
        -0.5,
    ),
    "minimum": (lambda x: x.minimum(x**3), lambda x: None, lambda x: None, 0.5),
    "cubed relu": (lambda x: x.relu() ** 3, lambda x: (0, 0, 0), lambda x: (x**3, 3 * x**2, 6 * x), 0),
    "x |x|": (lambda x: x * abs(x), lambda x: (-x * x, -2 * x, -2), lambda x: (x * x, 2 * x, 2), 0),
}


@pytest.mark.parametrize("name", KINKS)
def test_derivatives_change_with_the_case(name):
    """Built on one side, they are right on the other, and at the kink."""
    f, below, above, at = KINKS[name]
    for built_at in (-0.5, 0.0, 0.5):
        x = Value(built_at, "x")
        y = f(x)
        [slope] = grad(y, [x])
        [curvature] = grad(slope, [x])
        for number in (-1.5, -0.3, 0.4, 2.0, 0.0):
            x.data = number
            for node in (y, slope, curvature):
                node.forward()
            expected = (below if number < 0 else above)(number) if number else None
            if expected:
                assert [y.data, slope.data, curvature.data] == pytest.approx(expected, rel=1e-14, abs=0)
            if number == 0:
                assert slope.data == at


def test_a_minimum_of_two_nodes_takes_the_sides_slope():
    """min(x, x³) is x³ below -1, x to 0, x³ to 1, and x from there on."""
    x = Value(0.5, "x")
    slope = grad(x.minimum(x**3), [x])[0]
    for number, expected in ((-2.0, 12.0), (-0.5, 1.0), (0.5, 0.75), (2.0, 1.0), (1.0, 2.0), (-1.0, 2.0)):
        x.data = number
        slope.forward()
        assert slope.data == expected


@pytest.mark.parametrize("tie", [lambda x, y: x.maximum(y), lambda x, y: x.minimum(y)])
def test_at_a_tie_each_side_has_half(tie):
    x, y = Value(2, "x"), Value(2, "y")
    slopes = grad(tie(x, y), [x, y])
    assert [slope.data for slope in slopes] == [0.5, 0.5]
    x.data = 3.0
    for slope in slopes:
        slope.forward()
    assert sorted(slope.data for slope in slopes) == [0, 1]
    [same] = grad(tie(x, x), [x])
    assert same.data == 1
    [beside_a_number] = grad(tie(x, Value(1) * 3), [x])
    assert beside_a_number.data == 0.5
    assert grad(tie(x, 3), [x])[0].data == 0.5


def test_the_norm_has_slopes_but_at_the_origin():
    x, y = Value(3, "x"), Value(4, "y")
    slopes = grad(x.hypot(y), [x, y])
    assert [slope.data for slope in slopes] == [0.6, 0.8]
    # the Hessian of r is (I - n nᵀ) / r, where n is the direction
    rows = [[each.data for each in grad(slope, [x, y])] for slope in slopes]
    assert rows[0] == pytest.approx([0.64 / 5, -0.48 / 5], rel=1e-14)
    assert rows[1] == pytest.approx([-0.48 / 5, 0.36 / 5], rel=1e-14)
    with pytest.raises(ZeroDivisionError, match=r"the derivative of hypot\(x, y\) where x = 0.0, y = 0.0"):
        Value(0, "x").hypot(Value(0, "y")).backward()


@pytest.mark.parametrize(
    "b",
    [
        *(-3.0, -1.0, 0.0, 0.3, 0.5, 1.0, 2.0, 2.5, 7.0),
    ],
)
@pytest.mark.parametrize("a", (0.4, 1.0, 3.0))
def test_a_power_of_values_in_closed_form(a, b):
    """∂/∂a aᵇ = b aᵇ⁻¹, ∂/∂b = aᵇ ln a, and their derivatives."""
    x, y = Value(2, "x"), Value(2, "y")
    first = grad(x**y, [x, y])
    second = [grad(slope, [x, y]) for slope in first]
    x.data, y.data = a, b
    for slope in (*first, *second[0], *second[1]):
        slope.forward()
    log = math.log(a)
    mixed = a ** (b - 1) * (1 + b * log)
    assert [slope.data for slope in first] == pytest.approx([b * a ** (b - 1), a**b * log], rel=1e-13)
    found = [each.data for row in second for each in row]
    expected = [b * (b - 1) * a ** (b - 2), mixed, mixed, a**b * log**2]
    assert found == pytest.approx(expected, rel=1e-13, abs=1e-15)


@pytest.mark.parametrize("b, expected", [(0, [1, 0, 0]), (1, [0, 1, 0]), (2, [0, 0, 2]), (5, [0, 0, 0])])
def test_a_whole_power_at_0_has_all_derivatives(b, expected):
    x = Value(0, "x")
    y = x ** Value(b) if b != 2 else x**b
    found = [y]
    for _ in range(2):
        found += grad(found[-1], [x])
    assert [each.data for each in found] == expected


@pytest.mark.parametrize("n", (-2, -1, 3, 5, 6))
def test_a_whole_power_of_a_negative_number(n):
    x = Value(-1.7, "x")
    y, expected = x**n, float((-1.7) ** n)
    for order in range(4):
        assert y.data == pytest.approx(expected, rel=1e-13)
        [y] = grad(y, [x])
        expected *= (n - order) / -1.7


@pytest.mark.parametrize(
    "text",
    [
        "sin(a) * b if a > b else a / b",
        "pow(a, b) if a < 2 else hypot(a, b)",
        "a * tanh(a * b)",
        "softplus(b - a) if b > 0 else 1",
    ],
)
@pytest.mark.parametrize("a, b", [(0.7, 1.3), (1.9, 0.4), (2.5, 1.1)])
def test_the_derivative_of_a_formula_is_its_slope(text, a, b):
    h = 1e-6
    for letter in "ab":
        for formula in (Formula(text), derivative(Formula(text), letter)):
            slope = derivative(formula, letter)

            def at(d, formula=formula, letter=letter):
                return eval(
                    formula.text, FUNCTIONS, {"a": a + d * (letter == "a"), "b": b + d * (letter == "b")}
                )

            expected = (at(h) - at(-h)) / (2 * h)
            found = eval(slope.text, FUNCTIONS, {"a": a, "b": b})
            assert found == pytest.approx(expected, rel=1e-7, abs=1e-8), (formula, slope)


def test_a_derivative_that_is_0_is_the_formula_0():
    for text in ("3", "b * 2", "1 if a > 0 else -1", "b if a < 0 else 2"):
        assert derivative(Formula(text), "a") == Formula("0"), text


def test_what_the_table_has_not_is_named():
    with pytest.raises(ValueError, match=r"no derivative of floor\(a\)"):
        derivative(Formula("floor(a)"), "a")


def test_the_operation_computes_the_formula_and_is_one_for_equal_texts():
    operation = case_operation("a * a * b if a > 0 else b")
    assert operation is case_operation("a * a * b if a > 0 else b")
    assert operation.forward(3.0, 2.0) == 18 and operation.forward(-3.0, 2.0) == 2
    assert [partial(3.0, 2.0, 18.0) for partial in operation.partials] == [12, 9]
    assert [partial(-3.0, 2.0, 2.0) for partial in operation.partials] == [0, 1]


WITH_CASES = [rule for rule in TABLE if any(" if " in partial for partial in rule.partials)]


@pytest.mark.parametrize("rule", WITH_CASES, ids=lambda rule: rule.op)
def test_an_operation_with_cases_runs_as_a_program(rule):
    """Beyond its kinks too, as the graph does: in Python and in loops."""
    operands = [Value(0.5, "x"), Value(0.7, "y")][: len(rule.operands)]
    x = operands[0]
    node = {"**": lambda x, y: x**y, "abs": abs}.get(rule.op) or getattr(Value, rule.op)
    total = sum(grad(node(*operands) * x, operands))
    assert any(each.op == "if" for each in topological_order(total))
    program = Program(total, parameters=operands)
    for point in ((0.3, 0.9), (0.9, 0.3), (2.0, 2.0), (-0.4, 2.0), (1e9, 0.25)):
        if rule.op == "**" and point[0] < 0:
            continue
        for operand, number in zip(operands, point):
            operand.data, operand.grad = number, 0.0
        total.forward()
        total.backward()
        expected = [operand.grad for operand in operands]
        value, found = program.value_and_gradient([[]])
        assert value == pytest.approx(total.data, rel=1e-14) and list(found) == pytest.approx(
            expected, rel=1e-13
        )
        value, found = program.loops.function(*point[: len(operands)])
        assert value == pytest.approx(total.data, rel=1e-14) and list(found) == pytest.approx(
            expected, rel=1e-13
        )
        lines = program.line_by_line()
        assert [number for line, number in lines if line.target == program.tape.output][-1:] in (
            [],
            [total.data],
        )


@pytest.mark.slow
@pytest.mark.skipif(not c_compiler(), reason="there is no C compiler")
@pytest.mark.parametrize("rule", WITH_CASES, ids=lambda rule: rule.op)
def test_an_operation_with_cases_runs_as_machine_code(rule):
    operands = [Value(0.5, "x"), Value(0.7, "y")][: len(rule.operands)]
    node = {"**": lambda x, y: x**y, "abs": abs}.get(rule.op) or getattr(Value, rule.op)
    total = sum(grad(node(*operands) * operands[0], operands))
    program = Program(total, parameters=operands)
    native = program.native()
    for point in ((0.3, 0.9), (0.9, 0.3), (2.0, 2.0), (0.0, 2.0), (-0.4, 2.0), (1e9, 0.25)):
        if rule.op == "**" and point[0] <= 0:
            continue
        for operand, number in zip(operands, point):
            operand.data = number
        value, expected = program.value_and_gradient([[]])
        again, found = native.value_and_gradient([[]])
        assert again == pytest.approx(value, rel=1e-12) and list(found) == pytest.approx(
            list(expected), rel=1e-12
        )
