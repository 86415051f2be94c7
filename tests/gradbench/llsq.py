"""llsq: half the sum of squares by which a polynomial misses sign(t).

y(x) = ½ Σᵢ (sᵢ - x₀ - x₁ tᵢ - x₂ tᵢ² - …)²,  sᵢ = sign(tᵢ),
with n numbers tᵢ from -1 to 1.

Sizes: n = 16, 32, 64, …, 16,392, with 128 coefficients x.
"""

import random

from engine import Program, Value


def term(x, t, s):
    """Half the square at one t."""
    power = 1.0
    for coefficient in x:
        s = s - coefficient * power
        power = power * t
    return s * s / 2


def rows(n):
    """The n pairs of t and its sign."""
    ts = [-1 + i * 2 / (n - 1) for i in range(n)]
    return [[t, float((t > 0) - (t < 0))] for t in ts]


def objective(x, n):
    return sum(term(x, t, s) for t, s in rows(n))


def program(m):
    """One term, recorded: of the inputs t and s, with m coefficients."""
    t, s = Value(0.5, "t"), Value(1, "s")
    x = [Value(0, f"x{j}") for j in range(m)]
    return Program(term(x, t, s), inputs=[t, s], parameters=x)


def data(m):
    """m coefficients between 0 and 1."""
    rng = random.Random(31337)
    return [rng.random() for _ in range(m)]
