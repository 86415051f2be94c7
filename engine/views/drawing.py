"""Drawing: a graphviz.Digraph that finds a program to lay it out."""

import html
import shutil
import sys
from pathlib import Path
from typing import Any

import graphviz
from graphviz.backend import dot_command

from engine.notation import printable

LONGEST = 1000  # characters of a text; graphviz's labels have 16,384 bytes


class Drawing(graphviz.Digraph):
    """A graphviz.Digraph that `dot` or the wheel `graphviz-pure` lays out.

    It shows itself in Jupyter; elsewhere `drawing.render("graph.svg")` writes
    a picture, and `drawing.source` is its text in the DOT language. Where
    there is no layout program, rendering raises graphviz.ExecutableNotFound
    and says how to get one.
    """

    def pipe(self, *args: Any, **kwargs: Any) -> Any:
        return _with_layout(super().pipe, *args, **kwargs)

    def render(self, filename: Any = None, *args: Any, cleanup: bool = True, **kwargs: Any) -> str:
        """Write the picture, by default as SVG; return its path.

        `render("graph.png")` is graphviz's own `render(outfile="graph.png")`,
        and takes what that takes. The text in the DOT language stays beside
        the picture only with cleanup=False.
        """
        if filename is not None and Path(filename).suffix[1:].lower() in graphviz.FORMATS:
            filename, kwargs = None, {"outfile": filename, **kwargs}
        return _with_layout(super().render, filename, *args, cleanup=cleanup, **kwargs)

    def __repr__(self) -> str:
        return f"<{self.comment}: .render('graph.svg') writes it as a picture, .source is its text>"


def _with_layout(render, *args, **kwargs):
    if shutil.which("dot") is None:
        beside_python = Path(sys.executable).parent
        program = shutil.which("graphviz-pure") or shutil.which("graphviz-pure", path=beside_python)
        dot_command.DOT_BINARY = Path(program or "dot")
        kwargs.setdefault("quiet", True)  # graphviz-pure warns that it must guess the width of σ
    try:
        return render(*args, **kwargs)
    except graphviz.ExecutableNotFound as error:
        error.args = ("no program to draw graphs here: `pip install graphviz-pure` gets one",)
        raise error from None


def html_label(text: object) -> str:
    """Any text as part of graphviz's HTML-like label: as it is, cut if long.

    >>> html_label("a < b")
    'a &lt; b'
    """
    text = printable(str(text)) or " "  # graphviz refuses an empty label
    shown = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    return html.escape(shown).replace("\\", "\\\\").replace("\n", "<BR/>")
