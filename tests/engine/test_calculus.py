"""Derivatives as Values, against calculus: closed forms, published numbers,
identities, differences, and other programs' digits.
"""

import math
import random
from fractions import Fraction
from itertools import pairwise

import pytest

from engine import (
    Constant,
    Program,
    Value,
    annotate,
    c_compiler,
    derivative,
    draw,
    grad,
    gradient,
    hessian,
    jacobian,
    play,
    steps,
    tangent,
    topological_order,
    tree,
)
from engine.operation import OPERATIONS
from engine.rules import TABLE
from tests.graphs import networks, random_graph, random_rows

close = pytest.approx


def data(values):
    return [value.data for value in values]


def forward(values):
    for value in values:
        value.forward()
    return data(values)


def backward(output, leaves):
    """The gradient by numbers."""
    output.zero_grad()
    for leaf in leaves:
        leaf.grad = 0.0
    output.backward()
    found = [leaf.grad for leaf in leaves]
    output.zero_grad()
    return found


def orders(f, at, count):
    """f and its derivatives, so many of them, at a number."""
    x = Value(at, "x")
    found = [f(x)]
    for _ in range(count):
        found += grad(found[-1], [x])
    return data(found)


# the same as backward


@pytest.mark.parametrize("seed", range(20))
def test_grad_is_backwards_gradient_and_changes_with_the_leaves(seed):
    output, x, w = random_graph(seed)
    found = grad(output, x + w)
    assert data(found) == close(backward(output, x + w), rel=1e-13, abs=1e-15)
    for row in random_rows(seed, 3, 7):
        for leaf, number in zip(x + w, row):
            leaf.data = number
        output.forward()
        assert forward(found) == close(backward(output, x + w), rel=1e-13, abs=1e-15)


def test_grad_of_networks_is_backwards_gradient():
    for name, (output, _) in networks().items():
        leaves = [node for node in topological_order(output) if not node.op and type(node) is not Constant]
        if len(leaves) < 2000:
            assert data(grad(output, leaves)) == close(backward(output, leaves), rel=1e-13), name


@pytest.mark.parametrize("seed", range(8))
def test_backward_of_a_derivative_is_grad_of_it(seed):
    output, x, w = random_graph(seed, size=20)
    slope = sum(grad(output, x + w))
    assert backward(slope, x + w) == close(data(grad(slope, x + w)), rel=1e-12, abs=1e-13)


@pytest.mark.parametrize("seed", range(6))
def test_no_number_of_the_graph_changes(seed):
    output, x, w = random_graph(seed, size=25)
    output.backward()
    nodes = topological_order(output)
    before = [(node.data, node.grad, node.label, node.operation, node.left, node.right) for node in nodes]
    rows = hessian(output, x)
    tangent(rows[0], {w[0]: 1.0})
    jacobian([output, nodes[-2]], x + w)
    after = [(node.data, node.grad, node.label, node.operation, node.left, node.right) for node in nodes]
    assert all(all(p is q or p == q for p, q in zip(a, b)) for a, b in zip(before, after))
    assert all(
        node.grad == 0
        for row in rows
        for each in row
        for node in topological_order(each)
        if node not in nodes
    )


# closed forms

KNOWN = {
    "exp": (lambda x: x.exp(), 0.7, [math.exp(0.7)] * 7),
    "sin": (
        lambda x: x.sin(),
        0.7,
        [math.sin(0.7 + n * math.pi / 2) for n in range(7)],
    ),
    "cos": (lambda x: x.cos(), 0.0, [1, 0, -1, 0, 1, 0, -1]),
    "log": (lambda x: x.log(), 2.0, [math.log(2), 1 / 2, -1 / 4, 2 / 8, -6 / 16, 24 / 32, -120 / 64]),
    "1 / x": (lambda x: 1 / x, 2.0, [1 / 2, -1 / 4, 2 / 8, -6 / 16, 24 / 32, -120 / 64, 720 / 128]),
    "x ** 6": (lambda x: x**6, 2.0, [64, 192, 480, 960, 1440, 1440, 720]),
    "x ** 4": (lambda x: x**4, 3.0, [81, 108, 108, 72, 24, 0, 0]),
    "x * x * x": (lambda x: x * x * x, -2.0, [-8, 12, -12, 6, 0, 0, 0]),
    "sqrt": (lambda x: x.sqrt(), 4.0, [2, 1 / 4, -1 / 32, 3 / 256, -15 / 2048, 105 / 16384, -945 / 131072]),
    "cbrt": (lambda x: x.cbrt(), 1.0, [1, 1 / 3, -2 / 9, 10 / 27, -80 / 81, 880 / 243, -12320 / 729]),
    "2 ** x": (lambda x: 2**x, 3.0, [8 * math.log(2) ** n for n in range(7)]),
    "sinh": (lambda x: x.sinh(), 0.0, [0, 1, 0, 1, 0, 1, 0]),
    "cosh": (lambda x: x.cosh(), 0.0, [1, 0, 1, 0, 1, 0, 1]),
    # tangent numbers 1, 2, 16
    "tan": (lambda x: x.tan(), 0.0, [0, 1, 0, 2, 0, 16, 0]),
    "tanh": (lambda x: x.tanh(), 0.0, [0, 1, 0, -2, 0, 16, 0]),
    # 1 / (1 - x²) = Σ x²ⁿ and such, integrated: n! times the coefficient
    "arctanh": (lambda x: x.arctanh(), 0.0, [0, 1, 0, 2, 0, 24, 0]),
    "arctan": (lambda x: x.arctan(), 0.0, [0, 1, 0, -2, 0]),
    "arcsin": (lambda x: x.arcsin(), 0.0, [0, 1, 0, 1, 0, 9, 0]),
    "arcsinh": (lambda x: x.arcsinh(), 0.0, [0, 1, 0, -1, 0, 9, 0]),
    # Genocchi's and Bernoulli's numbers: 1/2 + x/4 - x³/48 + x⁵/480
    "sigmoid": (lambda x: x.sigmoid(), 0.0, [1 / 2, 1 / 4, 0, -1 / 8, 0, 1 / 4, 0]),
    "softplus": (lambda x: x.softplus(), 0.0, [math.log(2), 1 / 2, 1 / 4, 0, -1 / 8, 0, 1 / 4]),
    # Lambert's and Bell's numbers
    "exp(exp(x) - 1)": (lambda x: x.expm1().exp(), 0.0, [1, 1, 2, 5, 15, 52, 203]),
    # Euler's secant numbers
    "1 / cosh": (lambda x: 1 / x.cosh(), 0.0, [1, 0, -1, 0, 5, 0, -61]),
    "exp(-x * x)": (lambda x: (-x * x).exp(), 0.0, [1, 0, -2, 0, 12, 0, -120]),
    "gelu": (
        lambda x: x.gelu(),
        0.0,
        [0, 1 / 2, *(each / math.sqrt(2 * math.pi) for each in (2, 0, -4, 0, 18))],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", KNOWN)
def test_derivatives_of_a_known_function(name):
    f, at, expected = KNOWN[name]
    found = orders(f, at, len(expected) - 1)
    assert found == close(expected, rel=1e-12, abs=1e-12)


@pytest.mark.slow
def test_the_arctangents_fifth_and_sixth_derivative():
    assert orders(lambda x: x.arctan(), 0.0, 6) == close([0, 1, 0, -2, 0, 24, 0], abs=1e-12)


def eulerian(n, k):
    if not 0 <= k < max(n, 1):
        return 0
    return 1 if n <= 1 else (k + 1) * eulerian(n - 1, k) + (n - k) * eulerian(n - 1, k - 1)


@pytest.mark.parametrize("at", (-2.0, 0.3, 1.7))
def test_the_sigmoids_derivatives_are_eulers_polynomials(at):
    """σ⁽ⁿ⁾ = Σ (-1)ᵏ A(n, k) σᵏ⁺¹ (1 - σ)ⁿ⁻ᵏ (Minai and Williams, 1993)."""
    s = 1 / (1 + math.exp(-at))
    found = orders(lambda x: x.sigmoid(), at, 6)
    for n in range(1, 7):
        terms = [(-1) ** k * eulerian(n, k) * s ** (k + 1) * (1 - s) ** (n - k) for k in range(n)]
        assert found[n] == close(math.fsum(terms), rel=1e-10, abs=1e-14)


@pytest.mark.parametrize("at", (-1.1, 0.0, 0.6))
def test_the_error_functions_derivatives_are_hermites_polynomials(at):
    """erf⁽ⁿ⁺¹⁾ = 2/√π (-1)ⁿ Hₙ(x) e^(-x²); H₀ = 1, Hₙ₊₁ = 2x Hₙ - 2n Hₙ₋₁."""
    hermite = [1, 2 * at]
    for n in range(1, 6):
        hermite.append(2 * at * hermite[-1] - 2 * n * hermite[-2])
    scale = 2 / math.sqrt(math.pi) * math.exp(-at * at)
    expected = [(-1) ** n * h * scale for n, h in enumerate(hermite[:6])]
    assert orders(lambda x: x.erf(), at, 6)[1:] == close(expected, rel=1e-12, abs=1e-13)
    assert orders(lambda x: x.erfc(), at, 6)[1:] == close([-each for each in expected], rel=1e-12, abs=1e-13)


def series(at, order):
    """tanh(exp(x²)) to an order, by power series in t = x - at.

    A series' exponential and tanh come from E' = u' E and T' = u' (1 - T²).
    """

    def times(p, q):
        return [math.fsum(p[i] * q[n - i] for i in range(n + 1)) for n in range(order + 1)]

    def integral(start, slope):
        return [start] + [slope[n] / (n + 1) for n in range(order)]

    def solved(u, start, slope):
        rate = [(n + 1) * u[n + 1] for n in range(order)] + [0.0]
        result = [start] + [0.0] * order
        for _ in range(order):
            result = integral(start, times(rate, slope(result)))
        return result

    square = [at * at, 2 * at, 1.0] + [0.0] * (order - 2)
    power = solved(square, math.exp(at * at), lambda e: e)
    tanh = solved(
        power, math.tanh(math.exp(at * at)), lambda t: [float(n == 0) - c for n, c in enumerate(times(t, t))]
    )
    return [math.factorial(n) * c for n, c in enumerate(tanh)]


@pytest.mark.parametrize("at", (0.0, 0.4, -0.7))
def test_a_composition_to_order_6(at):
    found = orders(lambda x: (x * x).exp().tanh(), at, 6)
    assert found == close(series(at, 6), rel=1e-9, abs=1e-9)


# every operation of the table

POINTS = [(0.3, 0.8), (0.7, 1.9), (-0.6, 1.4), (1.7, 0.4), (2.3, 1.2)]


def applied(op, operands):
    signs = {
        "+": lambda a, b: a + b,
        "-": lambda a, b: a - b,
        "*": lambda a, b: a * b,
        "/": lambda a, b: a / b,
        "**": lambda a, b: a**b,
        "neg": lambda a: -a,
        "abs": abs,
    }
    return signs.get(op) or getattr(Value, op)


def numbers(op, point):
    """Whether the operation and all its derivatives are defined there."""
    a = point[0]
    domain = {
        "log": a > 0, "log2": a > 0, "log10": a > 0, "sqrt": a > 0, "**": a > 0, "log1p": a > -1,
        "arccosh": a > 1, "arcsin": abs(a) < 1, "arccos": abs(a) < 1, "arctanh": abs(a) < 1,
    }  # fmt: skip
    return domain.get(op, True)


ON_NUMBERS = ("a number on the right", "a number on the left")


@pytest.mark.parametrize(
    "rule, kind",
    [(rule, "Values") for rule in TABLE]
    + [(rule, kind) for rule in TABLE if rule.operands[1:] for kind in ON_NUMBERS],
    ids=lambda each: each if isinstance(each, str) else each.op,
)
def test_every_operation_to_order_3_by_differences(rule, kind):
    """Each derivative is the slope of the one before."""
    count, f = len(rule.operands), applied(rule.op, rule.operands)
    h, tried = 1e-5, 0
    for point in POINTS:
        if not numbers(rule.op, point):
            continue
        leaves = [Value(number) for number in point[:count]]
        operands = list(leaves)
        if kind != "Values":
            fixed = kind.endswith("right")
            operands[fixed] = point[fixed]
            leaves = [leaves[not fixed]]
            if kind.endswith("left") and rule.op not in ("+", "-", "*", "/", "**"):
                operands[0] = Constant(point[0])
        level = [f(*operands)]
        for _ in range(3):
            rows = jacobian(level, leaves)
            for j, leaf in enumerate(leaves):
                start = leaf.data
                leaf.data = start + h
                up = forward(level)
                leaf.data = start - h
                down = forward(level)
                leaf.data = start
                slopes = [(p - q) / (2 * h) for p, q in zip(up, down)]
                scale = 1 + max(map(abs, up))
                forward(level)
                assert [row[j].data for row in rows] == close(slopes, rel=3e-8, abs=1e-8 * scale), (point, j)
                tried += 1
            level = [each for row in rows for each in row]
    assert tried >= 6


@pytest.mark.parametrize("rule", TABLE, ids=lambda rule: rule.op)
def test_every_operation_to_order_3_by_true_digits(rule):
    pytest.importorskip("mpmath", reason="mpmath is not installed: `pip install -e '.[dev]'` gets it")
    from tests.accuracy import TRUE, mp, mpf

    if rule.op in ("maximum", "minimum"):
        return
    f, true, tried = applied(rule.op, rule.operands), TRUE[rule.op][0], 0
    for point in POINTS[:4]:
        if not numbers(rule.op, point):
            continue
        leaves = [Value(number) for number in point[: len(rule.operands)]]
        x = leaves[tried % len(leaves)]
        found = [f(*leaves)]
        for _ in range(3):
            found += grad(found[-1], [x])
        exact = [mpf(leaf.data) for leaf in leaves]

        which = tried % len(leaves)

        def along(t, exact=exact, which=which):
            return true(*exact[:which], t, *exact[which + 1 :])

        with mp.workdps(60):
            expected = [float(mp.diff(along, exact[which], n)) for n in range(4)]
        assert data(found) == close(expected, rel=2e-13, abs=2e-14), point
        tried += 1
    assert tried >= 1


# functions of several numbers

BEALE = (1, 1.5), (2, 2.25), (3, 2.625)  # powers of y and constants
FUNCTIONS = {
    "Rosenbrock": (
        lambda x, y: (1 - x) ** 2 + 100 * (y - x * x) ** 2,
        lambda x, y: [-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)],
        lambda x, y: [[2 - 400 * y + 1200 * x * x, -400 * x], [-400 * x, 200]],
        [(1, 1)],
    ),
    "Himmelblau": (
        lambda x, y: (x * x + y - 11) ** 2 + (x + y * y - 7) ** 2,
        lambda x, y: [
            4 * x * (x * x + y - 11) + 2 * (x + y * y - 7),
            2 * (x * x + y - 11) + 4 * y * (x + y * y - 7),
        ],
        lambda x, y: [
            [12 * x * x + 4 * y - 42, 4 * x + 4 * y],
            [4 * x + 4 * y, 4 * x + 12 * y * y - 26],
        ],
        [
            (3, 2),
            (-2.805118086952745, 3.131312518250573),
            (-3.779310253377747, -3.283185991286170),
            (3.584428340330492, -1.848126526964404),
        ],
    ),
    "Beale": (
        lambda x, y: (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2,
        lambda x, y: [
            math.fsum(2 * (c - x + x * y**n) * (y**n - 1) for n, c in BEALE),
            math.fsum(2 * (c - x + x * y**n) * n * x * y ** (n - 1) for n, c in BEALE),
        ],
        None,
        [(3, 0.5)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONS)
def test_published_functions(name):
    f, slopes, curvatures, minima = FUNCTIONS[name]
    for point in [(-1.2, 1.0), (0.5, -0.3), (2.0, 3.0), *minima]:
        found = gradient(f)(*point)
        assert found == close(slopes(*point), rel=1e-12, abs=1e-11)
        rows = hessian(f)(*point)
        if curvatures:
            for row, expected in zip(rows, curvatures(*point)):
                assert row == close(expected, rel=1e-12, abs=1e-11)
        assert rows[0][1] == close(rows[1][0], rel=1e-13)
        if point in minima:
            assert found == close([0, 0], abs=1e-11) and f(*point) == close(0, abs=1e-20)
            assert rows[0][0] > 0 and rows[0][0] * rows[1][1] > rows[0][1] ** 2  # positive definite


def test_the_hessians_at_published_minima():
    assert hessian(FUNCTIONS["Rosenbrock"][0])(1, 1) == [[802, -400], [-400, 200]]
    assert hessian(FUNCTIONS["Himmelblau"][0])(3, 2) == [[74, 20], [20, 34]]
    [[xx, xy], [_, yy]] = hessian(FUNCTIONS["Beale"][0])(3, 0.5)
    assert [xx, xy, yy] == close(
        [2 * (1 / 4 + 9 / 16 + 49 / 64), 2 * (-1.5 - 2.25 - 63 / 32), 2 * (9 + 9 + 81 / 16)]
    )


@pytest.mark.parametrize("seed", range(6))
def test_hessians_are_symmetric(seed):
    output, x, w = random_graph(seed, size=25)
    leaves = x + w
    rows = hessian(output, leaves)
    scale = max(abs(each.data) for row in rows for each in row)
    for i, row in enumerate(rows):
        for j in range(i):
            assert row[j].data == close(rows[j][i].data, rel=1e-11, abs=1e-12 * scale)


# identities

HOMOGENEOUS = {
    0: lambda x, y, z: (x / y).arctan() + z / x.hypot(y),
    1: lambda x, y, z: (x * y * z).cbrt() + x.maximum(y).hypot(z) + abs(z),
    2: lambda x, y, z: x * y - z**2 + x**2 * (y / z).sin(),
    3: lambda x, y, z: (x**2 + y * z) * x.hypot(z) + (x * y).relu() * z,
    -1: lambda x, y, z: 1 / (x + y + z) + x / (y * z),
    0.5: lambda x, y, z: (x + y).sqrt() + z**0.5,
}


@pytest.mark.parametrize("degree", HOMOGENEOUS)
def test_eulers_theorem(degree):
    """x · ∇f = k f, and xᵀ H x = k (k - 1) f."""
    x = [Value(1.3, "x"), Value(0.6, "y"), Value(2.1, "z")]
    f = HOMOGENEOUS[degree](*x)
    along = sum(leaf * slope for leaf, slope in zip(x, grad(f, x)))
    assert along.data == close(degree * f.data, rel=1e-13, abs=1e-14)
    twice = sum(a * b * each for a, row in zip(x, hessian(f, x)) for b, each in zip(x, row))
    assert twice.data == close(degree * (degree - 1) * f.data, rel=1e-12, abs=1e-13)


INVERSES = [
    (lambda x: x.exp(), lambda y: y.log()),
    (lambda x: x.expm1(), lambda y: y.log1p()),
    (lambda x: x**2, lambda y: y.sqrt()),
    (lambda x: x**3, lambda y: y.cbrt()),
    (lambda x: x.sin(), lambda y: y.arcsin()),
    (lambda x: x.cos(), lambda y: y.arccos()),
    (lambda x: x.tan(), lambda y: y.arctan()),
    (lambda x: x.sinh(), lambda y: y.arcsinh()),
    (lambda x: x.cosh(), lambda y: y.arccosh()),
    (lambda x: x.tanh(), lambda y: y.arctanh()),
    (lambda x: x.sigmoid(), lambda y: (y / (1 - y)).log()),
    (lambda x: x.softplus(), lambda y: y.expm1().log()),
    (lambda x: 2**x, lambda y: y.log2()),
    (lambda x: 10**x, lambda y: y.log10()),
]


@pytest.mark.parametrize("f, inverse", INVERSES)
def test_the_derivative_of_an_inverse(f, inverse):
    x = Value(0.45, "x")
    y = f(x)
    product = derivative(inverse)(y) * derivative(f)(x)
    assert product.data == close(1, rel=1e-14)
    assert grad(inverse(y), [x])[0].data == close(1, rel=1e-14)
    for order, expected in enumerate(orders(lambda x: inverse(f(x)), 0.45, 3)[1:]):
        assert expected == close(float(order == 0), rel=1e-12, abs=1e-11)


def test_product_and_chain_rule():
    f, g = (lambda x: (x * x).sin() + x), (lambda x: x.exp() / (1 + x * x))
    for at in (-0.8, 0.3, 1.4):
        df, dg = derivative(f), derivative(g)
        fx, gx = orders(f, at, 3), orders(g, at, 3)
        leibniz = [math.fsum(math.comb(n, k) * fx[k] * gx[n - k] for k in range(n + 1)) for n in range(4)]
        assert orders(lambda x: f(x) * g(x), at, 3) == close(leibniz, rel=1e-12)
        [inner] = orders(g, at, 0)
        assert derivative(lambda x: f(g(x)))(at) == close(df(inner) * dg(at), rel=1e-13)
        quotient = (df(at) * gx[0] - fx[0] * dg(at)) / gx[0] ** 2
        assert derivative(lambda x: f(x) / g(x))(at) == close(quotient, rel=1e-13)


def test_a_harmonic_functions_laplacian_is_0():
    def laplacian(f, *point):
        rows = hessian(f)(*point)
        return sum(row[i] for i, row in enumerate(rows))

    assert laplacian(lambda x, y: x.exp() * y.sin(), 0.3, 0.9) == close(0, abs=1e-15)
    assert laplacian(lambda x, y: x.hypot(y).log(), 0.3, 0.9) == close(0, abs=1e-14)
    assert laplacian(lambda x, y: y.arctan2(x), 0.3, 0.9) == close(0, abs=1e-14)
    assert laplacian(lambda x, y, z: 1 / x.hypot(y).hypot(z), 0.3, 0.9, -0.5) == close(0, abs=1e-13)


# tangents


@pytest.mark.parametrize("seed", range(12))
def test_a_tangent_is_the_gradient_times_the_direction(seed):
    output, x, w = random_graph(seed)
    rng = random.Random(seed)
    directions = {leaf: rng.uniform(-1, 1) for leaf in x + w}
    along = tangent(output, directions)
    slopes = grad(output, x + w)
    for row in (*random_rows(seed, 2, 7), None):
        terms = [slope * part for slope, part in zip(forward(slopes), directions.values())]
        along.forward()
        assert along.data == close(math.fsum(terms), rel=1e-11, abs=1e-12 * max(map(abs, terms)))
        for leaf, number in zip(x + w, row or []):
            leaf.data = number


@pytest.mark.parametrize("seed", range(6))
def test_a_hessian_times_a_vector(seed):
    output, x, w = random_graph(seed, size=25)
    leaves, v = x + w, random_rows(seed, 1, 7)[0]
    rows = hessian(output, leaves)
    expected = [math.fsum(each.data * part for each, part in zip(row, v)) for row in rows]
    scale = max(map(abs, expected))
    found = tangent(grad(output, leaves), dict(zip(leaves, v)))
    assert data(found) == close(expected, rel=1e-10, abs=1e-11 * scale)
    # reverse over forward
    found = grad(tangent(output, dict(zip(leaves, v))), leaves)
    assert data(found) == close(expected, rel=1e-10, abs=1e-11 * scale)
    # forward over forward: vᵀ H v
    twice = tangent(tangent(output, dict(zip(leaves, v))), dict(zip(leaves, v)))
    assert twice.data == close(math.fsum(p * q for p, q in zip(expected, v)), rel=1e-9, abs=1e-11 * scale)


def test_tangents_of_several_outputs_are_a_jacobian_times_a_vector():
    r, t, p = Value(2, "r"), Value(0.7, "t"), Value(1.1, "p")
    outputs = [r * t.sin() * p.cos(), r * t.sin() * p.sin(), r * t.cos(), r]
    rows = jacobian(outputs, [r, t, p])
    # Spherical coordinates: JᵀJ is diag(1, r², r² sin² t)
    columns = [[row[j].data for row in rows[:3]] for j in range(3)]
    products = [[math.fsum(a * b for a, b in zip(p, q)) for q in columns] for p in columns]
    for i, expected in enumerate((1, 4, 4 * math.sin(0.7) ** 2)):
        assert products[i] == close([expected if i == j else 0 for j in range(3)], abs=1e-14)
    found = tangent(outputs, {r: 0.5, t: -1, p: 2})
    expected = [0.5 * a.data - b.data + 2 * c.data for a, b, c in rows]
    assert data(found) == close(expected, rel=1e-14)
    assert tangent([], {r: 1}) == []


def test_directions_that_are_values():
    x, y, u = Value(2, "x"), Value(3, "y"), Value(5, "u")
    f = x * x * y
    along = tangent(f, {x: u, y: x})
    assert along.data == 2 * 2 * 3 * 5 + 2 * 2 * 2
    assert data(grad(along, [u, x, y])) == [12, 2 * 3 * 5 + 12, 4 * 5]  # (2 x y u + x³)' by each


def test_nodes_inside_a_graph_as_inputs():
    x, y = Value(2, "x"), Value(3, "y")
    square = x * x
    z = square * y + square.exp() + x
    assert data(grad(z, [square, x, z])) == close([3 + math.exp(4), 4 * (3 + math.exp(4)) + 1, 1], rel=1e-15)
    assert tangent(z, {square: 1}).data == close(3 + math.exp(4))
    assert tangent(z, {z: 2.5}).data == 2.5
    both = tangent(z, {square: 1, x: 1}).data
    assert both == close(sum(data(grad(z, [square, x]))), rel=1e-15)


def test_what_the_output_does_not_depend_on_has_derivative_0():
    x, y, unused = Value(2, "x"), Value(3, "y"), Value(4, "unused")
    z = x * y + 0 * x.exp() + 3
    three, squared = z.parents[1], x**2
    assert data(grad(z, [unused, three])) == [0, 0]
    assert data(grad(squared, [squared.parents[1], x])) == [0, 4]
    assert tangent(squared, {squared.parents[1]: 1, unused: 2}).data == 0
    assert data(grad(Constant(3), [x])) == [0] and data(grad(x, [x, y])) == [1, 0]
    assert grad(z, []) == [] and jacobian([], [x]) == []
    assert data(grad(z, [x, x])) == [3, 3]


# functions


def test_the_derivative_of_a_function_nests():
    f = lambda x: x.sin() * x  # noqa: E731
    found = f
    for order in range(4):
        expected = orders(f, 0.6, order)[-1]
        number = found(Value(0.6)).data if order == 0 else found(0.6)
        assert number == close(expected, rel=1e-14)
        found = derivative(found)
    slope = derivative(f)(Value(0.6, "x"))
    assert isinstance(slope, Value) and isinstance(derivative(f)(0.6), float)


def test_an_inner_derivative_holds_the_outer_argument_fixed():
    def of_products(x):
        """∂(x y)/∂y at y = x: it is x, although x occurs twice."""
        return derivative(lambda y: x * y)(x)

    assert of_products(Value(3)).data == 3
    assert derivative(of_products)(3.0) == 1
    # at a number, it still depends on x: x · x
    assert derivative(lambda x: x * derivative(lambda y: x * y)(2.0))(3.0) == 6
    # Siskind and Pearlmutter (2005): d/dx (x · d/dy (x + y) at 1) at 1 is 1
    assert derivative(lambda x: x * derivative(lambda y: x + y)(1.0))(1.0) == 1
    assert derivative(lambda x: gradient(lambda a, b: a * a * b)(x, x)[0])(3.0) == 12  # 2 x²
    assert derivative(lambda x: hessian(lambda a, b: a * a * b)(2.0, x)[0][0] * x)(3.0) == 12  # 2 x · x
    x = Value(3, "x")
    assert data(gradient(lambda a, b: a * b)(x, x)) == [3, 3]
    assert derivative(lambda y: x * y)(2.0) == 3.0  # a Value that nobody differentiates by
    assert derivative(lambda t: t**2)(Constant(4)).data == 8
    inner = derivative(lambda t: t**3)(x * x)
    assert inner.data == 3 * 9**2 and grad(inner, [x])[0].data == close(3 * 4 * 3**3)


def test_functions_take_numbers_lists_and_values():
    f = lambda v: v[0] * v[0] * v[1] + v[2]  # noqa: E731
    assert gradient(f)([2, 3, 4]) == gradient(f)((2, 3, 4)) == [12, 4, 1]
    assert hessian(f)([2, 3, 4]) == [[6, 4, 0], [4, 0, 0], [0, 0, 0]]
    assert gradient(lambda x: x**3)(2) == [12] and hessian(lambda x: x**3)(2) == [[12]]
    x = Value(2, "x")
    found = gradient(f)([x, 3, 4])
    assert data(found) == [12, 4, 1] and data(grad(found[0], [x])) == [6]
    assert derivative(lambda x: x if x > 0 else -2 * x)(-1.0) == -2
    assert derivative(lambda x: x if x > 0 else -2 * x)(1.0) == 1
    assert derivative(lambda x: 3)(1.0) == 0 and hessian(lambda x, y: 3)(1, 2) == [[0, 0], [0, 0]]
    assert gradient(lambda x, y: Fraction(1, 2))(1, 2) == [0, 0]
    assert derivative(lambda x: x)(Fraction(1, 2)) == 1


def test_functions_take_arrays():
    np = pytest.importorskip("numpy", reason="NumPy is not installed")
    A = np.array([[2.0, 1.0], [1.0, 4.0]])
    quadratic = lambda v: v @ A @ v / 2  # noqa: E731
    v = np.array([0.5, -2.0])
    assert gradient(quadratic)(v) == close(list(A @ v)) and v.dtype == float
    assert np.array(hessian(quadratic)(v)) == close(A)
    assert gradient(lambda v: np.exp(v).sum())(np.array([1, 2])) == close([math.e, math.e**2])
    assert derivative(np.sin)(0.3) == math.cos(0.3)
    assert derivative(lambda x: 3 * x)(np.float64(2)) == 3
    with pytest.raises(TypeError):
        gradient(lambda v: v.sum())(np.ones((2, 2)))


@pytest.mark.parametrize("function", [math.sin, float, round, int], ids=lambda function: function.__name__)
def test_a_number_taken_out_of_the_graph_is_refused_with_its_line(function):
    def f(x):
        y = x * 2
        return function(y) * x  # the line that is named

    for differentiate in (derivative, gradient, hessian):
        with pytest.raises(ValueError, match=r"test_calculus\.py, line \d+, in f: return .*# the line"):
            differentiate(f)(2.0)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda x: grad(3, [x]), r"starts from one Value, not from 3 \(int\)"),
        (lambda x: grad([x, x], [x]), r"not from \[.*\] \(list\): jacobian\(\) takes a list of them"),
        (lambda x: grad(x, x), r"inputs is a list of Values, not the Value x: write \[x\]"),
        (lambda x: grad(x, "x"), r"inputs is a list of Values, not 'x' \(str\)"),
        (lambda x: grad(x, None), "inputs is a list of Values, not None"),
        (lambda x: grad(x, [x, 2.0]), r"inputs\[1\] is 2\.0 \(float\), not a Value"),
        (lambda x: jacobian(x, [x]), "outputs is a list of Values, not the Value x"),
        (lambda x: tangent(x, [x]), "directions is a dict"),
        (lambda x: tangent(x, {"x": 1}), r"list\(directions\)\[0\] is 'x' \(str\), not a Value"),
        (lambda x: tangent(x, {x: "1"}), r"directions\[x\] is '1' \(str\), not a real number"),
        (lambda x: derivative(x), r"a function, not the Value x: grad\(y, \[x\]\)"),
        (lambda x: gradient(3), r"gradient\(\) differentiates a function, not 3 \(int\)"),
        (lambda x: hessian(lambda x: x, [x]), "of a function takes no inputs"),
        (
            lambda x: derivative(lambda x: [x])(1.0),
            r"the function returns \[.*\] \(list\), and not one number",
        ),
        (lambda x: derivative(lambda x: None)(1.0), "the function returns None"),
        (lambda x: derivative(lambda x: x)("1"), "one real number, not '1'"),
        (lambda x: gradient(lambda x: x)([[1]]), "one real number, not"),
    ],
)
def test_wrong_types_are_named(call, message):
    with pytest.raises(TypeError, match=message):
        call(Value(2, "x"))


def test_derivatives_with_cases_are_floats():
    for f in (abs, lambda x: x.relu(), lambda x: x.leaky_relu()):
        x = Value(2, "x")
        [slope] = grad(f(x), [x])
        assert type(slope.data) is float
        slope.forward()
        assert type(slope.data) is float and type(derivative(f)(2)) is float
        assert type(Program(slope, [x]).value(-1)) is float


# large graphs


@pytest.mark.slow
def test_a_chain_of_100_000_nodes():
    x = Value(0.5, "x")
    y = x
    for i in range(50_000):
        y = -y if i % 2 else y * 1.00001
        y = y + 1e-9 * x
    [slope] = grad(y, [x])
    assert slope.data == close(backward(y, [x])[0], rel=1e-12)
    assert tangent(y, {x: 1}).data == close(slope.data, rel=1e-12)
    z = x
    for _ in range(100_000):
        z = z.sin()
    [slope] = grad(z, [x])
    assert slope.data == close(backward(z, [x])[0], rel=1e-12)


def test_many_inputs_take_one_pass():
    leaves = [Value(0.01 * i, f"x{i}") for i in range(300)]
    output = sum(a * b for a, b in pairwise(leaves)).tanh()
    nodes = {node for slope in grad(output, leaves) for node in topological_order(slope)}
    assert len(nodes) < 8 * len(leaves)


# graphs of derivatives in programs and views


@pytest.mark.parametrize("seed", range(6))
def test_programs_compute_derivatives_at_other_numbers(seed):
    output, x, w = random_graph(seed, size=25)
    slope = sum(each * each for each in grad(output, x + w))
    program = Program(slope, x)
    for row in random_rows(seed, 3):
        for leaf, number in zip(x, row):
            leaf.data = number
        slope.forward()
        expected = backward(slope, program.parameters)
        value, found = program.value_and_gradient([row])
        assert value == slope.data
        assert list(found) == close(expected, rel=1e-13, abs=1e-14)
        numbers = [*row, *(leaf.data for leaf in program.parameters)]
        value, found = program.loops.function(*numbers)
        assert value == slope.data and list(found) == close(expected, rel=1e-13, abs=1e-14)


@pytest.mark.slow
@pytest.mark.skipif(not c_compiler(), reason="there is no C compiler")
@pytest.mark.parametrize("seed", range(10))
def test_machine_code_computes_derivatives_at_other_numbers(seed):
    output, x, w = random_graph(seed, size=25)
    program = Program(sum(each * each for each in grad(output, x + w)), x)
    native = program.native()
    for row in random_rows(seed, 5):
        value, gradient = program.value_and_gradient([row])
        again, found = native.value_and_gradient([row])
        assert again == close(value, rel=1e-12)
        assert list(found) == close(list(gradient), rel=1e-11, abs=1e-11)


@pytest.mark.parametrize("op", ["abs", "maximum", "**", "leaky_relu", "elu"])
def test_views_show_graphs_of_derivatives(op):
    def slope(x, y):
        return grad(applied(op, "ab")(*(x, y)[: len(OPERATIONS[op].rule.operands)]) * x, [x])[0]

    x, y = Value(0.7, "x"), Value(1.3, "y")
    out = slope(x, y)
    assert any(node.op == "if" for node in topological_order(out))
    expected = backward(out, [x, y])
    walk = steps(out)
    walk.run()
    assert [x.grad, y.grad] == close(expected, rel=1e-14)
    assert " if " in str(tree(out)) and " if " in str(list(steps(out, forward=True)))
    assert draw(out, derivatives=True).source.count("->") >= len(topological_order(out)) - 1
    assert "x" in play(out).html
    x.grad = y.grad = 0.0
    text = str(annotate(slope, x, y))
    assert f"{expected[0]:.4g}"[:5] in text


# SymPy


def translated(sympy, output, symbols):
    """The graph as a SymPy expression, numbers exact."""
    S = sympy
    functions = {
        "log2": lambda a: S.log(a) / S.log(2),
        "log10": lambda a: S.log(a) / S.log(10),
        "log1p": lambda a: S.log(1 + a),
        "expm1": lambda a: S.exp(a) - 1,
        "cbrt": lambda a: S.real_root(a, 3) if a.is_number else a ** S.Rational(1, 3),
        "hypot": lambda a, b: S.sqrt(a * a + b * b),
        "arctan2": lambda a, b: S.atan2(a, b),
        "sigmoid": lambda a: 1 / (1 + S.exp(-a)),
        "softplus": lambda a: S.log(1 + S.exp(a)),
        "log_sigmoid": lambda a: -S.log(1 + S.exp(-a)),
        "silu": lambda a: a / (1 + S.exp(-a)),
        "gelu": lambda a: a * S.erfc(-a / S.sqrt(2)) / 2,
        "relu": lambda a: S.Piecewise((a, a > 0), (0, True)),
        "leaky_relu": lambda a: S.Piecewise((a, a > 0), (a * S.Rational(0.01), True)),
        "elu": lambda a: S.Piecewise((a, a > 0), (S.exp(a) - 1, True)),
        "abs": lambda a: S.Piecewise((a, a > 0), (-a, True)),
        "maximum": lambda a, b: S.Piecewise((a, a > b), (b, True)),
        "minimum": lambda a, b: S.Piecewise((a, a < b), (b, True)),
        **{f"arc{f}": getattr(S, f"a{f}") for f in ("sin", "cos", "tan", "sinh", "cosh", "tanh")},
    }
    found = dict(symbols)
    for node in topological_order(output):
        if node in found:
            continue
        if not node.op:
            found[node] = S.Rational(node.data)
            continue
        operands = [found[each] for each in node.parents]
        if node.op in ("+", "-", "*", "/", "**", "neg"):
            found[node] = applied(node.op, ())(*operands)
        else:
            found[node] = (functions.get(node.op) or getattr(S, node.op))(*operands)
    return found[output]


def check_with_sympy(seed, size):
    sympy = pytest.importorskip("sympy", reason="SymPy is not installed: `pip install -e '.[dev]'` gets it")
    mp = pytest.importorskip("mpmath").mp
    output, x, w = random_graph(seed, size=size)
    leaves = x + w
    symbols = dict(zip(leaves, sympy.symbols(f"v:{len(leaves)}", real=True)))
    expression = translated(sympy, output, symbols)
    rng = random.Random(seed)
    value = output
    for order in range(4):
        with mp.workdps(30):
            at = [mp.mpf(leaf.data) for leaf in leaves]
            shared, [reduced] = sympy.cse(expression)
            numbers = dict(zip(symbols.values(), at))
            for name, part in [*shared, (None, reduced)]:
                arguments = sorted(part.free_symbols, key=str)
                number = sympy.lambdify(arguments, part, "mpmath")(*(numbers[each] for each in arguments))
                numbers[name] = number
            expected = float(mp.re(numbers[None]))
        assert value.data == close(expected, rel=1e-9, abs=1e-10), (seed, order)
        used = [leaf for leaf in leaves if symbols[leaf] in expression.free_symbols] or leaves
        leaf = rng.choice(used)
        expression = sympy.diff(expression, symbols[leaf])
        [value] = grad(value, [leaf])


def test_third_derivatives_are_sympys():
    check_with_sympy(3, 3)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40))
def test_many_graphs_third_derivatives_are_sympys(seed):
    check_with_sympy(seed, 5)


@pytest.mark.parametrize("seed", range(3))
def test_a_row_of_a_jacobian_is_the_gradient_of_its_output_alone(seed):
    output, x, w = random_graph(seed)
    outputs = [output * x[0], w[0].exp() + output, x[1], output]
    for row, each in zip(jacobian(outputs, [*x, *w]), outputs):
        assert [entry.data for entry in row] == [slope.data for slope in grad(each, [*x, *w])]
