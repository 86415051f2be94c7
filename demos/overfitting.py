"""Many parameters need much data: overfitting."""

import math
import random

from demos.kit.fits import fitted
from demos.kit.marked import gap
from demos.kit.panels import show_panels
from engine import Program, Value, format_number
from nn import MLP, Adam, fit, mean_squared_error

NOISE = 0.3  # its standard deviation
FEW, LARGE = 10, 16  # points; hidden neurons


def wave(n, rng):
    """n points of a wave at equal distances, with noise."""
    xs = [-2 + 4 * i / (n - 1) for i in range(n)]
    return [[x] for x in xs], [math.sin(1.5 * x) + rng.gauss(0, NOISE) for x in xs]


def trained(k, n, seed):
    """A network of k hidden neurons fitted to n points, and these."""
    rng = random.Random(seed)
    rows, ys = wave(n, rng)
    network = MLP(1, [k, 1], activation="tanh", rng=rng)
    adam = Adam(network.parameters(), rate=0.05)
    fit(network, rows, ys, mean_squared_error, adam, epochs=1000, progress=False)
    return network, rows, ys


def loss(network, rows, ys):
    """The mean squared error."""
    x = Value(0, "x")
    outputs = Program(network([x]), inputs=[x]).each(rows)
    return sum((output - y) ** 2 for output, y in zip(outputs, ys)) / len(ys)


def losses(k, n, seed):
    """Training and held-out loss, the means of five draws."""
    held_out = [wave(1000, random.Random(f"{seed} {draw}")) for draw in range(5)]
    seen = [trained(k, n, 1000 * seed + draw) for draw in range(5)]
    pairs = [(loss(*each), loss(each[0], *others)) for each, others in zip(seen, held_out)]
    return [sum(column) / 5 for column in zip(*pairs)]


def table(size, found):
    print(f"    {size}      training      held out    difference")
    for number, (training, held_out) in found.items():
        print(f"  {number:3}{training:14.3f}{held_out:14.3f}{held_out - training:14.3f}")


def main(out, seed=0):
    print("A network is fitted to n points of sin(1.5 x) with noise. How well does it")
    print("predict 1,000 others, held out? On average no function has a smaller loss there")
    print(f"than the variance of the noise, {NOISE**2:.2f}. Here are mean squared errors, the means")
    print(f"of five draws. {FEW} points, k neurons of tanh, 3k + 1 parameters:\n")
    by_k = {k: losses(k, FEW, seed) for k in (1, 2, 4, 8, 16, 32)}
    table("k", by_k)
    least, best = min(by_k.values())[0], min(by_k, key=lambda k: by_k[k][1])
    print(f"\nThe training loss falls to {format_number(least)}; the held-out loss is least at k = {best}.")
    print("With more parameters than points, a network can go through all points. Then it")
    print("has learned their noise by heart, but new points have other noise: it overfits.")
    print(f"\nn points, {LARGE} neurons, {3 * LARGE + 1} parameters:\n")
    by_n = {n: losses(LARGE, n, seed) for n in (10, 20, 40, 80, 160)}
    table("n", by_n)
    print("\nWith more points, the same network cannot go through all of them. It learns what")
    print("they share, the wave. The losses approach the noise's from below and from above.\n")

    few = gap(by_k, "neurons k", NOISE**2, f"{FEW} points: more neurons overfit")
    large = gap(by_n, "points n", NOISE**2, f"{LARGE} neurons: more points help")
    show_panels([few, large], out / "overfitting.png")
    fits = []
    for n, area in ((FEW, 130), (160, 60)):
        network, rows, ys = trained(LARGE, n, 1000 * seed)
        curves = [("wave", 3, lambda x: math.sin(1.5 * x)), ("network", 0, lambda x, f=network: f([x]))]
        fits.append(fitted([(x, y) for [x], y in zip(rows, ys)], curves, f"{n} points", area, xlabel="x"))
    show_panels(fits, out / "overfitting_fits.png", f"{LARGE} neurons learn the noise where points are few")
    return {"by k": by_k, "by n": by_n}
