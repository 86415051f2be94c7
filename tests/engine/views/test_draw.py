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
from pathlib import Path

import graphviz
import pytest
from graphviz.backend import dot_command

import engine
from engine import Value, draw, steps, topological_order, tree

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
    graph = laid_out(draw(output))
    assert len(graph["objects"]) == len(order)
    assert len(graph["edges"]) == sum(len(node.parents) for node in order)


@needs_dot
@pytest.mark.parametrize("label", HOSTILE)
def test_a_label_is_shown_as_it_is(label):
    y = Value(2, label) * Value(3, "b")
    assert len(laid_out(draw(y, derivatives=True))["objects"]) == 3
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
    order = topological_order(output)
    walk = steps(output)
    assert draw(output, at=next(walk)).source.count("dir=back") == 0
    for step in walk:
        drawing = draw(output, at=step)
        marked = {c.operand for c in step.contributions}
        assert drawing.source.count("dir=back") == sum(parent in marked for parent in step.node.parents)
        assert drawing.source.count("#d95f02") == 1 + drawing.source.count("dir=back")
        later = sum(1 for node in order if node.operation and node not in {step.node, *step.done})
        assert drawing.source.count('style="filled,dashed"') == later
    with pytest.raises(ValueError, match="which is not in this graph"):
        draw(a + b, at=step)


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
