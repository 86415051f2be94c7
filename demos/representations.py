"""Representation learning: what each layer makes of x."""

import math
import random
from copy import deepcopy
from itertools import combinations

from demos.classification import accuracy, arms
from demos.kit.hidden import by_layer, while_learning
from demos.kit.probabilities import hundredths
from demos.xor import ROWS, TARGETS
from engine import format_number
from nn import MLP, Adam, GradientDescent, Layer, binary_cross_entropy, cross_entropy, fit, one_hot

EPOCHS = (0, 300, 600, 3000)


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


def main(out, seed=1):
    print("A network 2-2-1 learns XOR. Of x it makes z⁽²⁾ = g(Wx), a point in the plane of")
    print("its hidden units, and of z⁽²⁾ the probability p = σ(β·z⁽²⁾ + b). That is 1/2 on")
    print("a straight line in this plane. Learning moves the points and the line:\n")
    for attempt in range(20):
        networks, losses = learn_xor(random.Random(seed + 1000 * attempt))
        answers = [[network(x).sigmoid().data for x in ROWS] for network in networks]
        right = [sum((p > 0.5) == y for p, y in zip(each, TARGETS)) for each in answers]
        if right[-1] == 4:
            break
    z = [outputs(network.layers[0], ROWS) for network in networks]
    print("           " + "".join(f"    {f'epoch {epoch}':12}" for epoch in EPOCHS).rstrip())
    print("  x1 x2 XOR" + "".join("    z1   z2   p  " for _ in EPOCHS).rstrip())
    for i, (x, y) in enumerate(zip(ROWS, TARGETS)):
        cells = [[*map(hundredths, (*of_z[i], p[i]))] for of_z, p in zip(z, answers)]
        print(f"   {x[0]}  {x[1]}  {y} " + "".join("   " + " ".join(cell) for cell in cells))
    print("  right      " + "".join(f"  {f'{count} of 4':14}" for count in right).rstrip())
    distance, a, b = min((math.dist(z[-1][i], z[-1][j]), i, j) for i, j in combinations(range(4), 2))
    print(f"\nThe line cannot bend. W has moved the points for it: {tuple(ROWS[a])} and {tuple(ROWS[b])} are")
    print(f"{math.dist(ROWS[a], ROWS[b]):.2f} apart as inputs, and {format_number(distance)} as z⁽²⁾.")
    while_learning(networks, EPOCHS, losses, ROWS, TARGETS, out / "representations_xor.png")

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
    print("Layer by layer, representations get more high-level, and the classes come apart.")
    by_layer(network, lines, labels, seen, shares, out / "representations_spiral.png")
    return {"right": right, "networks": networks, "closest": (a, b, distance), "shares": shares}
