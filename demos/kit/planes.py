"""What a model of two inputs answers over the plane, with its boundaries.

Each function returns one that draws into axes: a part of `panels`. `side` is
(low, high), the between of both coordinates, and `names` are the coordinates'.
"""

import math
from functools import partial, reduce

from demos.kit.names import name_points
from engine import Value
from nn.plot import palette
from nn.plot.boundary import over_plane

GRID = 200  # points a side
INPUTS = ("x₁", "x₂")


def halves(model, points, kinds, side, title="", names=INPUTS, between=(0, 1), area=130, texts=()):
    """A model's answers as shades from limit to limit; a line half-way.

    `texts` are written beside the points.
    """

    def on(axes):
        from matplotlib.colors import LinearSegmentedColormap

        shades = LinearSegmentedColormap.from_list("shades", palette.SHADES)
        low, high = between
        answers, steps = over_plane(model, _steps(side), _steps(side)), _steps(side)
        levels = [low + (high - low) * i / 4 for i in range(5)]
        axes.contourf(steps, steps, answers, levels=levels, cmap=shades, extend="both")
        _line(axes, steps, answers, levels[2])
        palette.scatter(axes, points, kinds, area)
        _square(axes, side, names, title)
        name_points(axes, list(zip(texts, points)))

    return on


def regions(model, points, labels, side, title="", names=INPUTS, area=130):
    """Where each class of a model's logits is the largest, in its colour."""

    def on(axes):
        steps = _steps(side)
        for k in sorted(set(labels)):
            ahead = over_plane(partial(_ahead, model, k), steps, steps)
            furthest = max(map(max, ahead))
            if furthest > 0:
                color = palette.POINTS[k]
                axes.contourf(steps, steps, ahead, levels=[0, furthest], colors=[color], alpha=0.3)
            _line(axes, steps, ahead, 0)
        palette.scatter(axes, points, labels, area)
        _square(axes, side, names, title)

    return on


def _ahead(model, k, x):
    """How far class k is ahead of the best other one."""
    logits = model(x)
    return logits[k] - reduce(Value.maximum, [*logits[:k], *logits[k + 1 :]])


def _line(axes, steps, answers, level):
    if min(map(min, answers)) < level < max(map(max, answers)):
        axes.contour(steps, steps, answers, levels=[level], colors="black", linewidths=3)


def _square(axes, side, names, title):
    """One scale on both axes; each name stands between its two numbers."""
    low, high = math.ceil(side[0]), math.floor(side[1])
    ticks = low, (low + high) / 2, high
    axes.set(aspect="equal", xlim=side, ylim=side, xticks=ticks, yticks=ticks)
    axes.set_title(title, pad=6)
    axes.set_xticklabels([low, names[0], high])
    axes.set_yticklabels([low, names[1], high])
    axes.tick_params(length=0)


def _steps(side):
    low, high = side
    return [low + (high - low) * i / (GRID - 1) for i in range(GRID)]
