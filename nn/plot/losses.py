"""losses: how a loss falls, as bars of text and as curves."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from engine import format_number
from nn.checks import check_list
from nn.plot.figure import Plot
from nn.plot.palette import label_ends, series

BARS = "▁▂▃▄▅▆▇█"
WIDTH, BARS_WIDTH = 80, 32  # of a line; at most, of its bars
SMALLEST = 1e-12  # where the logarithmic scale ends: a loss may be 0


def losses(histories: "Sequence[float] | Mapping[str, Sequence[float]]", title: str = "") -> Plot:
    """The losses of one descent, or of several by name, over the epochs.

    Bars and curves are on one logarithmic scale. The first and the last loss
    stand there as numbers. Raises ValueError if there is no loss.

    >>> losses({"slow": [1.0, 0.9, 0.8], "fast": [1.0, 0.1, 0.01]})
    slow  ███  1 → 0.8 in 3 epochs
    fast  █▅▁  1 → 0.01 in 3 epochs
    """
    named = histories if isinstance(histories, Mapping) else {"": histories}
    curves = {
        name: [float(loss) for loss in check_list(history, "losses are a list of numbers")]
        for name, history in named.items()
    }
    if not curves or not all(curves.values()):
        raise ValueError("losses are those of one epoch at least")
    low = min(map(_log, map(min, curves.values())))
    high = max(map(_log, map(max, curves.values())))
    margin, ending = max(map(len, curves)), max(len(ends(history)) for history in curves.values())
    room = max(8, min(BARS_WIDTH, WIDTH - margin - ending - 4))
    lines = [
        f"{name:{margin}}  {bars(history, low, high, room)}  {ends(history)}".removeprefix(
            "  " * (not margin)
        )
        for name, history in curves.items()
    ]

    def on(axes):
        from matplotlib.ticker import LogLocator, NullLocator

        longest = max(map(len, curves.values()))
        axes.set(xlabel="epoch", ylabel="mean loss", yscale="log", title=title, xlim=(1, max(longest, 2)))
        shown = {name: [max(loss, SMALLEST) for loss in history] for name, history in curves.items()}
        for i, history in enumerate(shown.values()):
            axes.plot(range(1, len(history) + 1), history, **series(i))
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_minor_locator(NullLocator())
        axes.yaxis.set_major_formatter(lambda loss, _: f"{loss:g}")
        axes.grid(alpha=0.3)
        if margin:
            named = enumerate(shown.items())
            label_ends(axes, [(name, history[-1], series(i)["color"]) for i, (name, history) in named])

    return Plot("\n".join(lines), on)


def bars(history: Sequence[float], low: float, high: float, width: int) -> str:
    """A history as bars, at most `width`, between two logarithms.

    >>> bars([1, 0.1, 0.01], -2, 0, 32)
    '█▅▁'
    """
    count = min(width, len(history))
    picked = [history[i * (len(history) - 1) // max(count - 1, 1)] for i in range(count)]
    return "".join(BARS[round(7 * (_log(loss) - low) / ((high - low) or 1))] for loss in picked)


def ends(history: Sequence[float]) -> str:
    """The first and the last loss, and how many there are.

    >>> ends([0.5])
    '0.5 in 1 epoch'
    """
    count = f"{len(history)} epoch{'s' * (len(history) != 1)}"
    first, last = format_number(history[0]), format_number(history[-1])
    return f"{first} → {last} in {count}" if len(history) > 1 else f"{last} in {count}"


def _log(loss: Any) -> float:
    return math.log10(max(loss, SMALLEST))
