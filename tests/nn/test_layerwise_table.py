"""The algorithm's table: its numbers against differences and the engine, and
that it fits.
"""

import random
import re
from itertools import pairwise

import pytest

from nn import MLP, mean_squared_error
from nn.layerwise import Activation, Affine, Linear, forward, layers_of, stages
from nn.layerwise.table import MOST_ROWS, layer_name, matrix_lines, shared_products, tables

FORWARD = ("j", "f_j", "z⁽ʲ⁾", "D_z f_j(z⁽ʲ⁻¹⁾)", "D_W f_j(z⁽ʲ⁻¹⁾)")
BACKWARD, OUTPUT = ("j", "D⁽ʲ⁾", "D_Wj f_W(x)"), ("j", "∇_Wj L(f_W(x), y)ᵀ")


def squared_error_gradient(prediction, y):
    return [2 * (p - t) for p, t in zip(prediction, y, strict=True)]


def matrix(h, k, rng):
    return [[rng.gauss(0, 1) for _ in range(k)] for _ in range(h)]


def full_table(layers, x, y):
    *_, last = tables(layers, x, y, squared_error_gradient)
    return last


def cells(text, names):
    """The cells of the table with these columns, lists of lines, by name, j."""
    [lines] = [
        part.splitlines() for part in text.split("\n\n") if re.split("  +", part.split("\n")[0]) == [*names]
    ]
    starts = [lines[0].index(name) for name in names]
    found, j = {}, None
    for line in lines[1:]:
        parts = [line[start:end].rstrip() for start, end in zip(starts, [*starts[1:], None])]
        j = int(parts[0]) if parts[0] else j
        for name, part in zip(names, parts):
            found.setdefault((name, j), []).extend([part] * bool(part))
    return found


def numbers(lines):
    """The matrix in a cell, which has the shape that stands above it."""
    size, *rows = lines
    found = [[float(number) for number in row.split()] for row in rows]
    h, k = map(int, size.split("×"))
    assert [len(row) for row in found] == ([k] * h if k else [])
    return found


def slopes(f, at):
    """The Jacobian of f by central differences, row by row."""
    columns = []
    for i in range(len(at)):
        up, down = ([a + d * (i == k) for k, a in enumerate(at)] for d in (1e-5, -1e-5))
        columns.append([(a - b) / 2e-5 for a, b in zip(f(up), f(down))])
    return [list(row) for row in zip(*columns)]


def near(expected):
    return [pytest.approx(row, rel=6e-4, abs=1e-8) for row in expected]


def with_weights(layers, j, weights):
    """The same layers; that of j has other weights, row by row."""
    k = len(layers[j - 1].W[0])
    W = [weights[i : i + k] for i in range(0, len(weights), k)]
    return [*layers[: j - 1], type(layers[j - 1])(W), *layers[j:]]


@pytest.mark.parametrize("seed", range(3))
def test_every_number_of_the_table_is_a_difference_quotient(seed):
    rng = random.Random(seed)
    layers = [Linear(matrix(2, 2, rng)), Activation("tanh"), Affine(matrix(2, 3, rng))]
    layers += [Activation("sigmoid"), Linear(matrix(1, 2, rng))]
    x, y = [rng.gauss(0, 1) for _ in range(2)], [0.5]
    text, z, m = full_table(layers, x, y), forward(layers, x), len(layers)
    ahead, back, out = (cells(text, names) for names in (FORWARD, BACKWARD, OUTPUT))
    assert all([[a] for a in z_j] == near(numbers(ahead["z⁽ʲ⁾", j])) for j, z_j in enumerate(z))
    for j, layer in enumerate(layers, 1):
        assert numbers(ahead["D_z f_j(z⁽ʲ⁻¹⁾)", j]) == near(slopes(layer.value, z[j - 1]))
        rest = slopes(lambda z_j, j=j: forward(layers[j:], z_j)[-1], z[j])
        assert numbers(back["D⁽ʲ⁾", j]) == near(rest)
        if isinstance(layer, Activation):
            assert [ahead["D_W f_j(z⁽ʲ⁻¹⁾)", j], back["D_Wj f_W(x)", j]] == [["2×0"], ["1×0"]]
            assert out["∇_Wj L(f_W(x), y)ᵀ", j] == ["1×0"]
            continue
        W = [w for row in layer.W for w in row]
        own = slopes(lambda w, j=j: with_weights(layers, j, w)[j - 1].value(z[j - 1]), W)
        *shown, last = ahead["D_W f_j(z⁽ʲ⁻¹⁾)", j]
        if last.startswith("r = "):
            row, k = [float(number) for number in last.removeprefix("r = ").split()], len(layer.W[0])
            assert shown[1:] == ["r 0", "0 r"] and [row] == near([own[0][:k]])
            assert own == near([[*own[0][:k], *[0] * k], [*[0] * k, *own[0][:k]]])
        else:
            assert numbers([*shown, last]) == near(own)
        whole = slopes(lambda w, j=j: forward(with_weights(layers, j, w), x)[-1], W)
        assert numbers(back["D_Wj f_W(x)", j]) == near(whole)
        gradient = [[2 * (z[m][0] - y[0]) * d for d in whole[0]]]
        assert numbers(out["∇_Wj L(f_W(x), y)ᵀ", j]) == near(gradient)


def test_the_gradients_of_the_table_are_the_engines():
    mlp = MLP(1, [2, 1, 1], "tanh", random.Random(4))
    mean_squared_error(mlp([0.7]), 0.2).backward()
    out = cells(full_table(layers_of(mlp), [0.7], [0.2]), OUTPUT)
    shown = [
        each for (name, _), lines in out.items() if name != "j" for row in numbers(lines) for each in row
    ]
    assert shown == pytest.approx([w.grad for w in mlp.parameters()], rel=6e-4)


def test_the_table_goes_on_where_it_ended_from_x_to_the_gradients():
    rng = random.Random(7)
    layers = [Linear(matrix(3, 2, rng)), Activation("tanh"), Linear(matrix(2, 3, rng))]
    texts = list(tables(layers, [1, 2], [0, 0], squared_error_gradient))
    assert len(texts) == 1 + 3 + 1
    assert all(after.startswith(before + "\n") for before, after in pairwise(texts))
    ahead = cells(texts[0], FORWARD)
    assert [ahead["f_j", j] for j in range(4)] == [["x"], ["Linear(3×2)"], ["tanh"], ["Linear(2×3)"]]
    sizes = {name: [ahead[name, j][0] for j in (1, 2, 3)] for name in FORWARD[2:]}
    assert [*sizes.values()] == [["3×1", "3×1", "2×1"], ["3×2", "3×3", "2×3"], ["3×6", "3×0", "2×6"]]
    built = [[j for name, j in cells(text, BACKWARD) if name == "j"] for text in texts[1:4]]
    assert built == [[3], [3, 2], [3, 2, 1]]
    back = cells(texts[-1], BACKWARD)
    assert [back["D⁽ʲ⁾", j][0] for j in (3, 2, 1)] == ["2×2", "2×3", "2×3"]
    assert [back["D_Wj f_W(x)", j][0] for j in (3, 2, 1)] == ["2×6", "2×0", "2×6"]
    out = cells(texts[-1], OUTPUT)
    assert [out["∇_Wj L(f_W(x), y)ᵀ", j][0] for j in (1, 2, 3)] == ["1×6", "1×0", "1×6"]


@pytest.mark.parametrize("biases", [0, 1])
@pytest.mark.parametrize("spread", [0, 1, 6, 110])
def test_two_hidden_layers_fit_80_columns_whatever_their_numbers(spread, biases):
    rng = random.Random(spread)

    def wide(h, k):
        return [[-rng.random() * 10 ** rng.uniform(-spread, spread / 3) for _ in range(k)] for _ in range(h)]

    kind = Affine if biases else Linear
    for _ in range(20):
        layers = [
            kind(wide(2, 2 + biases)),
            Activation("relu"),
            kind(wide(2, 2 + biases)),
            Activation("tanh"),
        ]
        text = full_table([*layers, kind(wide(1, 2 + biases))], wide(1, 2)[0], [1])
        assert max(map(len, text.splitlines())) <= 80, text


def test_a_deep_or_wide_network_fits_too():
    rng = random.Random(1)
    for mlp in (MLP(2, [2] * 12 + [1], "tanh", rng), MLP(64, [64, 3], "relu", rng)):
        layers, x = layers_of(mlp), [rng.gauss(0, 1) for _ in mlp.layers[0].neurons[0].w]
        y = [0] * len(mlp.layers[-1].neurons)
        for text in (full_table(layers, x, y), shared_products(layers, x)):
            assert max(map(len, text.splitlines())) <= 80, text


def test_a_wide_derivative_by_the_weights_is_shown_in_blocks():
    z = [-0.12346, 123.456]
    ahead = cells(full_table([Linear([[1, 2], [3, 4]])], z, [0, 0]), FORWARD)
    assert ahead["D_W f_j(z⁽ʲ⁻¹⁾)", 1] == ["2×4", "r 0", "0 r", "r = -0.1235 123.5"]
    ahead = cells(full_table([Linear([[1, 2]] * 4)], z, [0] * 4), FORWARD)
    assert ahead["D_W f_j(z⁽ʲ⁻¹⁾)", 1] == ["4×8", "r 0 ⋯", "0 r ⋯", "⋮ ⋮ ⋱", "r = -0.1235 123.5"]


class Scaled:
    """A layer of one's own, z times w, with a derivative that has no blocks."""

    def value(self, z):
        return [3 * a for a in z]

    def D_z(self, z):
        return [[3 * (i == j) for j in range(len(z))] for i in range(len(z))]

    def D_W(self, z):
        return [[1000.5 * (a + i + k) for k in range(8)] for i, a in enumerate(z)]


def test_a_wide_derivative_without_blocks_is_cut_off():
    ahead = cells(full_table([Scaled()], [1, 2], [0, 0]), FORWARD)
    size, *rows = ahead["D_W f_j(z⁽ʲ⁻¹⁾)", 1]
    assert size == "2×8" and all(row.endswith(" ⋯") and len(row.split()) > 2 for row in rows)
    assert ahead["f_j", 1] == ["Scaled"]  # it has no short repr


def test_a_large_matrix_is_cut_off_in_the_table():
    text = full_table(layers_of(MLP(4, [20, 1], rng=random.Random(8))), [1, 2, 3, 4], [0])
    assert "1×100" in text and "⋮" in text
    assert len(text.splitlines()) < 6 * (MOST_ROWS + 2)


def test_the_columns_of_a_matrix_end_below_each_other():
    lines = matrix_lines([[1, -2.5, 0], [-0.00012, 100, -3], [12345, 0, 1]], 80)
    ends = [[match.end() for match in re.finditer(r"\S+", line)] for line in lines]
    assert ends[0] == ends[1] == ends[2]
    assert [line.split() for line in lines] == [
        ["1", "-2.5", "0"],
        ["-0.00012", "100", "-3"],
        ["12345", "0", "1"],
    ]


@pytest.mark.parametrize("width", range(2, 30))
def test_a_cut_matrix_has_as_many_columns_as_fit(width):
    rows = [[10, 200, 3000], [4, 50, 6]]
    for line in matrix_lines(rows, width):
        assert len(line) <= width
        assert ("⋯" in line) == (width < len("10 200 3000"))
    shown = len(matrix_lines(rows, width)[0].split()) - (width < 11)
    assert shown == sum(width >= least for least in (4, 8, 11))


# the products


def test_each_product_has_one_factor_more_than_the_one_above():
    rng = random.Random(2)
    layers = [Linear(matrix(3, 2, rng)), Linear(matrix(4, 3, rng)), Linear(matrix(5, 4, rng))]
    products = [
        text.splitlines()
        for text in shared_products([Linear(matrix(2, 2, rng)), *layers], [1, 1]).split("\n\n")
    ]
    factors = [
        re.findall(r"D_[zW] f_\d\(\S+\)", names.partition(" = ")[2].partition(" = ")[2])
        for names, *_ in products
    ]
    assert factors == [
        ["D_W f_4(z⁽³⁾)"],
        ["D_z f_4(z⁽³⁾)", "D_W f_3(z⁽²⁾)"],
        ["D_z f_4(z⁽³⁾)", "D_z f_3(z⁽²⁾)", "D_W f_2(z⁽¹⁾)"],
    ]
    shapes = [re.findall(r"\d+×\d+", sizes) for _, sizes, _ in products]
    assert shapes == [["5×20", "5×20"], ["5×12", "5×4", "4×12"], ["5×6", "5×4", "4×3", "3×6"]]
    assert [names[:7].rstrip() for names, *_ in products] == ["j = m", "j = m-1", "j = m-2"]


def test_the_mark_spans_the_shared_factors():
    rng = random.Random(2)
    layers = [Linear(matrix(2, 2, rng)) for _ in range(5)]
    first, *others = [text.splitlines() for text in shared_products(layers, [1, 1]).split("\n\n")]
    assert first[2].strip() == "D⁽⁵⁾ = 1"
    for (names, _, mark), j in zip(others, (4, 3)):
        start, end = mark.index("╰"), mark.index("╯") + 1
        assert names[start:].startswith("D_z f_5(z⁽⁴⁾)")
        assert names[end:].startswith(f"  D_W f_{j}") and names[:end].endswith(")")
        assert mark[start:end].strip("╰─ ╯") == f"D⁽{'⁰¹²³⁴'[j]}⁾"
        assert mark.endswith(f"= D⁽{'⁰¹²³⁴⁵'[j + 1]}⁾ D_z f_{j + 1}(z⁽{'⁰¹²³⁴'[j]}⁾)")


@pytest.mark.parametrize("m", [1, 2])
def test_a_shallow_network_has_fewer_products(m):
    text = shared_products([Linear([[2]])] * m, [1])
    assert len(text.split("\n\n")) == m


@pytest.mark.parametrize("show", [tables, stages])
def test_layers_may_be_any_iterable(show):
    layers, x, y = [Linear([[1, 2], [3, 4]]), Linear([[5, 6]])], [1, -1], [0]
    assert [*show(iter(layers), x, y, squared_error_gradient)] == [
        *show(layers, x, y, squared_error_gradient)
    ]
    assert shared_products(iter(layers), x) == shared_products(layers, x)


def test_a_layer_whose_name_has_lines_does_not_break_the_table():
    class Sum(Linear):
        def __repr__(self):
            return "a\nb"

    assert layer_name(Sum([[1]])) == "Sum"
