"""The tree has every node of the graph, once, with its numbers."""

import re

import pytest

from engine import Constant, Value, topological_order, tree
from engine.notation import format_number, formula, node_names


def rows(output):
    """The tree's rows as they print: data, grad, depth, text."""
    header, *lines = str(tree(output)).splitlines()
    assert header.split() == ["data", "grad"]
    found = []
    for line in lines:
        branch, text = re.fullmatch(r"((?:[│ ]  )*(?:[├└]─ )?)(.*)", line[24:]).groups()
        found.append((line[:10].strip(), line[10:24].strip(), len(branch) // 3, text))
    return found


def test_every_node_is_there_once():
    a, b = Value(2, "a"), Value(-3, "b")
    product = a * b
    output = (product + 10).tanh() * product + (a - product)
    output.backward()
    order = topological_order(output)
    named = node_names(order)
    expected = {
        named[node] + (f" = {formula(node, named)}" if node.op else ""): (
            format_number(node.data),
            "" if type(node) is Constant else format_number(node.grad),
        )
        for node in order
    }
    shown = rows(output)
    first = [row for row in shown if not row[3].endswith(": see above")]
    assert {text: (data, grad) for data, grad, _, text in first} == expected
    assert len(first) == len(order)


def test_operands_stand_below_their_node_in_order():
    a, b, c = Value(2, "a"), Value(-3, "b"), Value(10, "c")
    shown = rows(a * b + c / a)
    assert [(depth, text) for _, _, depth, text in shown] == [
        (0, "v3 = v1 + v2"),
        (1, "v1 = a * b"),
        (2, "a"),
        (2, "b"),
        (1, "v2 = c / a"),
        (2, "c"),
        (2, "a: see above"),
    ]


def test_a_shared_node_is_referred_to():
    x = Value(2, "x")
    for _ in range(50):  # 2 ** 50 ways from the output to x
        x = x + x
    shown = rows(x)
    assert len(shown) == 50 * 2 + 1
    assert shown[-1] == ("", "", 1, "v49: see above")


def test_branches_are_connected():
    a, b = Value(1, "a"), Value(2, "b")
    lines = [line[24:] for line in str(tree((a + b) * (a - b))).splitlines()[1:]]
    assert lines == [
        "v3 = v1 * v2",
        "├─ v1 = a + b",
        "│  ├─ a",
        "│  └─ b",
        "└─ v2 = a - b",
        "   ├─ a: see above",
        "   └─ b: see above",
    ]


def test_a_deep_graph_and_a_leaf():
    x = y = Value(1, "x")
    for _ in range(3000):
        y = -y
    assert rows(y)[-1] == ("1", "0", 3000, "x")
    assert rows(x) == [("1", "0", 0, "x")]


def test_its_rows_are_there_for_a_program():
    a, b = Value(2, "a"), Value(-3, "b")
    product = a * b
    found = tree(product + a)
    assert found.output.parents == (product, a)
    assert [(row.node, row.depth, row.text, row.repeated) for row in found.rows[1:]] == [
        (product, 1, "v1 = a * b", False),
        (a, 2, "a", False),
        (b, 2, "b", False),
        (a, 1, "a: see above", True),
    ]
    assert repr(found) == str(found)


def test_its_text_has_the_numbers_of_the_moment():
    a = Value(2, "a")
    output = a * 3
    shown = tree(output)
    before = str(shown)
    output.backward()
    assert str(shown) != before and str(shown) == str(tree(output))


def test_what_is_not_a_value():
    with pytest.raises(TypeError, match="not from float"):
        tree(3.0)
