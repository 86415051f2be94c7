"""Convolutions: what they compute, that they commute with translations, and
what one learns.
"""

import random

import pytest

from engine import Value
from nn import Convolution1D, Convolution2D, Layer, Neuron, max_pool


def image(height, width, seed=0):
    rng = random.Random(seed)
    return [[rng.gauss(0, 1) for _ in range(width)] for _ in range(height)]


def data(values):
    return [data(part) if isinstance(part, list) else part.data for part in values]


def placed(pattern, top, left, size=9):
    """A white image with a pattern somewhere in it."""
    pixels = [[0.0] * size for _ in range(size)]
    for i, row in enumerate(pattern, top):
        pixels[i][left : left + len(row)] = row
    return pixels


# what they compute


@pytest.mark.parametrize(("length", "width"), [(7, 3), (3, 3), (5, 1)])
def test_one_dimension_is_its_formula(length, width):
    kernel, (row,) = Neuron(width, "linear", random.Random(1)), image(1, length)
    kernel.b.data = 0.5
    assert data(Convolution1D(kernel, width)(row)) == pytest.approx(
        [0.5 + sum(kernel.w[k].data * row[i + k] for k in range(width)) for i in range(length - width + 1)],
        rel=1e-12,
    )


@pytest.mark.parametrize(("height", "width"), [(3, 3), (1, 4), (2, 1), (5, 6)])
def test_two_dimensions_is_its_formula(height, width):
    kernel, pixels = Neuron(height * width, "linear", random.Random(1)), image(5, 6)
    expected = [
        [
            sum(
                kernel.w[width * a + b].data * pixels[i + a][j + b]
                for a in range(height)
                for b in range(width)
            )
            for j in range(6 - width + 1)
        ]
        for i in range(5 - height + 1)
    ]
    found = data(Convolution2D(kernel, height, width)(pixels))
    assert len(found) == len(expected)
    for line, wanted in zip(found, expected):
        assert line == pytest.approx(wanted, rel=1e-9)


def test_a_convolution_is_a_layer_whose_rows_are_one_kernel_shifted():
    kernel, layer, (row,) = Neuron(3, "tanh", random.Random(1)), Layer(6, 4, "tanh"), image(1, 6)
    for i, neuron in enumerate(layer.neurons):
        for j, w in enumerate(neuron.w):
            w.data = kernel.w[j - i].data if 0 <= j - i < 3 else 0.0
    assert data(Convolution1D(kernel, 3)(row)) == pytest.approx(data(layer(row)), rel=1e-12)


def test_the_kernel_is_all_there_is_to_learn_and_its_gradient_is_the_sum_over_windows():
    kernel, row = Neuron(2, "linear", random.Random(1)), [1.0, 2.0, 4.0, 8.0]
    convolution = Convolution1D(kernel, width=2)
    assert convolution.parameters() == kernel.parameters()
    sum(convolution(row)).backward()
    assert [p.grad for p in kernel.parameters()] == [1 + 2 + 4, 2 + 4 + 8, 3]


def test_several_kernels_give_a_list_for_every_window():
    layer = Layer(2, 3, "tanh", random.Random(0))
    assert data(Convolution1D(layer, 2)([1, 2, 3])) == [data(layer([1, 2])), data(layer([2, 3]))]


# translations


@pytest.mark.parametrize("shift", range(1, 5))
def test_a_shifted_row_gives_the_same_results_shifted(shift):
    convolution, (pattern,) = Convolution1D(Neuron(3, "tanh", random.Random(2)), width=3), image(1, 5)
    before = data(convolution(pattern + [0.0] * 4))
    after = data(convolution([0.0] * shift + pattern + [0.0] * (4 - shift)))
    assert after[shift:] == before[: len(before) - shift]  # the same numbers, to the last bit


@pytest.mark.parametrize("place", [(2, 2), (2, 4), (3, 3), (4, 2), (4, 4)])
def test_a_moved_pattern_is_found_as_much_elsewhere(place):
    convolution = Convolution2D(Neuron(9, "tanh", random.Random(2)), 3, 3)
    pattern, (top, left) = image(3, 3), place
    here, there = data(convolution(placed(pattern, 2, 2))), data(convolution(placed(pattern, top, left)))
    for i in range(5):
        for j in range(5):  # every window that meets the pattern
            assert there[top - 2 + i][left - 2 + j] == here[i][j]
    pooled = [max_pool(convolution(placed(pattern, *at))).data for at in ((2, 2), place)]
    assert pooled[0] == pooled[1] == max(max(line) for line in here)


# the pool


def test_the_pools_gradient_goes_to_the_largest():
    values = [[Value(1), Value(7)], [Value(3), Value(-2)]]
    max_pool(values).backward()
    assert [[value.grad for value in line] for line in values] == [[0, 1], [0, 0]]


def test_the_pool_chooses_anew_when_the_graph_is_computed_again():
    values = [Value(1), Value(7), Value(3)]
    pooled = max_pool(values)
    values[0].data = 9.0
    pooled.forward()
    pooled.backward()
    assert pooled.data == 9 and [value.grad for value in values] == [1, 0, 0]


# what they refuse


def test_a_window_that_does_not_fit_is_named():
    with pytest.raises(
        ValueError, match=r"Convolution1D\(Neuron\(3, relu\), width=3\) of a row of 2: the window"
    ):
        Convolution1D(Neuron(3), 3)([1, 2])
    with pytest.raises(ValueError, match="of a column of 1: the window does not fit"):
        Convolution2D(Neuron(4), 2, 2)([[1, 2, 3]])
    with pytest.raises(ValueError, match="of a column of 0: the window does not fit"):
        Convolution2D(Neuron(4), 2, 2)([])
    with pytest.raises(ValueError, match=r"rows have different lengths, \[2, 3\]"):
        Convolution2D(Neuron(4), 2, 2)([[1, 2, 3], [1, 2]])
    with pytest.raises(ValueError, match=r"Neuron\(4, relu\) takes 4 inputs, not 2"):
        Convolution1D(Neuron(4), 2)([1, 2, 3])
