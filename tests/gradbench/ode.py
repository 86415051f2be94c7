"""ode: y₀' = x₀, yᵢ' = xᵢ yᵢ₋₁, y(0) = 0, solved to t = 2 by Runge-Kutta.

Its solution is yᵢ(t) = x₀ x₁ … xᵢ tⁱ⁺¹ / (i + 1)!. All y are asked for, and the
gradient of the last.

Sizes: n = 1,000, 10,000, 100,000 and s = 1, 10, 100 steps.
"""

import random
from array import array

from engine import Elementwise, grad


def slope(x, y):
    """y' at y."""
    return [x[0], *(a * b for a, b in zip(x[1:], y))]


def solve(x, steps, end=2.0):
    """All y at the end, after steps of Runge-Kutta's fourth order."""
    h = end / steps
    y = [0.0] * len(x)
    for _ in range(steps):
        k1 = slope(x, y)
        k2 = slope(x, [a + h / 2 * k for a, k in zip(y, k1)])
        k3 = slope(x, [a + h / 2 * k for a, k in zip(y, k2)])
        k4 = slope(x, [a + h * k for a, k in zip(y, k3)])
        y = [a + h / 6 * (p + 2 * q + 2 * r + s) for a, p, q, r, s in zip(y, k1, k2, k3, k4)]
    return y


def gradient(x, steps, native=True):
    """All y, and the gradient of the last, as a function of nothing.

    The step of one y is recorded, a function of four x and five y, its own and
    those before: it takes arrays, each the one before moved by one. So does
    λ·step, backward: an x and a y occur in their own step and in four behind.
    """
    forward, backward = Elementwise(_forward), Elementwise(_backward)
    if native:
        forward.compile()
        backward.compile()
    n, h = len(x), 2.0 / steps
    # y₋₁ = 1 stands before y₀, and zeros before that and behind the end.
    before, behind = array("d", [0, 0, 0]), array("d", [0, 0, 0, 0])
    xs = moved(before + array("d", x) + behind, 8)

    def value_and_gradient():
        y, states = array("d", [0.0]) * n, []
        for _ in range(steps):
            states.append(before + array("d", [1]) + y + behind)
            [y] = forward(*xs[:4], *moved(states[-1], 9)[:5], h=h)
        ahead = array("d", [0.0]) * (n - 1) + array("d", [1])
        slopes = array("d", [0.0]) * n
        for ys in reversed(states):
            slopes, ahead = backward(slopes, *xs, *moved(ys, 9), *moved(ahead + behind, 5), h=h)
        return y, slopes

    return value_and_gradient


def moved(numbers, count):
    """Arrays from the first number on, from the second on, …, of one length."""
    length = len(numbers) - count + 1
    return [numbers[i : i + length] for i in range(count)]


def _forward(x0, x1, x2, x3, y0, y1, y2, y3, y4, *, h):
    return one_step([x0, x1, x2, x3], [y0, y1, y2, y3, y4], h)


# fmt: off
def _backward(slope, x0, x1, x2, x3, x4, x5, x6, x7, y0, y1, y2, y3, y4, y5, y6, y7, y8,
              b0, b1, b2, b3, b4, *, h):
    # fmt: on
    x, y = [x0, x1, x2, x3, x4, x5, x6, x7], [y0, y1, y2, y3, y4, y5, y6, y7, y8]
    back = [b0, b1, b2, b3, b4]
    total = sum(b * one_step(x[i : i + 4], y[i : i + 5], h) for i, b in enumerate(back))
    by_x, by_y = grad(total, [x3, y4])
    return slope + by_x, by_y


def one_step(x, y, h):
    """The last of five neighbouring y after a step; x is of the last four."""
    k = [[a * b for a, b in zip(x, y)]]
    for fraction in (h / 2, h / 2, h):
        stage = [a + fraction * b for a, b in zip(y[-len(k[-1]) :], k[-1])]
        k.append([a * b for a, b in zip(x[-len(stage) + 1 :], stage)])
    k1, k2, k3, k4 = (each[-1] for each in k)
    return y[-1] + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


def data(n):
    """n numbers between 0 and 1."""
    rng = random.Random(31337)
    return [rng.random() for _ in range(n)]
