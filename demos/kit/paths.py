"""Paths of a descent in a plane, over the contours of what it descends."""

import importlib.util
import math

STYLES = (("-", "#b2182b", "o"), ((0, (4, 2)), "#2166ac", "s"), ((0, (1, 1.2)), "#1b7837", "^"))


def paths(function, tracks, size, title, names, path):
    """Draw paths over the contours of a function, dark where it is high.

    Each track is (name, where the name stands, points); a star marks its end.
    `size` is ((left, right), (bottom, top)), `names` are those of the axes. The
    levels of the contours grow by a constant factor.
    """
    if importlib.util.find_spec("matplotlib") is None:
        print("  (as a picture with matplotlib: pip install matplotlib)")
        return
    from matplotlib.colors import LogNorm
    from matplotlib.figure import Figure
    from matplotlib.patheffects import withStroke

    (left, right), (bottom, top) = size
    xs = [left + (right - left) * i / 500 for i in range(501)]
    ys = [bottom + (top - bottom) * i / 500 for i in range(501)]
    heights = [[function(x, y) for x in xs] for y in ys]
    low, high = max(min(map(min, heights)), 1e-3), max(map(max, heights))
    levels = [low * (high / low) ** (i / 12) for i in range(13)]
    figure = Figure(figsize=(8, 6.4), layout="constrained")
    axes = figure.subplots()
    greys = {"cmap": "Greys", "norm": LogNorm(low, high**2 / low)}  # light ones: paths are darker
    axes.contourf(xs, ys, heights, levels=levels, extend="both", **greys)
    axes.contour(xs, ys, heights, levels=levels, colors="#909090", linewidths=0.8)
    for (name, place, points), (line, color, marker) in zip(tracks, STYLES):
        shown = _apart(points, (top - bottom) / 100)
        axes.plot(*zip(*shown), color="white", linewidth=5)
        axes.plot(*zip(*shown), linestyle=line, color=color, linewidth=2.5)
        steps = points if len(points) < 20 else points[:1]
        axes.plot(*zip(*steps), marker, color=color, markersize=10, markeredgecolor="white")
        axes.plot(*points[-1], "*", color=color, markersize=20, markeredgecolor="white", zorder=4)
        halo = [withStroke(linewidth=4, foreground="white")]
        axes.text(*place, name, fontsize=14, color=color, weight="bold", path_effects=halo)
    axes.set_title(title, fontsize=15, pad=12)
    axes.set(aspect="equal", xlim=size[0], ylim=size[1])
    axes.set_xlabel(names[0], fontsize=14)
    axes.set_ylabel(names[1], fontsize=14)
    axes.tick_params(labelsize=12)
    figure.savefig(path, dpi=120)
    print(f"  as a picture: {path}")


def _apart(points, distance):
    """The points without those that are nearer than this to the one before."""
    shown = [points[0]]
    for point in points[1:]:
        if math.dist(point, shown[-1]) >= distance:
            shown.append(point)
    return [*shown, points[-1]]
