"""The tree has every node of the graph, once, with its numbers."""

import random
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
    full = [text for _, _, _, text in shown if ": see" not in text]
    assert len(full) == len(topological_order(x)) and len(shown) < 3 * 50
    assert shown[-1] == ("", "", 1, "v1: see above")


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


def test_a_deep_graph_begins_at_the_margin_again_and_a_leaf():
    x = y = Value(1, "x")
    for _ in range(3000):
        y = -y
    shown = rows(y)
    assert shown[16] == ("", "", 16, "v2984: see below")
    assert shown[17] == ("1", "0", 0, "v2984 = -v2983")
    found = tree(y, limit=10_000).rows
    assert found[17].depth == 16 and found[-1].node is x and found[-1].depth == 3000
    assert rows(x) == [("1", "0", 0, "x")]


def test_what_is_shown_further_up_after_all_does_not_begin_anew():
    x = Value(1, "x")
    inner = x * 2
    y = inner
    for _ in range(15):
        y = y.tanh()
    shown = [row for row in tree(y * inner).rows if row.node is inner]
    assert [(row.depth, row.text, row.repeated) for row in shown] == [
        (16, "v1: see below", True),
        (1, "v1 = x * 2", False),
    ]


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


def test_a_sum_has_all_its_terms_side_by_side():
    w, x = [[Value(i, f"{name}{i}") for i in range(3)] for name in "wx"]
    output = sum(a * b for a, b in zip(w, x)) + 1
    assert [(depth, text) for _, _, depth, text in rows(output) if "*" in text or depth < 2] == [
        (0, "v6 = v1 + v2 + v4 + 1"),  # whose partial sums are v3 and v5
        (1, "v1 = w0 * x0"),
        (1, "v2 = w1 * x1"),
        (1, "v4 = w2 * x2"),
        (1, "1"),
    ]


@pytest.mark.parametrize("kept", ["a label", "another use"])
def test_a_partial_sum_with_a_label_or_another_use_has_a_row(kept):
    a, b, c = Value(1, "a"), Value(2, "b"), Value(3, "c")
    partial = a + b
    output = partial + c
    if kept == "a label":
        partial.label = "p"
    else:
        output *= partial
    [row] = [row for row in tree(output).rows if row.node is partial and not row.repeated]
    assert row.text.endswith("= a + b")


def test_other_sums_are_as_they_are_computed():
    a, b, c = Value(1, "a"), Value(2, "b"), Value(3, "c")
    assert rows(a + (b + c))[0][3] == "v2 = a + v1"
    assert rows(a + b - c)[0][3] == "v2 = v1 - c"
    double = a + b
    assert rows(double + double)[0][3] == "v2 = v1 + v1"


@pytest.mark.slow
def test_a_sum_of_many_terms_is_linear():
    terms = [Value(i, f"x{i}") for i in range(16_000)]
    shown = tree(sum(terms), limit=20_000)
    assert [row.node for row in shown.rows[1:]] == terms
    assert shown.rows[0].text == "v15999 = x0 + x1 + x2 + … + x15999 (16000 terms)"
    assert len(str(shown)) < 40 * len(terms)


def chain(kind, n):
    x = y = Value(0.5, "x")
    for _ in range(n):
        y = {"tanh": Value.tanh, "*": lambda y: y * x, "right": lambda y: Value(1) + y}[kind](y)
    return y


@pytest.mark.parametrize("kind", ["tanh", "*", "right"])
def test_the_text_of_a_chain_is_linear(kind):
    short, long = (len(str(tree(chain(kind, n), limit=10 * n))) for n in (500, 2000))
    assert long < 4.2 * short


def test_of_many_rows_the_first_and_the_last_are_shown():
    output = chain("tanh", 100)
    every = tree(output, limit=1000)
    found = tree(output, limit=9)
    assert [row.text for row in found.rows] == [row.text for row in every.rows[:5] + every.rows[-4:]]
    assert found.left_out == len(every.rows) - 9 and every.left_out == 0
    lines = str(found).splitlines()
    assert lines[6].strip() == f"… {found.left_out} rows are left out: limit={len(every.rows)} shows all"
    assert lines[1:6] + lines[7:] == list(map(str, found.rows))
    assert str(tree(output, limit=len(every.rows))) == str(every)


@pytest.mark.parametrize("seed", range(20))
def test_every_row_is_in_full_where_it_says(seed):
    rng = random.Random(seed)
    values = [Value(rng.uniform(0.5, 1), f"x{i}") for i in range(3)]
    for _ in range(150):
        left, right = rng.choice(values[-4:]), rng.choice(values)
        values.append(rng.choice([left + right, right + left, left * right, left.tanh(), left + 0.5]))
    output = values[-1]
    rows = tree(output, limit=10**6).rows
    full = {row.node: i for i, row in enumerate(rows) if not row.repeated}
    assert len(full) == sum(not row.repeated for row in rows)  # once each
    for i, row in enumerate(rows):
        if row.repeated:
            where = "above" if full[row.node] < i else "below"
            assert row.text.endswith(f": see {where}")
        assert row.branch == "" or row.branch.count("─") == 1 and len(row.branch) <= 3 * 16
    for node in set(topological_order(output)) - full.keys():  # partial sums
        uses = [use for use in topological_order(output) if any(node is each for each in use.parents)]
        assert node.op == "+" and [use.op for use in uses] == ["+"] and uses[0].left is node


def test_a_long_label_is_cut_and_a_row_stays_a_line():
    a, b = Value(2, "a" * 10_000), Value(3, "a" * 10_000)
    b.label += "\n\x1b[31m\u2028"
    lines = str(tree(a * b + a)).splitlines()
    assert len(lines) == 6 and max(map(len, lines)) < 250
    assert all(line.isprintable() for line in lines)
    assert lines[3].endswith("…aaaaaaaaaaaaaa") and lines[4].endswith("\\x1b[31m\\u2028")


@pytest.mark.slow
def test_a_graph_of_a_million_nodes_is_shown():
    shown = tree(chain("right", 500_000))
    assert len(shown.rows) == 200 and shown.left_out > 999_000
    assert len(str(shown)) < 30_000


def test_its_text_has_the_numbers_of_the_moment():
    a = Value(2, "a")
    output = a * 3
    shown = tree(output)
    before = str(shown)
    output.backward()
    assert str(shown) != before and str(shown) == str(tree(output))


def test_what_is_not_a_value():
    with pytest.raises(TypeError, match=r"not from 3\.0 \(float\)"):
        tree(3.0)
