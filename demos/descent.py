"""Gradient descent: the loop, and a loss that is not convex."""

import inspect
import math
import random
import textwrap

from demos.kit.paths import paths
from demos.kit.pictures import show
from demos.kit.probabilities import hundredths
from engine import Value, grad
from nn import MLP, binary_cross_entropy, mean_squared_error

XOR = [([0, 0], 0), ([0, 1], 1), ([1, 0], 1), ([1, 1], 0)]
BUMP = [(-3, 0.1), (-1, 0.9), (1, 0.9), (4, 0.1)]  # high in the middle: too hard for σ(wx + b)
STARTS = {"A": (4, 1), "B": (-3, 1), "C": (2, -2)}


def gradient_descent(f, W, examples, L, rate, tolerance):
    path = [[w.data for w in W]]
    while len(path) == 1 or math.dist(*path[-2:]) > tolerance:
        for x, y in examples:
            L(f(x), y).backward()  # adds ∇L(f(x), y) to the gradients
        for w in W:
            w.data -= rate / len(examples) * w.grad
            w.grad = 0
        path.append([w.data for w in W])
    return path


def neuron_loss(w, b):
    """The mean squared error of σ(wx + b) on the examples of BUMP."""
    return sum((1 / (1 + math.exp(-(w * x + b))) - y) ** 2 for x, y in BUMP) / len(BUMP)


def main(out):
    print("Gradient descent, W ← W - α/n Σᵢ ∇L(f(xᵢ), yᵢ) until convergence, in full:\n")
    print(textwrap.indent(inspect.getsource(gradient_descent), "    "))
    print("It stops, as converged, when a step is no longer than the tolerance.")

    network = MLP(2, [2, 1], activation="sigmoid", rng=random.Random(1))
    W = network.parameters()
    rows = [[d.data for d in grad(binary_cross_entropy(network(x), y), W)] for x, y in XOR]
    mean = [sum(column) / len(rows) for column in zip(*rows)]
    print("\nA network 2-2-1 that is to learn XOR, at its first weights: the gradient of")
    print("each example, a number for each weight, and below the mean of the four.\n")
    print("       " + "".join(f"{w.label:>8}" for w in W))
    for (x, y), row in zip(XOR, rows):
        print(f"  {x[0]}{x[1]}→{y} " + "".join(f"{d:8.4f}" for d in row))
    print("  mean " + "".join(f"{d:8.4f}" for d in mean))
    opposed = sum(min(column) < 0 < max(column) for column in zip(*rows))
    length = math.hypot(*mean) / (sum(math.hypot(*row) for row in rows) / len(rows))
    print(f"\nFor {opposed} of the {len(W)} weights the examples disagree about the sign: some want the")
    print("weight larger, some smaller. Much cancels: the mean of the four gradients is")
    print(f"{length:.2f} times as long as they are on average.")

    print("\nThe loop with α = 2 and a tolerance of 0.02, then on with one of 0.002:\n")
    print("  tolerance   steps   probability for 00     01     10     11")
    outputs = []
    for tolerance in (0.02, 0.002):
        steps = len(gradient_descent(network, W, XOR, binary_cross_entropy, 2, tolerance)) - 1
        outputs.append([network(x).sigmoid().data for x, _ in XOR])
        print(f"  {tolerance:<9}{steps:8}            " + "".join(f"{hundredths(p):>7}" for p in outputs[-1]))
    print("\nFirst it stops on a plateau: steps are short there, but no minimum is near. With")
    print("patience the network learns XOR.")

    print("\nA loss that one can see has two weights. One neuron, σ(wx + b), is to be high")
    print("in the middle, which it cannot be. From three starts it fails in three ways:\n")
    print("  start (w, b)    steps    end (w, b)           loss")
    tracks = {}
    for name, start in STARTS.items():
        w, b = Value(start[0], "w"), Value(start[1], "b")

        def neuron(x, w=w, b=b):
            return (w * x + b).sigmoid()

        tracks[name] = path = gradient_descent(neuron, [w, b], BUMP, mean_squared_error, 2, 1e-5)
        row = (*start, len(path) - 1, *path[-1], neuron_loss(*path[-1]))
        print(f"  {name} " + "({:2}, {:2}){:11}    ({:6.3f}, {:6.3f}){:12.4f}".format(*row))
    ends = [path[-1] for path in tracks.values()]
    middle = [(p + q) / 2 for p, q in zip(*ends[:2])]
    print("\nEach end is a minimum: every small step from there leads uphill. A convex loss")
    print("has no two such valleys: half-way between the ends of A and B it is at most the")
    print(
        f"mean of both. Here it is {neuron_loss(*middle):.4f}. The start decides in which valley one ends.\n"
    )
    letters = [(name, (w + 0.2, b - 0.5), tracks[name]) for name, (w, b) in STARTS.items()]
    title = "One loss (dark is high), three starts, three minima (stars)"
    show(paths(neuron_loss, letters, ((-4, 5), (-4, 6)), title, ("w", "b")), out / "descent.png")
    return {"rows": rows, "mean": mean, "outputs": outputs, "tracks": tracks}
