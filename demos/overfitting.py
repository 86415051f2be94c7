"""Many parameters need much data: overfitting."""

import math
import random
from functools import partial

from demos.kit.panels import panels
from engine import Program, Value
from nn import MLP, Adam, fit, mean_squared_error
from nn.plot import palette

NOISE = 0.3  # its standard deviation
FEW, LARGE = 10, 16  # points; hidden neurons
HIDDEN = (1, 2, 4, 8, 16, 32)
POINTS = (10, 20, 40, 80, 160)
DRAWS = 5


def wave(count, rng):
    """Points of a wave at equal distances, with noise."""
    xs = [-2 + 4 * i / (count - 1) for i in range(count)]
    return [[x] for x in xs], [math.sin(1.5 * x) + rng.gauss(0, NOISE) for x in xs]


def trained(k, n, seed):
    """A network of k hidden neurons fitted to n points, and these."""
    rng = random.Random(seed)
    rows, ys = wave(n, rng)
    network = MLP(1, [k, 1], activation="tanh", rng=rng)
    adam = Adam(network.parameters(), rate=0.05)
    fit(network, rows, ys, mean_squared_error, adam, epochs=1000, progress=False)
    return network, rows, ys


def outputs(network, rows):
    x = Value(0, "x")
    return Program(network([x]), inputs=[x]).each(rows).tolist()


def loss(network, rows, ys):
    """The mean squared error."""
    return sum((output - y) ** 2 for output, y in zip(outputs(network, rows), ys)) / len(ys)


def losses(k, n, seed):
    """Training and held-out loss, the means of five draws."""
    found = []
    for draw in range(DRAWS):
        network, rows, ys = trained(k, n, 1000 * seed + draw)
        held_out = wave(1000, random.Random(f"{seed} {draw}"))
        found.append((loss(network, rows, ys), loss(network, *held_out)))
    return [sum(column) / DRAWS for column in zip(*found)]


def main(out, seed=0):
    print("A network is fitted to n points of a noisy wave. How well does it predict 1,000")
    print("others, held out? On average no function has a smaller loss there than the")
    print(f"variance of the noise, {NOISE**2:.2f}. These are mean squared errors, over {DRAWS} draws of")
    print("the data and the first weights.\n")
    by_k = {k: losses(k, FEW, seed) for k in HIDDEN}
    by_n = {n: losses(LARGE, n, seed) for n in POINTS}
    print(f"  {FEW} points, k hidden neurons of tanh\n")
    print("    k   parameters   training   held out   difference")
    for k, (training, held_out) in by_k.items():
        print(f"  {k:3}{3 * k + 1:13}{training:11.3f}{held_out:11.3f}{held_out - training:13.3f}")
    best = min(by_k, key=lambda k: by_k[k][1])
    print(f"\nThe training loss falls to almost 0; the held-out loss is least at k = {best}. With")
    print("more parameters than points, a network can go through all points. Then it has")
    print("learned their noise by heart, but new points have other noise: it overfits.\n")
    print(f"  n points, {LARGE} hidden neurons: {3 * LARGE + 1} parameters\n")
    print("    n                training   held out   difference")
    for n, (training, held_out) in by_n.items():
        print(f"  {n:3}{training:24.3f}{held_out:11.3f}{held_out - training:13.3f}")
    print("\nWith more points, the same network cannot go through all of them. It has to")
    print("learn what they share, the wave. Both losses approach that of the noise, the one")
    print("from below, the other from above.\n")
    few = partial(on_losses, found=by_k, name="neurons k", title=f"{FEW} points: more neurons overfit")
    large = partial(on_losses, found=by_n, name="points n", title=f"{LARGE} neurons: more points help")
    fits = [partial(on_fit, k=LARGE, n=n, seed=1000 * seed) for n in (FEW, POINTS[-1])]
    title = "Solid: the network. Dashed: the wave without its noise"
    if panels([few, large], out / "overfitting.png") and panels(fits, out / "overfitting_fits.png", title):
        print(f"  as pictures: {out / 'overfitting.png'}")
        print(f"               {out / 'overfitting_fits.png'}")
    return {"by k": by_k, "by n": by_n}


def on_losses(axes, found, name, title):
    """Training and held-out loss over k or n, and that of the noise."""
    sizes, (training, held_out) = list(found), zip(*found.values())
    axes.fill_between(sizes, training, held_out, color="#eeeeee")
    axes.axhline(NOISE**2, color="#808080", linewidth=2)
    ends = [("noise", NOISE**2, "#606060")]
    for i, (label, heights) in enumerate({"held out": held_out, "training": training}.items()):
        look = palette.series(3 * i)
        axes.plot(sizes, heights, marker=palette.MARKERS[i], markersize=12, markeredgecolor="white", **look)
        ends.append((label, heights[-1], look["color"]))
    axes.set(xscale="log", xlabel=name, ylabel="mean squared error", title=title, ylim=(-0.01, 0.24))
    axes.set_xticks(sizes, sizes)
    axes.minorticks_off()
    axes.set_xlim(sizes[0] / 1.1, sizes[-1] * 1.1)
    palette.label_ends(axes, ends)


def on_fit(axes, k, n, seed):
    """A network's function, the points that it was fitted to, and the wave."""
    network, rows, ys = trained(k, n, seed)
    between = [[-2 + i / 100] for i in range(401)]
    axes.scatter(rows, ys, s=130 if n < 50 else 50, c="#c8c8c8", edgecolors="black", clip_on=False)
    axes.plot(between, [math.sin(1.5 * x) for [x] in between], **palette.series(3))
    axes.plot(between, outputs(network, between), **palette.series(0))
    axes.set(xlabel="x", title=f"{k} neurons, {n} points", xlim=(-2.05, 2.05), ylim=(-2, 2))
