"""Newton's method beside gradient descent, in a valley."""

import math

from demos.kit.paths import paths
from demos.kit.pictures import save, show
from engine import Value, draw, format_number, gradient, hessian, tree

START = (-1.2, 1.0)
TOLERANCE = 1e-6  # both descents end where the gradient is no longer than this


def rosenbrock(x, y):
    """A curved valley along y = x², with its lowest point, 0, at (1, 1)."""
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def gradient_descent(rate):
    """The points (x, y) ← (x, y) - α ∇f, on one graph that is replayed."""
    x, y = Value(START[0], "x"), Value(START[1], "y")
    f = rosenbrock(x, y)
    path = [START]
    while True:
        x.grad = y.grad = 0
        f.forward()
        f.backward()
        if math.hypot(x.grad, y.grad) <= TOLERANCE:
            return path
        x.data -= rate * x.grad
        y.data -= rate * y.grad
        path.append((x.data, y.data))


def newton():
    """The points (x, y) ← (x, y) + d, where H d = -∇f, by Cramer's rule."""
    path = [START]
    while True:
        x, y = path[-1]
        f_x, f_y = gradient(rosenbrock)(x, y)
        if math.hypot(f_x, f_y) <= TOLERANCE:
            return path
        (a, b), (_, c) = hessian(rosenbrock)(x, y)
        determinant = a * c - b * b
        path.append((x + (b * f_y - c * f_x) / determinant, y + (b * f_x - a * f_y) / determinant))


def eigenvalues(H):
    """Those of a symmetric matrix of two rows, the smaller one first."""
    (a, b), (_, c) = H
    larger = (a + c) / 2 + math.hypot((a - c) / 2, b)
    return (a * c - b * b) / larger, larger


def main(out):
    x, y = Value(START[0], "x"), Value(START[1], "y")
    H = hessian(rosenbrock(x, y), [x, y])
    print("Rosenbrock's function f = (1 - x)² + 100 (y - x²)² is a valley along y = x².")
    print(f"The Hessian H is the matrix of its second derivatives. At x = {x.data}, y = {y.data}:\n")
    for names, row in zip((("∂²f/∂x²", "∂²f/∂x∂y"), ("∂²f/∂y∂x", "∂²f/∂y²")), H):
        print("  " + "".join(f"{name:>10} = {format_number(d.data):>5}" for name, d in zip(names, row)))
    print("\nEach entry is a graph like any other. This is ∂²f/∂x∂y, by hand -400 x:\n")
    print(tree(H[0][1]))
    H[0][0].label = "∂²f/∂x²"
    if save(draw(H[0][0]), out / "newton_entry.svg"):
        print(f"\nAnd this is ∂²f/∂x², by hand 2 - 400 (y - x²) + 800 x²: {out / 'newton_entry.svg'}")

    across, along = reversed(eigenvalues(hessian(rosenbrock)(1, 1)))
    rate = 1.5 / across
    print(f"\nAt the minimum (1, 1) H has the eigenvalues {across:.1f}, across the valley, and")
    print(f"{along:.3f}, along it. Gradient descent needs a rate below 2 / {across:.1f}, or it leaps")
    print(f"from wall to wall, ever higher. With α = 1.5 / {across:.1f} a step goes only {rate * along:.2%}")
    print("of the way along the valley that is left.\n")
    slow, fast = gradient_descent(rate), newton()
    print(f"  gradient descent  {len(slow) - 1:6} steps, to ({slow[-1][0]:.6f}, {slow[-1][1]:.6f})")
    print(f"  Newton's method   {len(fast) - 1:6} steps, to ({fast[-1][0]:.6f}, {fast[-1][1]:.6f})")

    print("\nNewton's method jumps to where the gradient would be 0 if H were the same")
    print("everywhere. Its points:\n")
    print("            x            y            f")
    for x, y in fast:
        print(f"  {x:11.6f}  {y:11.6f}  {rosenbrock(x, y):11.4g}")
    print("\nFar from the minimum a jump may land high on the wall. Near it, each has about")
    print("twice as many correct digits as the one before. A network of n weights has n²")
    print("second derivatives: too many, so that networks learn by gradient descent.\n")
    tracks = [("gradient\ndescent", (-0.62, 0.55), slow), ("Newton's\nmethod", (-1.7, -2.5), fast)]
    title = "Rosenbrock's function: along the valley, or by jumps"
    show(paths(rosenbrock, tracks, ((-2.2, 2.2), (-3.6, 2)), title, ("x", "y")), out / "newton.png")
    return {"gradient descent": slow, "newton": fast, "hessian": H, "eigenvalues": (along, across)}
