"""Functions of one number, drawn over an interval with their names."""

import importlib.util

STYLES = (
    {"linestyle": "-", "color": "black", "linewidth": 4},
    {"linestyle": (0, (1, 1.2)), "color": "#b2182b", "linewidth": 2.5},
    {"linestyle": (0, (4, 2)), "color": "#2166ac", "linewidth": 2.5},
    {"linestyle": (0, (6, 1.5, 1, 1.5)), "color": "#1b7837", "linewidth": 2.5},
    {"linestyle": "-", "color": "#762a83", "linewidth": 1.5},
)


def functions(curves, size, title, path):
    """Draw each curve of (name, where the name stands, function).

    `size` is ((left, right), (bottom, top)), with one scale on both axes.
    """
    if importlib.util.find_spec("matplotlib") is None:
        print("  (as a picture with matplotlib: pip install matplotlib)")
        return
    from matplotlib.figure import Figure
    from matplotlib.patheffects import withStroke

    (left, right), _ = size
    xs = [left + (right - left) * i / 400 for i in range(401)]
    figure = Figure(figsize=(10, 5), layout="constrained")
    axes = figure.subplots()
    axes.axhline(0, color="#909090", linewidth=0.8)
    axes.axvline(0, color="#909090", linewidth=0.8)
    halo = [withStroke(linewidth=4, foreground="white")]
    for (name, place, function), style in zip(curves, STYLES):
        axes.plot(xs, [function(x) for x in xs], **style)
        axes.text(*place, name, fontsize=14, color=style["color"], weight="bold", path_effects=halo)
    axes.set_title(title, fontsize=15, pad=12)
    axes.set(aspect="equal", xlim=size[0], ylim=size[1])
    axes.set_xlabel("x", fontsize=14)
    axes.tick_params(labelsize=12)
    figure.savefig(path, dpi=120)
    print(f"  as a picture: {path}")
