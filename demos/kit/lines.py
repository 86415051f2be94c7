"""Decision boundaries of perceptrons with two inputs, as lines in a picture."""

import importlib.util


def lines(panels, points, path):
    """Draw panels of (title, perceptron, labels), shaded where the answer is 1.

    Points with label 1 are filled.
    """
    if importlib.util.find_spec("matplotlib") is None:
        print("  (as a picture with matplotlib: pip install matplotlib)")
        return
    from matplotlib.figure import Figure

    height = -(-len(panels) // 3)
    figure = Figure(figsize=(8, 2.8 * height), layout="constrained")
    grid = [-0.5 + 0.01 * i for i in range(201)]
    for axes, (title, perceptron, labels) in zip(figure.subplots(height, 3, squeeze=False).flat, panels):
        says = [[perceptron([x, y]) for x in grid] for y in grid]
        axes.contourf(grid, grid, says, levels=[-0.5, 0.5, 1.5], colors=["white", "#b8d3ea"])
        for (x, y), label in zip(points, labels):
            axes.plot(x, y, "ko", fillstyle="full" if label else "none", markersize=9)
        axes.set(title=title, aspect="equal", xticks=[0, 1], yticks=[0, 1], xlabel="x₁", ylabel="x₂")
    figure.savefig(path, dpi=120)
    print(f"  as a picture: {path}")
