"""losses: how a loss falls, as bars of text and as curves."""

import math
from collections.abc import Mapping, Sequence

from engine import counted, format_number
from nn.checks import check_floats, check_list
from nn.plot.figure import Plot
from nn.plot.palette import label_ends, series
from nn.table import one_line

BARS = "▁▂▃▄▅▆▇█"
WIDTH, BARS_WIDTH = 80, 32  # of a line; at most, of its bars
SMALLEST = 1e-12  # where the logarithmic scale ends: a loss may be 0


def losses(histories: "Sequence[float] | Mapping[str, Sequence[float]]", title: str = "") -> Plot:
    """The losses of one descent, or of several by name, over the epochs.

    Bars and curves are on one logarithmic scale, whose lower end, 1e-12,
    stands for what is below, too. A loss that is infinite or not a number is a
    × among the bars, and a gap in a curve. The first and the last loss stand
    there as numbers. Raises ValueError if there is no loss, TypeError if one
    is no number.

    >>> losses({"slow": [1.0, 0.9, 0.8], "fast": [1.0, 0.1, 0.01]})
    slow  ███  1 → 0.8 in 3 epochs
    fast  █▅▁  1 → 0.01 in 3 epochs
    """
    named = histories.items() if isinstance(histories, Mapping) else [("", histories)]
    curves = [(one_line(str(name)), _floats(history)) for name, history in named]
    if not curves or not all(history for _, history in curves):
        raise ValueError("losses are those of one epoch at least")
    finite = [loss for _, history in curves for loss in history if math.isfinite(loss)]
    low, high = _log(min(finite, default=1)), _log(max(finite, default=1))
    margin = max(len(name) for name, _ in curves)
    ending = max(len(ends(history)) for _, history in curves)
    room = max(8, min(BARS_WIDTH, WIDTH - margin - ending - 4))
    lines = [
        f"{name:{margin}}  {bars(history, low, high, room)}  {ends(history)}".removeprefix(
            "  " * (not margin)
        )
        for name, history in curves
    ]

    def on(axes):
        from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

        longest = max(len(history) for _, history in curves)
        axes.set(xlabel="epoch", ylabel="mean loss", yscale="log", title=title, xlim=(1, max(longest, 2)))
        for i, (_, history) in enumerate(curves):
            axes.plot(range(1, len(history) + 1), [_shown(loss) for loss in history], **series(i))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_minor_locator(NullLocator())
        axes.yaxis.set_major_formatter(lambda loss, _: f"{loss:g}")
        axes.grid(alpha=0.3)
        if margin:
            heights = [next(filter(math.isfinite, map(_shown, history[::-1])), 1) for _, history in curves]
            named = enumerate(zip(curves, heights))
            label_ends(axes, [(name, height, series(i)["color"]) for i, ((name, _), height) in named])

    return Plot("\n".join(lines), on)


def bars(history: Sequence[float], low: float, high: float, width: int) -> str:
    """A history as bars, at most `width`, between two logarithms.

    >>> bars([1, 0.1, 0.01], -2, 0, 32)
    '█▅▁'
    """
    count = min(width, len(history))
    picked = [history[i * (len(history) - 1) // max(count - 1, 1)] for i in range(count)]
    return "".join(_bar(loss, low, high) for loss in picked)


def ends(history: Sequence[float]) -> str:
    """The first and the last loss, and how many there are.

    >>> ends([0.5])
    '0.5 in 1 epoch'
    """
    count = counted(len(history), "epoch")
    first, last = format_number(history[0]), format_number(history[-1])
    return f"{first} → {last} in {count}" if len(history) > 1 else f"{last} in {count}"


def _floats(history):
    return check_floats(check_list(history, "losses are a list of numbers"), "losses")


def _bar(loss, low, high):
    if not math.isfinite(loss):
        return "×"
    return BARS[round(7 * (_log(loss) - low) / ((high - low) or 1))]


def _shown(loss):
    """Where a curve has a loss on its scale."""
    return max(loss, SMALLEST) if math.isfinite(loss) else math.nan


def _log(loss):
    return math.log10(max(loss, SMALLEST))
