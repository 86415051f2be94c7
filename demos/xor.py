"""XOR by hand, then learned (the main demo)."""

import random

from demos.boolean_functions import NAMES
from demos.kit.pictures import save, show
from demos.kit.probabilities import hundredths
from demos.page import learning
from engine import Value, draw, play
from nn import MLP, XOR, GradientDescent, binary_cross_entropy, diagram, fit, plot, truth_table

ROWS = [[0, 0], [0, 1], [1, 0], [1, 1]]
TARGETS = [0, 1, 1, 0]


def main(out, seed=1):
    print("No single unit computes XOR. Two layers do:")
    print("x1 XOR x2 = (x1 OR x2) AND (x1 NAND x2). With such weights, set by hand:\n")
    print(truth_table(XOR))

    print("\nNow a network of two hidden units and one output learns it from these four rows.")
    for attempt in range(20):
        network = MLP(2, [2, 1], activation="sigmoid", rng=random.Random(seed + 1000 * attempt))

        def probability(x, network=network):
            return network(x).sigmoid()

        print(f"\nBefore, with random weights (seed {seed + 1000 * attempt}):\n")
        print(truth_table(probability))
        descent = GradientDescent(network.parameters(), rate=2)
        losses = fit(network, ROWS, TARGETS, binary_cross_entropy, descent, epochs=3000)
        if all(round(float(probability(x))) == y for x, y in zip(ROWS, TARGETS)):
            break
        stuck(network, losses)
    print(f"\nAfter {len(losses):,} steps of gradient descent,")
    print(f"the mean loss falling from {losses[0]:.3f} to {losses[-1]:.4f}:\n")
    print(truth_table(probability))

    # Representation learning: nobody told the hidden units what to compute.
    print("\nWhat the hidden units have come to compute:\n")
    print("      x1 and x2:   00    01    10    11")
    hidden = []
    for i, unit in enumerate(network.layers[0].neurons, 1):
        outputs = [float(unit(x)) for x in ROWS]
        hidden.append(NAMES[int("".join(str(round(p)) for p in outputs), base=2)])
        print(f"  hidden unit {i}: {'  '.join(map(hundredths, outputs))}   like {hidden[-1]}")

    print("\nIts decision boundary, blank where it answers 0 and filled where it answers 1:\n")
    show(
        plot.boundary(
            probability, ROWS, TARGETS, label="probability of 1", title="XOR, learned by two hidden units"
        ),
        out / "xor_boundary.png",
    )

    # One example, forward and backward, as a graph.
    x1, x2 = Value(1, "x1"), Value(0, "x2")
    loss = binary_cross_entropy(network([x1, x2]), 1)
    loss.label = "loss"
    network.zero_grad()
    loss.backward()
    pictures = {
        "xor_by_hand.svg": diagram(XOR, hidden=["OR", "NAND"]),
        "xor_learned.svg": diagram(network, maps=ROWS),
        "xor_graph.svg": draw(loss, inputs=[x1, x2], fold=True),
    }
    print("\nThe two networks, and the graph of one example with its data and gradients:")
    for name, drawing in pictures.items():
        if save(drawing, out / name):
            print(f"  {out / name}")

    # The same once more, before your eyes: a page that has the four rows.
    loss, inputs, rows = learning(seed + 1000 * attempt)
    page = play(loss, inputs=inputs, rows=rows, rate=2)
    print("\nA page on which the network learns it from its first weights (press Run):")
    print(f"  {page.save(out / 'xor.html')}")
    return {"outputs": [float(probability(x)) for x in ROWS], "hidden units": hidden}


def stuck(network, losses):
    """Say where a descent is that has not learned XOR: on a plateau."""
    answers = [float(network(x).sigmoid()) for x in ROWS]
    print(f"\nStuck: the mean loss is {losses[-1]:.3f}, and the probabilities of 1 are")
    print(f"{', '.join(f'{p:.3f}' for p in answers)}. Rows that it does not tell apart get the mean")
    print("of their targets. This is no minimum but a plateau: the loss still falls, by")
    print(f"{losses[-1001] - losses[-1]:.1g} in the last 1,000 steps. Once more, from other weights.")
