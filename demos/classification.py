"""Classification: σ for two classes, softmax for more."""

import math
import random

from demos.kit.panels import show_panels
from demos.kit.pictures import save
from demos.kit.planes import regions
from engine import Value
from nn import MLP, Adam, Layer, cross_entropy, diagram, fit, one_hot, softmax

COUNT = 40  # points of each class


def arms(classes, noise, rng, turn=3):
    """Points along arms of a spiral, which turn by so much; each one's arm."""
    points, labels = [], []
    for label in range(classes):
        for i in range(COUNT):
            r = (i + 1) / COUNT
            angle = 2 * math.pi * label / classes + turn * r + rng.gauss(0, noise)
            points.append([r * math.cos(angle), r * math.sin(angle)])
            labels.append(label)
    return points, labels


def main(out, seed=0):
    print("For two classes a network returns one logit z, and p(Y=1|x) = σ(z). For more it")
    print("returns one for each, and p(Y=y|x) = softmax(z)_y = exp(z_y) / Σ_k exp(z_k).")
    print("With two logits that is the same:\n")
    z = 1.7
    zero, one = softmax([Value(0), Value(z)])
    print(f"  σ({z}) = {Value(z).sigmoid():.6f}    softmax(0, {z}) = ({zero:.6f}, {one:.6f})\n")

    points, labels = arms(3, 0.2, random.Random(seed))
    targets = [one_hot(label, 3) for label in labels]
    models = {
        "softmax(Wx), no hidden layer (logistic regression)": Layer(2, 3, "linear", random.Random(seed)),
        "softmax(U g(Wx)), 8 hidden neurons, g = tanh": MLP(2, [8, 3], "tanh", random.Random(seed)),
    }
    print(f"Three arms of a spiral, {len(points)} points, by the least cross-entropy. Maps show the")
    print("points as ●, + and ○, and as ░, blank and ▒ the class of the largest logit in")
    print("each place, which has the largest probability too.")
    accuracies, parts = [], []
    for name, model in models.items():
        adam = Adam(model.parameters(), rate=0.05)
        losses = fit(model, points, targets, cross_entropy, adam, epochs=500, progress=False)
        accuracies.append(accuracy(model, points, labels))
        print(f"\n{name}:\nmean loss {losses[0]:.3f} → {losses[-1]:.3f}, {accuracies[-1]:.0%} right.\n")
        print(text_map(model, points, labels))
        formula = name.partition(",")[0]
        parts.append(regions(model, points, labels, (-1.15, 1.15), f"{formula}: {accuracies[-1]:.0%} right"))
    print("\nBoth maps, with their boundaries as lines:")
    show_panels(parts, out / "classification.png", "A hidden layer bends the boundaries between the classes")
    print("\nThe second network, its weights as the width of its edges. What leaves it is a")
    print("logit for each class. Its neurons are maps: the darker, the higher the output.")
    if save(diagram(model, maps=points), out / "classification.svg"):
        print(f"  as a picture: {out / 'classification.svg'}")
    return accuracies


def accuracy(model, points, labels):
    """The share of points whose class a model predicts."""
    return sum(predicted(model, x) == label for x, label in zip(points, labels)) / len(points)


def predicted(model, x):
    logits = model(x)
    return max(range(3), key=logits.__getitem__)


def text_map(model, points, labels, columns=56, lines=20):
    """A map of the class that a model gives each place, and the points."""
    ys = [1.1 - 2.2 * j / (lines - 1) for j in range(lines)]
    xs = [-1.1 + 2.2 * i / (columns - 1) for i in range(columns)]
    plane = [["░ ▒"[predicted(model, [x, y])] for x in xs] for y in ys]
    for (x, y), label in zip(points, labels):
        plane[round((1.1 - y) / 2.2 * (lines - 1))][round((x + 1.1) / 2.2 * (columns - 1))] = "●+○"[label]
    return "\n".join("  " + "".join(line) for line in plane)
