"""play: a graph as a page to step through, to change, and to train."""

import base64
import hashlib
import html
import json
import math
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from engine.errors import check_count, check_number, check_path, counted, in_words
from engine.files import write_file
from engine.programs.identifiers import identifiers
from engine.programs.program import Program, check_inputs
from engine.programs.rows import read_rows
from engine.value import Value, topological_order
from engine.views.drawing import in_browser
from engine.views.javascript import operations_script
from engine.views.lesson import copied, lesson, texts_at, training
from engine.views.picture import picture

MOST_NODES, MOST_ROWS = 500, 1000
# The page's files of JavaScript, each after those whose names it uses at once.
# fmt: off
SCRIPTS = [
    "numbers", "elements", "passes", "explain", "graph", "program", "leaves", "curve", "guess", "train", "planes", "page",
]
# fmt: on


@dataclass(frozen=True, eq=False, repr=False)
class Page:
    """What play shows: an HTML page that needs no other file.

    `html` is its text. `picture` is the graph with its data and gradients as
    SVG, for where a page cannot run. `steps` counts the steps of both passes.
    """

    name: str
    steps: int
    html: str
    picture: str

    def save(self, path: "str | Path") -> str:
        """Write the page to a file, and return its path."""
        write_file(check_path("a page's file", path), self.html)
        return str(path)

    def open(self) -> str:
        """Show the page in the browser; return the path of its file.

        Raises webbrowser.Error if no browser starts.
        """
        path = Path(tempfile.mkdtemp(prefix="linegrad-")) / f"{self.name}.html"
        self.save(path)
        return in_browser(path, "page")

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        # A notebook that is not trusted drops the style, and with it the page:
        # then the picture shows.
        image = base64.b64encode(self.picture.encode()).decode()
        shown = (
            "<style>.linegrad-picture { display: none !important }</style>"
            f'<iframe srcdoc="{html.escape(self.html)}" sandbox="allow-scripts" title="{self}" '
            f'style="width: 100%; height: 52rem; border: 0"></iframe>'
            f'<img class="linegrad-picture" alt="The graph of {self.name}" src="data:image/svg+xml;base64,{image}">'
        )
        return {"text/html": shown, "image/svg+xml": self.picture, "text/plain": repr(self)}

    def __str__(self) -> str:
        return f"The graph of {self.name}, step by step"

    def __repr__(self) -> str:
        return (
            f"<a page of {counted(self.steps, 'step')}: .open() shows it, .save('{self.name}.html') keeps it>"
        )


def play(
    output: Value, inputs: Sequence[Value] = (), rows: Any = None, rate: float = 1.0, depth: int | None = None
) -> Page:
    """The graph that computes `output`, as a page for a browser.

    The page steps through both passes: graph, program and chain rule side by
    side. There one changes leaves, guesses the next number, and sees the
    output as a function of a leaf. It is one HTML file that needs no other. It
    starts from the leaves' data, and from gradients of zero. No Value changes.

    With `rows`, numbers for the `inputs`, it also trains: by gradient descent
    on the mean of `output` over the rows, W ← W - α/n Σ ∇, where W are all
    other leaves that are not frozen (by `freeze` of a model of nn), and the
    learning rate α is `rate` at first.

    `depth` shows only so many operations back from the output. What lies
    further back becomes leaves, with their numbers.

    Raises TypeError or ValueError if `output` is not a Value, if an input is
    not a leaf, if rows do not fit the inputs, or for more than 500 nodes or
    1,000 rows; and what a pass over the graph raises.

    >>> a, b = Value(2, "a"), Value(-3, "b")
    >>> play(a * b + b**3)
    <a page of 7 steps: .open() shows it, .save('v3.html') keeps it>
    """
    if not isinstance(output, Value):
        raise TypeError(f"play() starts from a Value, not from {in_words(output)}")
    check_inputs(inputs)
    rate = check_number("rate", rate)
    if not 0 < rate < math.inf:
        raise ValueError(f"rate is the learning rate, a number more than 0, not {rate}")
    if depth is not None:
        depth = check_count("depth", depth, "how many operations to show")
    twins = _twins(output, depth)
    given = [twins.get(leaf, leaf) for leaf in inputs]
    if rows is None:
        return _page(twins[output], given)
    if not inputs:
        raise ValueError("rows are numbers for inputs: play(output, inputs=[x, y], rows=rows)")
    shown = set(topological_order(twins[output]))
    for place, leaf in enumerate(inputs):
        if leaf in twins and twins[leaf] not in shown:
            raise ValueError(f"depth={depth} cuts off input {place} ({leaf.label or leaf}): rows need it")
    program = Program(twins[output], given)
    flat, count = read_rows(rows, program.inputs)
    if count > MOST_ROWS:
        raise ValueError(f"{count} rows are too many to look at: a page shows up to {MOST_ROWS}")
    table = [list(row) for row in zip(*[iter(flat)] * len(inputs))]
    mean, _ = program.value_and_gradient(table)  # which names a row that has no loss
    if not math.isfinite(mean):
        raise ValueError(
            f"the mean of {program.name} over the rows is {mean}: there is nothing to descend from"
        )
    return _page(twins[output], given, training=training(twins[output], given, table, rate))


def play_step(output: Value, step: int, start: Mapping[Value, float]) -> Page:
    """The page at a step, where leaves had gradients before the pass."""
    twins = _twins(output)
    return _page(twins[output], step=step, start={twins[leaf]: grad for leaf, grad in start.items()})


def _twins(output, depth=None):
    """A copy of the graph, computed; and small enough."""
    twins = copied(output, depth)
    count = len(topological_order(twins[output]))
    if count > MOST_NODES:
        raise ValueError(
            f"this graph has {count} nodes, and a page shows up to {MOST_NODES}: play(output, depth=3) "
            f"shows its end, play(node) what a node is computed from"
        )
    twins[output].forward()
    twins[output].backward()
    return twins


def _page(output, inputs=(), step=None, start=None, **more):
    """The page of a graph that is computed; at a step, else before the first.

    Its picture is at that step, else after the last.
    """
    data, operations = lesson(output, inputs, start or {})
    name, steps = data["nodes"][-1]["name"], 2 * data["forward"] + 1
    graph = picture(data["nodes"], texts_at(output, steps if step is None else step, start or {}))
    script = page_script(operations_script(operations))
    style = _file("graph.css") + _file("page.css")
    text = Template(_file("page.html")).substitute(
        policy="; ".join(
            [
                "default-src 'none'",
                f"script-src {_hash(script)}",
                f"style-src {_hash(style)}",
                "img-src data:",  # the shades of a plane
                "base-uri 'none'",
                "form-action 'none'",
            ]
        ),
        title=html.escape(name),
        style=style,
        picture=graph,
        lesson=_in_html(data | {"step": step or 0} | more),
        script=script,
    )
    standalone = graph.replace("<defs>", f"<style>{_file('graph.css')}</style><defs>", 1)
    return Page(identifiers([name])[0], steps, text, standalone)


@cache
def _file(name):
    return (files("engine.views") / "page" / name).read_text(encoding="utf-8")


def page_script(operations: str) -> str:
    """The page's files of JavaScript as one, with a script of operations."""
    files = [_file(f"{name}.js") for name in SCRIPTS]
    return "\n".join(['"use strict";', operations, *files])


def _hash(text):
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _in_html(data):
    """JSON that ends no script element: in ASCII, without < and &."""
    text = json.dumps(data, allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
