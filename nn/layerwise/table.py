"""The backpropagation algorithm as text: its table, and its products."""

from collections.abc import Iterator
from itertools import islice, zip_longest
from typing import Any

from engine import format_number
from nn.layerwise.algorithm import (
    Layers,
    LossGradient,
    as_layers,
    backpropagation,
    backward,
    derivatives,
    forward,
)
from nn.layerwise.jacobians import Differentiable, Matrix, Vector, identity, shape, size

MOST_ROWS = 12  # how many rows of a matrix a table shows
NAME_WIDTH = 11  # the widest name of a layer; Linear(2×2) is as wide
MATRIX_WIDTH, BLOCKS_WIDTH, GRADIENT_WIDTH = 23, 25, 50  # two numbers as wide as any; "r = " and two; four
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")

FORWARD = "Forward pass: z⁽⁰⁾ = x, z⁽ʲ⁾ = f_j(z⁽ʲ⁻¹⁾)"
BACKWARD = """\
Backward pass: D⁽ᵐ⁾ = 1, D⁽ʲ⁾ = D⁽ʲ⁺¹⁾ D_z f_{j+1}(z⁽ʲ⁾)
               D_Wj f_W(x) = D⁽ʲ⁾ D_W f_j(z⁽ʲ⁻¹⁾)"""
OUTPUT = "Output: ∇_Wj L(f_W(x), y)ᵀ = ∇_ŷ L(z⁽ᵐ⁾, y)ᵀ D_Wj f_W(x)"


def tables(layers: Layers, x: Vector, y: Any, loss_gradient: LossGradient) -> Iterator[str]:
    """The lecture's table as it fills: a text for each step.

    These are the forward pass, each j of the backward pass, and the output;
    each text goes on where the one before ends. A line of numbers is a row of
    a matrix, below its shape; what is too large is cut off, as ⋯ and ⋮. Where
    D_W f_j has one row r over and over, with 0 elsewhere, and is wide, it is
    shown in blocks. With layers of two numbers a table fits 80 columns.

    >>> from nn.layerwise import Linear
    >>> layers = [Linear([[1, 2], [3, 4]]), Linear([[5, 6]])]
    >>> *_, last = tables(layers, [1, -1], 0, lambda z, y: [2 * (z[0] - y)])
    >>> print(last)
    Forward pass: z⁽⁰⁾ = x, z⁽ʲ⁾ = f_j(z⁽ʲ⁻¹⁾)
    <BLANKLINE>
    j  f_j          z⁽ʲ⁾  D_z f_j(z⁽ʲ⁻¹⁾)  D_W f_j(z⁽ʲ⁻¹⁾)
    0  x            2×1
                     1
                    -1
    1  Linear(2×2)  2×1   2×2              2×4
                    -1    1 2              1 -1 0  0
                    -1    3 4              0  0 1 -1
    2  Linear(1×2)  1×1   1×2              1×2
                    -11   5 6              -1 -1
    <BLANKLINE>
    Backward pass: D⁽ᵐ⁾ = 1, D⁽ʲ⁾ = D⁽ʲ⁺¹⁾ D_z f_{j+1}(z⁽ʲ⁾)
                   D_Wj f_W(x) = D⁽ʲ⁾ D_W f_j(z⁽ʲ⁻¹⁾)
    <BLANKLINE>
    j  D⁽ʲ⁾  D_Wj f_W(x)
    2  1×1   1×2
       1     -1 -1
    1  1×2   1×4
       5 6   5 -5 6 -6
    <BLANKLINE>
    Output: ∇_Wj L(f_W(x), y)ᵀ = ∇_ŷ L(z⁽ᵐ⁾, y)ᵀ D_Wj f_W(x)
    <BLANKLINE>
    j  ∇_Wj L(f_W(x), y)ᵀ
    1  1×4
       -110 110 -132 132
    2  1×2
       22 22
    """
    layers = as_layers(layers)
    gradients = backpropagation(layers, x, y, loss_gradient)
    z = forward(layers, x)
    header = [["j"], ["f_j"], ["z⁽ʲ⁾"], ["D_z f_j(z⁽ʲ⁻¹⁾)"], ["D_W f_j(z⁽ʲ⁻¹⁾)"]]
    steps = [[["0"], ["x"], _column(x), [], []]]
    for j, layer in enumerate(layers, 1):
        D_z, D_W = derivatives(layers, j, z)
        steps.append(
            [[str(j)], [layer_name(layer)], _column(z[j]), _cell(D_z, MATRIX_WIDTH), _parameters(D_W)]
        )
    text = "\n".join([FORWARD, "", *_aligned([header, *steps])])
    yield text

    steps = [
        [[str(j)], _cell(D, MATRIX_WIDTH), _cell(D_W, GRADIENT_WIDTH)] for j, D, D_W in backward(layers, z)
    ]
    first, *others = _aligned([[["j"], ["D⁽ʲ⁾"], ["D_Wj f_W(x)"]], *steps])
    text += f"\n\n{BACKWARD}\n\n{first}"
    for lines in others:
        text += f"\n{lines}"
        yield text

    steps = [[[str(j)], _cell([gradient], GRADIENT_WIDTH)] for j, gradient in enumerate(gradients, 1)]
    yield "\n".join([text, "", OUTPUT, "", *_aligned([[["j"], ["∇_Wj L(f_W(x), y)ᵀ"]], *steps])])


def shared_products(layers: Layers, x: Vector) -> str:
    """D_Wj f_W(x) written out for j = m, m-1 and m-2, with D⁽ʲ⁾ marked.

    D⁽ʲ⁾ is what stands before the last factor. Each line has the D⁽ʲ⁾ of the
    line above, times one factor more: what the lines share is computed once.
    Below each factor stands its shape.

    >>> from nn.layerwise import Linear
    >>> layers = [Linear([[1, 2], [3, 4]]), Linear([[5, 6]])]
    >>> print(shared_products(layers, [1, -1]))
    j = m    D_W2 f_W(x) = D_W f_2(z⁽¹⁾)
                     1×2 =      1×2
                           D⁽²⁾ = 1
    <BLANKLINE>
    j = m-1  D_W1 f_W(x) = D_z f_2(z⁽¹⁾)  D_W f_1(z⁽⁰⁾)
                     1×4 =      1×2            2×4
                           ╰─── D⁽¹⁾ ──╯ = D⁽²⁾ D_z f_2(z⁽¹⁾)
    """
    layers = as_layers(layers)
    z = forward(layers, x)
    shared: list[tuple[str, str]] = []
    texts = []
    for back, (j, _, D_Wj) in enumerate(islice(backward(layers, z), 3)):
        D_z, D_W = derivatives(layers, j, z)
        place = f"f_{j}(z{superscript(j - 1)})"
        names, sizes = zip(*shared, (f"D_W {place}", size(D_W)))
        left = f"{f'j = m-{back}' if back else 'j = m':9}D_W{j} f_W(x) = "
        between = [shape.center(len(name)) for name, shape in zip(names, sizes)]
        mark = f"D{superscript(j)} = 1"
        if shared:
            bracket = f" D{superscript(j)} ".center(len("  ".join(names[:-1])) - 2, "─")
            mark = f"╰{bracket}╯ = D{superscript(j + 1)} {names[-2]}"
        texts.append(
            f"{left}{'  '.join(names)}\n"
            f"{f'{size(D_Wj)} = ':>{len(left)}}{'  '.join(between).rstrip()}\n"
            f"{' ' * len(left)}{mark}"
        )
        shared.append((f"D_z {place}", size(D_z)))
    return "\n\n".join(texts)


def matrix_lines(matrix: Matrix, width: int, height: int = MOST_ROWS) -> list[str]:
    """The rows of a matrix as lines, with its columns aligned to the right.

    Columns that do not fit in `width` are cut off, as ⋯, and rows beyond
    `height`, as ⋮.

    >>> print(*matrix_lines([[1, -2], [0.5, 1]], 10), sep="\\n")
      1 -2
    0.5  1
    >>> matrix_lines([[1000, 2000, 3000]], 10)
    ['1000 ⋯']
    """
    columns = []
    for column in zip(*(row[:width] for row in matrix[:height])):
        numbers = [format_number(number) for number in column]
        columns.append([number.rjust(max(map(len, numbers))) for number in numbers])
    whole = len(matrix[0])
    while _width(columns) > width - 2 * (len(columns) < whole):
        columns.pop()
    cut = [["⋯"] * len(matrix)] if len(columns) < whole else []
    lines = [" ".join(row) for row in zip(*columns, *cut)]
    return [*lines, "⋮"] if lines and len(matrix) > height else lines


def layer_name(layer: Differentiable) -> str:
    """A layer as it prints, or its class if that is long or has lines.

    >>> from nn.layerwise import Linear
    >>> layer_name(Linear([[1, 2]])), layer_name(Linear([[0] * 100] * 10))
    ('Linear(1×2)', 'Linear')
    """
    text = repr(layer)
    return text if len(text) <= NAME_WIDTH and text.isprintable() else type(layer).__name__[:NAME_WIDTH]


def superscript(j: int) -> str:
    """The lecture's ⁽ʲ⁾ with a number for j.

    >>> superscript(12)
    '⁽¹²⁾'
    """
    return f"⁽{str(j).translate(SUPERSCRIPTS)}⁾"


def _width(columns):
    return sum(len(column[0]) + 1 for column in columns) - 1


def _cell(matrix, width):
    """A matrix below its shape, as lines."""
    return [size(matrix), *matrix_lines(matrix, width)]


def _column(z):
    return _cell([[number] for number in z], MATRIX_WIDTH)


def _parameters(D_W):
    """D_W f_j below its shape; in blocks where it has them and is too wide."""
    lines, repeated = _cell(D_W, BLOCKS_WIDTH), _repeated(D_W)
    if repeated is None or not any("⋯" in line for line in lines):
        return lines
    blocks = ["r 0 ⋯", "0 r ⋯", "⋮ ⋮ ⋱"]
    if len(D_W) <= len(blocks):
        blocks = [" ".join("r" if one else "0" for one in row) for row in identity(len(D_W))]
    [numbers] = matrix_lines([repeated], BLOCKS_WIDTH - 4)
    return [size(D_W), *blocks, f"r = {numbers}"]


def _repeated(D_W):
    """The row r where D_W has r in block i of row i and else 0, or None."""
    h, d = shape(D_W)
    row, zeros = list(D_W[0][: d // h]), [0] * (d // h)
    blocks = [[*zeros * i, *row, *zeros * (h - 1 - i)] for i in range(h)]
    return row if h > 1 and blocks == [list(each) for each in D_W] else None


def _aligned(rows):
    """Rows of cells, which are lists of lines, as a text for each row."""
    widths = [max(len(line) for cell in column for line in cell) for column in zip(*rows)]
    texts = []
    for row in rows:
        lines = zip_longest(*row, fillvalue="")
        texts.append("\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines))
    return texts
