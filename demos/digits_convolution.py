"""Convolutions on the digits: half as many weights, as good.

A hidden neuron of the MLP has a weight for each of the 64 pixels. A filter has
nine, and looks for the same stroke at every place.
"""

import random
import time

from demos.digits import examples, network
from demos.kit.maps import image_rows, shaded
from demos.kit.panels import panels
from nn import Adam, Convolution2D, Layer, Neuron, Sequential, cross_entropy, fit, max_pool

FILTERS = 12


def pooled(image):
    """The largest of every 2 × 2 numbers of an image: half as many rows."""
    places = range(0, len(image), 2)
    return [[max_pool([row[j : j + 2] for row in image[i : i + 2]]) for j in places] for i in places]


def convolutional(rng):
    """8 × 8 pixels → 12 images of 6 × 6 → 12 images of 3 × 3 → 10 logits."""
    filters = [Convolution2D(Neuron(9, "relu", rng), height=3, width=3) for _ in range(FILTERS)]
    model = Sequential(
        image_rows,
        lambda image: [x for convolve in filters for row in pooled(convolve(image)) for x in row],
        Layer(9 * FILTERS, 10, "linear", rng),
    )
    model.filters = filters
    return model


def accuracy(model, rows, labels):
    guesses = [max(range(10), key=model(x).__getitem__) for x in rows]
    return sum(map(int.__eq__, guesses, labels)) / len(labels)


def main(out, seed=0):
    (rows, targets), (held_rows, held_labels) = examples(seed)
    models = {"MLP": network(seed), "convolution": convolutional(random.Random(seed))}
    print("The task: which digit does an image of 8 × 8 pixels show?\n")
    print(f"An MLP 64-32-10, and {FILTERS} filters of 3 × 3 pixels with one layer after them, learn")
    print(f"{len(rows):,} images in 15 epochs. {len(held_rows)} others are held out.\n")
    print("               weights   mean loss       seconds   held out")
    found = {}
    for name, model in models.items():
        weights = model.parameters()
        start = time.perf_counter()
        adam = Adam(weights, rate=0.005)
        losses = fit(model, rows, targets, cross_entropy, adam, epochs=15, batch=32, rng=random.Random(seed))
        seconds = time.perf_counter() - start
        found[name] = len(weights), accuracy(model, held_rows, held_labels)
        print(f"  {name:11}  {len(weights):7,}   {losses[0]:.3f} → {losses[-1]:.3f}", end="   ")
        print(f"{seconds:7.1f}     {found[name][1]:.1%}")
    print("\nA stroke is the same stroke wherever it stands. The MLP learns it for every")
    print("place anew; a filter learns it once, and has more examples of it.")
    picture(models["convolution"].filters, held_rows, held_labels, out / "digits_filters.png")
    return found


def picture(filters, rows, labels, path):
    """Six filters, above what they find in three images."""
    strongest = sorted(filters, key=lambda filter: -sum(abs(w.data) for w in filter.function.w))[:6]
    parts = [lambda axes: axes.set_axis_off()]
    for filter in strongest:
        kernel = [w.data for w in filter.function.w]
        parts.append(shaded(image_rows(kernel, 3), title=f"filter {len(parts)}"))
    for digit in (0, 1, 4):
        x = rows[labels.index(digit)]
        image = image_rows(x)
        found = [[[z.data for z in row] for row in filter(image)] for filter in strongest]
        largest = max(z for rows in found for row in rows for z in row)
        parts += [shaded(image, (0, 1)), *(shaded(rows, (0, largest)) for rows in found)]
    if panels(parts, path, "Filters, and where they find their stroke: dark is large", columns=7):
        print(f"\nThe filters, and what they find in three images: {path}")
