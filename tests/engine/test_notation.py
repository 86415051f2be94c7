"""How numbers and nodes are written for people."""

import math
import random

import pytest

from engine import Constant, Value, label, topological_order
from engine.notation import derivative, format_number, formula, node_names


@pytest.mark.parametrize(
    "x, text",
    [
        (3.0, "3"),
        (-3.5, "-3.5"),
        (0.1 + 0.2, "0.3"),
        (-0.0, "0"),
        (2 / 3, "0.6667"),
        (99_999.6, "100000"),
        (-12_345.678, "-12346"),
        (999_999.4, "999999"),
        (999_999.6, "1e+06"),
        (1.5e-7, "1.5e-07"),
        (math.inf, "inf"),
        (-math.inf, "-inf"),
        (math.nan, "nan"),
        (1 / (1 + math.exp(-10)), "0.99995"),
        (math.tanh(-6), "-0.99999"),
        (1 / (1 + math.exp(-30)), "0.9999999999999"),
        (1 - 2**-53, "0.9999999999999999"),
        (1 + 2**-52, "1"),
        (5e-324, "4.941e-324"),
    ],
)
def test_number(x, text):
    assert format_number(x) == text


def test_a_number_reads_back_to_four_digits():
    rng = random.Random(0)
    for _ in range(1000):
        x = rng.choice((-1, 1)) * 10 ** rng.uniform(-20, 20)
        assert float(format_number(x)) == pytest.approx(x, rel=5e-4)


def test_no_number_reads_as_a_limit_that_it_does_not_reach():
    rng = random.Random(1)
    for _ in range(1000):
        gap = 10 ** rng.uniform(-15.9, 0)
        for x in (1 - gap, gap - 1):
            assert -1 < float(format_number(x)) < 1 and float(format_number(gap)) > 0
            assert 1 - abs(float(format_number(x))) == pytest.approx(gap, rel=0.6, abs=6e-5)


def named(output):
    return list(node_names(topological_order(output)).values())


def test_names_are_labels_numbers_and_v1_v2():
    a, b = Value(2, "a"), Value(3)
    assert named((a * b + 0.5).exp()) == ["a", "v1", "0.5", "v2", "v3", "v4"]


def test_names_are_unique_whatever_the_labels():
    labels = [
        "x",
        "x",
        "x_2",
        "x",
        "v1",
        "",
        "v2",
        "v1",
        "",
        "x_2",
        "é<\"'\\\n",
        "é<\"'\\\n",
        "_",
        "_",
        5,
        None,
    ]
    leaves = [Value(i) for i in range(len(labels))]
    for leaf, text in zip(leaves, labels):
        leaf.label = text
    listed = named(sum(leaves))
    assert len(set(listed)) == len(listed) == 2 * len(leaves) - 1
    assert all(isinstance(name, str) and name for name in listed)
    found = node_names(leaves)
    assert [found[leaf] for leaf in leaves] == [
        "x", "x_3", "x_2", "x_4", "v1", "v3", "v2", "v1_2", "v4", "x_2_2",
        "é<\"'\\\n", "é<\"'\\\n_2", "_", "__2", "5", "v5",
    ]  # fmt: skip


def test_names_stay_as_they_are_from_call_to_call():
    rng = random.Random(0)
    nodes = [Value(1, rng.choice("ab")) for _ in range(5)]
    for _ in range(50):
        nodes.append(rng.choice(nodes) + rng.choice(nodes))
        nodes[-1].label = rng.choice(["", "a", "z"])
    order = topological_order(sum(nodes))
    first = node_names(order)
    order[-1].backward()
    assert node_names(order) == first and node_names(topological_order(order[-1])) == first


def test_many_nodes_of_one_label():
    x = Value(1)
    for _ in range(20_000):
        x = -x
        x.label = "x"
    assert named(x)[-1] == "x_20000"


def test_label_names_what_has_no_name_yet():
    a, b, c, d, e = (Value(i) for i in range(5))
    c.label = "mine"
    rows = [[a, b], (c, {"deep": d})]
    rows.append(rows)
    label({"rows": rows, "again": a, "_hidden": e, "Out": {1: e}, "number": 3, "text": "abc", 5: e})
    assert [v.label for v in (a, b, c, d, e)] == [
        "rows[0][0]",
        "rows[0][1]",
        "mine",
        "rows[1][1]['deep']",
        "",
    ]
    label({"new": a})
    assert a.label == "rows[0][0]"


def test_label_names_the_values_of_every_array():
    np = pytest.importorskip("numpy", reason="NumPy is not installed")
    arrays = {f"W{k}": np.array([[Value(1), Value(2)], [Value(3), Value(4)]]) for k in range(20)}
    label({**arrays, "numbers": np.ones((2, 2))})
    for name, array in arrays.items():
        assert [v.label for v in array.ravel()] == [f"{name}[{i}][{j}]" for i in (0, 1) for j in (0, 1)]


@pytest.mark.parametrize(
    "f, written, derivatives",
    [
        (lambda x, y: x * y, "x * y", ["y", "x"]),
        (lambda x, y: x - y, "x - y", ["1", "-1"]),
        (lambda x, y: x / y, "x / y", ["1 / y", "-out / y"]),
        (lambda x, y: x**y, "x ** y", ["y * x ** (y - 1)", "log(x) * out"]),
        (lambda x, y: x**2, "x ** 2", ["2 * x", None]),
        (lambda x, y: x**-1.5, "x ** (-1.5)", ["-1.5 * x ** (-2.5)", None]),
        (lambda x, y: 2 - x, "2 - x", [None, "-1"]),
        (lambda x, y: 2**y, "2 ** y", [None, "log(2) * out"]),
        (lambda x, y: x.maximum(y), "maximum(x, y)", ["0", "1"]),
        (lambda x, y: -x, "-x", ["-1"]),
        (lambda x, y: abs(-y), "abs(v1)", ["-1"]),
        (lambda x, y: x.sigmoid(), "sigmoid(x)", ["out * (1 - out)"]),
    ],
)
def test_formula_and_derivatives_are_those_of_the_table(f, written, derivatives):
    x, y = Value(2, "x"), Value(3, "y")
    out = f(x, y)
    out.label = "out"
    found = node_names(topological_order(out))
    assert formula(out, found) == written
    for i, text in enumerate(derivatives):
        if text is None:
            assert type(out.parents[i]) is Constant and derivative(out, i, found) is None
        else:
            said, slope = derivative(out, i, found)
            assert said == text
            readable = eval(said, {**vars(math), "x": 2, "y": 3, "v1": -3, "out": out.data})
            assert slope == pytest.approx(readable)


def test_a_name_that_could_be_misread_is_bracketed():
    y = Value(2, "a + b") * -3
    assert formula(y, node_names(topological_order(y))) == "(a + b) * (-3)"


def test_a_constant_with_a_label_has_that_name():
    x, y = Constant(1, "x1"), Constant(0.5, "x1")
    output = Value(2, "w") * x + y * Value(3, "u") + 7
    names = list(node_names(topological_order(output)).values())
    assert {"x1", "x1_2", "7"} <= set(names)
    found = node_names(topological_order(output))
    product = next(node for node in found if node.right is x)
    assert formula(product, found) == "w * x1" and derivative(product, 0, found) == ("x1", 1.0)
