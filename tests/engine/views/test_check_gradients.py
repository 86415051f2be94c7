"""check_gradients tells right from wrong, and a kink from a mistake."""

import math
import random

import pytest

import nn
from engine import Value, check_gradients, topological_order
from engine.operation import OPERATIONS
from tests.graphs import random_graph


@pytest.mark.parametrize("seed", range(6))
def test_the_gradients_of_a_graph_are_right_and_stay(seed):
    output, inputs, parameters = random_graph(seed, size=25)
    output.backward()
    order = topological_order(output)
    before = [(node.data, node.grad) for node in order]
    check = check_gradients(output)
    assert check and "all are right" in repr(check), check
    assert [(node.data, node.grad) for node in order] == before
    assert {row.leaf for row in check.rows} == {*inputs, *parameters} & set(order)
    for row in check.rows:
        assert row.found.derivative == pytest.approx(row.found.slope.value, rel=1e-7, abs=1e-8)


def test_a_stale_graph_is_checked_at_its_leaves_data_and_stays_stale():
    x = Value(3, "x")
    y = (x * x).sin()
    x.data, before = 1.0, y.data
    check = check_gradients(y)
    assert check and check.rows[0].found.derivative == pytest.approx(2 * math.cos(1))
    assert y.data == before


def test_a_wrong_derivative_is_found(monkeypatch):
    def half(node):
        node.left.grad += node.grad * math.cos(node.left.data) / 2

    monkeypatch.setattr(OPERATIONS["sin"], "pullback", half)
    check = check_gradients(lambda x, y: x.sin() * y, 1.0, 2.0)
    assert not check
    assert [(row.name, row.found.is_right) for row in check.rows] == [("x", False), ("y", True)]
    assert "1 of 2 gradients is wrong" in repr(check) and check.rows[0].note == "wrong"


def test_one_part_in_a_million_is_found():
    x = Value(2, "x")
    assert not check_gradients(lambda: x * x + 1e-6 * Value(x.data))


def test_a_number_that_left_the_graph_is_found_with_its_line():
    check = check_gradients(lambda x: math.sin(x) * x, 1.0)
    assert not check and check.converted.function == "<lambda>"
    assert "a number left the graph in" in repr(check)


@pytest.mark.parametrize(
    "f, at, sides",
    [
        (lambda x: x.relu(), 0.0, (0, 1)),
        (lambda x: abs(x) + 2 * x.relu(), 0.0, (-1, 3)),
        (lambda x: x.maximum(2 * x.sin()), 0.0, (1, 2)),
        (lambda x: x.minimum(1.5).relu() * 2, 1.5, (2, 0)),
    ],
)
def test_a_kink_is_no_mistake(f, at, sides):
    [row] = check_gradients(f, at).rows
    assert row.found.is_right and (row.found.left, row.found.right) == pytest.approx(sides, abs=1e-6)
    assert f"at a kink: left {sides[0]}, right {sides[1]}" in row.note


def test_a_wrong_number_at_a_kink_is_wrong(monkeypatch):
    monkeypatch.setattr(OPERATIONS["relu"], "pullback", lambda node: None)
    [row] = check_gradients(lambda x: x.relu() + 2 * x, 0.0).rows
    assert row.found.is_right  # 2 is the slope on the left
    [row] = check_gradients(lambda x: x.relu(), 1.0).rows
    assert not row.found.is_right and row.note == "wrong"


def test_a_jump_has_no_slope():
    check = check_gradients(lambda x: 2 * x if x > 1 else x, 1.0)
    assert not check and "1 of 1 gradient is without a slope to compare with" in repr(check)


def test_a_model_with_a_loss():
    model = nn.MLP(3, [4, 2], activation="tanh", rng=random.Random(1))
    targets = [Value(1, "y1"), Value(-1, "y2")]
    check = check_gradients(lambda: nn.mean_squared_error(model([0.1, -0.2, 0.3]), targets))
    assert check and {*model.parameters(), *targets} == {row.leaf for row in check.rows}
    assert repr(check).count("\n") == 22  # a head, 20 rows, how many more, and the result
    assert f"... and {len(check.rows) - 20} more" in repr(check)


def test_arguments_are_numbers_values_or_lists_of_them():
    w = Value(3, "w")
    check = check_gradients(lambda v, w, k: v[0] * v[1][0] ** k * w, [2, [0.5]], w, 3)
    assert [row.name for row in check.rows] == ["v[0]", "v[1][0]", "w", "k"]
    assert check and w.data == 3.0


def test_arguments_by_name_are_checked_as_well():
    check = check_gradients(lambda x, w, *, b: x * w + b, 2, b=1.0, w=Value(3))
    assert check and [row.name for row in check.rows] == ["x", "b", "w"]
    with pytest.raises(TypeError, match="no arguments"):
        check_gradients(Value(3), x=1.0)
    with pytest.raises(
        TypeError, match=r"returns 0\.84.* \(float\), not a Value: a number left the graph in .*, line \d+"
    ):
        check_gradients(math.sin, 1.0)


def test_the_values_that_are_given_stay_as_they_are():
    v, w = Value(3), Value(3, "w")
    check = check_gradients(lambda x, y, z: x * y * z * w, v, v, 3)
    assert [row.leaf for row in check.rows][::2] == [v, w] and check
    assert [row.name for row in check.rows] == ["x", "z", "w"] and v.label == ""
    with pytest.raises(TypeError):
        check_gradients(lambda x: 2.0, v)
    assert v.label == ""


def test_what_is_computed_before_the_function_is_called():
    w = Value(3, "w")
    square = w * w
    check = check_gradients(lambda x: x * square * w, square)
    assert [row.name for row in check.rows] == ["x", "w"] and check
    assert (w.data, square.data, square.grad) == (3.0, 9.0, 0.0)
    assert check_gradients(lambda x: x * 2, (w * 2).parents[1]).rows == []


def test_numbers_of_other_kinds():
    numpy = pytest.importorskip("numpy")
    assert len(check_gradients(lambda x, y: x * y, numpy.float32(3), numpy.int64(2)).rows) == 2


def test_what_cannot_be_checked():
    with pytest.raises(TypeError, match=r"a Value or a function, not 3 \(int\)"):
        check_gradients(3)
    with pytest.raises(TypeError, match=r"returns 2\.0 \(float\), not a Value"):
        check_gradients(lambda x: 2.0, 1.0)
    with pytest.raises(TypeError, match="no arguments"):
        check_gradients(Value(3), 1.0)
    with pytest.raises(ZeroDivisionError, match=r"the derivative of sqrt\(x\)"):
        check_gradients(lambda x: x.sqrt(), 0.0)
