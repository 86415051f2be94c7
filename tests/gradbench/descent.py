"""Gradient descent as `saddle` and `particle` publish it.

The rate doubles after ten steps downhill, and is halved after one uphill; the
end is where the slope or the step is at most 1e-5.
"""

import math

from engine import Value, tangent

ENOUGH = 1e-5


def forward(f):
    """The gradient of f by forward mode: a tangent for each coordinate."""

    def slopes(x):
        leaves = [Value(each, f"x{i}") for i, each in enumerate(x)]
        output = f(leaves)
        return [tangent(output, {leaf: 1.0}).data for leaf in leaves]

    return slopes


def minimum(f, slopes, x):
    """Where f, with these slopes, is least, from x on."""
    rate, steps = 1e-5, 0
    y, slope = f(x), slopes(x)
    while math.hypot(*slope) > ENOUGH:
        if steps == 10:
            rate, steps = 2 * rate, 0
        ahead = [a - rate * b for a, b in zip(x, slope)]
        if math.dist(x, ahead) <= ENOUGH:
            return x
        lower = f(ahead)
        if lower < y:
            x, y, slope, steps = ahead, lower, slopes(ahead), steps + 1
        else:
            rate, steps = rate / 2, 0
    return x
