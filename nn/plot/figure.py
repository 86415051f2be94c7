"""Plot: one thing to look at, as text and as a picture."""

import importlib.util
import io
from collections.abc import Callable
from os import PathLike
from typing import Any

from engine import check_path, write_file
from nn.plot.palette import STYLE

WIDE = (9.6, 5.4)  # inches: a projector's form
MISSING = "matplotlib draws pictures: `pip install matplotlib` gets it"


class Plot:
    """A picture that is text at a prompt.

    It shows itself in Jupyter; elsewhere `plot.save("loss.png")` writes it.
    `plot.on(axes)` draws it into a matplotlib figure of your own, beside other
    things, and `plot.figure` is a new figure of it alone.

    >>> import nn
    >>> nn.plot.losses([1.0, 0.5, 0.1])
    █▆▁  1 → 0.1 in 3 epochs
    """

    def __init__(self, text: str, on: Callable[[Any], None], size: tuple[float, float] = WIDE) -> None:
        self.text = text
        self.on = on
        self.size = size

    @property
    def figure(self) -> Any:
        """A matplotlib figure; ImportError if matplotlib is not installed."""
        if importlib.util.find_spec("matplotlib") is None:
            raise ImportError(MISSING)
        from matplotlib import rc_context
        from matplotlib.figure import Figure

        with rc_context(STYLE):
            figure = Figure(figsize=self.size)
            self.on(figure.subplots())
        return figure

    def save(self, path: str | PathLike[str]) -> str:
        """Write the picture, PNG, SVG, PDF or another as the path ends.

        A path that ends in no format gets .png; missing folders are made.
        Returns the path. Raises ImportError if matplotlib is not installed,
        ValueError for an ending that it does not know, OSError if the file
        cannot be written.
        """
        file = check_path("a picture's file", path)
        file = file if file.suffix else file.with_suffix(".png")
        picture = self._picture(file.suffix[1:])
        file.parent.mkdir(parents=True, exist_ok=True)
        write_file(file, picture)
        return str(file)

    def _picture(self, format):
        buffer = io.BytesIO()
        self.figure.savefig(buffer, format=format, dpi=STYLE["savefig.dpi"])
        return buffer.getvalue()

    def _repr_png_(self) -> bytes | None:
        if importlib.util.find_spec("matplotlib") is None:
            return None  # Jupyter shows the text
        return self._picture("png")

    def __repr__(self) -> str:
        return self.text
