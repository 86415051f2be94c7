"""Drawing: a graphviz.Digraph that finds a program to lay it out."""

import html
import os
import shutil
import sys
import tempfile
import warnings
import webbrowser
from pathlib import Path
from typing import Any

import graphviz
from graphviz.backend import dot_command

from engine.errors import check_path, in_words, short_repr
from engine.files import write_file
from engine.notation import printable

LONGEST = 1000  # characters of a text; graphviz's labels have 16,384 bytes
DOTS_PER_INCH = "200"  # of a PNG
# Formats for people; what graphviz has beside them, an error need not list.
PICTURES = ("svg", "png", "pdf", "jpg", "gif", "webp", "eps")


class Drawing(graphviz.Digraph):
    """A graphviz.Digraph that `dot` or the wheel `graphviz-pure` lays out.

    It shows itself in Jupyter, no wider than the notebook; elsewhere
    `drawing.view()` shows it in the browser, `drawing.save("graph.svg")`
    writes it (a PNG has 200 dots an inch), and `drawing.source` is its
    text in the DOT language. Where there is no layout program, rendering
    raises graphviz.ExecutableNotFound and says how to get one.
    """

    def pipe(self, format: str | None = None, *args: Any, **options: Any) -> Any:
        """The picture as bytes, or as text if `encoding` is given.

        It takes what graphviz's own takes. Raises ValueError if there is no
        such format, or if the layout program here has not got it.
        """
        format = _checked(self.format if format is None else format)
        drawing = self
        if format == "png":  # (SVG would have other sizes)
            drawing = self.copy()
            drawing.graph_attr.setdefault("dpi", DOTS_PER_INCH)
        program = "dot"
        if shutil.which(program) is None:
            program = "graphviz-pure"
            beside_python = Path(sys.executable).parent
            found = shutil.which(program) or shutil.which(program, path=beside_python)
            dot_command.DOT_BINARY = Path(found or "dot")
            options.setdefault("quiet", True)  # it warns that it must guess the width of σ
        try:
            return super(Drawing, drawing).pipe(format, *args, **options)
        except graphviz.ExecutableNotFound as error:
            error.args = ("no program to draw graphs here: `pip install graphviz-pure` gets one",)
            raise error from None
        except graphviz.CalledProcessError as error:
            message = error.stderr if isinstance(error.stderr, str) else error.stderr.decode(errors="replace")
            if f'"{format}" not recognized' not in message:
                raise
            known = [each for each in PICTURES if each in message.split()]
            more = (
                "" if program == "dot" else "; `dot` makes more (`apt install graphviz` or the like gets it)"
            )
            raise ValueError(f"{program} makes no {format}, but {', '.join(known)}{more}") from None

    def render(
        self,
        filename: "str | os.PathLike[str] | None" = None,
        directory: "str | os.PathLike[str] | None" = None,
        view: bool = False,
        cleanup: bool = True,
        format: str | None = None,
        *,
        outfile: "str | os.PathLike[str] | None" = None,
        **options: Any,
    ) -> str:
        """Write the picture, by default as SVG; return its path.

        A name that ends in no format gets one: `render("graph", format="png")`
        writes graph.png. Missing folders are made. The text in the DOT language
        stays beside the picture only with cleanup=False. With `view`, the
        picture is shown as well. `outfile` is another word for `filename`;
        further options are those of `pipe`.

        Raises what `pipe` raises, and then changes no file; TypeError if both
        `filename` and `outfile` are given, and OSError if the file cannot be
        written.
        """
        if filename is not None and outfile is not None:
            raise TypeError(f"filename and outfile are one file: {filename!r} and {outfile!r} are given")
        name = outfile if filename is None else filename
        if name is None:  # as graphviz calls it
            format = _checked(format or self.format)
            name = f"{self.filename}.{format}"
        folder = check_path("a picture's folder", self.directory if directory is None else directory)
        path = folder / check_path("a picture's file", name)
        if path.is_dir():
            raise IsADirectoryError(f"{path} is a folder: name a file in it, as '{path / 'graph.svg'}'")
        ending = path.suffix[1:].lower()
        format = _checked(format or ending or self.format)
        if ending != format:
            path = path.with_name(f"{path.name}.{format}")
        picture = self.pipe(format, **options)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, picture)
        if not cleanup:
            write_file(path.with_suffix(".gv"), self.source)
        return in_browser(path, "picture") if view else str(path)

    def save(self, path: "str | os.PathLike[str]") -> str:
        """Write the picture as `render` does, as plots and pages call it."""
        return self.render(path)

    def view(
        self,
        filename: "str | os.PathLike[str] | None" = None,
        directory: "str | os.PathLike[str] | None" = None,
        cleanup: bool = True,
        format: str | None = None,
        **options: Any,
    ) -> str:
        """Show the picture in the browser; return the path of its file.

        That is in a temporary folder, unless a name or a directory is given, as
        for `render`. Raises what `render` raises, and webbrowser.Error if no
        browser starts.
        """
        if filename is not None or directory is not None:
            return self.render(filename, directory, True, cleanup, format, **options)
        picture = self.pipe(format, **options)
        path = Path(tempfile.mkdtemp(prefix="linegrad-")) / f"graph.{_checked(format or self.format)}"
        write_file(path, picture)
        return in_browser(path, "picture")

    def _repr_image_svg_xml(self) -> str:
        """What Jupyter shows: at its own size, or as wide as the notebook."""
        svg: str = super()._repr_image_svg_xml()
        return svg.replace("<svg ", '<svg style="max-width: 100%; height: auto" ', 1)

    def __repr__(self) -> str:
        return f"<{self.comment}: .view() shows it, .save('graph.svg') keeps it>"


def _checked(format):
    """A format's name, as graphviz writes it."""
    if not isinstance(format, str):
        raise TypeError(f"a format is a word, as 'svg', not {in_words(format)}")
    if format.lower() not in graphviz.FORMATS:
        some = ", ".join(PICTURES)
        raise ValueError(f"no format of pictures is called {short_repr(format)}: some are {some}")
    return format.lower()


def in_browser(path: Path, what: str) -> str:
    """Show a file in the browser; return its path.

    Raises webbrowser.Error, which says where the file is, if no browser starts.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # of a browser that is still open
        opened = webbrowser.open(path.resolve().as_uri())
    if not opened:
        raise webbrowser.Error(f"no browser starts here; the {what} is in {path}")
    return str(path)


def html_label(text: object) -> str:
    """Any text as part of graphviz's HTML-like label: as it is, cut if long.

    >>> html_label("a < b")
    'a &lt; b'
    """
    text = printable(str(text)) or " "  # graphviz refuses an empty label
    shown = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    return html.escape(shown).replace("\\", "\\\\").replace("\n", "<BR/>")
