"""Linear regression over features g(Wx), which are learned."""

import random

from demos.kit.fits import fitted
from demos.kit.least_squares import residuals
from demos.kit.panels import show_panels
from demos.regression import data
from nn import MLP, Adam, fit, mean_squared_error

SIZES = (1, 2, 4, 8)


def features(network, x):
    """The features g(Wx + b) of x, and the 1 that the last bias multiplies."""
    return [*(float(neuron([x])) for neuron in network.layers[0].neurons), 1.0]


def terms(network):
    """What each feature adds to f(x): functions βᵢ g(wᵢx + bᵢ), and c."""
    [output] = network.layers[1].neurons
    weights = [w.data for w in [*output.w, output.b]]
    return [lambda x, i=i: weights[i] * features(network, x)[i] for i in range(len(weights))]


def mean_square(numbers):
    return sum(a * a for a in numbers) / len(numbers)


def main(out, seed=0):
    xs, ys = data(random.Random(seed))
    print("f(x) = βᵀ g(Wx) in two steps: W makes k features of x, β weights them. With W")
    print("fixed, it is linear regression over the features g(Wx). Training learns W too.")
    print("The task: to follow 25 points of a noisy wave. Here g = tanh, and with biases")
    print("\n  f(x) = β₁ g(w₁x + b₁) + … + βₖ g(wₖx + bₖ) + c")
    networks, errors, parts = {}, {}, []
    for k in SIZES:
        networks[k] = network = MLP(1, [k, 1], activation="tanh", rng=random.Random(seed))
        first = residuals([features(network, x) for x in xs], ys)
        adam = Adam(network.parameters(), rate=0.03)
        fit(network, [[x] for x in xs], ys, mean_squared_error, adam, epochs=3000, progress=False)
        trained = [y - float(network([x])) for x, y in zip(xs, ys)]
        best = residuals([features(network, x) for x in xs], ys)
        errors[k] = [mean_square(left) for left in (first, trained, best)]

        hidden, output = network.layers
        [beta] = output.neurons
        print(f"\n  k = {k}, c = {beta.b.data:.2f}")
        of_hidden = [(neuron.w[0], neuron.b) for neuron in hidden.neurons]
        for name, row in zip("βwb", (beta.w, *zip(*of_hidden))):
            print(f"    {name}  " + "".join(f"{weight.data:8.2f}" for weight in row))
        curves = [(f"{i + 1}", 1 + i % 4, term) for i, term in enumerate(terms(network)[:-1])]
        curves.append(("f(x)", 0, lambda x, network=network: network([x])))
        parts.append(fitted(list(zip(xs, ys)), curves, f"k = {k}", area=60))

    print("\nMean squared errors. For a given W, linear regression finds the best β and c in")
    print("closed form: here for the first, random W, and for the learned one.\n")
    print("          first W     learned W     learned W")
    print("  k        best β     learned β        best β")
    for k, row in errors.items():
        print(f"  {k}" + "".join(f"{number:14.4f}" for number in row))
    most = max(trained / best for _, trained, best in errors.values())
    better = ", ".join(str(k) for k, (first, _, best) in errors.items() if best < first)
    print(f"\nThe learned β is nearly the best: its error is {most - 1:.1%} larger at most. And the")
    print(f"learned features are better than the first ones, for k = {better}.\n")
    title = "Numbered: the features βᵢ g(wᵢx + bᵢ). With c, they add up to f(x)"
    show_panels(parts, out / "features.png", title, columns=2)
    return {"networks": networks, "errors": errors}
