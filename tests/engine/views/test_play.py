"""play without a browser: what it refuses, leaves alone, and writes."""

import base64
import hashlib
import html
import json
import re
import tempfile
import webbrowser
from html.parser import HTMLParser

import pytest

import nn
from demos.page import example
from engine import Value, play, steps, topological_order
from engine.views.layout import in_columns
from engine.views.play import MOST_NODES
from tests.engine.views.pages import ROWS, xor
from tests.graphs import networks, random_graph


def lesson(page):
    """The data in a page."""
    [text] = re.findall(r'<script type="application/json" id="lesson">(.*?)</script>', page.html)
    return json.loads(text)


def test_it_says_what_it_is_and_where_it_went(tmp_path):
    page = play(example())
    assert repr(page) == "<a page of 7 steps: .open() shows it, .save('d.html') keeps it>"
    path = page.save(tmp_path / "lesson.html")
    assert path == str(tmp_path / "lesson.html")
    assert (tmp_path / "lesson.html").read_text(encoding="utf-8") == page.html


def test_open_starts_the_browser_or_says_where_the_page_is(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    opened = []
    monkeypatch.setattr(webbrowser, "open", lambda address: opened.append(address) or True)
    path = play(example()).open()
    assert opened[0].startswith("file://") and path.endswith("d.html")
    monkeypatch.setattr(webbrowser, "open", lambda address: False)
    with pytest.raises(webbrowser.Error, match=r"no browser starts here; the page is in .*d\.html"):
        play(example()).open()


def test_no_value_changes():
    for output, x, w in (random_graph(seed) for seed in range(5)):
        nodes = topological_order(output)
        for i, leaf in enumerate(x + w):
            leaf.grad = float(i)
            leaf.data += 0.125  # the graph is not computed anew
        before = [(node.data, node.grad, node.label) for node in nodes]
        play(output, inputs=x, rows=[[0.1, 0.2, 0.3]])
        assert [(node.data, node.grad, node.label) for node in nodes] == before


def test_every_node_and_every_line_is_on_the_page(monkeypatch):
    monkeypatch.setattr("engine.views.picture.lay_out", in_columns)  # which is quick
    for name, (output, inputs) in networks().items():
        if len(topological_order(output)) > MOST_NODES:
            continue
        page = play(output, inputs=[leaf for leaf in inputs if leaf is not output])
        data = lesson(page)
        assert len(data["nodes"]) == len(topological_order(output)) == page.picture.count("data-node="), name
        operations = sum("parents" in node for node in data["nodes"])
        assert page.steps == 2 * operations + 1
        # every operation and every contribution has its line, at its step
        assert [line["step"] for line in data["lines"][: data["forward"]]] == list(range(1, operations + 1))
        backward = [line["step"] for line in data["lines"][data["forward"] :]]
        assert backward == sorted(backward) and set(backward) <= set(range(operations + 1, page.steps + 1))
        contributions = sum(len(step.contributions) for step in steps(output))
        zero = contributions + 1 - len(backward)  # += 0 is no line
        assert zero >= 0 and (zero == 0 or name in ("zeros", "constants", "a constant", "index"))


def test_the_security_policy_admits_the_pages_own_script_and_style_alone():
    page = play(example())
    [policy] = re.findall(r'Content-Security-Policy" content="(.*?)"', page.html)
    [script] = re.findall(r"<script>(.*?)</script>", page.html, re.DOTALL)
    [style] = re.findall(r"<style>(.*?)</style>", page.html, re.DOTALL)
    digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (script, style)]
    assert policy.split("; ") == [
        "default-src 'none'",
        f"script-src 'sha256-{digests[0]}'",
        f"style-src 'sha256-{digests[1]}'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    addresses = set(re.findall(r"https?://[^\"' )]+", page.html))
    assert addresses == {"http://www.w3.org/2000/svg"}  # a name, not a place


class Tags(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, sorted(name for name, _ in attributes)))


@pytest.mark.parametrize(
    "name", ["</script><script>alert(1)</script>", '"><b onclick="f()">', "<!-- ' & \u2028 \ud800"]
)
def test_a_label_adds_no_element_and_no_attribute(name):
    plain, hostile = example(), example()
    for node in topological_order(hostile):
        if node.label:
            node.label = node.label + name
    a, b = (Tags(play(each).html).found for each in (plain, hostile))
    assert a == b
    assert name.encode("utf-8", "replace") not in play(hostile).html.encode("utf-8", "replace")
    frame = play(hostile)._repr_mimebundle_()["text/html"]
    assert Tags(frame).found == Tags(play(plain)._repr_mimebundle_()["text/html"]).found
    [document] = re.findall(r'srcdoc="(.*?)"', frame, re.DOTALL)
    assert html.unescape(document) == play(hostile).html


def test_the_xor_page_is_small():
    x1, x2, y = Value(0, "x1"), Value(0, "x2"), Value(0, "y")
    loss = nn.binary_cross_entropy(nn.MLP(2, [2, 1], activation="sigmoid")([x1, x2]), y)
    page = play(loss, inputs=[x1, x2, y], rows=[[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]])
    assert len(page.html.encode()) < 300_000


def test_a_large_graph_is_refused_and_its_end_shown():
    x = Value(1, "x")
    y = x
    for _ in range(300):
        y = y * 1.01
    with pytest.raises(
        ValueError, match=r"has 601 nodes, and a page shows up to 500: play\(output, depth=3\)"
    ):
        play(y)
    page = play(y, depth=3)
    names = [node["name"] for node in lesson(page)["nodes"]]
    assert names == ["v297", "1.01", "1.01", "1.01", "v298", "v299", "v300"]
    assert lesson(page)["nodes"][0]["data"] == pytest.approx(1.01**297)


@pytest.mark.parametrize(
    "arguments, error, message",
    [
        ({"output": 3.0}, TypeError, r"play\(\) starts from a Value, not from 3\.0 \(float\)"),
        ({"depth": 0}, ValueError, "depth is how many operations to show, 1 or more, not 0"),
        ({"depth": "2"}, TypeError, "depth is how many operations to show, a whole number, not '2'"),
        (
            {"rows": [[1]]},
            ValueError,
            r"rows are numbers for inputs: play\(output, inputs=\[x, y\], rows=rows\)",
        ),
        ({"inputs": "ab"}, TypeError, r"inputs is a list of Values, not 'ab' \(str\)"),
        ({"rows": [[1, 2]], "inputs": 1}, ValueError, "row 0: 2 numbers given for 1 input"),
        ({"rows": [[1], ["a"]], "inputs": 1}, TypeError, "row 1: input a is 'a' .str., not a real number"),
        ({"rows": [], "inputs": 1}, ValueError, "there are no rows"),
        (
            {"rows": [[1]], "inputs": 1, "rate": 0},
            ValueError,
            "rate is the learning rate, a number more than 0, not 0",
        ),
        ({"rows": [[1]] * 1001, "inputs": 1}, ValueError, "1001 rows are too many to look at"),
        ({"rows": [[1], [0]], "inputs": 1}, ZeroDivisionError, "row 1: .*1.0 / a where a = 0.0"),
    ],
)
def test_what_cannot_be_played_is_named(arguments, error, message):
    a, b = Value(2, "a"), Value(-3, "b")
    if arguments.get("inputs") == 1:
        arguments = arguments | {"inputs": [a]}
    with pytest.raises(error, match=message):
        play(**{"output": a * b + 1 / a} | arguments)


def test_what_has_no_value_now_is_refused_as_by_the_graph():
    x = Value(4, "x")
    y = x.sqrt()
    x.data = -1.0
    with pytest.raises(ValueError, match=r"sqrt\(x\) where x = -1.0"):
        play(y)
    x.data = 0.0
    with pytest.raises(ZeroDivisionError, match=r"the derivative of sqrt\(x\) where x = 0.0"):
        play(y)


def test_rows_may_be_anything_that_gives_rows():
    class Two:
        def __float__(self):
            return 2.0

    x, w = Value(1, "x"), Value(3, "w")
    for rows in (zip([1.0, 2.0]), ([x] for x in (1, 2)), [(1,), (Two(),)]):
        data = lesson(play(w * x, inputs=[x], rows=rows, rate=Two()))["training"]
        assert data["rows"] == [[1.0], [2.0]] and data["rate"] == 2.0


def test_a_depth_beyond_the_graph_is_all_of_it():
    assert play(example(), depth=10**30).steps == 7


@pytest.mark.slow
def test_a_tangled_graph_takes_a_second_and_not_minutes():
    shared, total = [Value(1, "a"), Value(2, "b")], Value(0, "s")
    for i in range(120):  # every second product uses the same leaf
        total = total + Value(0.1 * i, f"w{i}") * shared[i % 2]
    assert play(total).steps == 481  # or this never ends


def test_the_picture_beside_a_walks_page_is_at_its_step():
    d = example()
    walk = steps(d)
    pictures = [re.findall(r'class="(?:data|grad)"[^>]*>([^<]*)<', walk.play().picture)]
    for _ in walk:
        pictures.append(re.findall(r'class="(?:data|grad)"[^>]*>([^<]*)<', walk.play().picture))
    assert pictures == [  # data and gradient of a, b, v1, v2, d
        ["2", "·", "-3", "·", "-6", "·", "-27", "·", "-33", "·"],
        ["2", "·", "-3", "·", "-6", "·", "-27", "·", "-33", "1"],
        ["2", "·", "-3", "·", "-6", "1", "-27", "1", "-33", "1"],
        ["2", "·", "-3", "27 → …", "-6", "1", "-27", "1", "-33", "1"],
        ["2", "-3", "-3", "29", "-6", "1", "-27", "1", "-33", "1"],
    ]
    assert play(d).picture == walk.play().picture


@pytest.mark.parametrize("depth", [None, 20])
def test_a_page_trains_no_frozen_parameters(depth):
    loss, inputs, network = xor()
    network.layers[0].freeze()
    data = lesson(play(loss, inputs=inputs, rows=ROWS, depth=depth))
    names = {
        kind: {data["nodes"][i]["name"] for i in data["training"][kind]} for kind in ("weights", "frozen")
    }
    assert names["weights"] == {parameter.label for parameter in network.parameters()}
    everything = {parameter.label for _, parameter in network.named_parameters()}
    assert names["frozen"] == everything - names["weights"] and len(names["frozen"]) == 6
