"""GradBench's evaluations give the values and derivatives that are known:
closed forms, published results, central differences.
"""

import itertools
import math
import random

import pytest

from engine import Program, Value, c_compiler, check_gradients, derivative, gradient, hessian
from tests.gradbench import ba, det, gmm, hello, ht, kmeans, llsq, lse, lstm, ode, particle, saddle
from tests.gradbench.descent import forward
from tests.gradbench.table import from_columns, table

PYTHON = lambda program: program  # noqa: E731
needs_compiler = pytest.mark.skipif(c_compiler() is None, reason="there is no C compiler")
COMPILED = [
    pytest.param(PYTHON, id="python"),
    pytest.param(Program.native, id="native", marks=[needs_compiler, pytest.mark.slow]),
]
compiled = pytest.mark.parametrize("compiled", COMPILED)


def values(numbers, name="x"):
    return [Value(number, f"{name}{i}") for i, number in enumerate(numbers)]


def approx(expected, rel=1e-9, abs=1e-12):
    return pytest.approx(expected, rel=rel, abs=abs)


def test_hello():
    assert list(hello.rounds(4)) == [(1, 2), (4, 8), (64, 128), (16384, 32768)]


def permutations_sum(matrix):
    """Leibniz' formula for the determinant."""
    total = 0.0
    for order in itertools.permutations(range(len(matrix))):
        sign = math.prod(-1 for i, j in itertools.combinations(order, 2) if i > j)
        total += sign * math.prod(row[column] for row, column in zip(matrix, order))
    return total


def test_the_gradient_of_a_determinant_is_its_cofactors():
    """∂ det A / ∂A = det(A) A⁻ᵀ, whose entries are signed minors."""
    numbers = det.data(5)
    matrix = [values(row, f"a{i}_") for i, row in enumerate(numbers)]
    found = det.det(matrix)
    found.backward()
    assert found.data == approx(permutations_sum(numbers))
    for i, row in enumerate(matrix):
        for j, entry in enumerate(row):
            minor = [r[:j] + r[j + 1 :] for r in numbers[:i] + numbers[i + 1 :]]
            assert entry.grad == approx((-1) ** (i + j) * permutations_sum(minor))


def test_minors_are_shared():
    matrix = [values(row) for row in det.data(8)]
    assert len(Program(det.det(matrix)).tape.forward) < 2 * 8 * 2**8


@compiled
def test_least_squares(compiled):
    n, m = 16, 6
    x = llsq.data(m)
    residuals = [s - sum(c * t**j for j, c in enumerate(x)) for t, s in llsq.rows(n)]
    expected = [-sum(r * t**j for r, (t, _) in zip(residuals, llsq.rows(n))) for j in range(m)]
    leaves = values(x)
    whole = llsq.objective(leaves, n)
    whole.backward()
    mean, slopes = compiled(llsq.program(m)).value_and_gradient(llsq.rows(n), x)
    assert n * mean == approx(whole.data) == approx(sum(r * r for r in residuals) / 2)
    assert [n * slope for slope in slopes] == approx(expected)
    assert [leaf.grad for leaf in leaves] == approx(expected)


@compiled
def test_the_gradient_of_log_sum_exp_is_softmax(compiled):
    x = lse.data(50)
    total = sum(map(math.exp, x))
    softmax = [math.exp(each) / total for each in x]
    leaves = values(x)
    whole = lse.lse(leaves)
    whole.backward()
    value, slopes = lse.gradient(compiled)(x)
    assert value == approx(whole.data) == approx(math.log(total))
    assert list(slopes) == approx(softmax)
    assert [leaf.grad for leaf in leaves] == approx(softmax)


def test_log_sum_exp_does_not_overflow():
    assert lse.lse(values([1000.0, 1000.0])).data == approx(1000 + math.log(2))


def mixture(p, points, m, gamma):
    """The logarithm of the product of densities in two dimensions."""
    alpha = [each.data for each in p.alpha]
    shares = [math.exp(a) / sum(map(math.exp, alpha)) for a in alpha]
    precisions, likelihood, prior = [], 1.0, 1.0
    for q, [lower] in zip(p.q, p.l):
        (a, c), b = (math.exp(each.data) for each in q), lower.data
        precisions.append((a * a + b * b, b * c, c * c))
    for x in points:
        density = 0.0
        for share, mu, (a, b, c) in zip(shares, p.mu, precisions):
            u, v = x[0] - mu[0].data, x[1] - mu[1].data
            density += (
                share * math.sqrt(a * c - b * b) * math.exp(-(a * u * u + 2 * b * u * v + c * v * v) / 2)
            )
        likelihood *= density / (2 * math.pi)
    n = 2 + m + 1
    for a, b, c in precisions:
        normal = 2**n * gamma ** (-2 * n) * math.sqrt(math.pi) * math.gamma(n / 2) * math.gamma((n - 1) / 2)
        prior *= (a * c - b * b) ** ((n - 3) / 2) * math.exp(-gamma * gamma * (a + c) / 2) / normal
    return math.log(likelihood * prior)


def test_a_gaussian_mixture_is_the_product_of_its_densities():
    p, points = gmm.data(2, 3, 4)
    assert gmm.objective(p, points).data == approx(mixture(p, points, 0, 1.0))
    with_prior = [gmm.prior(*each, m=2, gamma=0.7) - gmm.prior(*each) for each in zip(p.q, p.l)]
    assert sum(with_prior).data == approx(mixture(p, points, 2, 0.7) - mixture(p, points, 0, 1.0))


@compiled
def test_the_gradient_of_a_gaussian_mixture(compiled):
    p, points = gmm.data(3, 2, 4)
    assert check_gradients(lambda: gmm.objective(p, points))
    whole = gmm.objective(p, points)
    whole.backward()
    value, slopes = gmm.gradient(p, points, compiled)()
    assert value == approx(whole.data)
    assert slopes == approx([leaf.grad for leaf in gmm.flat(p)])


@compiled
def test_newtons_direction_of_k_means(compiled):
    """One step goes to the means of the points that are nearest."""
    points, centroids = kmeans.data(3, 12, 2)
    numbers = [[c.data for c in centroid] for centroid in centroids]
    groups = {i: [] for i in range(len(numbers))}
    for x in points:
        groups[min(groups, key=lambda i: math.dist(x, numbers[i]))].append(x)
    assert all(groups.values())
    expected = [
        number - sum(column) / len(column)
        for i, centroid in enumerate(numbers)
        for number, column in zip(centroid, zip(*groups[i]))
    ]
    assert kmeans.direction(centroids, compiled)(points) == approx(expected)
    cost = sum(min(math.dist(x, c) ** 2 for c in numbers) for x in points)
    assert kmeans.cost(points, centroids).data == approx(cost)


def test_the_hessian_of_k_means_is_diagonal():
    points, centroids = kmeans.data(2, 5, 2)
    matrix = hessian(kmeans.cost(points, centroids), kmeans.flat(centroids))
    for i, row in enumerate(matrix):
        assert all((entry.data != 0) == (i == j) for j, entry in enumerate(row))


def test_the_solution_of_the_differential_equation():
    """Runge-Kutta of order 4 is exact for polynomials up to t⁴."""
    x = ode.data(6)
    exact = [math.prod(x[: i + 1]) * 2 ** (i + 1) / math.factorial(i + 1) for i in range(6)]
    assert ode.solve(x, 1)[:4] == approx(exact[:4])
    assert ode.solve(x, 200) == approx(exact, rel=1e-6)


@compiled
def test_the_gradient_of_the_differential_equation(compiled):
    """Every yᵢ has the factors x₀ … xᵢ, so that ∂yᵢ/∂xⱼ = yᵢ/xⱼ."""
    x = ode.data(9)
    leaves = values(x)
    solution = ode.solve(leaves, 4)
    last = solution[-1]
    last.backward()
    found, slopes = ode.gradient(x, 4, native=compiled is not PYTHON)()
    assert found.tolist() == approx([y.data for y in solution])
    assert slopes.tolist() == approx([last.data / number for number in x])
    assert [leaf.grad for leaf in leaves] == approx([last.data / number for number in x])


def small_lstm():
    return lstm.data(2, 4, bits=3)


def test_the_loss_of_a_long_short_term_memory():
    """By its definition, in floats."""

    def sigmoid(z):
        return 1 / (1 + math.exp(-z))

    layers, outer, state, letters = small_lstm()
    hidden = [[h.data for h, _ in layer] for layer in state]
    cells = [[c.data for _, c in layer] for layer in state]
    total = 0.0
    for x, y in itertools.pairwise(letters):
        read = [numbers[0].data * bit for numbers, bit in zip(outer, x)]
        for i, layer in enumerate(layers):
            for j, p in enumerate(layer):
                wf, wi, wo, wg, bf, bi, bo, bg = (each.data for each in p)
                h, was = hidden[i][j], cells[i][j]
                cells[i][j] = was * sigmoid(wf * read[j] + bf)
                cells[i][j] += sigmoid(wi * h + bi) * math.tanh(wg * h + bg)
                hidden[i][j] = sigmoid(wo * read[j] + bo) * math.tanh(cells[i][j])
            read = hidden[i]
        z = [numbers[1].data * h + numbers[2].data for numbers, h in zip(outer, read)]
        log_sum = math.log(2 + sum(map(math.exp, z)))
        total += sum(bit * (each - log_sum) for bit, each in zip(y, z))
    expected = -total / (len(letters) - 1) / len(outer)
    assert lstm.objective(layers, outer, state, letters).data == approx(expected)


@compiled
def test_the_gradient_of_a_long_short_term_memory(compiled):
    task = small_lstm()
    assert check_gradients(lambda: lstm.objective(*task))
    whole = lstm.objective(*task)
    for leaf in (leaves := lstm.flat(*task[:2])):
        leaf.grad = 0
    whole.backward()
    value, slopes = lstm.gradient(*task, compiled)()
    assert value == approx(whole.data)
    assert slopes == approx([leaf.grad for leaf in leaves])


def test_a_camera_that_looks_along_z_divides_by_depth():
    """A quarter turn about z, and no distortion: (x, y) goes to (-y, x)."""
    camera = values([0, 0, math.pi / 2, 1, 2, 3, 100, 7, 8, 0, 0])
    u, v = ba.project(camera, [1.5, 2.25, 5.0])
    assert (u.data, v.data) == approx((100 * -0.25 / 2 + 7, 100 * 0.5 / 2 + 8))


@compiled
def test_the_jacobian_of_bundle_adjustment(compiled):
    rows, places = ba.data(2, 3, 5)
    assert places == [(0, 0), (1, 1), (0, 2), (1, 0), (0, 1)]
    errors, blocks, weights, slopes = ba.jacobian(compiled)(rows, [[row[14]] for row in rows])
    assert blocks.shape == (5, 2, 15)
    assert weights.tolist() == approx([1 - row[14] ** 2 for row in rows])
    assert [slope for [slope] in slopes.tolist()] == approx([-2 * row[14] for row in rows])
    leaves = values(rows[3])
    outputs = ba.reprojection(leaves[:11], leaves[11:14], leaves[14], leaves[15:])
    assert errors.tolist()[3] == approx([each.data for each in outputs])
    for output, found in zip(outputs, blocks.tolist()[3]):
        assert found == approx(differences(lambda output=output: output, leaves[:15]), rel=1e-5, abs=1e-5)


def differences(graph, leaves, h=1e-5):
    """Central differences of a graph with respect to some of its leaves."""
    output, found = graph(), []
    for leaf in leaves:
        middle, ends = leaf.data, []
        for number in (middle - h, middle + h):
            leaf.data = number
            output.forward()
            ends.append(output.data)
        leaf.data = middle
        found.append((ends[1] - ends[0]) / (2 * h))
    output.forward()
    return found


def test_a_hand_at_rest_keeps_its_shape():
    """If no finger bends, each vertex turns and moves as the hand does."""
    hand = ht.data(1, False)
    theta = values([0, 0, math.pi / 2, 1, 2, 3, *[0] * 20])
    (x, y, z), weights = hand.skin[0]
    found = ht.vertex(theta, ht.bones(theta, hand), (x, y, z), weights)
    assert [each.data for each in found] == approx([1 - y, 2 + x, 3 + z])


@compiled
@pytest.mark.parametrize("complicated", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_the_jacobian_of_hand_tracking(compiled, complicated):
    hand = ht.data(2, complicated)
    rows = ht.rows(hand)
    errors, jacobian = ht.jacobian(hand, compiled)(rows)
    assert jacobian.shape == (2, 3, 28 if complicated else 26)
    parts = ht.parts(values(rows[1]))
    outputs = ht.errors(hand, parts)
    assert errors.tolist()[1] == approx([each.data for each in outputs])
    columns = [*parts[2], *hand.theta]
    found = differences(lambda: outputs[0], columns)
    assert jacobian.tolist()[1][0] == approx(found, rel=1e-6, abs=1e-8)


def test_a_descent_by_forward_mode_is_that_by_reverse_mode():
    x = [0.5, -0.25]
    f = lambda y: saddle.f(y, x)  # noqa: E731
    assert forward(f)(x) == gradient(f)(x) == [1.0, -0.5]
    assert saddle.highest(x, [1.0, 1.0], forward) == saddle.highest(x, [1.0, 1.0], gradient)


@pytest.mark.slow
@pytest.mark.parametrize("modes", [(gradient, forward), (forward, gradient)])
def test_the_saddle_is_where_it_was_published(modes):
    assert saddle.saddle([1.0, 1.0], *modes) == pytest.approx([8.246324826140356e-06] * 4, rel=1e-9)


def test_the_derivative_of_a_flight_that_needs_derivatives():
    value, slope = particle.flight_by_step(PYTHON)(0.0)
    assert value == approx(particle.flight(0.0))
    assert slope == approx((particle.flight(1e-5) - particle.flight(-1e-5)) / 2e-5, rel=1e-6)


@pytest.mark.slow
def test_a_flight_as_one_graph_has_the_same_derivative():
    assert derivative(particle.flight)(0.0) == approx(particle.flight_by_step(PYTHON)(0.0)[1])


@pytest.mark.slow
@compiled
def test_the_particle_is_where_it_was_published(compiled):
    assert particle.particle(0.0, compiled) == approx(0.2071918746486116)


def test_tables():
    assert table([[1, 2], [3, 4]]).tolist() == from_columns([[1, 3], [2, 4]]).tolist() == [[1, 2], [3, 4]]


@pytest.mark.slow
@needs_compiler
def test_own_sizes():
    """Rows, and not the graph, grow with the data: a check at random places."""
    rng = random.Random(0)
    p, points = gmm.data(10, 25, 1000)
    objective = gmm.gradient(p, points)
    value, slopes = objective()
    leaf = rng.choice(gmm.flat(p))
    place, middle, ends = gmm.flat(p).index(leaf), leaf.data, []
    assert math.isfinite(value) and len(slopes) == 25 * (1 + 10 + 55)
    for number in (middle - 1e-4, middle + 1e-4):
        leaf.data = number
        ends.append(objective()[0])
    assert slopes[place] == approx((ends[1] - ends[0]) / 2e-4, rel=1e-5)
