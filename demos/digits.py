"""Handwritten digits: 2,410 weights learn 1,438 images."""

import random
import time

from demos.kit.datasets import digits, split
from demos.kit.maps import image_rows, shaded, text_map
from demos.kit.panels import panels
from nn import MLP, Adam, cross_entropy, fit, one_hot, softmax


def examples(seed=0):
    """Images with targets for softmax, and a fifth held out, with digits."""
    (rows, labels), held = split(*digits(), part=0.2, rng=random.Random(seed))
    return (rows, [one_hot(label, 10) for label in labels]), held


def network(seed=0):
    """The logits U g(Wx) of softmax: 32 hidden neurons, g = relu."""
    return MLP(64, [32, 10], rng=random.Random(seed))


def most_exciting(model, rows, labels, count=20):
    """Hidden neurons by the digit that most images which excite them show.

    Of each digit it is the neuron with the largest share: (how many of the
    `count` images show the digit, the neuron, the mean of the images).
    """
    found = {}
    activations = zip(*([z.data for z in model.layers[0](x)] for x in rows))
    for neuron, z in zip(model.layers[0].neurons, activations):
        best = sorted(range(len(rows)), key=lambda i: -z[i])[:count]
        shown = [labels[i] for i in best]
        digit = max(range(10), key=shown.count)
        mean = [sum(pixels) / count for pixels in zip(*(rows[i] for i in best))]
        if digit not in found or found[digit][0] < shown.count(digit):
            found[digit] = shown.count(digit), neuron, mean
    return found


def main(out, seed=0):
    (rows, targets), (held_rows, held_labels) = examples(seed)
    model = network(seed)
    weights = model.parameters()
    print("Which digit is it? An image has 8 by 8 pixels, for the network 64 numbers x:\n")
    print(text_map(rows[0]))
    print(f"\n{model!r} is softmax(U g(Wx)) with biases, g = relu: {len(weights):,}")
    print("weights. The loss of one image, forward and backward, is a program of 27,000")
    print("lines, which roll up into loops. They are compiled where there is a C compiler,")
    print("and run on 32 images at a time.\n")

    # The squares of the weights, a little of them, shrink the weights that
    # images do not need (weight decay). So what a neuron looks for is seen.
    def loss(logits, target):
        return cross_entropy(logits, target) + 3e-4 * sum(w * w for w in weights)

    start = time.perf_counter()
    adam = Adam(weights, rate=0.005)
    losses = fit(model, rows, targets, loss, adam, epochs=15, batch=32, rng=random.Random(seed))
    print(f"mean loss {losses[0]:.3f} → {losses[-1]:.3f} in {len(losses)} epochs, ", end="")
    print(f"{time.perf_counter() - start:.1f} s")

    probabilities = [softmax(model(x)) for x in held_rows]
    guesses = [max(range(10), key=p.__getitem__) for p in probabilities]
    wrong = [i for i, guess in enumerate(guesses) if guess != held_labels[i]]
    accuracy = 1 - len(wrong) / len(held_rows)
    print(f"accuracy on the {len(held_rows)} images held out: {accuracy:.1%}\n")
    for i in wrong[:3]:
        sure = probabilities[i][guesses[i]].data
        print(f"  takes this {held_labels[i]} for a {guesses[i]}, with probability {sure:.2f}:")
        print(text_map(held_rows[i]))

    found = most_exciting(model, held_rows, held_labels)
    clearest = sorted(found, key=lambda digit: -found[digit][0])[:5]
    parts = [shaded(image_rows([w.data for w in found[digit][1].w])) for digit in clearest]
    parts += [shaded(image_rows(found[k][2]), (0, 1), f"{found[k][0]} of 20 are {k}s") for k in clearest]
    title = "Weights of a hidden neuron (dark: positive), and under\nthem the mean of the 20 images that excite it most"
    if panels(parts, out / "digits_neurons.png", title, columns=5):
        print(f"\nWhat hidden neurons look for: {out / 'digits_neurons.png'}")
    return {"accuracy": accuracy, "neurons": found}
