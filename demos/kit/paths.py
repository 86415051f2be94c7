"""Paths of a descent in a plane, over the contours of what it descends."""

import math

from nn.plot import Plot
from nn.plot.palette import COLORS, DASHES, name_at
from nn.plot.plane import steps

MARKERS = ("o", "s", "^")


def paths(function, tracks, size, title, names):
    """A plot of paths over the contours of a function, dark where it is high.

    Each track is (name, where the name stands, points); a star marks its end.
    `size` is ((left, right), (bottom, top)), `names` are those of the axes. The
    levels of the contours grow by a constant factor.
    """
    (left, right), (bottom, top) = size
    xs, ys = steps(left, right, 501), steps(bottom, top, 501)

    def on(axes):
        from matplotlib.colors import LogNorm

        heights = [[function(x, y) for x in xs] for y in ys]
        low, high = max(min(map(min, heights)), 1e-3), max(map(max, heights))
        levels = [low * (high / low) ** (i / 12) for i in range(13)]
        greys = {"cmap": "Greys", "norm": LogNorm(low, high**2 / low)}  # light ones: paths are darker
        axes.contourf(xs, ys, heights, levels=levels, extend="both", **greys)
        axes.contour(xs, ys, heights, levels=levels, colors="#909090", linewidths=0.8)
        for (name, place, points), color, dashes, marker in zip(
            tracks, (COLORS[0], COLORS[2], COLORS[3]), DASHES, MARKERS
        ):
            shown = _apart(points, (top - bottom) / 100)
            axes.plot(*zip(*shown), color="white", linewidth=6)
            axes.plot(*zip(*shown), linestyle=dashes, color=color)
            marked = points if len(points) < 20 else points[:1]
            axes.plot(*zip(*marked), marker, color=color, markersize=12, markeredgecolor="white")
            axes.plot(*points[-1], "*", color=color, markersize=24, markeredgecolor="white", zorder=4)
            name_at(axes, *place, name, color)
        axes.set(title=title, aspect="equal", xlim=size[0], ylim=size[1], xlabel=names[0], ylabel=names[1])

    return Plot("", on)


def _apart(points, distance):
    """The points without those that are nearer than this to the one before."""
    shown = [points[0]]
    for point in points[1:]:
        if math.dist(point, shown[-1]) >= distance:
            shown.append(point)
    return [*shown, points[-1]]
