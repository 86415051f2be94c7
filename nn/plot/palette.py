"""How plots look: on a projector, in grey, and from the last row.

Colours go from dark to light, so that lightness tells them apart where hue
does not. Lines differ in their dashes, and points in their shapes, as well.
"""

from typing import Any

# From dark to light, CIE lightness 13 to 71.
COLORS = ("#0b1f4b", "#6a1f7a", "#b5365f", "#dd6a2f", "#e5a23a")
DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1, 1)), (0, (6, 1.5, 1, 1.5)), (0, (3, 1, 1, 1, 1, 1)))
# Of the classes 0, 1 and 2: light, dark, between.
POINTS = ("#e08214", "#08306b", "#8a3f8f")
MARKERS = ("o", "s", "^")
SHADES = ("#fff3df", "#b7c7e0", "#4a77b4")  # from 0 to 1, or from below to above

# matplotlib's settings. A picture of 9.6 by 5.4 inches is 1920 by 1080 pixels.
DPI = 200
STYLE: Any = {
    "font.size": 14,
    "axes.titlesize": 16,
    "axes.titlepad": 12,
    "axes.labelsize": 15,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "lines.linewidth": 3,
    "figure.constrained_layout.use": True,
    "savefig.dpi": DPI,
    "text.parse_math": False,  # names are shown as they are
}


def series(i: int) -> dict[str, Any]:
    """The colour and dashes of the i-th curve; after five they come again.

    The gaps between dashes show a curve that lies under another.
    """
    return {"color": COLORS[i % len(COLORS)], "linestyle": DASHES[i % len(DASHES)]}


def scatter(axes: Any, points: Any, kinds: Any, area: float = 130) -> None:
    """Draw points in the plane, each as its class 0, 1 or 2 looks.

    `area` is a point's in points², whose white edge sets it off.
    """
    for kind in sorted(set(kinds)):
        chosen = [point for point, its in zip(points, kinds) if its == kind]
        look = {
            "marker": MARKERS[kind],
            "c": POINTS[kind],
            "edgecolors": "white",
            "linewidths": 0.13 * area**0.5,
        }
        axes.scatter(*zip(*chosen), s=area, zorder=3, clip_on=False, **look)


def shades(colors: Any = SHADES) -> Any:
    """matplotlib's colour map from the first to the last of some colours."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("shades", colors)


def level_line(axes: Any, xs: Any, ys: Any, numbers: Any, level: float) -> None:
    """Draw the line where numbers over the plane are on a level, if any are."""
    if min(map(min, numbers)) < level < max(map(max, numbers)):
        axes.contour(xs, ys, numbers, levels=[level], colors="black", linewidths=3)


def name_at(axes: Any, x: float, y: float, name: str, color: str) -> None:
    """Write a name at a place, bold, in its curve's colour, on a white halo."""
    from matplotlib.patheffects import withStroke

    halo = [withStroke(linewidth=4, foreground="white")]
    axes.text(x, y, name, color=color, weight="bold", path_effects=halo, zorder=5)


def label_ends(axes: Any, curves: Any) -> None:
    """Write each curve's name at its right end, and none over another.

    `curves` are (name, height of the end, colour). Call it when the limits of
    the axes are set.
    """
    bottom, top = axes.get_ylim()  # (which also brings the axes up to date)
    scale = axes.transData + axes.transAxes.inverted()
    ends = sorted(
        (scale.transform((axes.get_xlim()[1], min(max(y, bottom), top)))[1], name, color)
        for name, y, color in curves
    )
    height = axes.bbox.height / axes.figure.dpi * 72  # in points
    gap = min(24 / height, 1 / max(len(ends) - 1, 1))
    heights = [float(end) for end, _, _ in ends]
    for i in range(1, len(heights)):  # up, off the one below
        heights[i] = max(heights[i], heights[i - 1] + gap)
    for i in range(len(heights)):  # and down again, where that was out of the axes
        heights[i] = min(heights[i], 1 - gap * (len(heights) - 1 - i))
    for (end, name, color), height in zip(ends, heights):
        line = {"arrowstyle": "-", "color": color, "lw": 1, "shrinkA": 0, "shrinkB": 2, "relpos": (0, 0.5)}
        axes.annotate(
            name,
            xy=(1, end),
            xytext=(1.04, height),
            xycoords="axes fraction",
            va="center",
            color=color,
            weight="bold",
            arrowprops=line,
        )
