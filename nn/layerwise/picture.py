"""The backpropagation algorithm as pictures that fill, one for each step."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any

from engine import format_number
from nn.checks import check_list
from nn.layerwise.algorithm import Layers, LossGradient, as_layers, backpropagation, backward, forward
from nn.layerwise.jacobians import Matrix, Vector, size
from nn.layerwise.table import layer_name, matrix_lines

Quantities = dict[tuple[str, int], Matrix]

GREY, DARK, NOW, PALE = "#9a9a9a", "black", "#b34700", "#ffe3bf"
FONTS = ["DejaVu Sans Mono", "DejaVu Sans"]  # the second has ⋮
INCHES, DPI = (19.2, 10.8), 100  # 1920 × 1080 dots
BOX, HEIGHT, MIDDLE = 0.31, 0.065, 0.59  # half a box, and where all boxes are
ABOVE, BELOW, HANGING, LAST = 0.677, 0.503, 0.343, 0.185  # where quantities stand


def stages(layers: Layers, x: Vector, y: Any, loss_gradient: LossGradient) -> Iterator[Quantities]:
    """What each step of the algorithm computes, as matrices by name and j.

    First z(0), ..., z(m), columns; then ∇L, the row ∇_ŷ L(z(m), y)ᵀ; then for
    j = m, ..., 1 both D(j) and D_Wj f_W(x), "D" and "D_W"; in the end, the
    gradients of all W_j, the rows "∇".

    >>> from nn.layerwise import Linear
    >>> layers = [Linear([[1, 2], [3, 4]]), Linear([[5, 6]])]
    >>> for new in stages(layers, [1, -1], 0, lambda z, y: [2 * (z[0] - y)]):
    ...     print(new)
    {('z', 0): [[1], [-1]]}
    {('z', 1): [[-1], [-1]]}
    {('z', 2): [[-11]]}
    {('∇L', 2): [[-22]]}
    {('D', 2): [[1]], ('D_W', 2): [[-1, -1]]}
    {('D', 1): [[5, 6]], ('D_W', 1): [[5, -5, 6, -6]]}
    {('∇', 1): [[-110, 110, -132, 132]], ('∇', 2): [[22, 22]]}
    """
    layers = as_layers(layers)
    gradients = backpropagation(layers, x, y, loss_gradient)
    z = forward(layers, x)
    for j, z_j in enumerate(z):
        yield {("z", j): [[number] for number in z_j]}
    yield {("∇L", len(z) - 1): [loss_gradient(z[-1], y)]}
    for j, D, D_W in backward(layers, z):
        yield {("D", j): D, ("D_W", j): D_W}
    yield {("∇", j): [gradient] for j, gradient in enumerate(gradients, 1)}


def pictures(
    layers: Layers, x: Vector, y: Any, loss_gradient: LossGradient, names: Sequence[str] | None = None
) -> Iterator[Any]:
    """The lecture's picture of the algorithm as it fills: a Figure a step.

    Layers are boxes from x to the loss L. z(j) stands above the arrow that it
    passes along, D(j) below, and D_Wj f_W(x) hangs from its layer. What is
    not yet computed is a grey dot; what the step computes is bold on orange.
    `names` stand in the boxes, in TeX, instead of f_1, ..., f_m. A picture is
    1920 × 1080. It takes matplotlib, and five layers at most are read easily.

    >>> from nn.layerwise import Linear
    >>> layers = [Linear([[1, 2], [3, 4]]), Linear([[5, 6]])]
    >>> steps = pictures(layers, [1, -1], 0, lambda z, y: [2 * (z[0] - y)])
    >>> for i, figure in enumerate(steps, 1):  # doctest: +SKIP
    ...     figure.savefig(f"step_{i:02}.png")
    """
    layers = as_layers(layers)
    steps = list(stages(layers, x, y, loss_gradient))
    names = _names(layers, names)
    done: Quantities = {}
    for new in steps:
        yield _picture(layers, names, done, new)
        done |= new


def _names(layers, names):
    if names is None:
        return [f"f_{{{j}}}" for j in range(1, len(layers) + 1)]
    names = check_list(names, "the boxes of a picture have a list of names")
    if len(names) != len(layers):
        raise ValueError(f"{len(layers)} layers need as many names, not {len(names)}")
    return names


def _picture(layers, names, done, new):
    from matplotlib.figure import Figure

    m = len(layers)
    figure = Figure(figsize=INCHES, dpi=DPI)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, m + 2), ylim=(0, 1))
    axes.set_axis_off()
    (kind, j), *_ = new
    part, formula = _title(kind, j, m, names)
    used = {"z": j, "∇L": m + 1, "D": j + 1 if j < m else None}.get(kind)  # the box whose function is
    axes.text(0.04 * (m + 2), 0.945, part, fontsize=30, weight="bold", va="center")
    axes.text(0.63 * (m + 2), 0.945, formula, fontsize=30, color=NOW, ha="center", va="center")

    for i in range(m + 1):
        _arrow(axes, i, 1, _look(("z", i), done, new))
    for i in range(1, m + 1):
        _arrow(axes, i, -1, _look(("D", i), done, new))
    for i, (name, note) in enumerate([("x", ""), *zip(names, map(layer_name, layers)), ("L", "")]):
        _box(axes, i, name, note, i == used)
    for i in range(m + 1):
        _quantity(axes, i + 1, ABOVE, "bottom", rf"z^{{({i})}}", ("z", i), done, new)
    for i in range(1, m + 1):
        _quantity(axes, i + 1, BELOW, "top", f"D^{{({i})}}", ("D", i), done, new)
        _hang(axes, i, f"D_{{W_{{{i}}}}}f_W(x)", ("D_W", i), done, new)
        _quantity(axes, i + 0.5, LAST, "top", rf"\nabla_{{W_{{{i}}}}}L^T", ("∇", i), done, new)
    _hang(axes, m + 1, r"\nabla_{\hat{y}}L^T", ("∇L", m), done, new)
    return figure


def _title(kind, j, m, names):
    """The part of the algorithm, and what the step computes, as a formula."""
    before = f"(z^{{({j - 1})}})"
    match kind:
        case "z":
            formula = "z^{(0)} = x" if j == 0 else f"z^{{({j})}} = {names[j - 1]}{before}"
            return "Forward pass", f"${formula}$"
        case "∇L":
            return "The loss's derivative", rf"$\nabla_{{\hat{{y}}}} L(z^{{({m})}}, y)$"
        case "D":
            product = "1" if j == m else f"D^{{({j + 1})}}\\, D_z {names[j]}(z^{{({j})}})"
            parameters = f"D_{{W_{{{j}}}}}f_W(x) = D^{{({j})}}\\, D_W {names[j - 1]}{before}"
            return "Backward pass", f"$D^{{({j})}} = {product}$      ${parameters}$"
    gradient = rf"\nabla_{{\hat{{y}}}} L(z^{{({m})}}, y)^T"
    return "Output", rf"$\nabla_{{W_j}} L(f_W(x), y)^T = {gradient}\, D_{{W_j}} f_W(x)$"


def _look(key, done, new):
    """The colour of what is being computed, is done, or is to come."""
    return NOW if key in new else DARK if key in done else GREY


def _arrow(axes, i, way, color):
    """Between box i and the next: to the right above, or left below."""
    ends = (i + 0.5 + BOX + 0.02, i + 1.5 - BOX - 0.02)[::way]
    height = MIDDLE + way * 0.025
    look = {"arrowstyle": "-|>", "mutation_scale": 30, "linewidth": 5 if color == NOW else 3, "color": color}
    axes.annotate("", (ends[1], height), (ends[0], height), arrowprops=look | {"shrinkA": 0, "shrinkB": 0})


def _box(axes, i, name, note, busy):
    from matplotlib.patches import Rectangle

    look = {"facecolor": PALE if busy else "#eef2f6", "edgecolor": NOW if busy else DARK}
    corner = (i + 0.5 - BOX, MIDDLE - HEIGHT)
    axes.add_patch(Rectangle(corner, 2 * BOX, 2 * HEIGHT, linewidth=6 if busy else 3, **look))
    axes.text(i + 0.5, MIDDLE + 0.02 * bool(note), f"${name}$", fontsize=34, ha="center", va="center")
    axes.text(i + 0.5, MIDDLE - 0.035, note, fontsize=18, ha="center", va="center", parse_math=False)


def _hang(axes, i, label, key, done, new):
    """A quantity that hangs from box i."""
    ends = MIDDLE - HEIGHT, HANGING + 0.012
    axes.plot([i + 0.5] * 2, ends, color=_look(key, done, new), linewidth=3, linestyle=":", zorder=0)
    _quantity(axes, i + 0.5, HANGING, "top", label, key, done, new)


def _quantity(axes, x, y, side, label, key, done, new):
    """A label in TeX, and the numbers below it; a dot if they are to come."""
    _, right = axes.get_xlim()
    fontsize = max(18, min(22, 120 / right))
    matrix = (done | new).get(key)
    lines = ["·"]
    if matrix is not None:
        width = int(INCHES[0] * 72 / right / (0.62 * fontsize))
        label += rf"\;\;\mathrm{{{size(matrix)}}}"
        lines = matrix_lines(matrix, width, 4) if key[0] == "z" else _rows(matrix, width)
    look = {"fontsize": fontsize, "family": FONTS, "ha": "center", "va": side}
    if key in new:
        look["weight"] = "bold"
        look["bbox"] = {"facecolor": PALE, "edgecolor": NOW, "linewidth": 3, "boxstyle": "round"}
    axes.text(x, y, "\n".join([f"${label}$", *lines]), color=_look(key, done, new), **look)


def _rows(matrix, width):
    """A matrix as few short lines; one with a single row goes on below."""
    if not matrix[0]:
        return ["no weights"]
    if len(matrix) > 1:
        return matrix_lines(matrix, width, 2)
    numbers = [format_number(number) for number in matrix[0]]
    most = max(1, (width + 1) // (max(map(len, numbers)) + 1))
    each = -(-len(numbers) // -(-len(numbers) // most))  # as many in each line
    rows = [numbers[i : i + each] for i in range(0, len(numbers), each)]
    widths = [max(map(len, column)) for column in zip_longest(*rows, fillvalue="")]
    lines = [" ".join(map(str.rjust, row, widths)) for row in rows]
    return lines if len(lines) <= 3 else [*lines[:2], "⋯"]
