"""Handwritten digits: 2,410 weights learn 1,438 images."""

import random
import time

from demos.kit.datasets import digits, split
from demos.kit.maps import shaded
from demos.kit.panels import panels
from nn import MLP, Adam, cross_entropy, fit, one_hot, softmax


def examples(seed=0):
    """Images with targets for softmax, and a fifth held out, with digits."""
    (rows, labels), held = split(*digits(), part=0.2, rng=random.Random(seed))
    return (rows, [one_hot(label, 10) for label in labels]), held


def network(seed=0):
    """The logits U g(Wx) of softmax: 32 hidden neurons, g = relu."""
    return MLP(64, [32, 10], rng=random.Random(seed))


def main(out, seed=0):
    (rows, targets), (held_rows, held_labels) = examples(seed)
    model = network(seed)
    print("One of the images, 8 by 8 pixels, which the network sees as 64 numbers:\n")
    print(drawn(rows[0]))

    def predicted(x):
        logits = model(x)
        return max(range(10), key=logits.__getitem__)

    print(f"\n{model!r}: {len(model.parameters()):,} weights. The loss of one image, forward")
    print("and backward, is a program of 27,000 lines, which roll up into loops. They")
    print("are compiled where there is a C compiler, and run on 32 images at a time.\n")
    weights = model.parameters()

    # The squares of the weights, a little of them, shrink the weights that
    # images do not need (weight decay). So what a neuron looks for is seen.
    def loss(logits, target):
        return cross_entropy(logits, target) + 1e-3 * sum(w * w for w in weights)

    start = time.perf_counter()
    adam = Adam(weights, rate=0.005)
    losses = fit(model, rows, targets, loss, adam, epochs=15, batch=32, rng=random.Random(seed))
    seconds = time.perf_counter() - start
    print(f"mean loss {losses[0]:.3f} → {losses[-1]:.4f} in {len(losses)} epochs, {seconds:.1f} s")

    guesses = [predicted(x) for x in held_rows]
    accuracy = sum(guess == label for guess, label in zip(guesses, held_labels)) / len(held_labels)
    print(f"accuracy on the {len(held_labels)} images held out: {accuracy:.1%}\n")

    wrong = [(x, guess, label) for x, guess, label in zip(held_rows, guesses, held_labels) if guess != label]
    for x, guess, label in wrong[:3]:
        sure = float(softmax(model(x))[guess])
        print(f"  takes this {label} for a {guess}, with probability {sure:.2f}:")
        print(drawn(x))
    picture(model, out / "digits_neurons.png")
    return accuracy


def drawn(pixels):
    rows = [pixels[i : i + 8] for i in range(0, 64, 8)]
    return "\n".join("    " + "".join(" ░▒▓█"[round(4 * p)] * 2 for p in row) for row in rows)


def picture(model, path):
    """What hidden neurons look for: their weights as images.

    Those with the largest weights, each with the digit it speaks for most.
    """
    hidden, output = ([[w.data for w in neuron.w] for neuron in layer.neurons] for layer in model.layers)
    parts = []
    for j in sorted(range(len(hidden)), key=lambda j: -max(map(abs, hidden[j])))[:18]:
        digit = max(range(10), key=lambda k: output[k][j])
        parts.append(shaded([hidden[j][i : i + 8] for i in range(0, 64, 8)], title=f"for {digit}"))
    if panels(parts, path, "Ink on dark pixels excites a neuron, which then speaks for a digit", columns=6):
        print(f"\nWhat the hidden neurons look for: {path}")
