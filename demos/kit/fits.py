"""Points, and the functions that are fitted to them."""

from nn.plot import palette
from nn.plot.plane import steps


def fitted(points, curves, title="", area=130, **names):
    """Points (x, y), and curves over them, a function of axes for `panels`.

    Each curve is (name, number of its look, function). Names stand at ends;
    `names` are those of the axes.
    """
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    xs = steps(left, right, 201)
    found = [
        (name, palette.series(look), [float(function(x)) for x in xs]) for name, look, function in curves
    ]

    def on(axes):
        axes.scatter(*zip(*points), s=area, c="#c8c8c8", edgecolors="black", clip_on=False)
        for _, look, heights in found:
            axes.plot(xs, heights, **look)
        axes.set(title=title, **names, xlim=(left - 0.05, right))
        palette.label_ends(axes, [(name, heights[-1], look["color"]) for name, look, heights in found])

    return on
