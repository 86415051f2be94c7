"""Representation learning: what each layer makes of x.

XOR while it is learned, in the plane of its two hidden units; then a spiral as
each of two hidden layers sees it.
"""

import math
import random
from copy import deepcopy
from itertools import combinations

from demos.classification import accuracy, arms
from demos.kit.panels import panels
from demos.kit.planes import halves, regions
from demos.xor import ROWS, TARGETS
from nn import (
    MLP,
    Adam,
    GradientDescent,
    Layer,
    Sequential,
    binary_cross_entropy,
    cross_entropy,
    fit,
    one_hot,
)
from nn.plot.palette import series

EPOCHS = (0, 300, 600, 3000)


def main(out, seed=1):
    print("XOR again. z⁽²⁾ = g(Wx) is a point in the plane of the two hidden units, and")
    print("β·z⁽²⁾ + b = 0 a straight line in it. Learning moves the points and the line:\n")
    for attempt in range(20):
        networks, losses = learn_xor(random.Random(seed + 1000 * attempt))
        answers = [[network(x).sigmoid().data for x in ROWS] for network in networks]
        right = [sum((p > 0.5) == y for p, y in zip(each, TARGETS)) for each in answers]
        if right[-1] == 4:
            break
    hidden = [outputs(network.layers[0], ROWS) for network in networks]
    print("           " + "".join(f"    {f'epoch {epoch}':12}" for epoch in EPOCHS).rstrip())
    print("  x1 x2 XOR" + "".join("    z1   z2   p  " for _ in EPOCHS).rstrip())
    for i, (x, y) in enumerate(zip(ROWS, TARGETS)):
        cells = (f"   {z[i][0]:.2f} {z[i][1]:.2f} {p[i]:.2f}" for z, p in zip(hidden, answers))
        print(f"   {x[0]}  {x[1]}  {y} " + "".join(cells))
    print("  right      " + "".join(f"  {f'{count} of 4':14}" for count in right).rstrip())
    distance, a, b = min(
        (math.dist(hidden[-1][i], hidden[-1][j]), i, j) for i, j in combinations(range(4), 2)
    )
    print("\nThe line cannot bend. W has moved the points for it: the inputs")
    print(f"{tuple(ROWS[a])} and {tuple(ROWS[b])} are {math.dist(ROWS[a], ROWS[b]):.2f} apart, ", end="")
    print(f"and their points z⁽²⁾ only {distance:.2f} in the end.")
    if xor_strip(networks, hidden, losses, out / "representations_xor.png"):
        print(f"  as a picture: {out / 'representations_xor.png'}")

    rng = random.Random(seed)
    points, labels = arms(3, 0.2, rng, turn=5)
    network = classifier(MLP(2, [5, 2, 3], "tanh", rng), points, labels)
    print("\nA spiral of three classes, and a network of two hidden layers, of 5 and 2 units.")
    print("What can softmax(Uz), whose boundaries are straight, make of what they return?\n")
    names = ("z = x, the inputs", "z = z⁽²⁾, of hidden layer 1", "z = z⁽⁴⁾, of hidden layer 2")
    seen, lines, shares = [points], [], []
    for name, layer in zip(names, network.layers):
        lines.append(classifier(Layer(len(seen[-1][0]), 3, "linear", rng), seen[-1], labels))
        shares.append(accuracy(lines[-1], seen[-1], labels))
        print(f"  {name:28}{shares[-1]:5.0%} right")
        seen.append(outputs(layer, seen[-1]))
    print("\nOver the inputs, units of layer 1 have straight edges, those of layer 2 curves.")
    print("Layer by layer the classes come apart: successively more high-level")
    print("representations, in the lecture's words.")
    if spiral_layers(network, lines, seen, labels, shares, out / "representations_spiral.png"):
        print(f"  as a picture: {out / 'representations_spiral.png'}")
    return {"right": right, "networks": networks, "closest": (a, b, distance), "shares": shares}


def learn_xor(rng):
    """The network after each of EPOCHS, and the loss of every epoch."""
    network = MLP(2, [2, 1], "sigmoid", rng)
    networks = [deepcopy(network)]

    def keep(epoch, loss, model):
        if epoch in EPOCHS:
            networks.append(deepcopy(model))

    descent = GradientDescent(network.parameters(), rate=2)
    losses = fit(network, ROWS, TARGETS, binary_cross_entropy, descent, EPOCHS[-1], each=keep)
    return networks, losses


def classifier(model, rows, labels):
    """The model, once it has learned the classes."""
    adam, targets = Adam(model.parameters(), rate=0.03), [one_hot(label, 3) for label in labels]
    fit(model, rows, targets, cross_entropy, adam, epochs=2000, progress=False)
    return model


def outputs(layer, rows):
    return [[z.data for z in layer(x)] for x in rows]


def xor_strip(networks, hidden, losses, path):
    """Above the plane of inputs, below it that of the hidden units."""

    def probability(layers):
        return lambda x: Sequential(*layers)(x).sigmoid()

    def curve(axes):
        axes.plot(losses, **series(0))
        marked = [losses[min(epoch, len(losses) - 1)] for epoch in EPOCHS]
        axes.scatter(
            EPOCHS, marked, s=130, color=series(2)["color"], edgecolors="white", zorder=3, clip_on=False
        )
        axes.set(ylabel="loss", xticks=EPOCHS, xlim=(0, EPOCHS[-1]), ylim=(0, None))
        axes.set_xlabel("epoch", labelpad=-14)

    above, below, texts = [], [], ["00", "01", "10", "11"]
    for epoch, network, z in zip(EPOCHS, networks, hidden):
        of_x, of_z = probability(network.layers), probability(network.layers[1:])
        above.append(halves(of_x, ROWS, TARGETS, (-0.3, 1.3), f"epoch {epoch}"))
        below.append(halves(of_z, z, TARGETS, (-0.2, 1.2), names=("z₁", "z₂"), texts=texts))
    title = "Learning moves the points z⁽²⁾ = g(Wx) until a line separates them"
    layout = "\n".join(["abcd"] * 5 + ["efgh"] * 5 + ["iiii"] * 2)
    return panels([*above, *below, curve], path, title, layout=layout)


def spiral_layers(network, lines, seen, labels, shares, path):
    """Each hidden unit over the inputs; lines on these and on z⁽⁴⁾."""
    first, second, _ = network.layers
    side, points, area = (-1.15, 1.15), seen[0], 30
    units = [(f"z⁽²⁾{'₁₂₃₄₅'[i]}", lambda x, i=i: first(x)[i]) for i in range(5)]
    units += [(f"z⁽⁴⁾{'₁₂'[i]}", lambda x, i=i: second(first(x))[i]) for i in range(2)]
    parts = [halves(unit, points, labels, side, name, limits=(-1, 1), area=area) for name, unit in units]
    parts.insert(5, regions(lines[0], points, labels, side, f"x, lines: {shares[0]:.0%}", area=area))
    parts.append(
        regions(lines[2], seen[2], labels, side, f"z⁽⁴⁾, lines: {shares[2]:.0%}", ("z₁", "z₂"), area)
    )
    parts.append(regions(Sequential(first, second, lines[2]), points, labels, side, "these, on x", area=area))
    return panels(parts, path, "Straight edges, then curves, until lines tell the classes apart", columns=5)
