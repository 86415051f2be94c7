"""Numbers from before a leaf changed are found, and every view says so."""

import math
import random
import re

import pytest

from engine import Value, draw, steps, topological_order, tree
from engine.views.stale import stale
from tests.engine.views.test_draw import HOSTILE, needs_dot, objects, texts
from tests.graphs import random_graph


def changed():
    """d = a * b + b**3 after a change of a: v1 and d are stale, v2 is not."""
    a, b = Value(2, "a"), Value(-3, "b")
    d = a * b + b**3
    d.label = "d"
    d.backward()
    a.data = 10.0
    return a, d


NOTE = "2 nodes are stale: their leaves give another number. d.forward() updates them"


@pytest.mark.parametrize("seed", range(20))
def test_they_are_those_that_forward_changes(seed):
    output, x, w = random_graph(seed)
    assert stale(output) == set()
    order = topological_order(output)
    random.Random(seed).choice([leaf for leaf in order if leaf in {*x, *w}]).data += 0.1
    before = [node.data for node in order]
    found = stale(output)
    assert [node.data for node in order] == before
    output.forward()
    assert found and found == {node for node, earlier in zip(order, before) if node.data != earlier}
    assert stale(output) == set()


def test_a_node_that_has_the_same_number_again_is_not_stale():
    x = Value(-1, "x")
    y = (negative := x * 2).relu() + 1
    x.data = -5.0
    assert stale(y) == {negative}


def test_nan_is_not_stale():
    x = Value(math.nan, "x")
    y = x * 2
    assert stale(y) == set()
    x.data = 1.0
    assert stale(y) == {y}
    y.forward()
    x.data = math.nan
    assert stale(y) == {y}


def test_what_cannot_be_computed_is_stale_and_so_is_what_depends_on_it():
    x, y = Value(4, "x"), Value(3, "y")
    root, product = x.sqrt(), x * y
    total = root + y
    output = total * 0 + product
    x.data = -4.0
    assert stale(output) == {root, total, total_times_0 := output.left, product, output}
    assert total_times_0.op == "*"
    assert str(tree(output)).count("(stale)") == 5


def test_a_shared_node_is_computed_once():
    x = y = Value(1, "x")
    for _ in range(60):  # 2 ** 60 ways from y to x
        y = y + y
    x.data = 2.0
    assert len(stale(y)) == 60


def test_a_deep_graph():
    x = y = Value(1, "x")
    for _ in range(20_000):
        y = -y
    x.data = 2.0
    assert len(stale(y)) == 20_000


def test_a_tree_marks_them_when_it_is_printed():
    a, d = changed()
    a.data = 2.0
    found = tree(d)
    assert "stale" not in str(found)
    a.data = 10.0
    *lines, last = str(found).splitlines()
    assert [line[24:] for line in lines if line.endswith("  (stale)")] == [
        "d = v1 + v2  (stale)",
        "├─ v1 = a * b  (stale)",
    ]
    assert last == NOTE
    d.forward()
    assert "stale" not in str(found)


def test_a_node_is_marked_where_its_number_stands():
    x = Value(1, "x")
    y = (square := x * x) + square
    x.data = 2.0
    assert [line for line in str(tree(y)).splitlines() if "see above" in line and "stale" in line] == []
    assert str(tree(y)).count("(stale)") == 2


@pytest.mark.parametrize(
    "label, name", [("loss", "loss"), ("", "output"), ("my loss", "output"), ("L\n", "output")]
)
def test_the_note_says_what_to_call(label, name):
    x = Value(1, "x")
    y = x * 2
    y.label = label
    x.data = 3.0
    last = str(tree(y)).splitlines()[-1]
    assert last == f"1 node is stale: its leaves give another number. {name}.forward() updates it"


def test_a_drawing_marks_them_and_says_so():
    _, d = changed()
    drawing = draw(d)
    assert NOTE in drawing.source and "2 of them stale" in repr(drawing)
    marked = [line for line in drawing.source.splitlines() if "(stale)" in line]
    assert [re.search("<B>(.*?)</B>", line)[1] for line in marked] == ["v1", "d"]
    assert all("dashed" in line for line in marked)
    assert drawing.source.count("dashed") == 2
    d.forward()
    drawing = draw(d)
    assert not re.search("stale|dashed", drawing.source + repr(drawing))


def test_a_drawing_of_the_end_counts_what_it_shows():
    _, d = changed()
    assert "1 node is stale" in draw(d, depth=0).source
    x = Value(-1, "x")
    y = (x * 2).relu() + 1
    x.data = -2.0
    assert "stale" in draw(y).source and "stale" not in draw(y, depth=1).source


def test_what_is_stale_and_what_is_to_come_look_different():
    _, d = changed()
    walk = steps(d, forward=True)

    def look(step, name):
        [line] = [line for line in draw(d, at=step).source.splitlines() if f"<B>{name}</B>" in line]
        return "(stale)" in line, ' color="#767676"' in line, "#d95f02" in line

    assert look(None, "v1") == look(None, "d") == (True, False, False)
    step = next(walk)
    assert look(step, "v1") == (False, False, True)
    assert look(step, "v2") == (False, True, False)
    assert look(step, "d") == (False, True, False)


@needs_dot
@pytest.mark.parametrize("label", HOSTILE)
def test_no_label_breaks_the_drawing(label):
    x = Value(2, label)
    y = x * 3
    y.label = label
    x.data = 5.0
    assert len(objects(draw(y))) == 3
    assert any("1 node is stale" in text for text in texts(draw(y).pipe(format="svg", encoding="utf-8")))


def test_a_backward_pass_says_so_before_its_numbers():
    a, d = changed()
    walk = steps(d)
    assert repr(walk).splitlines()[-1] == NOTE
    first = str(next(walk)).splitlines()
    assert first[0].startswith("1/4  d = -33") and first[1].strip() == NOTE
    for step in walk:
        assert str(step).splitlines()[0].endswith("(on stale data)")
        assert step.stale == {d, d.left}
    assert repr(walk).splitlines()[-1] == NOTE
    d.forward()
    assert "stale" not in repr(walk)
    walk.reset()
    assert not any("stale" in text for text in [repr(walk), *map(str, walk), repr(walk)])
    a.data = 3.0
    assert "stale" in repr(walk)


def test_a_forward_pass_computes_them():
    _, d = changed()
    walk = steps(d, forward=True)
    assert "stale" not in repr(walk)
    assert not any("stale" in str(step) for step in walk)
    assert stale(d) == set()
