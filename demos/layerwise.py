"""The backpropagation algorithm: z⁽ʲ⁾ forward, D⁽ʲ⁾ backward."""

import importlib.util
import random
from itertools import chain

from demos.kit.pictures import save
from engine import Value, draw, format_number
from nn import MLP, mean_squared_error
from nn.jacobians import Activation, Linear, layers_of
from nn.layerwise import backpropagation, backward, multiplications, naive
from nn.layerwise_picture import pictures
from nn.layerwise_table import shared_products, tables

X, Y, W, W2, BETA = [1, 0.5], 1, [[1, -2], [0.5, 1]], [[1, -1], [0.5, 2]], [2, -1]
G = Activation("sigmoid")


def squared_error_gradient(prediction, y):
    """∇_ŷ (ŷ - y)² = 2 (ŷ - y)."""
    return [2 * (prediction[0] - y)]


def by_layers(layers, x, y):
    """The gradients of all layers by the algorithm, in one list."""
    return list(chain(*backpropagation(layers, x, y, squared_error_gradient)))


def disagreement(mlp, x, y):
    """The largest difference of the algorithm's gradients from the engine's."""
    mlp.zero_grad()
    mean_squared_error(mlp(x), y).backward()
    gradients = by_layers(layers_of(mlp), x, y)
    return max(abs(d - w.grad) for d, w in zip(gradients, mlp.parameters(), strict=True))


def by_scalars():
    """The loss of one hidden layer as a graph, its inputs and its weights."""
    x = [Value(x_i, f"x{i}") for i, x_i in enumerate(X, 1)]
    weights = [[Value(w, f"w1_{i}_{j}") for j, w in enumerate(row, 1)] for i, row in enumerate(W, 1)]
    betas = [Value(b, f"w2_1_{i}") for i, b in enumerate(BETA, 1)]
    z2 = [sum(w * x_j for w, x_j in zip(row, x)).sigmoid() for row in weights]
    for i, z in enumerate(z2, 1):
        z.label = f"z2_{i}"
    loss = mean_squared_error(sum(b * z for b, z in zip(betas, z2)), Y)
    loss.label = "loss"
    return loss, x, [*chain(*weights), *betas]


def save_pictures(layers, out):
    if importlib.util.find_spec("matplotlib") is None:
        print("\n(as pictures, step by step, with matplotlib: pip install matplotlib)")
        return
    steps = pictures(layers, X, Y, squared_error_gradient, names=["f_W", "g", r"f_\beta"])
    for i, figure in enumerate(steps, 1):
        figure.savefig(out / f"layerwise_{i}.png")
    print(f"\nThe same as it fills, in {i} pictures to step through, from")
    print(out / "layerwise_1.png")


def main(out, seed=0):
    print("f = f_β ∘ g ∘ f_W with g = σ, and the loss (f(x) - y)² of one example. By layers")
    print("f_1 = f_W, f_2 = g, f_3 = f_β, with W_1 = W and W_3 = β; f_W(x) is all of them.")
    print("Shapes stand above numbers. g has no weights, so D_W of it has no columns (2×0).\n")
    layers = [Linear(W), G, Linear([BETA])]
    *_, full = tables(layers, X, Y, squared_error_gradient)
    print(full)
    save_pictures(layers, out)

    print("\nThe engine's gradients of the same loss, a scalar at a time, and those above.")
    print("A weight is called as in an MLP: w1_2_1 is in layer 1, of neuron 2, for input 1.\n")
    loss, x, weights = by_scalars()
    loss.backward()
    gradients = by_layers(layers, X, Y)
    for weight, above in zip(weights, gradients, strict=True):
        print(f"  {weight.label}{format_number(weight.grad):>12}{format_number(above):>12}")
    save(draw(loss, inputs=x, fold=True), out / "layerwise_graph.svg")
    print(f"\nIts graph, with these numbers: {out / 'layerwise_graph.svg'}")

    print("\nTwo hidden layers, f_β ∘ g ∘ f_W2 ∘ g ∘ f_W1, are m = 5 functions f_j.")
    print("What a product shares with the next is D⁽ʲ⁾. Shapes stand below the factors:\n")
    deeper = [Linear(W), G, Linear(W2), G, Linear([BETA])]
    print(shared_products(deeper, X))
    *_, full = tables(deeper, X, Y, squared_error_gradient)
    print(f"\n{full}")

    print("\nOn other networks with random weights, the largest difference of the two:\n")
    rng = random.Random(seed)
    differences = []
    for nin, nouts in ((2, [3, 1]), (4, [8, 8, 1]), (3, [5, 4, 3, 2, 1])):
        mlp = MLP(nin, nouts, activation="tanh", rng=rng)
        differences.append(disagreement(mlp, [rng.gauss(0, 1) for _ in range(nin)], Y))
        print(f"  {mlp!r:34}{format_number(differences[-1])}")

    print("\nThe backward pass makes each D⁽ʲ⁾ from D⁽ʲ⁺¹⁾ by one product. Multiplied out")
    print("anew for every layer, the work grows as the square of their number m.")
    print("Multiplications, shared and naive, counted:\n")
    print("          layers of 1 number    layers of 4 numbers")
    print("    m      shared      naive      shared      naive")
    for m in (1, 2, 4, 8, 16, 32):
        row = []
        for n in (1, 4):
            layers = [Linear([[0.5] * n] * n)] * (m - 1) + [Linear([[0.5] * n])]
            row += [multiplications(algorithm, layers, [1.0] * n) for algorithm in (backward, naive)]
        print("  {:3}{:12}{:11}{:12}{:11}".format(m, *row))
    return {"engine": [weight.grad for weight in weights], "by layers": gradients, "differences": differences}
