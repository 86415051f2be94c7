"""D_W f and D_β f as matrices: linear approximation, and MSE."""

import random

from demos.kit.pictures import save
from engine import Value, draw, format_number
from nn import mean_squared_error
from nn.layerwise import Activation, Linear, product, size


def derivatives(W, beta, x):
    """f(x) = βᵀ g(Wx) with g = σ; its derivatives D_x f, D_W f and D_β f."""
    f_W, g, f_beta = Linear(W), Activation("sigmoid"), Linear([beta])
    z1 = f_W.value(x)
    z2 = g.value(z1)
    D_z1 = product(f_beta.D_z(z2), g.D_z(z1))  # of f_β ∘ g, with respect to z1 = Wx
    return f_beta.value(z2)[0], product(D_z1, f_W.D_z(x)), product(D_z1, f_W.D_W(x)), f_beta.D_W(z2)


def approximation_error(W, beta, x, h):
    """The error of f + D_x f dx + D_W f dW + D_β f dβ where all move by h."""
    f, D_x, D_W, D_beta = derivatives(W, beta, x)
    moved = [[w + h for w in row] for row in W], [b + h for b in beta], [x_j + h for x_j in x]
    return derivatives(*moved)[0] - (f + h * sum(D_x[0] + D_W[0] + D_beta[0]))


def mse_gradients(W, beta, rows, targets):
    """∇_W L and ∇_β L, L = 1/n Σ (f(xᵢ) - yᵢ)²: 2/n Σ (f(xᵢ) - yᵢ) D f(xᵢ)."""
    gradient_W, gradient_beta = [0.0] * 6, [0.0] * 3
    for x, y in zip(rows, targets):
        f, _, D_W, D_beta = derivatives(W, beta, x)
        factor = 2 / len(rows) * (f - y)
        gradient_W = [total + factor * d for total, d in zip(gradient_W, D_W[0])]
        gradient_beta = [total + factor * d for total, d in zip(gradient_beta, D_beta[0])]
    return gradient_W, gradient_beta


def by_scalars(W, beta, x):
    """f(x) = βᵀ g(Wx) once more, on Values: the engine is told nothing else."""
    return sum(b * sum(w * x_j for w, x_j in zip(row, x)).sigmoid() for b, row in zip(beta, W))


def engine_gradients(W, beta, rows, targets):
    W, beta = [[Value(w) for w in row] for row in W], [Value(b) for b in beta]
    mean_squared_error([by_scalars(W, beta, x) for x in rows], targets).backward()
    return [w.grad for row in W for w in row], [b.grad for b in beta]


def main(out, seed=0):
    rng = random.Random(seed)
    W, beta = [[rng.gauss(0, 1), rng.gauss(0, 1)] for _ in range(3)], [rng.gauss(0, 1) for _ in range(3)]
    x = [1.0, -0.5]
    f, *matrices = derivatives(W, beta, x)
    print(f"f(x) = βᵀ g(Wx) = (f_β ∘ g ∘ f_W)(x), W being 3×2, is {format_number(f)}. Derivatives:\n")
    formulas = "D_z f_β · D_z g · D_z f_W", "D_z f_β · D_z g · D_W f_W", "D_β f_β"
    for name, formula, matrix in zip(("D_x f", "D_W f", "D_β f"), formulas, matrices):
        print(f"  {name} = {formula}, {size(matrix)}:\n    {'  '.join(map(format_number, matrix[0]))}")

    print("\nWith them f_{W+dW, β+dβ}(x+dx) ≈ f + D_x f dx + D_W f dW + D_β f dβ. If all")
    print("numbers move by h, the error shrinks as the square of h: a tenth of the step,")
    print("a hundredth of the error.\n")
    print("  step h     error        error / h²")
    for h in (0.1, 0.01, 0.001, 0.0001):
        error = approximation_error(W, beta, x, h)
        print(f"  {h:<8}{error:10.2e}{error / h**2:16.5f}")

    rows = [[rng.uniform(-1, 1), rng.uniform(-1, 1)] for _ in range(20)]
    targets = [x1 * x2 for x1, x2 in rows]
    print("\nThe mean squared error of n = 20 examples has the gradients")
    print("2/n Σ (f(xᵢ) - yᵢ) D f(xᵢ). Written out, and below the engine's:\n")
    by_hand, by_engine = mse_gradients(W, beta, rows, targets), engine_gradients(W, beta, rows, targets)
    for name, hand, engine in zip(("∇_W L", "∇_β L"), by_hand, by_engine):
        print(f"  {name}  {'  '.join(f'{d:9.6f}' for d in hand)}")
        print(f"         {'  '.join(f'{d:9.6f}' for d in engine)}")

    inputs = [Value(x_j, f"x{j}") for j, x_j in enumerate(x, 1)]
    weights = [[Value(w, f"w1_{i}_{j}") for j, w in enumerate(row, 1)] for i, row in enumerate(W, 1)]
    betas = [Value(b, f"w2_1_{i}") for i, b in enumerate(beta, 1)]
    output = by_scalars(weights, betas, inputs)
    output.label = "f"
    output.backward()
    save(draw(output, inputs=inputs, fold=True), out / "derivatives.svg")
    print("\nThe graph of f(x), a sum in one box with its weights, D f as their gradients:")
    print(out / "derivatives.svg")
