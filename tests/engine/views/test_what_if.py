"""What would change is what does change, and asking changes nothing."""

import math
import random

import pytest

from engine import OPERATIONS, Constant, Value, topological_order, what_if
from tests.graphs import random_graph


def numbers(output):
    return [(node.data, node.grad) for node in topological_order(output)]


def both_passes(output):
    output.zero_grad()
    output.forward()
    output.backward()
    return {node: (node.data, node.grad) for node in topological_order(output)}


def expression():
    a, b = Value(2, "a"), Value(-3, "b")
    d = a * b + b**3
    d.label = "d"
    return a, b, d


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("keep", [False, True])
def test_it_is_both_passes_before_and_after(seed, keep):
    rng = random.Random(seed)
    output, x, w = random_graph(seed)
    before = both_passes(output)
    changes = {leaf: rng.uniform(-1, 1) for leaf in rng.sample([leaf for leaf in x + w if leaf in before], 2)}
    for leaf in x + w:
        leaf.grad = 7.0  # what was accumulated plays no part
    found = what_if(output, changes, keep=keep)
    kept = numbers(output)
    for leaf, number in changes.items():
        leaf.data = number
    after = both_passes(output)
    rows = {
        row.node: (row.data.before, row.grad.before, row.data.after, row.grad.after) for row in found.rows
    }
    order = topological_order(output)
    assert rows == {node: before[node] + after[node] for node in order if before[node] != after[node]}
    assert list(rows) == [node for node in order if node in rows]
    assert found.data == (before[output][0], after[output][0])
    assert not keep or kept == numbers(output)


def test_nothing_is_changed_unless_it_is_kept():
    a, b, d = expression()
    d.backward()
    d.backward()
    a.data = 5.0  # also not what is stale: before is computed anew, on copies
    a.grad = 0.25
    earlier = numbers(d)
    found = what_if(d, a=10)
    assert numbers(d) == earlier
    assert found.data == (5 * -3 - 27, 10 * -3 - 27)
    what_if(d, a=10, keep=True)
    assert (a.data, a.grad, b.grad, d.data, d.grad) == (10, -3, 10 + 27, -57, 1)


def test_its_text_is_a_table():
    _, _, d = expression()
    assert str(what_if(d, a=10)).splitlines() == [
        "                data             grad",
        "              before → after   before → after",
        "a                  2 → 10          -3",
        "b                 -3               29 → 37",
        "v1 = a * b        -6 → -30          1",
        "d = v1 + v2      -33 → -57          1",
        "d changes by -24, from -33 to -57",
    ]
    row = what_if(d, a=10).rows[2]
    assert (row.name, row.formula, row.text) == ("v1", "a * b", "v1 = a * b")


def test_where_nothing_changes_it_says_so():
    x = Value(-2, "x")
    y = (x - 1).relu()
    assert str(what_if(y, x=-2)) == "v2 stays 0"
    assert str(what_if(y, x=-3)).endswith("\nv2 stays 0")
    assert [row.name for row in what_if(y, x=-3).rows] == ["x", "v1"]


def test_nan_is_no_change_from_nan():
    x, y = Value(math.nan, "x"), Value(1, "y")
    found = what_if(x * 2 + y, y=3)
    assert [row.name for row in found.rows] == ["y"]
    assert str(found).endswith("v2 stays nan")


def test_a_change_too_small_for_the_digits_is_still_a_change():
    x = Value(3, "x")
    assert "3 → 3" in str(what_if(x * 1, x=3 + 1e-9))


def test_it_fits_a_terminal():
    x, y = Value(-9.3576e-14, "x"), Value(1.2345e-10, "y")
    z = x * y
    z.label = "a rather long name of a product of two numbers"
    lines = str(what_if(z * z + x, x=-1.2345e-100)).splitlines()
    assert max(map(len, lines)) <= 80
    assert len({i for line in lines for i, letter in enumerate(line) if letter == "→"}) == 2  # in columns
    assert "a rather long name of a product of two numbers = x * y" in lines


def test_leaves_are_found_by_label_by_name_and_themselves():
    w, other, unnamed, micro = Value(1, "w[0]"), Value(2, "w[0]"), Value(3), Value(4, "ϕ")
    d = w * 1000 + other * 100 + unnamed * 10 + micro
    d.label = "output"
    assert what_if(d, {w: 0}).data.after == 234
    assert what_if(d, **{"w[0]_2": 0}).data.after == 1034
    assert what_if(d, v1=0).data.after == 1204
    assert what_if(d, ϕ=0).data.after == 1230  # which Python normalizes to φ
    assert what_if(d, {w: 0}, v1=0, ϕ=0).data.after == 200


def test_a_leaf_can_have_the_name_of_a_node_or_of_the_parameter():
    x = Value(2, "x")
    square = x * x
    square.label = "x"
    assert what_if(square + 1, x=3).data.after == 10
    assert what_if(Value(2, "output") * 3, output=3).data.after == 9
    assert what_if(x, x=3).data == (2, 3)


a, b, d = expression()
MISTAKES = [
    (ValueError, "no leaf is labelled 'c'. The leaves: a, b", (), {"c": 1}),
    (ValueError, "needs a leaf and its new number. The leaves: a, b", (), {}),
    (ValueError, "needs a leaf and its new number", ({},), {}),
    (ValueError, "d is computed, as v1 + v2: only leaves can change. They are: a, b", (), {"d": 1}),
    (ValueError, "v1 is computed, as a * b", (), {"v1": 1}),
    (ValueError, "v1 is computed", ({d.parents[0]: 1},), {}),
    (ValueError, "3 is a constant: only leaves can change", (), {"3": 1}),
    (ValueError, "3 is a constant", ({d.parents[1].parents[1]: 1},), {}),
    (ValueError, "a is given twice", ({a: 1},), {"a": 2}),
    (ValueError, "label='e') is not in this graph. Its leaves: a, b", ({Value(1, "e"): 1},), {}),
    (TypeError, "leaves as its keys, {leaf: number}, not 'a'", ({"a": 1},), {}),
    (TypeError, "changes is a dict, {leaf: number}, not 5", (5,), {}),
    (TypeError, "a: a Value holds one real number, not '1' (str)", (), {"a": "1"}),
    (TypeError, "b: a Value holds one real number, not None", ({b: None},), {}),
    (OverflowError, "(int) is beyond the largest float", (), {"a": 10**400}),
]


@pytest.mark.parametrize("kind, message, positional, by_label", MISTAKES)
def test_mistakes_are_named(kind, message, positional, by_label):
    before = numbers(d)
    with pytest.raises(kind) as caught:
        what_if(d, *positional, keep=True, **by_label)
    assert message in str(caught.value)
    assert numbers(d) == before


def test_a_label_of_two_leaves_is_ambiguous():
    with pytest.raises(ValueError, match="2 nodes are labelled 'a'"):
        what_if(Value(1, "a") * Value(2, "a"), a=3)


def test_only_some_of_many_leaves_are_listed():
    with pytest.raises(ValueError, match=r"w0, w1, .*, w19 and 80 more$"):
        what_if(sum(Value(1, f"w{i}") for i in range(100)), x=3)
    with pytest.raises(ValueError, match="The leaves: none"):
        what_if(Constant(3), x=3)


@pytest.mark.parametrize("thing", [5, None, [Value(1)]])
def test_what_is_not_a_value(thing):
    with pytest.raises(
        TypeError, match=rf"what_if\(\) starts from a Value, not from .*{type(thing).__name__}"
    ):
        what_if(thing, a=1)


@pytest.mark.parametrize(
    "number, message", [(-1, r"sqrt\(x\) where x = -1.0"), (0, "the derivative of sqrt")]
)
def test_what_an_operation_raises_is_raised_and_changes_nothing(number, message):
    x = Value(4, "x")
    y = (x * 2) * x.sqrt()
    y.backward()
    before = numbers(y)
    with pytest.raises((ValueError, ArithmeticError), match=message):
        what_if(y, x=number, keep=True)
    assert numbers(y) == before


def test_an_interrupt_changes_nothing(monkeypatch):
    x = Value(2, "x")
    y = (x * 3).exp()
    y.backward()
    before = numbers(y)

    def interrupted(a):
        if a == 30:
            raise KeyboardInterrupt
        return math.exp(a)

    monkeypatch.setattr(OPERATIONS["exp"], "forward", interrupted)
    with pytest.raises(KeyboardInterrupt):
        what_if(y, x=10, keep=True)
    assert numbers(y) == before


class Interrupted(Value):
    """A leaf that is interrupted once when its gradient is assigned."""

    __slots__ = ("armed",)

    def __setattr__(self, name, value):
        if name == "_grad" and getattr(self, "armed", False):
            self.armed = False
            raise KeyboardInterrupt
        super().__setattr__(name, value)


def test_an_interrupt_while_the_new_numbers_are_kept_changes_nothing():
    a, b = Value(2, "a"), Interrupted(-3, "b")
    d = a * b
    d.backward()
    before = numbers(d)
    b.armed = True
    with pytest.raises(KeyboardInterrupt):
        what_if(d, a=10, keep=True)
    assert numbers(d) == before


def test_a_deep_graph():
    y = Value(0.5, "x")
    for _ in range(20_000):
        y = -y
    assert len(what_if(y, x=1).rows) == 20_001


def test_a_large_graph_has_a_text_of_two_hundred_rows():
    x = Value(1, "x")
    y = x
    for _ in range(1000):
        y = y + x
    lines = str(what_if(y, x=2)).splitlines()
    assert len(lines) == 204 and lines[-2] == "… and 801 nodes more; .rows has all"
    assert lines[-1] == "v1000 changes by 1001, from 1001 to 2002"
