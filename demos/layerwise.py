"""The backpropagation algorithm: z⁽ʲ⁾ forward, D⁽ʲ⁾ backward."""

from itertools import chain

from demos.kit.pictures import save, save_steps
from engine import Value, draw, format_number
from nn import mean_squared_error
from nn.layerwise import (
    Activation,
    Linear,
    backpropagation,
    backward,
    multiplications,
    naive,
    pictures,
    shared_products,
    tables,
)

X, Y, W, W2, BETA = [1, 0.5], 1, [[1, -2], [0.5, 1]], [[1, -1], [0.5, 2]], [2, -1]
G = Activation("sigmoid")


def squared_error_gradient(prediction, y):
    """∇_ŷ (ŷ - y)² = 2 (ŷ - y)."""
    return [2 * (prediction[0] - y)]


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


def main(out):
    print("The gradients of L = (f(x) - y)² for one example, by backpropagation, where")
    print("f = f_β ∘ g ∘ f_W and g = σ. The layers are f_1 = f_W, f_2 = g and f_3 = f_β,")
    print("with W_1 = W and W_3 = β; f_W(x) is all of them. Shapes stand above numbers. g")
    print("has no weights, so D_W of it has no columns (2×0).\n")
    layers = [Linear(W), G, Linear([BETA])]
    *_, full = tables(layers, X, Y, squared_error_gradient)
    print(full)
    steps = pictures(layers, X, Y, squared_error_gradient, names=["f_W", "g", r"f_\beta"])
    save_steps(steps, out / "layerwise")

    print("\nThe same loss as a graph of scalars. Its weights are called as in an MLP: w1_2_1")
    print("is in layer 1, of neuron 2, for input 1; the w2 are β, the weights of f_3.\n")
    print("         by scalars   by layers")
    loss, x, weights = by_scalars()
    loss.backward()
    gradients = [*chain(*backpropagation(layers, X, Y, squared_error_gradient))]
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
    return {"engine": [weight.grad for weight in weights], "by layers": gradients}
