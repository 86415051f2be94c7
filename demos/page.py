"""A graph as a page: step through, change it, guess, train."""

import random

from engine import Value, play
from nn import MLP, binary_cross_entropy


def example():
    """d = a b + b³, in which b has two uses."""
    a, b = Value(2, "a"), Value(-3, "b")
    d = a * b + b**3
    d.label = "d"
    return d


def neuron():
    """A sigmoid unit with two inputs."""
    x1, x2 = Value(2, "x1"), Value(0, "x2")
    w1, w2, b = Value(-3, "w1"), Value(1, "w2"), Value(6.9, "b")
    p = (w1 * x1 + w2 * x2 + b).sigmoid()
    p.label = "p"
    return p, [x1, x2]


def learning(seed):
    """The loss of a network for XOR, its inputs, and the rows of the table."""
    x1, x2, y = Value(0, "x1"), Value(0, "x2"), Value(0, "y")
    network = MLP(2, [2, 1], activation="sigmoid", rng=random.Random(seed))
    loss = binary_cross_entropy(network([x1, x2]), y)
    loss.label = "loss"
    return loss, [x1, x2, y], [[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]]


def main(out, seed=1):
    p, inputs = neuron()
    loss, given, rows = learning(seed)
    pages = {
        "example.html": play(example()),
        "neuron.html": play(p, inputs=inputs),
        "learning.html": play(loss, inputs=given, rows=rows, rate=2),
    }
    print("Three pages, to be opened in a browser. They need no network.\n")
    for name, page in pages.items():
        print(f"  {page.save(out / name)}  ({page.steps} steps)")
    print("\n1. Step. Open example.html, press →, and read each step: the numbers on the")
    print("   arrows, the line of the program, the chain rule. Why is b's gradient 29?")
    print("   Click b: two paths lead to it, and brought 2 and 27.")
    print("\n2. Change. What is b's gradient for b = 1? Say it first, then type 1.")
    print("   In neuron.html, move b to the right: the curve gets flat, its tangent too.")
    print("   A unit so sure of its answer has gradients near 0: it is saturated.")
    print("\n3. Guess. Press Guess, and say each number before it comes. The page tells")
    print("   which factor you forgot.")
    print("\n4. Train. Open learning.html, press Run, and watch the hidden units move the")
    print("   four rows of XOR until one line parts them. Too large an α? Too small?")
    return {name: page.steps for name, page in pages.items()}
