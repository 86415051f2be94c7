"""Plots of what a network learns, as text and as pictures.

`losses`, `boundary` and `functions` each return a `Plot` (in `figure`), which
is text at a prompt and a picture in Jupyter. `palette` is how all of them
look, and `plane` how far those of two inputs go. matplotlib draws the
pictures: `pip install matplotlib`.
"""

from engine import shorten_signatures
from nn.plot.boundary import boundary
from nn.plot.figure import Plot
from nn.plot.functions import functions
from nn.plot.losses import losses

__all__ = ["Plot", "boundary", "functions", "losses"]

shorten_signatures(globals()[name] for name in __all__)
