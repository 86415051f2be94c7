"""Where a descent starts: zeros, equal, too small or large."""

import random

from demos.kit.pictures import show
from demos.moons import moons
from nn import MLP, GradientDescent, binary_cross_entropy, fit, plot

STARTS = {  # a weight, given the one that MLP draws
    "all zeros": lambda drawn: 0.0,
    "all 0.5": lambda drawn: 0.5,
    "100 times smaller": lambda drawn: 0.01 * drawn,
    "as drawn": lambda drawn: drawn,
    "30 times larger": lambda drawn: 30 * drawn,
}


def start(name, seed=0):
    """A network with initial weights of this kind."""
    model = MLP(2, [8, 8, 1], activation="tanh", rng=random.Random(seed))
    for parameter in model.parameters():
        parameter.data = STARTS[name](parameter.data)
    return model


def main(out, seed=0):
    points, labels = moons(100, 0.1, random.Random(seed))
    data = points, [int(label > 0) for label in labels]
    print("An MLP 2-8-8-1 with tanh is to tell two moons apart. MLP draws each weight with")
    print("variance 1/(inputs), so that signals keep their size. Here are other beginnings:\n")

    histories, gradients, spreads = {}, {}, {}
    for name in STARTS:
        model = start(name, seed)
        gradients[name] = largest_gradient(model, *data)
        spreads[name] = [spread(model)]
        descent = GradientDescent(model.parameters(), rate=0.3)

        def note(epoch, loss, model, spreads=spreads[name]):
            spreads.append(spread(model))

        histories[name] = fit(model, *data, binary_cross_entropy, descent, 1000, progress=False, each=note)
    title = "Five beginnings: the weights as MLP draws them learn most"
    show(plot.losses(histories, title), out / "initialization.png")

    print("\nAt zeros every gradient is 0: a weight's is a product with other weights or")
    print("with outputs of neurons, which are 0 too. (The last bias has none either, for")
    print("there are as many points of each moon.) So nothing ever moves. The largest:\n")
    for name in ("all zeros", "all 0.5", "100 times smaller", "as drawn"):
        print(f"  {name:18} {gradients[name]:.2g}")

    print("\nFrom all 0.5 the network learns, but the neurons of a layer are one function")
    print("and get one gradient: they stay copies for ever, and eight are worth one. From")
    print("small weights they differ a little, and differences grow: slowly while the loss")
    print("stays at log 2, then fast. By how much the first layer's neurons differ:\n")
    print("  epoch             " + "".join(f"{epoch:9,}" for epoch in (0, 100, 300, 1000)))
    for name in ("all 0.5", "100 times smaller", "as drawn"):
        print(f"  {name:18}" + "".join(f"{spreads[name][epoch]:9.3g}" for epoch in (0, 100, 300, 1000)))

    print("\nFrom large weights, tanh saturates: its derivative 1 - tanh² lets hardly any")
    print("gradient through. At the start its mean in the second layer is\n")
    slopes = {}
    for name in ("as drawn", "30 times larger"):
        first, second, _ = start(name, seed).layers
        outputs = [float(h) for x in points for h in second(first(x))]
        slopes[name] = sum(1 - h * h for h in outputs) / len(outputs)
        print(f"  {name:18} {slopes[name]:.3f}")
    return {"gradients": gradients, "spreads": spreads, "slopes": slopes, "losses": histories}


def largest_gradient(model, points, labels):
    """The largest derivative of the mean loss by a parameter."""
    model.zero_grad()
    losses = [binary_cross_entropy(model(x), y) for x, y in zip(points, labels)]
    (sum(losses) / len(losses)).backward()
    return max(abs(parameter.grad) for parameter in model.parameters())


def spread(model):
    """The largest difference between two first-layer neurons' weights."""
    neurons = [[p.data for p in neuron.parameters()] for neuron in model.layers[0].neurons]
    return max(abs(a - b) for first in neurons for second in neurons for a, b in zip(first, second))
