"""A convolution finds a pattern wherever it stands.

One neuron looks through a window at every place of a row or an image, always
with the same weights. A layer that does not share its weights has to learn the
pattern for every place anew.
"""

import random

from demos.kit.pictures import save
from engine import Value, draw
from nn import Convolution1D, Convolution2D, GradientDescent, Layer, Neuron, Sequential, fit, max_pool
from nn.losses import binary_cross_entropy

SHAPES = {"plus": "010 111 010", "cross": "101 010 101", "ring": "111 101 111", "corner": "100 100 111"}
# The places of a 3 × 3 window in a 7 × 7 image.
PLACES = [(top, left) for top in range(5) for left in range(5)]
MIDDLE = (2, 2)


def image(shape, place):
    """The 49 pixels of an image that is white but for one shape."""
    pixels = [0] * 49
    for i, line in enumerate(SHAPES[shape].split(), place[0]):
        pixels[7 * i + place[1] : 7 * i + place[1] + 3] = map(int, line)
    return pixels


def where(shape, place):
    """The target: for every window, 1 if it is exactly a plus, else 0."""
    return [int(shape == "plus" and window == place) for window in PLACES]


def right(model, place):
    """How many of the four images with a shape here a model gets right."""
    return sum([z > 0 for z in model(image(shape, place))] == where(shape, place) for shape in SHAPES)


def main(out, seed=0):
    print("One dimension, weights set by hand: σ(-30 + 20 x1 - 20 x2 + 20 x3) finds 1 0 1.\n")
    by_hand = Neuron(3, "sigmoid")
    by_hand.load_state({"b": -30, "w[0]": 20, "w[1]": -20, "w[2]": 20})
    found = []
    for shift in range(4):
        row = [0] * shift + [1, 1, 0, 1, 0, 0] + [0] * (3 - shift)
        outputs = Convolution1D(by_hand, width=3)(row)
        found.append([round(x.data) for x in outputs])
        print(f"  {row} → {found[-1]}, largest {max_pool(outputs).data:.6f}")
    print("\nWhere the row is shifted, what is found is shifted with it: equivariance.")
    print("The largest is the same, to the last bit: translation invariance.")
    print("\nTwo dimensions, learned: is a 3 × 3 window a plus? The examples are the windows")
    print(f"of four images with a {', a '.join(SHAPES)} in the middle.\n")
    rng = random.Random(seed)
    kernel = Neuron(9, "linear", rng)
    shared = Sequential(
        lambda x: [x[i : i + 7] for i in range(0, 49, 7)],  # pixels to rows
        Convolution2D(kernel, height=3, width=3),
        lambda rows: [x for row in rows for x in row],
    )
    unshared = Layer(49, 25, "linear", rng)
    examples = [image(shape, MIDDLE) for shape in SHAPES]
    targets = [where(shape, MIDDLE) for shape in SHAPES]
    for name, model, rate, epochs in (("convolution", shared, 10, 200), ("layer", unshared, 5, 50)):
        descent = GradientDescent(model.parameters(), rate)
        losses = fit(model, examples, targets, binary_cross_entropy, descent, epochs=epochs)
        weights = len(model.parameters())
        print(f"  {name:11}  {weights:4} weights, mean loss {losses[0]:.3f} → {losses[-1]:.3f}")

    print("\nHow many of the four images are wholly right, by the place of the shape:\n")
    print("  convolution        layer                kernel")
    counts = [[right(model, place) for place in PLACES] for model in (shared, unshared)]
    for top in range(5):
        rows = ["  ".join(map(str, count[5 * top : 5 * top + 5])) for count in counts]
        line = "".join(f"{w.data:z7.2f}" for w in kernel.w[3 * top : 3 * top + 3])
        print(f"  {rows[0]}      {rows[1]}      {line}".rstrip())
    print("\nHow much the largest answer to a plus differs between places:")
    differences = []
    for name, model in (("convolution", shared), ("layer", unshared)):
        answers = [max_pool(model(image("plus", place))).data for place in PLACES]
        differences.append(max(answers) - min(answers))
        print(f"  {name:11}  {differences[-1]:.3g}")

    # Weight sharing as a graph: a kernel of two weights and a bias, each with a
    # use in each of three windows.
    x = [Value(data, f"x{i}") for i, data in enumerate((1, 0, 2, 1), 1)]
    largest = max_pool(Convolution1D(Neuron(2, "tanh", rng), width=2)(x))
    largest.backward()
    save(draw(largest, inputs=x, fold=True), out / "convolution_graph.svg")
    print(f"\nPicture: {out / 'convolution_graph.svg'} (two weights, in three windows each)")
    return {"found": found, "right": counts, "kernel": kernel, "differences": differences}
