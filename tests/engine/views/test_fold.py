"""A folded drawing has few boxes, and its numbers are the graph's."""

import math
import random
import re
import time

import pytest

from engine import Value, draw, format_number, steps, topological_order
from engine.views.fold import box_derivatives, drawn_formula, folded
from nn import MLP, mean_squared_error
from tests.engine.views.test_draw import HOSTILE, needs_dot, objects, texts


def loss_of_an_mlp():
    """The loss of an MLP 2-2-1, and its inputs."""
    inputs = [Value(1, "x1"), Value(-2, "x2")]
    network = MLP(2, [2, 1], activation="tanh", rng=random.Random(0))
    loss = mean_squared_error(network(inputs), 1)
    loss.label = "loss"
    loss.backward()
    return loss, inputs


def test_the_loss_of_an_mlp_is_six_boxes():
    loss, inputs = loss_of_an_mlp()
    drawing = draw(loss, inputs=inputs, fold=True)
    assert repr(drawing).startswith("<a graph of 29 nodes in 6 boxes:")
    titles = re.findall("<B>(.*?)</B>(?:&#160;= (.*?))?</TD>", drawing.source)
    assert titles == [
        ("x1", ""),
        ("x2", ""),
        ("v5", "tanh(b1_1 + w1_1_1·x1 + w1_1_2·x2)"),
        ("v12", "tanh(b1_2 + w1_2_1·x1 + w1_2_2·x2)"),
        ("v14", "b2_1 + w2_1_1·v5 + w2_1_2·v12"),
        ("loss", "(v14 - 1) ** 2"),
    ]


def test_leaves_that_one_box_uses_are_rows_in_it():
    loss, inputs = loss_of_an_mlp()
    source = draw(loss, inputs=inputs, fold=True).source
    leaves = [node for node in topological_order(loss) if node.label and node.op == ""]
    for leaf in leaves:
        cells = (leaf.label, format_number(leaf.data), format_number(leaf.grad))
        row = "".join(f'<TD BGCOLOR="#f6cd8f">{cell}</TD>' for cell in cells)
        assert (f"<TR>{row}</TR>" in source) == (leaf not in set(inputs)), leaf


def formulas(output, inputs=()):
    """The formula of each box, in short."""
    order = topological_order(output)
    names = {node: node.label or format_number(node.data) for node in order}
    boxes = folded(order, set(order), inputs)
    return [drawn_formula(box, names) for box in boxes if box[-1].operation is not None]


def test_what_is_folded():
    a, b, c = Value(2, "a"), Value(-3, "b"), Value(5, "c")
    assert formulas(a * b + c) == ["a·b + c"]
    assert formulas((a * b - c * 2).sigmoid()) == ["σ(a·b - c·2)"]
    assert formulas(a * -3 * b + c) == ["a·(-3)·b + c"]
    assert formulas((a + b) * c) == ["a + b", "(-1)·c"]
    assert formulas(a - (b + c)) == ["b + c", "a - 2"]
    assert formulas((a - b + (c - a)) ** 2) == ["(a - b + c - a) ** 2"]
    assert formulas((a * b).tanh()) == ["a·b", "tanh(-6)"]
    assert formulas(a * a + a) == ["a·a + a"]


def test_what_is_used_twice_or_has_a_label_keeps_its_box():
    a, b = Value(2, "a"), Value(-3, "b")
    product = a * b
    assert formulas(product + product.tanh())[:2] == ["a·b", "tanh(-6)"]
    z = a * b + 1
    z.label = "z"
    assert formulas(z.sigmoid()) == ["a·b + 1", "σ(z)"]


def test_a_long_sum_is_cut():
    terms = [Value(i, f"w{i}") * Value(i, f"x{i}") for i in range(50)]
    assert formulas(sum(terms)) == ["w0·x0 + w1·x1 + w2·x2 + … (50 terms)\n+ w49·x49"]
    source = draw(sum(Value(i, f"w{i}") for i in range(50)), fold=True).source
    assert "… and 44 more" in source and source.count("<TR>") == 2 + 7 + 1


def sum_from_the_right(count):
    total = Value(0, "w0") * 2
    for i in range(1, count):
        total = Value(i, f"w{i}") * 2 + total
    return total


def seconds(run):
    start = time.process_time()
    run()
    return time.process_time() - start


@pytest.mark.slow
def test_the_time_to_fold_a_sum_grows_as_its_length_from_the_right_too():
    assert formulas(sum_from_the_right(3)) == ["w2·2 + w1·2 + w0·2"]
    short, long = sum_from_the_right(3_000), sum_from_the_right(30_000)
    few = min(seconds(lambda: draw(short, fold=True)) for _ in range(3))
    assert seconds(lambda: draw(long, fold=True)) < 30 * few


def test_a_folded_graph_draws_what_its_limit_allows():
    x = Value(1, "x")
    y = sum(Value(i, f"w{i}") * x for i in range(1000))
    assert "in 1 box:" in repr(draw(y, fold=True))
    chain = x
    for _ in range(501):
        chain = chain.tanh()
    with pytest.raises(ValueError, match="501 boxes, too many to read"):
        draw(chain, fold=True)


def test_every_node_is_in_one_box_and_only_the_last_is_used_outside():
    rng = random.Random(5)
    for _ in range(50):
        values = [Value(rng.uniform(0.5, 2), f"x{i}") for i in range(4)]
        for _ in range(25):
            left, right = rng.choices(values, k=2)
            values.append(rng.choice([left + right, left * right, left - right, left.tanh(), left * 2]))
        order = topological_order(values[-1] + values[-2])
        boxes = folded(order, set(order), values[:1])
        assert sorted(map(id, order)) == sorted(id(node) for box in boxes for node in box)
        box_of = {node: i for i, box in enumerate(boxes) for node in box}
        for node in order:
            for parent in node.parents:
                parents_box = boxes[box_of[parent]]
                assert box_of[node] == box_of[parent] or parent is parents_box[-1]


def test_derivatives_of_boxes_are_those_of_the_graph():
    x, w, b = Value(0.7, "x"), Value(-1.3, "w"), Value(0.2, "b")
    y = (w * x + x * x * b + b).tanh()
    order = topological_order(y)
    names = {node: node.label or "v" for node in order}
    [*_, box] = folded(order, set(order), [x])
    y.backward()
    for leaf in (x, w, b):
        assert math.isclose(box_derivatives(box, names)[leaf], leaf.grad, rel_tol=1e-12)
    assert f"∂v6/∂x = {format_number(x.grad)}" in draw(y, [x], derivatives=True, fold=True).source


def test_a_derivative_that_a_box_has_not_is_named():
    x, w = Value(0, "x"), Value(0, "w")
    with pytest.raises(ZeroDivisionError, match=r"the derivative of sqrt\(.*\) where .* = 0"):
        draw((w * x + x).sqrt(), [x], derivatives=True, fold=True)


def test_a_step_inside_a_box_marks_the_box():
    loss, inputs = loss_of_an_mlp()
    for step in steps(loss):
        assert draw(loss, inputs, at=step, fold=True).source.count("penwidth=3 ") <= 1
        assert "#d95f02" in draw(loss, inputs, at=step, fold=True).source
    assert "→" in draw(loss, inputs, at=step, fold=True).source


def test_a_depth_cuts_folded_graphs_too():
    loss, inputs = loss_of_an_mlp()
    assert draw(loss, inputs, depth=0, fold=True).source.count("data ") == 1
    for depth in range(10):
        draw(loss, inputs, depth=depth, fold=True, derivatives=True)


@needs_dot
@pytest.mark.parametrize("label", [*HOSTILE, "ü<&" * 400])
def test_no_label_breaks_a_folded_drawing(label):
    x, w = Value(2, "x"), [Value(3, label) for _ in range(9)]
    drawing = draw(sum((w_i * x for w_i in w), Value(1, label)).tanh(), [x], fold=True, derivatives=True)
    assert len(objects(drawing)) == 2
    shown = texts(drawing.pipe(format="svg", encoding="utf-8"))
    if len(label) < 100 and "\n" not in label:
        assert label in shown
