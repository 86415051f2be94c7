"""Gradient descent, mini-batches, momentum and Adam compared."""

import random

from demos.kit.pictures import show
from demos.moons import moons
from nn import MLP, Adam, GradientDescent, binary_cross_entropy, fit, plot

EPOCHS = 100


def descents(seed=0):
    """The mean losses of five ways to descend from the same weights."""
    points, labels = moons(100, 0.1, random.Random(seed))
    labels = [int(label > 0) for label in labels]

    def descend(optimizer, batch=None):
        model = MLP(2, [16, 1], activation="tanh", rng=random.Random(seed))
        rng = random.Random(seed)
        how = {"epochs": EPOCHS, "batch": batch, "rng": rng, "progress": False}
        return fit(model, points, labels, binary_cross_entropy, optimizer(model.parameters()), **how)

    return {
        "gradient descent": descend(lambda weights: GradientDescent(weights, rate=0.3)),
        "with momentum": descend(lambda weights: GradientDescent(weights, rate=0.3, momentum=0.9)),
        "mini-batches of 10": descend(lambda weights: GradientDescent(weights, rate=0.3), batch=10),
        "mini-batches + momentum": descend(
            lambda weights: GradientDescent(weights, rate=0.3, momentum=0.9), batch=10
        ),
        "Adam": descend(lambda weights: Adam(weights, rate=0.1)),
    }


def main(out, seed=0):
    print("An MLP 2-16-1 is to tell two moons of 100 points apart. Five descents start")
    print("from the same weights:\n")
    print("  gradient descent   W ← W - α/n Σᵢ ∇L(f(xᵢ), yᵢ), one step an epoch")
    print("  with momentum      V ← μV + ∇L, W ← W - αV: what was downhill still counts")
    print("  mini-batches       the gradient of 10 points at a time: ten noisy steps an")
    print("                     epoch for the price of one")
    print("  Adam               each weight's step follows the size of its own gradients\n")
    print(f"The mean loss over {EPOCHS} epochs, on a logarithmic scale. It is averaged while its")
    print("epoch runs: with mini-batches, ten steps are in the first number already.\n")
    histories = descents(seed)
    show(plot.losses(histories, "Plain gradient descent is the slowest of five"), out / "optimizers.png")
    plain = histories["gradient descent"][-1]
    print(f"\nPlain gradient descent ends at {plain:.3f}. The others are there after so many epochs:\n")
    for name, losses in histories.items():
        if name != "gradient descent":
            reached = next((epoch for epoch, loss in enumerate(losses, 1) if loss <= plain), None)
            print(f"  {name:24}{reached or f'more than {EPOCHS}':>3}")
