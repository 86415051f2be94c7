"""saddle: min over x of max over y of (x₁² + x₂²) - (y₁² + y₂²), by descents.

The outer descent needs the gradient of a function that runs a descent, with
gradients of its own: either by reverse mode, `engine.gradient`, or by forward
mode, `descent.forward`.
"""

from engine import gradient
from tests.gradbench.descent import minimum


def f(x, y):
    return (x[0] ** 2 + x[1] ** 2) - (y[0] ** 2 + y[1] ** 2)


def highest(x, start, mode=gradient):
    """The y where f is greatest, for this x."""
    below = lambda y: -f(x, y)  # noqa: E731
    return minimum(below, mode(below), start)


def saddle(start, outer=gradient, inner=gradient):
    """x and y, from the same start."""
    greatest = lambda x: f(x, highest(x, start, inner))  # noqa: E731
    x = minimum(greatest, outer(greatest), start)
    return [*x, *highest(x, start, outer)]
