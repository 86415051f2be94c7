"""The decision boundary of a model with two inputs, as text and picture."""

import importlib.util

SHADES = " ░▒▓█"


def boundary(model, points, labels, path, size=(56, 20)):
    """Print the probability that `model` gives each place, as shades.

    `model` is a function from two coordinates to a probability. Points with
    label 1 are ●, others ○. The picture goes to `path` where matplotlib is
    installed.
    """
    columns, lines = size
    (left, right), (bottom, top) = (_margins(coordinate) for coordinate in zip(*points))
    xs = [left + (right - left) * i / (columns - 1) for i in range(columns)]
    ys = [top + (bottom - top) * j / (lines - 1) for j in range(lines)]
    levels = [[float(model([x, y])) for x in xs] for y in ys]
    shaded = [[SHADES[min(int(level * 5), 4)] for level in line] for line in levels]
    for (x, y), label in zip(points, labels):
        column = round((x - left) / (right - left) * (columns - 1))
        line = round((top - y) / (top - bottom) * (lines - 1))
        shaded[line][column] = "●" if label == 1 else "○"
    print("\n".join("  " + "".join(line) for line in shaded))
    if importlib.util.find_spec("matplotlib") is None:
        print("  (as a picture too with matplotlib: pip install matplotlib)")
        return
    _picture(xs, ys, levels, points, labels, path)
    print(f"  as a picture: {path}")


def _margins(coordinates):
    low, high = min(coordinates), max(coordinates)
    return low - 0.15 * (high - low), high + 0.15 * (high - low)


def _picture(xs, ys, levels, points, labels, path):
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 4.5), layout="constrained")
    axes = figure.subplots()
    shades = axes.contourf(xs, ys, levels, levels=[i / 10 for i in range(11)], cmap="RdBu", alpha=0.8)
    axes.contour(xs, ys, levels, levels=[0.5], colors="black", linewidths=1)
    figure.colorbar(shades, label="probability of 1")
    for label, marker in ((0, "o"), (1, "s")):
        chosen = [point for point, given in zip(points, labels) if (given == 1) == bool(label)]
        axes.scatter(*zip(*chosen), marker=marker, edgecolors="black", c="#2166ac" if label else "#b2182b")
    axes.set(xlabel="x₁", ylabel="x₂")
    figure.savefig(path, dpi=150)
