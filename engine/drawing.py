"""Drawing: a graphviz.Digraph that finds a program to lay it out."""

import html
import shutil
import sys
from pathlib import Path

import graphviz
from graphviz.backend import dot_command

from engine.notation import printable

LONGEST = 1000  # characters of a text; graphviz takes no label of more than 16,384 bytes


class Drawing(graphviz.Digraph):
    """A graphviz.Digraph that renders with graphviz's `dot`, or else with the wheel `graphviz-pure`.

    It shows by itself in Jupyter; elsewhere `drawing.render("graph.svg")` writes a picture, and
    `drawing.source` is its text in the DOT language. Rendering raises graphviz.ExecutableNotFound, and
    tells how to get a layout program, where there is neither.
    """

    def pipe(self, *args, **kwargs):
        return _laid_out(super().pipe, *args, **kwargs)

    def render(self, filename=None, *args, cleanup=True, **kwargs):
        """Write the picture, by default as SVG; `render("graph.png")` is `render(outfile="graph.png")`.

        What else it takes is graphviz's own. The text in the DOT language is left beside it only with
        cleanup=False.
        """
        if filename is not None and Path(filename).suffix[1:].lower() in graphviz.FORMATS:
            filename, kwargs = None, {"outfile": filename, **kwargs}
        return _laid_out(super().render, filename, *args, cleanup=cleanup, **kwargs)

    def __repr__(self):
        return f"<{self.comment}: .render('graph.svg') writes it as a picture, .source is its text>"


def _laid_out(render, *args, **kwargs):
    if shutil.which("dot") is None:
        beside_python = Path(sys.executable).parent
        program = shutil.which("graphviz-pure") or shutil.which("graphviz-pure", path=beside_python)
        dot_command.DOT_BINARY = Path(program or "dot")
        kwargs.setdefault("quiet", True)  # graphviz-pure warns that it has to guess the width of σ
    try:
        return render(*args, **kwargs)
    except graphviz.ExecutableNotFound as error:
        error.args = ("no program to draw graphs here: `pip install graphviz-pure` gets one",)
        raise error from None


def rich(text):
    """Any text as part of an HTML-like label of graphviz, shown as it is, or its beginning if it is long."""
    text = printable(str(text)) or " "  # graphviz refuses an empty label
    shown = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    return html.escape(shown).replace("\\", "\\\\").replace("\n", "<BR/>")
