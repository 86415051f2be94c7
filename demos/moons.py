"""Two moons: micrograd's own task, 337 weights, 100 points."""

import math
import random

from demos.kit.pictures import show
from nn import MLP, GradientDescent, fit, hinge, plot


def moons(count, noise, rng):
    """Points of two interleaved half circles, and their labels, -1 or 1."""
    points, labels = [], []
    for i in range(count):
        angle = math.pi * (i // 2) / (count // 2 - 1)
        upper = (math.cos(angle), math.sin(angle))
        lower = (1 - math.cos(angle), 0.5 - math.sin(angle))
        x, y = upper if i % 2 == 0 else lower
        points.append([x + rng.gauss(0, noise), y + rng.gauss(0, noise)])
        labels.append(-1 if i % 2 == 0 else 1)
    return points, labels


def main(out, seed=1337):
    rng = random.Random(seed)
    points, labels = moons(100, 0.1, rng)
    model = MLP(2, [16, 16, 1], rng=rng)
    weights = model.parameters()
    print(f"On which of two moons is a point? From {len(points)} points, a network learns a score,")
    print("below 0 for one moon and above 0 for the other. The network is")
    print(f"{model!r}, with {len(weights)} weights.\n")

    def accuracy():
        return sum((model(x) > 0) == (y > 0) for x, y in zip(points, labels)) / len(points)

    # The hinge loss asks every score to be on its side of zero by at least 1.
    # The squares of the weights, a little of them, keep the boundary smooth
    # (L2 regularisation).
    def loss(score, y):
        return hinge(score, y) + 1e-4 * sum(w * w for w in weights)

    print(f"accuracy before: {accuracy():.0%}")
    losses = fit(model, points, labels, loss, GradientDescent(weights, rate=0.5), epochs=100)
    print(f"mean loss {losses[0]:.3f} → {losses[-1]:.4f} in {len(losses)} steps")
    learned = accuracy()
    print(f"accuracy after:  {learned:.0%}\n")
    print("The moons ○ and ●, and the score of each place: blank below -0.6, full above")
    print("0.6. At 0 is the boundary. (A hinge score is no logit: its σ would be no")
    print("probability.)\n")
    map = plot.boundary(
        model,
        points,
        labels,
        between=(-1, 1),
        label="score",
        title="Two moons, and the line where the score is 0",
    )
    show(map, out / "moons_boundary.png")
    return learned
