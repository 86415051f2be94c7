"""The lecture's algorithm: its derivatives against differences, its gradients
against the engine's.
"""

import math
import random
from fractions import Fraction
from itertools import pairwise

import pytest

from engine import Value
from nn import MLP, Layer, Module, Neuron, Perceptron, Sequential, mean_squared_error
from nn.layerwise import (
    Activation,
    Affine,
    Linear,
    backpropagation,
    backward,
    forward,
    layers_of,
    multiplications,
    naive,
    product,
    shape,
)


def squared_error_gradient(prediction, y):
    return [2 * (p - t) for p, t in zip(prediction, y, strict=True)]


def total(gradients):
    return [derivative for gradient in gradients for derivative in gradient]


def as_list(out):
    return out if isinstance(out, list) else [out]


def engine_gradient(model, x, loss):
    model.zero_grad()
    loss(as_list(model(x))).backward()
    return [parameter.grad for parameter in model.parameters()]


def matrix(h, k, rng):
    return [[rng.gauss(0, 1) for _ in range(k)] for _ in range(h)]


def random_network(rng, activations):
    sizes = [rng.randint(1, 5) for _ in range(rng.randint(2, 6))]
    layers = [Layer(k, h, rng.choice(activations), rng) for k, h in pairwise(sizes)]
    return Sequential(*layers), sizes


class Softmax:
    """A layer of one's own: p_i = exp(z_i) / Σ exp(z_j), with ∂p_i/∂z_j = p_i
    (δ_ij - p_j).
    """

    def value(self, z):
        powers = [math.exp(a) for a in z]
        return [power / sum(powers) for power in powers]

    def D_z(self, z):
        p = self.value(z)
        return [[p_i * ((i == j) - p_j) for j, p_j in enumerate(p)] for i, p_i in enumerate(p)]

    def D_W(self, z):
        return [[] for _ in z]


# layers and their derivatives


def layer_of(kind, parameters):
    """A layer of a kind from 3 numbers to as many as its parameters, a list,
    make.
    """
    if kind in (Linear, Affine):
        columns = 3 if kind is Linear else 4
        return kind([parameters[i : i + columns] for i in range(0, len(parameters), columns)])
    return Softmax() if kind is Softmax else Activation(kind)


KINDS = [(Linear, 6), (Affine, 8), (Softmax, 0), ("tanh", 0), ("sigmoid", 0), ("softplus", 0), ("arctan", 0)]


@pytest.mark.parametrize(("kind", "count"), KINDS)
def test_derivatives_of_layers_are_their_slopes_and_have_the_stated_shapes(kind, count):
    rng = random.Random(1)
    z, W = [rng.gauss(0, 1) for _ in range(3)], [rng.gauss(0, 1) for _ in range(count)]
    layer = layer_of(kind, W)
    value, D_z, D_W = layer.value(z), layer.D_z(z), layer.D_W(z)
    assert shape(D_z) == (len(value), 3)
    assert shape(D_W) == (len(value), count)
    h = 1e-5

    def slopes(f, at, i):
        up, down = list(at), list(at)
        up[i] += h
        down[i] -= h
        return [(a - b) / (2 * h) for a, b in zip(f(up), f(down))]

    for j in range(3):
        assert [row[j] for row in D_z] == pytest.approx(slopes(layer.value, z, j), abs=1e-9)
    for j in range(count):
        by_differences = slopes(lambda W: layer_of(kind, W).value(z), W, j)
        assert [row[j] for row in D_W] == pytest.approx(by_differences, abs=1e-9)


@pytest.mark.parametrize(("kind", "count"), KINDS)
def test_the_linear_approximation_errs_by_the_square_of_the_step(kind, count):
    rng = random.Random(2)
    z, W = [rng.gauss(0, 1) for _ in range(3)], [rng.gauss(0, 1) for _ in range(count)]
    dz, dW = [rng.gauss(0, 1) for _ in z], [rng.gauss(0, 1) for _ in W]
    layer = layer_of(kind, W)
    slope = [
        sum(d * step for d, step in zip(D_z + D_W, dz + dW)) for D_z, D_W in zip(layer.D_z(z), layer.D_W(z))
    ]

    def error(h):
        moved = layer_of(kind, [w + h * d for w, d in zip(W, dW)])
        exact = moved.value([a + h * d for a, d in zip(z, dz)])
        return [e - (v + h * s) for e, v, s in zip(exact, layer.value(z), slope)]

    for whole, half in zip(error(1e-3), error(5e-4)):
        assert abs(whole) > 1e-10  # there is an error to shrink, well above that of rounding
        assert whole / half == pytest.approx(4, rel=0.01)


def test_the_error_of_a_linear_layer_is_the_product_of_the_steps():
    W, z = [[1, 2], [3, 4]], [5, 6]
    dW, dz = [[1, -1], [2, 3]], [2, -3]
    f = Linear(W)
    moved = Linear([[w + d for w, d in zip(*rows)] for rows in zip(W, dW)])
    step = [[d] for d in dz], [[d] for row in dW for d in row]
    by_z, by_W = product(f.D_z(z), step[0]), product(f.D_W(z), step[1])
    exact = moved.value([a + d for a, d in zip(z, dz)])
    error = [e - (v + a + b) for e, v, [a], [b] in zip(exact, f.value(z), by_z, by_W)]
    assert error == Linear(dW).value(dz) == [5, -5]


def test_an_activation_is_any_function_of_one_number_in_the_table():
    known = {"exp": math.exp(0.5), "log": 2, "sqrt": 0.5**0.5, "arctan": 0.8, "relu": 1, "abs": 1, "neg": -1}
    for name, slope in known.items():
        assert Activation(name).D_z([0.5]) == [[pytest.approx(slope, rel=1e-15)]]


def test_an_unknown_activation_names_the_known_ones():
    with pytest.raises(ValueError, match=r"unknown activation 'rleu'.*relu"):
        Activation("rleu")
    with pytest.raises(ValueError, match="unknown activation"):
        Activation("*")


# the algorithm against the engine


@pytest.mark.parametrize("seed", range(20))
def test_with_whole_numbers_the_gradient_is_the_engines_exactly(seed):
    rng = random.Random(seed)
    model, sizes = random_network(rng, ["relu", "linear"])
    for parameter in model.parameters():
        parameter.data = float(rng.randint(-3, 3))
    x, y = ([rng.randint(-3, 3) for _ in range(n)] for n in (sizes[0], sizes[-1]))
    gradients = backpropagation(layers_of(model), x, y, squared_error_gradient)

    def loss(prediction):
        return sum((p - t) ** 2 for p, t in zip(prediction, y))

    assert total(gradients) == engine_gradient(model, x, loss)


@pytest.mark.parametrize("seed", range(20))
def test_on_random_networks_the_gradient_is_the_engines(seed):
    rng = random.Random(seed)
    model, sizes = random_network(rng, ["tanh", "sigmoid", "relu", "linear"])
    x, y = ([rng.gauss(0, 1) for _ in range(n)] for n in (sizes[0], sizes[-1]))
    gradients = backpropagation(layers_of(model), x, y, squared_error_gradient)

    def loss(prediction):
        return sum((p - t) ** 2 for p, t in zip(prediction, y))

    expected = engine_gradient(model, x, loss)
    largest = max(map(abs, expected))
    assert total(gradients) == pytest.approx(expected, rel=1e-12, abs=1e-14 * largest)


def test_a_softmax_of_ones_own_has_the_engines_gradient():
    rng = random.Random(3)
    model = MLP(4, [5, 3], activation="tanh", rng=rng)
    x, y = [rng.gauss(0, 1) for _ in range(4)], 2
    gradients = backpropagation(
        [*layers_of(model), Softmax()], x, y, lambda p, y: [-1 / p[y] if i == y else 0 for i in range(3)]
    )

    def cross_entropy(z):
        return sum(z_i.exp() for z_i in z).log() - z[y]

    assert total(gradients) == pytest.approx(engine_gradient(model, x, cross_entropy), rel=1e-12)


def test_the_derivative_of_every_output_is_a_row():
    rng = random.Random(4)
    model = MLP(3, [4, 2], activation="sigmoid", rng=rng)
    x = [rng.gauss(0, 1) for _ in range(3)]
    layers = layers_of(model)
    matrices = [D_W for _, _, D_W in backward(layers, forward(layers, x))][::-1]
    for i in range(2):
        rows = total(D_W[i] for D_W in matrices)
        assert rows == pytest.approx(engine_gradient(model, x, lambda out, i=i: out[i] * 1), rel=1e-12)


def test_the_lectures_mean_squared_error_example():
    rng = random.Random(5)
    W, beta = matrix(3, 2, rng), matrix(1, 3, rng)
    rows, targets = matrix(10, 2, rng), [rng.gauss(0, 1) for _ in range(10)]
    f_W, g, f_beta = Linear(W), Activation("sigmoid"), Linear(beta)
    written_W, written_beta, summed = [0] * 6, [0] * 3, [0] * 9
    for x, y in zip(rows, targets):
        z1 = f_W.value(x)
        z2 = g.value(z1)
        error = f_beta.value(z2)[0] - y
        assert f_beta.D_W(z2) == [z2]
        # D_W f = β_i g'(z1_i) x_j, which is what the three matrices multiply
        # out to
        closed = [b * s * (1 - s) * x_j for b, s in zip(beta[0], z2) for x_j in x]
        by_layers = product(product(f_beta.D_z(z2), g.D_z(z1)), f_W.D_W(x))[0]
        assert by_layers == pytest.approx(closed, rel=1e-14)
        written_W = [t + 2 / 10 * error * d for t, d in zip(written_W, by_layers)]
        written_beta = [t + 2 / 10 * error * d for t, d in zip(written_beta, z2)]
        one = total(backpropagation([f_W, g, f_beta], x, [y], squared_error_gradient))
        summed = [t + d / 10 for t, d in zip(summed, one)]

    values, betas = [[Value(w) for w in row] for row in W], [Value(b) for b in beta[0]]
    predictions = [
        sum(b * sum(w * x_j for w, x_j in zip(row, x)).sigmoid() for b, row in zip(betas, values))
        for x in rows
    ]
    mean_squared_error(predictions, targets).backward()
    engine = [w.grad for row in values for w in row] + [b.grad for b in betas]
    assert written_W + written_beta == pytest.approx(engine, rel=1e-12)
    assert summed == pytest.approx(engine, rel=1e-12)


def test_the_algorithm_is_exact_on_fractions():
    # (c (a x₁ + b x₂))², whose derivative is 2 c (a x₁ + b x₂) times c x₁, c
    # x₂, a x₁ + b x₂
    a, b, c, x = Fraction(1, 3), Fraction(2, 7), Fraction(3, 5), [Fraction(1, 2), Fraction(7)]
    gradients = backpropagation([Linear([[a, b]]), Linear([[c]])], x, [0], squared_error_gradient)
    assert gradients == [[Fraction(39, 50), Fraction(273, 25)], [Fraction(169, 30)]]


# sharing


@pytest.mark.parametrize("seed", range(5))
def test_the_naive_products_are_the_same_matrices(seed):
    rng = random.Random(seed)
    model, sizes = random_network(rng, ["tanh", "linear"])
    layers = layers_of(model)
    z = forward(layers, [rng.gauss(0, 1) for _ in range(sizes[0])])
    assert list(backward(layers, z)) == list(naive(layers, z))


@pytest.mark.parametrize("m", [1, 2, 5, 30])
def test_sharing_makes_the_work_linear_in_the_depth_instead_of_quadratic(m):
    chain = [Linear([[2]])] * m
    assert multiplications(backward, chain, [1]) == 2 * m - 1
    assert multiplications(naive, chain, [1]) == m * (m + 1) // 2


def test_the_counts_are_those_of_the_shapes():
    rng = random.Random(6)
    h = [2, 4, 3, 5]
    layers = [Linear(matrix(h[j], h[j - 1], rng)) for j in (1, 2, 3)]

    def work(rows, columns):  # of a product with an h_m × rows matrix on its left
        return h[3] * rows * columns

    last = {j: work(h[j], h[j] * h[j - 1]) for j in (1, 2, 3)}  # D(j) times D_W f_j
    up = {j: work(h[j], h[j - 1]) for j in (2, 3)}  # D(j) times D_z f_j
    x = [1, 1]
    assert multiplications(backward, layers, x) == sum(last.values()) + up[3] + up[2]
    assert multiplications(naive, layers, x) == sum(last.values()) + up[3] + (up[3] + up[2])


# layers of models, and what is refused


def test_the_layers_of_a_model_compute_what_it_computes():
    rng = random.Random(9)
    for model in (
        Neuron(3, "sigmoid", rng),
        Layer(3, 4, "tanh", rng),
        MLP(3, [4, 4, 2], "relu", rng),
        MLP(3, [1, 1], "tanh", rng),
        Sequential(Layer(3, 2, "linear", rng), MLP(2, [3, 1], "tanh", rng)),
    ):
        for parameter in model.parameters():
            parameter.data = rng.gauss(0, 1)
        x = [0.5, -1.0, 2.0]
        expected = [out.data for out in as_list(model(x))]
        layers = layers_of(model)
        assert forward(layers, x)[-1] == pytest.approx(expected, rel=1e-14)
        assert sum(len(layer.D_W(z)[0]) for layer, z in zip(layers, forward(layers, x))) == len(
            model.parameters()
        )


def test_a_model_whose_derivatives_are_not_known_is_named():
    class Mine(Module):
        def __call__(self, x):
            return x

    for model in (Perceptron(2), Mine(), lambda x: x):
        with pytest.raises(TypeError, match=r"derivatives of .* are not known"):
            layers_of(Sequential(Layer(2, 2), model))
    with pytest.raises(TypeError, match=r"Layer\(2, 2, cube\) is not known: its activation is no name"):
        layers_of(Layer(2, 2, cube))


def cube(z):
    return z**3


def test_wrong_shapes_name_what_is_wrong():
    with pytest.raises(ValueError, match=r"Linear\(2×3\) takes 3 inputs, not 2"):
        forward([Linear([[1, 2, 3], [4, 5, 6]])], [1, 2])
    with pytest.raises(ValueError, match=r"Affine\(1×3\) takes 2 inputs, not 3"):
        forward([Affine([[1, 2, 3]])], [1, 2, 3])
    with pytest.raises(ValueError, match="a matrix is a list of rows, not "):
        Linear([1, 2])
    with pytest.raises(ValueError, match="the rows of a matrix have one length, not 1 and 2"):
        Linear([[1, 2], [3]])
    with pytest.raises(ValueError, match="a 1×2 matrix cannot be multiplied by a 1×2 one"):
        product([[1, 2]], [[1, 2]])


class Transposed(Linear):
    """A mistake that is easily made: k × h instead of h × k."""

    def D_z(self, z):
        return [list(column) for column in zip(*self.W)]


def test_a_jacobian_of_the_wrong_shape_names_the_layer():
    layers = [Linear([[1, 2]]), Transposed([[1], [2], [3]])]
    with pytest.raises(ValueError, match=r"layer 2, .* makes 3 numbers of 1: its D_z must be 3×1 .* are 1×3"):
        list(backward(layers, forward(layers, [1, 2])))


@pytest.mark.parametrize("gradient", [2.0, [1.0, 2.0], [], ["1"]])
def test_a_loss_gradient_of_the_wrong_length_is_refused(gradient):
    with pytest.raises(ValueError, match="loss_gradient must return a list of 1 number, not "):
        backpropagation([Linear([[1, 2]])], [1, 1], 0, lambda prediction, y: gradient)
