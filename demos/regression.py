"""f(x) = βᵀ g(Wx) fits a curve; with a linear g it is a line."""

import math
import random

from demos.kit.fits import fitted
from demos.kit.least_squares import least_squares_line
from demos.kit.panels import show_panels
from demos.kit.pictures import save
from engine import format_number
from nn import MLP, Adam, GradientDescent, diagram, fit, mean_squared_error
from nn.layerwise import layers_of, product

ACTIVATIONS = {"linear": "linear", "σ": "sigmoid", "tanh": "tanh", "relu": "relu"}


def data(rng):
    """25 points of a wave, with noise of standard deviation 0.1."""
    xs = [-2 + i / 6 for i in range(25)]
    return xs, [math.sin(1.5 * x) + rng.gauss(0, 0.1) for x in xs]


def trained(g, k, xs, ys, rng, steps=1000, optimizer=GradientDescent):
    """A network of k hidden neurons after so many steps, and its last loss."""
    network = MLP(1, [k, 1], activation=g, rng=rng)
    descent = optimizer(network.parameters(), rate=0.05)
    losses = fit(network, [[x] for x in xs], ys, mean_squared_error, descent, epochs=steps, progress=False)
    return network, losses[-1]


def further(g, xs, ys, seed):
    """The loss after ten times as many steps, and after steps of Adam."""
    _, longer = trained(g, 8, xs, ys, random.Random(seed), steps=10_000)
    _, by_adam = trained(g, 8, xs, ys, random.Random(seed), optimizer=Adam)
    return longer, by_adam


def single_matrix(network):
    """The one matrix of a linear network: [βᵀ c] times [W b] over [0 1]."""
    hidden, output = layers_of(network)
    return product(output.W, [*hidden.W, [0, 1]])


def main(out, seed=0):
    xs, ys = data(random.Random(seed))
    print("f(x) = βᵀ g(Wx) of k = 8 hidden neurons (with biases, the weights of an input 1)")
    print("is fitted to 25 points of a wave. Mean squared errors after 1,000 steps; the")
    print("variance of the noise is 0.01:\n")
    networks = {}
    for name, g in ACTIVATIONS.items():
        networks[name], loss = trained(g, 8, xs, ys, random.Random(seed))
        print(f"  g = {name:10}{loss:.4f}")

    print("\nσ is not the worse function, it has come less far: its derivative is at most")
    print("1/4, so its gradients are small. With more steps, or with Adam, whose steps")
    print("hardly depend on the size of gradients, it follows the wave as tanh does:\n")
    print("               10,000 steps   1,000 steps of Adam")
    for name in ("σ", "tanh"):
        longer, by_adam = further(ACTIVATIONS[name], xs, ys, seed)
        print(f"  g = {name:10}{longer:.4f}         {by_adam:.4f}")

    line = networks["linear"]
    [[slope, intercept]] = single_matrix(line)
    print("\nWith a linear g, all neurons make one line: βᵀ(Wx) = (βᵀW)x, a matrix times x.\n")
    print(f"  its {len(line.parameters())} weights multiplied out  [{slope:.6f}  {intercept:.6f}]")
    print("  least squares in closed form   [{:.6f}  {:.6f}]".format(*least_squares_line(xs, ys)))
    apart = max(abs(float(line([x])) - (slope * x + intercept)) for x in xs)
    print(f"\nAt the 25 points the network and its matrix differ by {format_number(apart)} at most.")

    print("\nA single hidden neuron is too few. With g = tanh, after 1,000 steps:\n")
    for k in (1, 2, 4):
        networks[k], loss = trained("tanh", k, xs, ys, random.Random(seed))
        print(f"  k = {k:<10}{loss:.4f}")

    print("\nThe network of k = 4 with its weights; the points, and the curve of each g:")
    if save(diagram(networks[4], inputs=["x"], outputs=["f(x)"]), out / "regression_network.svg"):
        print(f"  as a picture: {out / 'regression_network.svg'}")
    curves = [(f"g = {g}", i, lambda x, g=g: networks[g]([x])) for i, g in enumerate(ACTIVATIONS)]
    parts = [fitted(list(zip(xs, ys)), curves, xlabel="x", ylabel="f(x)")]
    show_panels(parts, out / "regression.png", "βᵀ g(Wx) with k = 8: a linear g gives a line")
