"""Names beside points in the plane, none over another."""

from itertools import product
from math import cos, pi, sin

from nn.plot.palette import scatter

DISTANCES = (10, 18, 28, 40, 54)  # in points of 1/72 inch, from a point to the edge of its name
ANGLES = [i * pi / 4 for i in (0, 4, 2, 6, 1, 3, 7, 5)]  # right, left, above, below, between
RADIUS = 8  # of a point, in the same unit


def name_points(axes, named, size=14):
    """Write the name of each (name, point) beside it, or near with a line.

    A name takes the nearest free place in the axes. Call it when the limits of
    the axes are set.
    """
    if not named:
        return
    from matplotlib.text import Text

    figure = axes.figure
    figure.draw_without_rendering()  # lays the axes out
    points = [axes.transData.transform(point) * 72 / figure.dpi for _, point in named]
    frame = [number * 72 / figure.dpi for number in axes.bbox.extents]
    taken = [_box(x, y, 2 * RADIUS, 2 * RADIUS) for x, y in points]
    for (name, point), (x, y) in zip(named, points):
        text = axes.annotate(
            name,
            point,
            (0, 0),
            textcoords="offset points",
            ha="center",
            va="center",
            size=size,
            zorder=5,
            arrowprops={"arrowstyle": "-", "lw": 1.5, "shrinkA": 0, "shrinkB": RADIUS - 1},
        )
        extent = Text.get_window_extent(text)  # without its line
        width, height = extent.width * 72 / figure.dpi, extent.height * 72 / figure.dpi
        places = []
        for distance, angle in product(DISTANCES, ANGLES):
            dx, dy = cos(angle) * (distance + width / 2), sin(angle) * (distance + height / 2)
            box = _box(x + dx, y + dy, width, height)
            covered = sum(_overlap(box, other) for other in taken) + _outside(box, frame)
            places.append((covered, distance, dx, dy, box))
        _, distance, dx, dy, box = min(places, key=lambda place: place[0])
        text.set_position((dx, dy))
        text.arrow_patch.set_visible(distance > DISTANCES[0])
        taken.append(box)


def named_plane(points, kinds, names, title):
    """Points in the plane, as their classes look, with their names if any.

    Both axes have one scale, and are as long as there is room. A function of
    axes for `panels`.
    """

    def on(axes):
        axes.set_title(title)
        axes.set_aspect("equal", adjustable="datalim")
        axes.margins(0.3)
        axes.locator_params(nbins=4)
        axes.grid(alpha=0.3)
        scatter(axes, points, kinds)
        name_points(axes, list(zip(names, points)))

    return on


def _box(x, y, width, height):
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def _overlap(box, other):
    """The area that two boxes share."""
    width = min(box[2], other[2]) - max(box[0], other[0])
    height = min(box[3], other[3]) - max(box[1], other[1])
    return max(width, 0) * max(height, 0)


def _outside(box, frame):
    """The area of a box that is out of a frame."""
    return (box[2] - box[0]) * (box[3] - box[1]) - _overlap(box, frame)
