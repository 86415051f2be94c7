"""The picture of a graph says what the graph says, and no label breaks it."""

import html
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
import webbrowser
from itertools import pairwise
from pathlib import Path

import graphviz
import pytest
from graphviz.backend import dot_command

import engine
from engine import Value, draw, hessian, steps, topological_order, tree
from engine.views.card import STYLES

NO_DOT = "no `dot` here: `apt install graphviz` or the like gets one"
needs_dot = pytest.mark.skipif(shutil.which("dot") is None, reason=NO_DOT)
HOSTILE = [
    r"\N",
    r"\G\\x",
    '"',
    "<b>",
    "a\\nb",
    "two\nlines",
    "&amp; &lt;",
    "\\",
    "∂ü🙂",
    '"]; evil [label="x',
    "<",
    "a -> b",
    "{x|y}",
]


def laid_out(drawing):
    """What graphviz understood: its own JSON of the drawing."""
    return json.loads(drawing.pipe(format="json"))


def objects(drawing):
    """The nodes, without subgraphs."""
    return [each for each in laid_out(drawing)["objects"] if "pos" in each]


def texts(svg):
    return [html.unescape(part.split("</text>")[0].split(">", 1)[1]) for part in svg.split("<text")[1:]]


@needs_dot
def test_every_node_and_every_edge_is_drawn_once():
    rng = random.Random(3)
    values = [Value(rng.uniform(0.5, 2)) for _ in range(5)]
    for _ in range(40):
        left, right = rng.choices(values, k=2)
        values.append(rng.choice([left + right, left * right, left.tanh(), left * 2, left / right]))
    output = sum(values)
    order = topological_order(output)
    assert len(objects(draw(output))) == len(order)
    assert len(laid_out(draw(output))["edges"]) == sum(len(node.parents) for node in order)


@needs_dot
@pytest.mark.parametrize("label", HOSTILE)
def test_a_label_is_shown_as_it_is(label):
    y = Value(2, label) * Value(3, "b")
    assert len(objects(draw(y, derivatives=True))) == 3
    shown = texts(draw(y).pipe(format="svg", encoding="utf-8"))
    for line in label.split("\n"):
        assert line in shown


INVISIBLE = ["\x00", "\x1b[31m", "\ud800", "\u202e", "\r", "\t", "\x7f", "\ufffe", "\x0b", "\u2028"]


@needs_dot
@pytest.mark.parametrize("label", INVISIBLE)
def test_what_cannot_be_seen_is_written_as_python_writes_it(label, capsys):
    y = Value(2, label) * Value(3, "b")
    svg = draw(y, derivatives=True).pipe(format="svg", encoding="utf-8")
    tree(y)
    for shown in (*texts(svg), *capsys.readouterr().out.split("\n")):
        assert shown.replace("\xa0", " ").isprintable()
    assert repr(label)[1:-1] in texts(svg)


@needs_dot
def test_the_beginning_of_a_long_label_is_shown():
    y = Value(2, '"' * 100_000) * Value(3, "b")
    svg = draw(y, derivatives=True).pipe(format="svg", encoding="utf-8")
    assert '"' * 900 in svg or "&quot;" * 900 in svg


@pytest.mark.parametrize("thing", [5, None, [Value(1)]])
def test_only_a_value_can_be_drawn(thing):
    with pytest.raises(TypeError, match=rf"draw\(\) starts from a Value, not from .*{type(thing).__name__}"):
        draw(thing)


def test_data_gradients_formulas_and_derivatives_are_written():
    a, b = Value(2, "a"), Value(-3, "b")
    d = a * b
    d.label = "d"
    d.backward()
    source = draw(d, derivatives=True).source
    for text in ("<B>d</B>&#160;= a * b", "data -6", "grad 1", "data 2", "grad -3", "b = -3", "a = 2"):
        assert text in source
    assert "b = -3" not in draw(d).source


def test_kinds_of_nodes_differ_in_shape():
    x, w = Value(1, "x"), Value(2, "w")
    lines = draw((w * x + 7).tanh(), inputs=[x]).source.splitlines()

    def shape(text):
        return next(line for line in lines if text in line).rpartition("shape=")[2].split("]")[0].split()[0]

    kinds = [shape("<B>x</B>"), shape("<B>w</B>"), shape("label=<7>"), shape("<B>v1</B>")]
    assert kinds == ["ellipse", "box", "plaintext", "box"]
    assert "rounded" in next(line for line in lines if "<B>w</B>" in line)
    assert "peripheries=2" in next(line for line in lines if "tanh" in line)


def test_a_large_graph_says_how_to_draw_a_part():
    y = Value(1)
    for _ in range(600):
        y = y.tanh()
    with pytest.raises(ValueError, match=r"601 nodes.*depth=3"):
        draw(y)
    assert draw(y, depth=3).source.count("data ") == 4
    assert draw(y, limit=601).source.count("data ") == 601


def test_it_is_a_digraph_from_left_to_right():
    drawing = draw(Value(1) + 1)
    assert isinstance(drawing, graphviz.Digraph)
    assert "rankdir=LR" in drawing.source
    assert "rankdir=BT" in draw(Value(1) + 1, rankdir="BT").source


def test_without_a_layout_program_one_line_says_how_to_get_one(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda *args, **kwargs: None)
    monkeypatch.setenv("PATH", "")
    drawing = draw(Value(1, "only") + 1)
    with pytest.raises(
        graphviz.ExecutableNotFound, match=r"^no program to draw graphs here: .*graphviz-pure"
    ):
        drawing.pipe(format="svg")
    assert "only" in drawing.source


PURE = shutil.which("graphviz-pure") or shutil.which("graphviz-pure", path=sys.prefix + "/bin")
needs_pure = pytest.mark.skipif(not PURE, reason="no graphviz-pure here: `pip install graphviz-pure` gets it")


@needs_pure
def test_graphviz_pure_draws_where_there_is_no_dot(tmp_path):
    script = "from engine import *; draw(Value(1, 'σ') + 1).render(outfile='graph.svg', cleanup=True)"
    env = {"PATH": "", "PYTHONPATH": str(Path(engine.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=env, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "σ" in texts((tmp_path / "graph.svg").read_text())


@pytest.fixture(
    params=[pytest.param("dot", marks=needs_dot), pytest.param("graphviz-pure", marks=needs_pure)]
)
def drawing(request, tmp_path, monkeypatch):
    """A drawing in an empty folder, with one layout program alone."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(dot_command, "DOT_BINARY", Path("dot"))
    programs = {"dot": shutil.which("dot"), "graphviz-pure": PURE}
    monkeypatch.setattr(shutil, "which", lambda name, **_: programs[name] if name == request.param else None)
    found = draw(Value(1, "σ") + Value(2, "b"))
    found.program = request.param
    return found


def files():
    return sorted(str(path) for path in Path().rglob("*") if path.is_file())


def ways_to_write(drawing, format):
    """Every way to have a picture in a format."""
    return [
        lambda: drawing.render(f"e.{format}"),
        lambda: drawing.render(f"folder/e.{format}"),
        lambda: drawing.render(outfile=f"e.{format}"),
        lambda: drawing.render("e", format=format),
        lambda: drawing.render(format=format, cleanup=False),
        lambda: drawing.pipe(format=format),
        lambda: drawing.pipe(format),
        lambda: drawing.view(format=format),
        lambda: drawing.view(f"e.{format}"),
    ]


def test_a_picture_has_one_name(drawing):
    with pytest.raises(TypeError, match=r"filename and outfile are one file: 'a.svg' and 'b.svg' are given"):
        drawing.render("a.svg", outfile="b.svg")
    assert files() == []


def test_a_format_that_the_layout_program_has_not_is_one_clear_line(drawing, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(Path().resolve()))
    format = "pdf" if drawing.program == "graphviz-pure" else "exr"
    Path(f"e.{format}").write_text("as it was")
    for write in ways_to_write(drawing, format):
        with pytest.raises(
            ValueError, match=rf"^{drawing.program} makes no {format}, but svg, png, .*jpg.*$"
        ):
            write()
        assert [str(path) for path in Path().rglob("*")] == [f"e.{format}"]
        assert Path(f"e.{format}").read_text() == "as it was"


def test_a_format_that_nobody_has_is_one_clear_line(drawing, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(Path().resolve()))
    for write in ways_to_write(drawing, "xyz"):
        with pytest.raises(
            ValueError, match=r"^no format of pictures is called 'xyz': some are svg, png, .*$"
        ):
            write()
        assert list(Path().rglob("*")) == []


def test_a_picture_is_written_where_it_is_said_and_nothing_else(drawing):
    assert drawing.render("one.svg") == "one.svg" and files() == ["one.svg"]
    assert drawing.render(Path("two.SVG")) == "two.SVG"
    assert drawing.render("three") == "three.svg"
    assert drawing.render("four", format="png") == "four.png"
    assert drawing.render("v1.5", format="svg") == "v1.5.svg"
    assert drawing.render("new/five.svg") == str(Path("new", "five.svg"))
    assert drawing.render("six.svg", directory="new") == str(Path("new", "six.svg"))
    assert len(files()) == 7
    assert Path("four.png").read_bytes().startswith(b"\x89PNG")
    drawing.render("new/seven.svg", cleanup=False)
    assert Path("new/seven.gv").read_text(encoding="utf-8") == drawing.source


def test_what_is_no_file_to_write_is_named(drawing):
    Path("folder.svg").mkdir()
    with pytest.raises(IsADirectoryError, match=r"^folder\.svg is a folder: name a file in it"):
        drawing.render("folder.svg")
    with pytest.raises(TypeError, match=r"a picture's file is a path, as a text, not 3 \(int\)"):
        drawing.render(3)
    with pytest.raises(TypeError, match=r"a format is a word, as 'svg', not 3 \(int\)"):
        drawing.pipe(3)
    Path("file").write_text("")
    with pytest.raises(OSError, match="file"):
        drawing.render("file/graph.svg")
    assert files() == ["file"]


def test_a_picture_is_shown_from_a_temporary_folder(drawing, tmp_path_factory, monkeypatch, recwarn, capfd):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("temporary")))
    opened = []
    monkeypatch.setattr(webbrowser, "open", lambda address: opened.append(address) or True)
    path = Path(drawing.view())
    assert files() == [] and opened == [path.as_uri()] and path.name == "graph.svg"
    assert "<svg" in path.read_text(encoding="utf-8")
    assert drawing.view("kept") == "kept.svg" and files() == ["kept.svg"]
    assert drawing.render("kept.svg", view=True) == "kept.svg"
    assert opened[1:] == [Path("kept.svg").resolve().as_uri()] * 2
    monkeypatch.setattr(webbrowser, "open", lambda address: False)
    with pytest.raises(webbrowser.Error, match=r"^no browser starts here; the picture is in .*graph\.png$"):
        drawing.view(format="png")
    assert files() == ["kept.svg"] and not recwarn.list and capfd.readouterr().err == ""


def test_a_step_marks_its_node_and_the_edges_that_the_gradient_travels():
    a, b = Value(2, "a"), Value(-3, "b")
    output = (a * b + a).tanh() * 2
    walk = steps(output)
    assert draw(output, at=next(walk)).source.count("dir=back") == 0
    for step in walk:
        drawing = draw(output, at=step)
        marked = {c.operand for c in step.contributions}
        assert drawing.source.count("dir=back") == sum(parent in marked for parent in step.node.parents)
        assert drawing.source.count("#d95f02") == 1 + drawing.source.count("dir=back")
    with pytest.raises(ValueError, match="which is not in this graph"):
        draw(a + b, at=step)


def two_uses():
    """The graph of README, in which b has two uses."""
    a, b = Value(2, "a"), Value(-3, "b")
    d = a * b + b**3
    d.label = "d"
    return d, steps(d)


def look(drawing):
    """Each node's gradient in a drawing, with its emphasis."""
    cards = [line for line in drawing.source.splitlines() if ">grad " in line]
    gradients = [
        re.search(r"(<B>|<FONT COLOR=.#767676.>|<TD>)grad (.*?)(</B>|</FONT>|</TD>)", card) for card in cards
    ]
    kinds = {"<B": "now", "<F": "to come", "<T": "complete"}
    names = [re.search("<B>(.*?)</B>", card)[1] for card in cards]
    return {name: (found[2], kinds[found[1][:2]]) for name, found in zip(names, gradients)}


def test_what_has_not_arrived_is_grey_what_arrives_bold_and_what_is_complete_plain():
    d, walk = two_uses()
    to_come, complete = ("·", "to come"), ("1", "complete")
    nothing = dict.fromkeys(["a", "b", "v1", "v2", "d"], to_come)
    assert look(draw(d, at=walk)) == nothing
    first = next(walk)
    assert look(draw(d, at=first)) == nothing | {"d": ("1", "now")}
    second = nothing | {"d": complete, "v1": ("0 → 1", "now"), "v2": ("0 → 1", "now")}
    assert look(draw(d, at=next(walk))) == second
    third = nothing | {"d": complete, "v1": complete, "v2": complete, "b": ("0 → 27 → …", "now")}
    assert look(draw(d, at=next(walk))) == third
    fourth = {"d": complete, "v1": complete, "v2": complete}
    fourth |= {"a": ("0 → -3", "now"), "b": ("0 → 27 → 29", "now")}
    assert look(draw(d, at=next(walk))) == fourth
    assert look(draw(d, at=first)) == nothing | {"d": ("1", "now")}  # also later


def test_a_sum_that_has_more_to_come_says_so_after_its_step():
    x = Value(3, "x")
    y = (x * 2).tanh() * x
    walk = steps(y)
    walk.run(to="v1")
    assert look(draw(y, at=walk))["x"][0].endswith("→ …") and look(draw(y, at=walk))["x"][1] == "complete"


def test_a_forward_step_shows_what_is_computed():
    d, walk = two_uses()
    walk = steps(d, forward=True)

    def data(drawing):
        return re.findall(r"data (.*?)<", drawing.source)

    assert data(draw(d, at=walk)) == ["2", "-3", "·", "·", "·"]
    assert data(draw(d, at=next(walk))) == ["2", "-3", "-6", "·", "·"]
    assert "<B>data -6</B>" in draw(d, at=walk).source


def test_a_walk_is_drawn_at_its_last_step():
    d, walk = two_uses()
    for step in walk:
        assert draw(d, at=walk).source == draw(d, at=step).source
    walk.back()
    assert draw(d, at=walk).source == draw(d, at=walk.history[-1]).source
    with pytest.raises(ValueError, match="the step is at d, which is not in this graph"):
        draw(Value(1) + 1, at=walk.reset())


def test_a_products_factors_are_the_steps_own_after_a_leaf_changed():
    x = Value(3, "x")
    walk = steps(x * x * x)
    walk.run()
    x.data = 5
    assert re.findall("<B>([^<]* × [^<]*)</B>", draw(walk.output, at=walk).source) == ["3 × 3 = 9"] * 2


def test_a_derivative_that_a_drawn_step_has_not_any_more_is_named():
    x = Value(2, "x")
    walk = steps(3 / x + x)
    walk.run()
    x.data = 0
    with pytest.raises(ZeroDivisionError, match=r"the derivative of 3 / x where x = 0\.0"):
        draw(walk.output, at=walk)


def test_a_walk_is_drawn_where_the_output_is_zero():
    x = Value(0, "x")
    y = x * 2
    assert look(draw(y, at=steps(y)))["v1"] == ("·", "to come")


def test_the_product_stands_on_the_edge_that_it_travels():
    d, walk = two_uses()
    walk.run()
    edges = [line for line in draw(d, at=walk).source.splitlines() if "->" in line]
    products = [re.search("<B>(.*)</B>", edge)[1] for edge in edges if "dir=back" in edge]
    assert products == ["1 × -3 = -3", "1 × 2 = 2"]
    x = Value(3, "x")
    y = x - x
    walk = steps(y)
    walk.run()
    source = draw(y, at=walk).source
    assert "1 × 1 = 1" in source and "1 × -1 = -1" in source


def crossings(drawing):
    """The texts of edges that some edge, node or other text stands on."""
    graph = laid_out(drawing)
    curves, labels = [], []
    for number, edge in enumerate(graph["edges"]):
        [points] = [each["points"] for each in edge["_draw_"] if each["op"] == "b"]
        curves += [point for i in range(0, len(points) - 3, 3) for point in bezier(points[i : i + 4])]
        for each in edge.get("_ldraw_", []):
            if each["op"] == "T":
                (x, y), width = each["pt"], each["width"]
                x -= {"l": 0, "c": width / 2, "r": width}[each["align"]]
                labels.append((number, each["text"], (x, y - 2, x + width, y + 7)))
    boxes = []
    for each in graph["objects"]:
        if "pos" in each:
            (x, y), w, h = map(float, each["pos"].split(",")), float(each["width"]), float(each["height"])
            boxes.append((x - 36 * w, y - 36 * h, x + 36 * w, y + 36 * h))
    found = []
    for number, text, box in labels:
        left, low, right, high = box
        others = [*boxes, *(other for edge, _, other in labels if edge != number)]
        if any(left < x < right and low < y < high for x, y in curves) or any(
            left < r and x < right and low < t and b < high for x, b, r, t in others
        ):
            found.append(text)
    return len(labels), found


def bezier(points, parts=30):
    """Points on a curve."""
    for t in [i / parts for i in range(parts + 1)]:
        weights = (1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t * t, t**3
        yield tuple(sum(w * point[axis] for w, point in zip(weights, points)) for axis in (0, 1))


@needs_dot
@pytest.mark.parametrize("rankdir", ["LR", "TB"])
def test_texts_of_edges_stand_beside_the_edges(rankdir):
    x1, x2, w1, w2 = Value(1, "x1"), Value(0, "x2"), Value(0.6659, "w1"), Value(-0.9875, "w2")
    h = (w1 * x1 + w2 * x2 + 1).sigmoid()
    y = (h * w1 - x2) ** 2
    count, found = crossings(draw(y, derivatives=True, rankdir=rankdir))
    assert count == 13 and found == []
    walk = steps(y)
    for step in walk:
        _, found = crossings(draw(y, derivatives=True, rankdir=rankdir, at=step))
        assert found == []


@needs_dot
@pytest.mark.parametrize("rankdir", ["LR", "TB"])
def test_a_constant_is_beside_its_operation(rankdir):
    x = Value(3, "x")
    y = ((x * 2).tanh() + 1) ** 3
    nodes = {each["name"]: each for each in objects(draw(y, derivatives=True, rankdir=rankdir))}
    order = topological_order(y)
    place = {node: float(nodes[f"n{i}"]["pos"].split(",")[rankdir == "TB"]) for i, node in enumerate(order)}
    constants = [(node, node.right) for node in order if node.right is not None]
    assert len(constants) == 3
    assert [place[constant] for _, constant in constants] == pytest.approx(
        [place[node] for node, _ in constants], abs=1
    )


@needs_dot
def test_nothing_is_between_a_constant_and_its_operation():
    x, y = Value(-1.2, "x"), Value(1, "y")
    output = hessian((1 - x) ** 2 + 100 * (y - x**2) ** 2, [x, y])[0][0]
    order = topological_order(output)
    places = {each["name"]: tuple(map(float, each["pos"].split(","))) for each in objects(draw(output))}
    centres = {node: places[f"n{i}"] for i, node in enumerate(order)}
    for node in order:
        for constant in [parent for parent in node.parents if not (parent.label or parent.op)]:
            (x, low), (_, high) = sorted((centres[constant], centres[node]), key=lambda centre: centre[1])
            assert high - low < 100
            assert not any(abs(x - left) < 30 and low < y < high for left, y in centres.values())


def lightness(color):
    """How light a colour is in greyscale, from 0 to 255."""
    red, green, blue = bytes.fromhex(color[1:])
    return 0.299 * red + 0.587 * green + 0.114 * blue


def test_kinds_of_nodes_differ_in_grey():
    filled = [lightness(STYLES[kind]["fillcolor"].replace("white", "#ffffff")) for kind in
              ("operation", "input", "parameter", "output")]  # fmt: skip
    assert all(lighter - darker > 12 for lighter, darker in pairwise(filled))


def test_a_legend_has_the_kinds_that_are_drawn():
    x = Value(1, "x")
    source = draw(x * 2, inputs=[x], legend=True).source
    legend = source[source.index("cluster_legend") :]
    shown = [kind for kind in STYLES if re.search(rf"^\t*{kind} \[", legend, re.M)]
    assert shown == ["input", "constant", "output"] and "arrives now" not in legend
    assert "cluster_legend" not in draw(x * 2, inputs=[x]).source
    y = x * 2
    assert "arrives now" in draw(y, legend=True, at=steps(y)).source


def test_a_legend_of_folded_boxes_names_the_leaves_in_them():
    w, x = Value(1, "w"), Value(2, "x")
    source = draw((w * x + 1).tanh(), inputs=[x], fold=True, legend=True).source
    assert re.search(r"^\t*parameter \[", source, re.M) and not re.search(r"^\t*constant \[", source, re.M)


def test_sigmoid_is_sigma_in_a_drawing():
    z = Value(50, "z")
    p = z.sigmoid()
    source = draw(p, derivatives=True).source
    assert "= σ(z)" in source and "v1 * σ(-z)" in source and "sigmoid" not in source
    z.label = "sigmoid(x)"
    assert "sigmoid(sigmoid(x))" in draw(p).source


def test_one_node_is_no_nodes():
    assert repr(draw(Value(1, "x"))).startswith("<a graph of 1 node:")
    assert repr(draw(Value(1, "x"), fold=True)).startswith("<a graph of 1 node in 1 box:")


def test_a_drawing_says_what_to_do_with_it_in_80_columns():
    text = repr(draw(sum(Value(i, f"w{i}") * i for i in range(99)), fold=True))
    assert text.endswith(": .view() shows it, .save('graph.svg') keeps it>")
    assert len(text) <= 80


@needs_dot
def test_jupyter_shows_it_no_wider_than_the_notebook():
    drawing = draw(Value(1, "x") * 2)
    shown = drawing._repr_mimebundle_()["image/svg+xml"]
    style, size = 'style="max-width: 100%; height: auto"', re.compile(r'width="\d+pt" height="\d+pt"')
    svg = drawing.pipe(format="svg", encoding="utf-8")
    assert f"<svg {style}" in shown and style not in svg
    assert size.search(shown)[0] == size.search(svg)[0]


def test_a_png_has_200_dots_an_inch(drawing):
    width = int.from_bytes(drawing.pipe("png")[16:20], "big")
    points = float(re.search(r'width="([\d.]+)(pt)?"', drawing.pipe("svg", encoding="utf-8"))[1])
    assert width == pytest.approx(points * 200 / 72, rel=0.02)
    drawing.attr(dpi="72")
    assert int.from_bytes(drawing.pipe("png")[16:20], "big") == pytest.approx(points, rel=0.02)


def test_a_derivative_that_does_not_exist_is_named():
    with pytest.raises(ZeroDivisionError, match=r"the derivative of sqrt\(z\) where z = 0.0"):
        draw(Value(0, "z").sqrt() + 1, derivatives=True)


@needs_dot
def test_saving_a_drawing_writes_the_picture_and_not_its_text(tmp_path):
    path = draw(Value(2, "a") * 3).save(tmp_path / "d.png")
    assert path == str(tmp_path / "d.png") and (tmp_path / "d.png").read_bytes().startswith(b"\x89PNG")
    assert [file.name for file in tmp_path.iterdir()] == ["d.png"]
