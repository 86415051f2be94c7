"""gmm: how likely points are in a mixture of k Gaussians in d dimensions.

    log Π_x Σ_k φ_k N(x; μ_k, (QᵀQ)⁻¹) + log Π_k Wishart(QᵀQ; d + m + 1, γ⁻²)

with φ = softmax(α), and Q lower triangular: exp(q) on its diagonal, and l
below, column by column. Its gradient is with respect to α, μ, q and l.

Sizes: d = 2, 10, 20, 32, 64 and k = 5, 10, 25, 50, 100, with 1,000 points.
"""

import math
import random
from array import array
from operator import add
from types import SimpleNamespace

from engine import Program, Value
from tests.gradbench.lse import lse
from tests.gradbench.table import from_columns


def point(p, x):
    """The part of one point x."""
    return lse([component(p, x, k) for k in range(len(p.alpha))])


def component(p, x, k):
    """log φ_k N(x; …), but for what is the same for all points."""
    centered = [a - b for a, b in zip(x, p.mu[k])]
    scaled = [q.exp() * c for q, c in zip(p.q[k], centered)]
    below = iter(p.l[k])
    for i, c in enumerate(centered):
        for j in range(i + 1, len(x)):
            scaled[j] = scaled[j] + next(below) * c
    return p.alpha[k] + sum(p.q[k]) - sum(s * s for s in scaled) / 2


def prior(q, lower, m=0, gamma=1.0):
    """The logarithm of the Wishart density of one component."""
    squares = sum((2 * each).exp() for each in q) + sum(each * each for each in lower)
    return wishart(len(q), m, gamma) + m * sum(q) - gamma * gamma / 2 * squares


def wishart(d, m=0, gamma=1.0):
    """The constant of that density."""
    freedom = d + m + 1
    log_gamma = d * (d - 1) / 4 * math.log(math.pi)
    log_gamma += sum(math.lgamma((freedom - j) / 2) for j in range(d))
    return freedom * d * (math.log(gamma) - math.log(2) / 2) - log_gamma


def common(alpha, n, d):
    """What the components of n points have in common."""
    return -n * lse(alpha) - n * d / 2 * math.log(2 * math.pi)


def objective(p, points):
    total = sum(point(p, x) for x in points) + sum(prior(q, lower) for q, lower in zip(p.q, p.l))
    return total + common(p.alpha, len(points), len(points[0]))


def flat(p):
    """All parameters in one list: α, μ, q, l."""
    return [*p.alpha, *(v for rows in (p.mu, p.q, p.l) for row in rows for v in row)]


def gradient(p, points, compiled=Program.native):
    """The objective and its gradient in order of `flat`, a function of nothing.

    One component at one point is recorded, times a share. It runs over all
    points for one component after the other: forward with shares of 1, and then
    with each component's share in the point, which is the derivative of lse.
    """
    k, n, d = len(p.alpha), len(points), len(points[0])
    x, share = [Value(0, f"x{i}") for i in range(d)], Value(1, "share")
    components = [[p.alpha[i], *p.mu[i], *p.q[i], *p.l[i]] for i in range(k)]
    term = compiled(Program(share * component(p, x, 0), [*x, share], components[0]))
    terms = [Value(0, f"t{i}") for i in range(k)]
    total = compiled(Program(lse(terms), terms))
    shape = compiled(Program(prior(p.q[0], p.l[0]), parameters=components[0][1 + d :]))
    rest = compiled(Program(common(p.alpha, n, d), parameters=p.alpha))
    columns = [array("d", column) for column in zip(*points)]
    ones = array("d", [1.0]) * n

    def value_and_gradient():
        numbers = [array("d", [leaf.data for leaf in leaves]) for leaves in components]
        rows = from_columns([*columns, ones])
        found = from_columns([term.each(rows, parameters=each) for each in numbers])
        sums, shares = total.each(found, terms)
        shares = array("d", shares.cast("B").cast("d"))
        value, slopes = rest.value_and_gradient([[]])
        values, gradient = [math.fsum(sums), value], dict.fromkeys(flat(p), 0.0) | dict(zip(p.alpha, slopes))
        for i, (leaves, each) in enumerate(zip(components, numbers)):
            _, slopes = term.value_and_gradient(from_columns([*columns, shares[i::k]]), each)
            value, more = shape.value_and_gradient([[]], each[1 + d :])
            values.append(value)
            slopes = [n * slope for slope in slopes]
            slopes[1 + d :] = map(add, slopes[1 + d :], more)
            gradient |= {leaf: gradient[leaf] + slope for leaf, slope in zip(leaves, slopes)}
        return sum(values), list(gradient.values())

    return value_and_gradient


def data(d, k, n):
    """The parameters as Values, and n points."""
    rng = random.Random(31337)
    p = SimpleNamespace(
        alpha=[Value(rng.gauss(0, 1), f"alpha{i}") for i in range(k)],
        mu=[[Value(rng.random(), f"mu{i}_{j}") for j in range(d)] for i in range(k)],
        q=[[Value(rng.gauss(0, 1), f"q{i}_{j}") for j in range(d)] for i in range(k)],
        l=[[Value(rng.gauss(0, 1), f"l{i}_{j}") for j in range(d * (d - 1) // 2)] for i in range(k)],
    )
    return p, [[rng.gauss(0, 1) for _ in range(d)] for _ in range(n)]
