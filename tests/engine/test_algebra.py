"""Graphs of derivatives are simplified, and the numbers stay the same."""

import math
from itertools import product

import pytest

from engine import Constant, Value, grad, hessian, jacobian, tangent, topological_order
from engine.algebra import Algebra
from engine.formula import Formula
from engine.operation import FUNCTIONS, OPERATIONS
from engine.rules import TABLE
from tests.graphs import networks, random_graph


def described(node):
    """What a node computes: two alike should be one."""
    rule = node.operation.rule
    operands = [repr(each.data) if type(each) is Constant else id(each) for each in node.parents]
    if rule.op in ("+", "*"):
        operands.sort(key=str)
    return rule.op, rule.expression if rule.op == "if" else "", *operands


def check_simplified(outputs, before):
    """No new node is trivial, and none computes what another does."""
    seen = {}
    for output in outputs:
        for node in topological_order(output):
            if node.operation is None or node in seen:
                continue
            seen[node] = described(node)
    new = [node for node in seen if node not in before]
    for node in new:
        numbers = [each.data if type(each) is Constant else None for each in node.parents]
        assert not (node.op in "+-" and 0 in numbers), node.op
        assert not (node.op == "*" and {0, 1, -1} & set(numbers)), numbers
        assert not (node.op == "/" and (numbers[1] in (1, -1) or numbers[0] == 0)), numbers
        assert not (node.op == "**" and numbers[1] in (0, 1)), numbers
        assert not (node.op == "neg" and node.left.op == "neg")
        assert None in numbers, f"{node.op} of constants"
    texts = {seen[node] for node in before if node in seen}
    for node in new:
        assert seen[node] not in texts, seen[node]
        texts.add(seen[node])
    return new


@pytest.mark.parametrize("seed", range(12))
def test_graphs_of_derivatives_have_nothing_idle_and_nothing_twice(seed):
    output, x, w = random_graph(seed)
    before = set(topological_order(output))
    [row] = jacobian([output], x + w)
    assert check_simplified(row, before) or seed
    check_simplified(tangent([output], {x[0]: 1.0, w[0]: 1.0, w[1]: -1.0}), before)
    before = {node for each in row for node in topological_order(each)} | before
    check_simplified(grad(row[seed % 7], x + w), before)


def test_networks_have_nothing_idle():
    for name, (output, _) in networks().items():
        leaves = [node for node in topological_order(output) if not node.op and type(node) is not Constant]
        if len(leaves) < 200:
            check_simplified(grad(output, leaves), set(topological_order(output))), name


def test_a_cube_has_a_handful_of_nodes():
    """The derivative of x³ is 3 x², of that 3 · 2 x, and of that 6."""
    x = Value(5, "x")
    y, sizes, numbers = x**3, [], []
    for _ in range(4):
        [y] = grad(y, [x])
        sizes.append(len([node for node in topological_order(y) if node.op]))
        numbers.append(y.data)
    assert numbers == [75, 30, 6, 0]
    assert sizes[0] <= 2 and sizes[1] <= 2 and sizes[2:] == [0, 0]


def test_derivatives_may_be_nodes_that_were_there():
    x, y = Value(2, "x"), Value(3, "y")
    assert grad(x * y, [x, y])[0] is y and grad(x * y, [x, y])[1] is x
    e = x.exp()
    assert grad(e, [x])[0] is e
    for out in (e * y, y * e):
        assert grad(out, [x])[0] is out  # y eˣ again
    [one, minus] = grad(x - y, [x, y])
    assert (one.data, minus.data, type(one), type(minus)) == (1, -1, Constant, Constant)


SIMPLE = [
    ("a + 0", "x"),
    ("0 + a", "x"),
    ("a - 0", "x"),
    ("1 * a", "x"),
    ("a * 1", "x"),
    ("a / 1", "x"),
    ("pow(a, 1)", "x"),
    ("--a", "x"),
    ("-1 * (-1 * a)", "x"),
    ("0 * a", 0),
    ("0 / a", 0),
    ("pow(a, 0)", 1),
    ("2 + 3 * 4", 14),
    ("exp(0) * a", "x"),
]


@pytest.mark.parametrize("text, expected", SIMPLE)
def test_what_is_trivial_adds_no_node(text, expected):
    x = Value(3, "x")
    found = Algebra([]).evaluate(Formula(text), {"a": x})
    assert found is x if expected == "x" else found == expected and not isinstance(found, Value)


@pytest.mark.parametrize(
    "text, size",
    [("a + a", 1), ("a - -b", 1), ("a + -b", 2), ("0 - a", 1), ("-a * -b", 1), ("a * a", 1), ("-a * b", 2),
     ("(a * b) / (a * b)", 2), ("sin(a) * sin(a)", 2), ("sin(a) + cos(a) * sin(a)", 4), ("a * -1", 1)],
)  # fmt: skip
def test_sums_and_products_have_few_nodes(text, size):
    """And the number of the formula as it is written."""
    x, y = Value(3, "x"), Value(0.7, "y")
    found = Algebra([]).evaluate(Formula(text), {"a": x, "b": y})
    used = [node for node in topological_order(found) if node.op]
    assert found.data == eval(text, FUNCTIONS, {"a": 3.0, "b": 0.7})
    assert len(used) <= size, [node.op for node in used]


@pytest.mark.parametrize("rule", TABLE, ids=lambda rule: rule.op)
def test_formulas_of_the_table_have_the_formulas_bits(rule):
    """Those without cases are exactly what Python computes from the text."""
    points = [(0.3, 0.7), (0.9, -0.4), (-0.6, 1.7), (2.5, 0.5)]
    tried = 0
    for (a, b), text in product(points, rule.partials):
        letters = {"a": a + 4 * (rule.op == "arccosh"), "b": b}
        try:
            letters["out"] = OPERATIONS[rule.op].forward(*(letters[each] for each in rule.operands))
            expected = eval(text, FUNCTIONS, letters)
        except (ValueError, ZeroDivisionError):
            continue
        terms = {letter: Value(number) for letter, number in letters.items()}
        formula = Formula(text)
        if len({"a", "b", "out"} & set(formula.letters)) == 3:
            continue
        found = Algebra([]).evaluate(formula, terms)
        tried += 1
        assert getattr(found, "data", found) == expected, (text, letters)
    assert tried or rule.op == "**"


def test_a_formula_with_numbers_alone_is_a_number():
    assert Algebra([]).evaluate(Formula("a / b + sqrt(a)"), {"a": 4.0, "b": 8.0}) == 2.5
    assert Algebra([]).evaluate(Formula("1 if a > 0 else -1"), {"a": -2.0}) == -1
    assert Algebra([]).evaluate(Formula("log(2) * pi"), {}) == math.log(2) * math.pi


def test_cases_that_numbers_decide_add_no_operation_with_cases():
    x = Value(3, "x")
    for formula in ("a if b > 0 else -a", "b * pow(a, b - 1) if b != 0 else 0"):
        found = Algebra([]).evaluate(Formula(formula), {"a": x, "b": 5.0})
        assert all(node.op != "if" for node in topological_order(found))
    [[second]] = hessian(x**2.5, [x])
    assert all(node.op != "if" for node in topological_order(second))
    assert second.data == pytest.approx(2.5 * 1.5 * 3**0.5, rel=1e-15)


def test_zeros_of_either_sign_are_two_numbers():
    """As constants of nodes: 1 / (x - 0.0) and 1 / (x + -0.0) may differ."""
    x = Value(1, "x")
    algebra = Algebra([])
    assert algebra.operate("arctan2", 0.0, x) is not algebra.operate("arctan2", -0.0, x)
    assert algebra.operate("arctan2", 0.0, x) is algebra.operate("arctan2", 0.0, x)


def test_an_error_names_the_operation_and_its_numbers():
    x = Value(0, "x")
    with pytest.raises(ZeroDivisionError, match=r"the derivative of sqrt\(x\) where x = 0\.0"):
        grad(x.sqrt(), [x])
    with pytest.raises(ZeroDivisionError, match=r"the derivative of cbrt\(x\) where x = 0\.0"):
        grad(x.cbrt(), [x])
    with pytest.raises((ValueError, ZeroDivisionError), match=r"x \*\* 0\.5 where x = 0\.0"):
        grad(x**0.5, [x])
    y = Value(-2, "y")
    power = y ** Value(3, "n")
    with pytest.raises(ValueError, match=r"the derivative of y \*\* n where y = -2\.0, n = 3\.0"):
        grad(power, list(power.parents))
    with pytest.raises(ZeroDivisionError, match="the derivative of arcsin"):
        grad((z := Value(1, "z")).arcsin(), [z])


def test_a_long_run_of_minus_signs():
    x, w = Value(3, "x"), Value(2, "w")
    y = x
    for _ in range(3001):
        y = -y
    assert [each.data for each in grad((y * w) ** 2, [x, w])] == [24, 36]
    assert [[each.data for each in row] for row in hessian((y * w) ** 2, [x, w])] == [[8, 24], [24, 18]]
