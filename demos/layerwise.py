"""The backpropagation algorithm: z(j) forward, D(j) back."""

import random

from demos.kit.pictures import save
from engine import Value, draw, format_number
from nn import MLP, mean_squared_error
from nn.jacobians import Activation, Linear, layers_of
from nn.layerwise import backpropagation, backward, multiplications, naive
from nn.layerwise_table import tables


def squared_error_gradient(prediction, y):
    """∇_ŷ (ŷ - y)² = 2 (ŷ - y)."""
    return [2 * (prediction[0] - y)]


def disagreement(mlp, x, y):
    """The largest difference of the algorithm's gradients from the engine's."""
    gradients = backpropagation(layers_of(mlp), x, y, squared_error_gradient)
    mlp.zero_grad()
    mean_squared_error(mlp(x), y).backward()
    by_layers = [derivative for gradient in gradients for derivative in gradient]
    return max(abs(d - parameter.grad) for d, parameter in zip(by_layers, mlp.parameters(), strict=True))


def main(out, seed=0):
    W, beta, x, y = [[1, -2], [0.5, 1]], [2, -1], [1, 0.5], 1
    print("f = f_β ∘ g ∘ f_W with g = σ, and the loss (f(x) - y)² of one example.")
    print("Shapes stand above numbers. σ has no weights, so D_W of it has no columns (2×0).")
    layers = [Linear(W), Activation("sigmoid"), Linear([beta])]
    for table in tables(layers, x, y, squared_error_gradient):
        print(f"\n{table}")

    # The same example as a graph of scalars.
    values = [Value(x_j, f"x{j}") for j, x_j in enumerate(x, 1)]
    weights = [[Value(w, f"w{i}{j}") for j, w in enumerate(row, 1)] for i, row in enumerate(W, 1)]
    betas = [Value(b, f"β{i}") for i, b in enumerate(beta, 1)]
    z2 = [sum(w * x_j for w, x_j in zip(row, values)).sigmoid() for row in weights]
    loss = mean_squared_error(sum(b * z for b, z in zip(betas, z2)), y)
    loss.label = "loss"
    loss.backward()
    save(draw(loss, inputs=values), out / "layerwise_graph.svg")
    print("\nThe engine's gradients of the same loss, a scalar at a time:\n")
    print("  W  ", "  ".join(format_number(w.grad) for row in weights for w in row))
    print("  β  ", "  ".join(format_number(b.grad) for b in betas))
    print(f"\nIts graph, with these numbers: {out / 'layerwise_graph.svg'}")

    print("\nOn other networks with random weights, the largest difference of the two:\n")
    rng = random.Random(seed)
    for nin, nouts in ((2, [3, 1]), (4, [8, 8, 1]), (3, [5, 4, 3, 2, 1])):
        mlp = MLP(nin, nouts, activation="tanh", rng=rng)
        x = [rng.gauss(0, 1) for _ in range(nin)]
        print(f"  {mlp!s:34}{format_number(disagreement(mlp, x, y))}")

    print("\nThe backward pass makes each D(j) from D(j+1) by one product. Multiplied out")
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
