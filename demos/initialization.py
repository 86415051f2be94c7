"""Where a descent starts: zeros, too large, and just right."""

import random

from demos.kit.pictures import show
from demos.moons import moons
from nn import MLP, GradientDescent, binary_cross_entropy, fit, plot

EPOCHS = 150


def start(scale, seed=0):
    """A network with the initial weights that MLP draws, times a scale."""
    model = MLP(2, [8, 8, 1], activation="tanh", rng=random.Random(seed))
    for parameter in model.parameters():
        parameter.data *= scale
    return model


def main(out, seed=0):
    points, labels = moons(100, 0.1, random.Random(seed))
    labels = [int(label > 0) for label in labels]
    print("Two moons and an MLP 2-8-8-1 with tanh. MLP draws each weight with variance")
    print("1/(inputs), so that signals neither grow nor shrink from layer to layer.")
    print("Here are other beginnings:\n")

    scales = {"all zeros": 0, "100 times smaller": 0.01, "as drawn": 1, "30 times larger": 30}
    histories, models = {}, {}
    for name, scale in scales.items():
        models[name] = start(scale, seed)
        descent = GradientDescent(models[name].parameters(), rate=0.3)
        losses = fit(models[name], points, labels, binary_cross_entropy, descent, EPOCHS, progress=False)
        histories[name] = losses
    show(plot.losses(histories, "Five beginnings"), out / "initialization.png")

    # Zeros: all hidden neurons are one function and get one gradient, for ever.
    print("\nFrom zeros, the eight neurons of a layer stay copies of one another:")
    spreads = {name: spread(models[name]) for name in ("all zeros", "as drawn")}
    for name, difference in spreads.items():
        print(f"  {name:18} the first layer's neurons differ by up to {difference:.3g}")

    # Too large: tanh is flat there, its derivative 1 - tanh² nearly zero.
    print("\nFrom large weights, tanh saturates and lets no gradient through. At the start,")
    print("on average,")
    slopes = {name: slope(start(scales[name], seed), points) for name in ("as drawn", "30 times larger")}
    for name, mean in slopes.items():
        print(f"  {name:18} 1 - tanh² of the second layer is {mean:.3f}")
    return {"spreads": spreads, "slopes": slopes}


def spread(model):
    """The largest difference between two first-layer neurons' weights."""
    neurons = [[p.data for p in neuron.parameters()] for neuron in model.layers[0].neurons]
    return max(abs(a - b) for first in neurons for second in neurons for a, b in zip(first, second))


def slope(model, points):
    """The mean derivative of tanh at the neurons of the second layer."""
    first, second, _ = model.layers
    slopes = [1 - float(h) ** 2 for x in points for h in second(first(x))]
    return sum(slopes) / len(slopes)
