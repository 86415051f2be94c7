"""AND as one sigmoid unit: set by hand, then learned."""

import random

from demos.kit.pictures import save
from engine import Value, draw, play
from nn import AND, GradientDescent, Neuron, binary_cross_entropy, diagram, fit, truth_table

ROWS = [[0, 0], [0, 1], [1, 0], [1, 1]]
TARGETS = [0, 0, 0, 1]


def main(out):
    print("f(x) = σ(-30 + 20 x1 + 20 x2) computes AND: only two ones lift the sum over 0.\n")
    print(truth_table(AND))

    # The graph of one example: how each weight would make AND(1, 1) rise.
    x1, x2 = Value(1, "x1"), Value(1, "x2")
    y = AND([x1, x2])
    y.label = "y"
    y.backward()
    pictures = {
        "and_diagram.svg": diagram(AND),  # the bias is the weight of a constant 1
        "and_graph.svg": draw(y, inputs=[x1, x2], derivatives=True),
    }

    # Logistic regression finds such weights itself, from the four rows alone.
    unit = Neuron(2, activation="linear", rng=random.Random(0))
    learned = fit(
        unit, ROWS, TARGETS, binary_cross_entropy, GradientDescent(unit.parameters(), rate=1), epochs=2000
    )
    print(f"\nLearned from its four rows by {len(learned)} steps of gradient descent,")
    print(f"the mean loss falling from {learned[0]:.3f} to {learned[-1]:.4f}:\n")

    def probability(x):
        return unit(x).sigmoid()

    print(truth_table(probability, name="learned"))
    w1, w2, b = (parameter.data for parameter in unit.parameters())
    print(f"\nf(x) = σ({b:.2f} + {w1:.2f} x1 + {w2:.2f} x2): other weights, the same function.")
    print(f"The lecture's weights are {-30 / b:.1f} times as large, and so much surer of the answer.")
    print("\nThe unit of the lecture, and its graph for x1 = x2 = 1:")
    for name, picture in pictures.items():
        if save(picture, out / name):
            print(f"  as a picture: {out / name}")
    page = play(y, inputs=[x1, x2]).save(out / "and_gate.html")
    print(f"  the graph as a page: change x1 to 0, and see how y falls: {page}")
