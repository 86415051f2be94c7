"""What a model of two inputs answers over the plane, with its boundaries.

Each function returns one that draws into axes: a part of `panels`. `side` is
(low, high), the range of both coordinates, and `names` are the coordinates'.
"""

import math
from functools import partial, reduce

from demos.kit.names import name_points
from engine import Value
from nn.plot import palette
from nn.plot.boundary import over_plane
from nn.plot.plane import steps

GRID = 200  # points a side
INPUTS = ("x₁", "x₂")


def halves(model, points, kinds, side, title="", names=INPUTS, between=(0, 1), area=130, texts=()):
    """A model's answers as shades between two of them; a line half-way.

    `texts` are written beside the points.
    """

    def on(axes):
        levels, xs = steps(*between, 5), steps(*side, GRID)
        answers = over_plane(model, xs, xs)
        axes.contourf(xs, xs, answers, levels=levels, cmap=palette.shades(), extend="both")
        palette.level_line(axes, xs, xs, answers, levels[2])
        palette.scatter(axes, points, kinds, area)
        _square(axes, side, names, title)
        name_points(axes, list(zip(texts, points)))

    return on


def regions(model, points, labels, side, title="", names=INPUTS, area=130):
    """Where each class of a model's logits is the largest, in its colour."""

    def on(axes):
        xs = steps(*side, GRID)
        for k in sorted(set(labels)):
            ahead = over_plane(partial(_ahead, model, k), xs, xs)
            furthest = max(map(max, ahead))
            if furthest > 0:
                color = palette.POINTS[k]
                axes.contourf(xs, xs, ahead, levels=[0, furthest], colors=[color], alpha=0.3)
            palette.level_line(axes, xs, xs, ahead, 0)
        palette.scatter(axes, points, labels, area)
        _square(axes, side, names, title)

    return on


def _ahead(model, k, x):
    """How far class k is ahead of the best other one."""
    logits = model(x)
    return logits[k] - reduce(Value.maximum, [*logits[:k], *logits[k + 1 :]])


def _square(axes, side, names, title):
    """One scale on both axes; each name stands between its two numbers."""
    low, high = math.ceil(side[0]), math.floor(side[1])
    ticks = low, (low + high) / 2, high
    axes.set(aspect="equal", xlim=side, ylim=side, xticks=ticks, yticks=ticks)
    axes.set_title(title, pad=6)
    axes.set_xticklabels([low, names[0], high])
    axes.set_yticklabels([low, names[1], high])
    axes.tick_params(length=0)
