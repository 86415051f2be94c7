"""What Jupyter shows: HTML that has the text's numbers, and labels as text."""

import json
import random
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

import engine
from engine import Native, Program, Value, annotate, c_compiler, check_gradients, steps, tree, what_if
from engine.programs.python_text import MOST_LINES, MOST_NAMES
from engine.programs.tape import Line
from nn import MLP, Losses, Module, cross_entropy, hinge, truth_table
from nn.table import Table

ROOT = Path(engine.__file__).parents[1]
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</span></pre><b>&lt;b&gt;&amp;",
    "two\nlines\x1b[31m\ud800",
]


class Parsed(HTMLParser):
    """The text that a browser shows of HTML, whose elements must close."""

    def __init__(self, html):
        super().__init__()
        self.text, self.open, self.found, self.html = "", [], [], html
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, {name for name, _ in attributes}))
        if tag != "img":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data

    @property
    def lines(self):
        assert self.text.startswith("\n")  # which a browser drops after <pre>
        return [line.rstrip() for line in self.text[1:].splitlines()]


def graph(name):
    a, b = Value(2, f"a{name}"), Value(-3, f"b{name}")
    d = a * b + b**3
    d.label = f"d{name}"
    d.backward()
    return a, b, d


def walk(name, count):
    pass_ = steps(graph(name)[2])
    for _ in range(count):
        next(pass_)
    return pass_


def stale(name):
    a, _, d = graph(name)
    a.data = 5.0
    return d


def squared(w, x, y):
    p = (w * x).sigmoid()  # "</pre><script>alert(1)</script>
    return (p - y) ** 2


class Model(Module):
    def __init__(self, name):
        self.parts = {name: [Value(1e300, name), Value(-1e-300)]}


def program(name):
    a, _, d = graph(name)
    return Program(d, inputs=[a])


def looped(name):
    x, y = [Value(0, f"x{i}{name}") for i in range(3)], Value(1, f"y{name}")
    return Program(hinge(MLP(3, [4, 1])(x), y), inputs=[*x, y])


# Each kind of thing, made with a name in its labels.
KINDS = {
    "a leaf": lambda name: graph(name)[0],
    "a result": lambda name: graph(name)[2],
    "a result without a label": lambda name: graph(name)[2] * graph(name)[0],
    "a walk at its start": lambda name: walk(name, 0),
    "a walk": lambda name: walk(name, 2),
    "a walk at its end": lambda name: walk(name, 4),
    "a walk forward": lambda name: steps(graph(name)[2], forward=True),
    "a step": lambda name: walk(name, 3).history[-1],
    "a run": lambda name: walk(name, 1).run(),
    "a tree": lambda name: tree(graph(name)[2]),
    "a stale tree": lambda name: tree(stale(name)),
    "a stale walk": lambda name: steps(stale(name)),
    "an annotation": lambda name: annotate(squared, Value(0.5, name), 2, 1),
    "a comparison": lambda name: what_if(graph(name)[2], **{f"a{name}": 10}),
    "a check": lambda name: check_gradients(graph(name)[2]),
    "a program": program,
    "lines": lambda name: program(name).line_by_line(2),
    "loops": lambda name: looped(name).loops,
    "a truth table": lambda name: truth_table(lambda x: x[0], name=name),
    "a model": Model,
}


def text_of(thing):
    """What a prompt prints; of a model, what print shows."""
    return str(thing) if isinstance(thing, Module) else repr(thing)


@pytest.mark.parametrize("kind", KINDS)
def test_a_notebook_shows_the_numbers_of_the_text(kind):
    thing = KINDS[kind]("")
    shown, text = Parsed(thing._repr_html_()), text_of(thing)
    number = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]\d+)?")
    assert set(number.findall(text)) <= set(number.findall(shown.text)) and number.search(text)
    if not isinstance(thing, Value) and "walk" not in kind:  # those say more, or with other words
        assert shown.lines == text.splitlines()


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("kind", KINDS)
def test_labels_are_text_in_a_notebook(kind, name):
    html = KINDS[kind](name)._repr_html_()
    shown = Parsed(html)
    assert name not in html and html.encode()  # (which no lone surrogate has)
    assert {tag for tag, _ in shown.found} <= {"pre", "span", "img"}
    assert all(names <= {"style"} for tag, names in shown.found if tag != "img")
    assert "\x1b" not in html


def test_native_code_shows_itself():
    if c_compiler() is None:
        pytest.skip("no C compiler here")
    native = looped("</pre>").native()
    assert Parsed(native._repr_html_()).lines == repr(native).splitlines()
    assert "EACH" in repr(native) and isinstance(native, Native)


@pytest.mark.parametrize("done", range(5))
def test_the_step_that_a_walk_is_at_is_marked(done):
    html = walk("", done)._repr_html_()
    marked = "".join(re.findall(r'<span style="display: block[^>]*>(.*?\n)</span>', html, re.DOTALL))
    wanted = repr(walk("", done).history[-1]) if done else ""
    assert Parsed(f"<pre>\n{marked}</pre>").lines == wanted.splitlines()


def test_a_walk_shows_the_steps_around_the_last_one():
    x = Value(1, "x")
    y = x
    for _ in range(100):
        y = y.sin()
    pass_ = steps(y)
    for _ in range(50):
        next(pass_)
    lines = Parsed(pass_._repr_html_()).lines
    assert lines[0] == "backward from v100: 50 of 101 steps done"
    assert lines[1] == "… 43 steps before" and lines[-1] == "… 45 steps more"
    numbers = [int(line.split("/")[0]) for line in lines if re.match(r" *\d+/101", line)]
    assert numbers == list(range(44, 57))


def test_a_bare_program_is_the_program():
    a, _, d = graph("")
    shown = Program(d, inputs=[a])
    assert repr(shown) == str(shown) and repr(shown.loops) == str(shown.loops)


def digits():
    x = [Value(0, f"x{i}") for i in range(64)]
    t = [Value(0, f"t{i}") for i in range(10)]
    return Program(cross_entropy(MLP(64, [32, 10], rng=random.Random(0))(x), t), inputs=[*x, *t])


def test_a_long_program_is_cut_and_says_how_many_lines_are_left(monkeypatch):
    shown = digits()
    printed = []
    expression = Line.expression.fget
    monkeypatch.setattr(Line, "expression", property(lambda line: printed.append(line) or expression(line)))
    lines = repr(shown).splitlines()
    assert len(printed) == 2 * MOST_LINES  # no other line was made
    left = [re.fullmatch(r" *# … ([\d,]+) more lines: print\(...\) shows all", line) for line in lines]
    left = [int(found[1].replace(",", "")) for found in left if found]
    assert len(left) == 4  # of the names it takes, forward, backward, of the names it returns
    assert len(lines) < 2 * (MOST_LINES + MOST_NAMES) + 10
    whole = str(shown).splitlines()
    assert len(lines) - len(left) + sum(left) == len(whole)
    assert [line for line in lines if "more lines" not in line] == [
        line for line in whole if line in set(lines)
    ]
    assert Parsed(shown._repr_html_()).lines == lines


@pytest.mark.parametrize("form", ["loops", pytest.param("native", marks=pytest.mark.slow)])
def test_no_line_of_a_block_that_is_cut_stands_in_another_one(form):
    if form == "native" and c_compiler() is None:
        pytest.skip("no C compiler here")
    x = [Value(0, f"x{i}") for i in range(6)]
    program = Program(MLP(6, [6, 5, 4, 3, 2, 1], "tanh", random.Random(0))(x), inputs=x)
    thing = program.loops if form == "loops" else program.native()
    whole, lines = str(thing).splitlines(), repr(thing).splitlines()
    [cut] = [i for i, line in enumerate(lines) if "more lines" in line]
    left = int(re.search(r"[\d,]+", lines[cut])[0].replace(",", ""))
    assert len(lines) - 1 + left == len(whole)
    assert lines[cut + 1 :] == whole[cut + left :]
    assert re.match(r"    \w" if form == "loops" else r"\w", lines[cut + 1])


def test_what_is_large_is_cut_as_its_text_is():
    total = sum(Value(i, f"x{i}") * Value(i, f"w{i}") for i in range(2_000))
    large = digits()
    for thing in (
        tree(total),
        what_if(total, x1=5),
        steps(total),
        MLP(64, [32, 10]),
        large.line_by_line(*[0] * 74),
    ):
        assert len(Parsed(thing._repr_html_()).lines) < 300
    assert "… and 2,370 more; .state() has all" in MLP(64, [32, 10])._repr_html_()
    lines = repr(large.line_by_line(*[0] * 74)).splitlines()
    assert len(lines) == 2 * (MOST_LINES + 2) and sum("; .pairs has all" in line for line in lines) == 2
    assert Table("large", [(f"w[{i}]", Value(i)) for i in range(40)] + [(None, None)] * 10**6)._repr_html_()


def test_losses_show_bars_and_the_curve_where_matplotlib_is(monkeypatch):
    empty = Parsed(Losses()._repr_html_())
    assert empty.lines == ["no epoch"]
    pytest.importorskip("matplotlib")
    html = Losses([1.0, 0.5, 0.1])._repr_html_()
    assert 'src="data:image/png;base64,iVBOR' in html
    assert Parsed(html).lines == ["█▆▁  1 → 0.1 in 3 epochs"]
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert "<img" not in Losses([1.0, 0.5, 0.1])._repr_html_()


CELLS = {
    "Value": "d",
    "steps": "walk",
    "Step": "next(walk)",
    "tree": "tree(d)",
    "annotate": "annotate(f, w=0.5, x=2.0)",
    "what_if": "what_if(d, a=10)",
    "check_gradients": "check_gradients(f, w=0.5, x=2.0)",
    "Program": "program",
    "loops": "program.loops",
    "line_by_line": "program.line_by_line(2)",
    "Native": "program.native() if c_compiler() else program",
    "truth_table": "truth_table(nn.AND)",
    "fit": "nn.fit(network, [[0, 1], [1, 0]], [0, 1], nn.binary_cross_entropy, nn.Adam(network.parameters()), 3)",
    "model": "network",
}
SETUP = """
import nn
from engine import Program, Value, annotate, c_compiler, check_gradients, steps, tree, what_if
from nn import truth_table
a, b = Value(2, "<script>a</script>"), Value(-3, "a")
d = a * b + b**3
d.label = "<b>d"
walk = steps(d)
next(walk)
program = Program(d, inputs=[a])
network = nn.MLP(2, [2, 1])
def f(w, x):
    return (w * x).tanh()
"""


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # of what runs the notebook
def test_a_notebook_that_runs_has_html_and_text_of_every_kind(monkeypatch):
    reason = "nbclient and ipykernel run notebooks: `pip install -e '.[dev]'` gets them"
    pytest.importorskip("ipykernel", reason=reason)
    nbformat, nbclient = (pytest.importorskip(name, reason=reason) for name in ("nbformat", "nbclient"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    broken = "class Broken(nn.Module):\n    def __repr__(self): return 1 / 0\nBroken()"
    sources = [SETUP, *CELLS.values(), broken]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    options = {"timeout": 120, "allow_errors": True, "resources": {"metadata": {"path": str(ROOT)}}}
    nbclient.NotebookClient(notebook, **options).execute()
    for kind, cell in zip(CELLS, notebook.cells[1:]):
        [output] = [each for each in cell.outputs if each.output_type == "execute_result"]
        shown, text = Parsed(output.data["text/html"]), output.data["text/plain"]
        assert {tag for tag, _ in shown.found} <= {"pre", "span", "img"}, kind
        if kind == "model":
            assert shown.lines[0].startswith(text)
        elif kind == "Value":
            assert "-33.0" in text and "-33.0" in shown.text
        elif kind == "steps":
            assert shown.lines[0] == text.splitlines()[0]
        else:
            assert shown.lines == text.splitlines(), kind
    # and an error while something is shown is seen
    assert "ZeroDivisionError" in json.dumps(notebook.cells[-1].outputs)
