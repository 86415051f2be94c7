"""Functions of one number, drawn with their names where there is room."""

from nn.plot import Plot
from nn.plot.palette import name_at, series
from nn.plot.plane import steps


def functions(curves, size, title):
    """A plot of curves (name, where the name stands, function).

    `size` is ((left, right), (bottom, top)), with one scale on both axes.
    """
    (left, right), _ = size
    xs = steps(left, right, 401)

    def on(axes):
        axes.axhline(0, color="#909090", linewidth=0.8)
        axes.axvline(0, color="#909090", linewidth=0.8)
        for i, (name, place, function) in enumerate(curves):
            axes.plot(xs, [function(x) for x in xs], **series(i))
            name_at(axes, *place, name, series(i)["color"])
        axes.set(title=title, xlabel="x", aspect="equal", xlim=size[0], ylim=size[1])

    return Plot("", on)
