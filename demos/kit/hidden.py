"""What hidden units make of a plane: while they learn, and layer by layer."""

from demos.kit.panels import show_panels
from demos.kit.planes import halves, regions
from nn import Sequential
from nn.plot.palette import series


def while_learning(networks, epochs, losses, rows, targets, path):
    """A network 2-2-1 at some epochs: a column each, and the curve of losses.

    Above is the plane of the inputs, below that of the hidden units.
    """

    def curve(axes):
        marks = [losses[min(epoch, len(losses) - 1)] for epoch in epochs]
        axes.plot(losses, **series(0))
        axes.scatter(
            epochs, marks, s=130, color=series(2)["color"], edgecolors="white", zorder=3, clip_on=False
        )
        axes.set(ylabel="loss", xticks=epochs, xlim=(0, epochs[-1]), ylim=(0, None))
        axes.set_xlabel("epoch", labelpad=-14)

    above, below = [], []
    texts = ["".join(map(str, x)) for x in rows]
    for epoch, network in zip(epochs, networks):
        hidden, output = network.layers
        z = [[float(unit) for unit in hidden(x)] for x in rows]
        above.append(halves(_probability(network), rows, targets, (-0.3, 1.3), f"epoch {epoch}"))
        below.append(halves(_probability(output), z, targets, (-0.2, 1.2), names=("z₁", "z₂"), texts=texts))
    title = "Learning moves the points z⁽²⁾ = g(Wx) until a line separates them"
    layout = "\n".join(["abcd"] * 5 + ["efgh"] * 5 + ["iiii"] * 2)
    show_panels([*above, *below, curve], path, title, layout=layout)


def _probability(model):
    return lambda x: model(x).sigmoid()


def by_layer(network, lines, labels, seen, shares, path):
    """A network 2-5-2-3: its hidden units, and lines between classes.

    The lines are over the inputs, and over what the second layer returns: as
    lines there, and as the curves over the inputs that they are.
    """
    first, second, _ = network.layers
    of_inputs, _, of_second = lines
    side, points, area = (-1.15, 1.15), seen[0], 30
    units = [(f"z{'₁₂₃₄₅'[i]}⁽²⁾", lambda x, i=i: first(x)[i]) for i in range(5)]
    units += [(f"z{'₁₂'[i]}⁽⁴⁾", lambda x, i=i: second(first(x))[i]) for i in range(2)]
    parts = [halves(unit, points, labels, side, name, between=(-1, 1), area=area) for name, unit in units]
    names, title_of_second = ("z₁", "z₂"), f"on z⁽⁴⁾: {shares[2]:.0%}"
    parts.insert(5, regions(of_inputs, points, labels, side, f"lines on x: {shares[0]:.0%}", area=area))
    parts.append(regions(of_second, seen[2], labels, side, title_of_second, names, area))
    parts.append(
        regions(Sequential(first, second, of_second), points, labels, side, "these, on x", area=area)
    )
    title = "Straight edges, then curves, until lines tell the classes apart"
    show_panels(parts, path, title, columns=5)
