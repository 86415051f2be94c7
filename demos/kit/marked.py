"""Curves of few points, each of them marked."""

from nn.plot import palette
from nn.plot.plane import steps


def marked(xs, curves, ticks=None, level=None, **settings):
    """Curves {name: heights} over xs, a function of axes for `panels`.

    `ticks` are the names of xs, `level` is the (name, height) of a level line,
    and `settings` go to the axes.
    """

    def on(axes):
        ends = []
        if level:
            ends.append((*level, "#606060"))
            axes.axhline(level[1], color="#808080", linewidth=2)
        for i, (name, heights) in enumerate(curves.items()):
            look, marker = palette.series(3 * i), palette.MARKERS[i]
            axes.plot(xs, heights, marker=marker, markersize=12, markeredgecolor="white", **look)
            ends.append((name, heights[-1], look["color"]))
        axes.set(**settings)
        axes.set_xticks(xs, ticks or xs)
        axes.minorticks_off()
        axes.yaxis.set_major_formatter("{x:g}")
        palette.label_ends(axes, ends)

    return on


def gap(losses, size, noise, title):
    """Training and held-out losses {size: both}, and between them their gap."""
    curves = dict(zip(("training", "held out"), zip(*losses.values())))
    names = {"xlabel": size, "ylabel": "mean squared error", "title": title}
    on_curves = marked(list(losses), curves, level=("noise", noise), xscale="log", **names)

    def on(axes):
        axes.fill_between(list(losses), *curves.values(), color="#eeeeee")
        on_curves(axes)

    return on


def on_curve(function, over, texts, **settings):
    """A function that rises from 0 to 1, and points on it with their texts.

    `texts` are {x: text}; `settings` go to the axes.
    """
    low, high = over
    xs = steps(low, high, 801)
    aside = (high - low) / 32

    def on(axes):
        axes.plot(xs, [function(x) for x in xs], **palette.series(0))
        for x, text in texts.items():
            y = function(x)
            palette.scatter(axes, [(x, y)], [round(y)], area=260)
            # Towards half the height, and where the curve is level.
            place, align = (x - aside, "bottom") if y < 0.5 else (x + aside, "top")
            axes.text(place, 0.05 + 0.9 * y, text, ha="center", va=align, weight="bold")
        axes.set(xlim=over, **settings)

    return on
