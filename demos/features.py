"""Linear regression over features g(Wx), which are learned."""

import random
from functools import partial
from operator import mul

from demos.kit.panels import panels
from demos.regression import data
from nn import MLP, Adam, fit, mean_squared_error
from nn.plot import palette

SIZES = (1, 2, 4, 8)


def features(network, x):
    """The features g(Wx + b) of x, and the 1 that the last bias multiplies."""
    z = network.layers[0]([x])
    return [*map(float, z if isinstance(z, list) else [z]), 1.0]


def weights(network):
    """β, and the last bias."""
    [output] = network.layers[1].neurons
    return [w.data for w in [*output.w, output.b]]


def terms(network, x):
    """What each feature adds to f(x): βᵢ g(wᵢx + bᵢ), and the last bias."""
    return [beta * z for beta, z in zip(weights(network), features(network, x))]


def without(q, column):
    """A column without its projection on q."""
    share = sum(map(mul, q, column)) / sum(map(mul, q, q))
    return [b - share * a for a, b in zip(q, column)]


def residuals(rows, ys):
    """What linear regression over rows of features leaves of ys.

    Gram–Schmidt: the projection on each feature leaves all columns after it.
    """
    columns = [*zip(*rows), ys]
    while len(columns) > 1:
        q, *later = columns
        columns = [without(q, column) for column in later]
    return columns[0]


def mean_square(numbers):
    return sum(a * a for a in numbers) / len(numbers)


def main(out, seed=0):
    xs, ys = data(random.Random(seed))
    print("f(x) = βᵀ g(Wx) in two steps: W makes k features of x, β weights them. With W")
    print("fixed, it is linear regression over the features g(Wx). Training learns W too.")
    print("Here are 25 points of a wave, g = tanh, and biases:\n")
    print("  f(x) = β₁ g(w₁x + b₁) + … + βₖ g(wₖx + bₖ) + c")
    networks, errors = {}, {}
    for k in SIZES:
        networks[k] = network = MLP(1, [k, 1], activation="tanh", rng=random.Random(seed))
        first = residuals([features(network, x) for x in xs], ys)
        adam = Adam(network.parameters(), rate=0.03)
        fit(network, [[x] for x in xs], ys, mean_squared_error, adam, epochs=3000, progress=False)
        trained = [y - float(network([x])) for x, y in zip(xs, ys)]
        best = residuals([features(network, x) for x in xs], ys)
        errors[k] = [mean_square(left) for left in (first, trained, best)]
        *beta, c = weights(network)
        hidden = [(neuron.w[0].data, neuron.b.data) for neuron in network.layers[0].neurons]
        print(f"\n  k = {k}, c = {c:.2f}")
        for name, row in zip("βwb", (beta, *zip(*hidden))):
            print(f"    {name}  " + "".join(f"{number:8.2f}" for number in row))

    print("\nMean squared errors. For a given W, linear regression finds the best β in closed")
    print("form: here for the first, random W, and for the learned one.\n")
    print("        first W,               learned W,")
    print("  k       best β     trained       best β")
    for k, row in errors.items():
        print(f"  {k}" + "".join(f"{number:12.4f}" for number in row))
    most = max(trained / best for _, trained, best in errors.values())
    better = ", ".join(str(k) for k, (first, _, best) in errors.items() if best < first)
    print(f"\nThe trained β is nearly the best: its error is {most - 1:.1%} larger at most. And the")
    print(f"learned features are better than the first ones, for k = {better}.\n")
    parts = [partial(on_terms, network=networks[k], xs=xs, ys=ys) for k in SIZES]
    title = "Numbered: the features βᵢ g(wᵢx + bᵢ). With c, they add up to f(x)"
    if panels(parts, out / "features.png", title, columns=2):
        print(f"  as a picture: {out / 'features.png'}")
    return {"networks": networks, "errors": errors}


def on_terms(axes, network, xs, ys):
    """What each feature adds to f(x), and f through the points."""
    between = [-2 + i / 50 for i in range(201)]
    *curves, bias = zip(*(terms(network, x) for x in between))
    total = [sum(column) for column in zip(*curves, bias)]
    axes.scatter(xs, ys, s=60, c="#c8c8c8", edgecolors="black", clip_on=False)
    ends = []
    for i, curve in enumerate(curves):
        look = palette.series(1 + i % 4)
        axes.plot(between, curve, linewidth=2.5, **look)
        ends.append((f"{i + 1}", curve[-1], look["color"]))
    axes.plot(between, total, linewidth=4, **palette.series(0))
    ends.append(("f(x)", total[-1], palette.series(0)["color"]))
    axes.set(title=f"k = {len(curves)}", xlim=(-2.05, 2))
    palette.label_ends(axes, ends)
