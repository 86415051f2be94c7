"""Losses: what fit returns, a list of numbers that shows how it fell."""

from nn.plot import Plot, losses


class Losses(list[float]):
    """The mean loss of every epoch: a list, which a prompt shows as bars.

    `plot()` draws it. In Jupyter it shows itself so.

    >>> Losses([1.0, 0.5, 0.1])
    █▆▁  1 → 0.1 in 3 epochs
    >>> min(Losses([1.0, 0.5, 0.1]))
    0.1
    """

    def plot(self, title: str = "") -> Plot:
        """The loss over the epochs; ValueError if there was none."""
        return losses(self, title)

    def _repr_png_(self) -> bytes | None:
        return self.plot()._repr_png_() if self else None

    def __repr__(self) -> str:
        return repr(self.plot()) if self else "no epoch"
