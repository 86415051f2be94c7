"""Losses: what fit returns, a list of numbers that shows how it fell."""

import base64

from engine import html_block
from nn.plot import Plot, losses


class Losses(list[float]):
    """The mean loss of every epoch: a list, which a prompt shows as bars.

    `plot()` draws it. In Jupyter it shows both, if matplotlib is installed.

    >>> Losses([1.0, 0.5, 0.1])
    █▆▁  1 → 0.1 in 3 epochs
    >>> min(Losses([1.0, 0.5, 0.1]))
    0.1
    """

    def plot(self, title: str = "") -> Plot:
        """The loss over the epochs; ValueError if there was none."""
        return losses(self, title)

    def _repr_html_(self) -> str:
        bars = html_block([[(repr(self), "")]])
        picture = self.plot()._repr_png_() if self else None
        if picture is None:
            return bars
        data = base64.b64encode(picture).decode()
        look = "width: 40rem; max-width: 100%"
        return f'{bars}<img style="{look}" alt="The loss over the epochs" src="data:image/png;base64,{data}">'

    def __repr__(self) -> str:
        return repr(self.plot()) if self else "no epoch"
