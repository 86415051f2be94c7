"""The pictures of the algorithm: they fill step by step with the numbers that
the engine finds, and their texts are large and apart.
"""

import random
from itertools import combinations, pairwise

import pytest

from engine import format_number
from nn import MLP
from nn.layerwise import Activation, Linear, backward, forward, layers_of, pictures, stages

ONE_HIDDEN = [Linear([[1, -2], [0.5, 1]]), Activation("sigmoid"), Linear([[2, -1]])]
TWO_HIDDEN = [*ONE_HIDDEN[:2], Linear([[1, -1], [0.5, 2]]), Activation("sigmoid"), Linear([[2, -1]])]
WIDE = layers_of(MLP(2, [8, 1], "tanh", random.Random(1)))
X, Y = [1, 0.5], [1]


def squared_error_gradient(prediction, y):
    return [2 * (p - t) for p, t in zip(prediction, y, strict=True)]


def drawn(layers, **options):
    pytest.importorskip("matplotlib", reason="pictures take matplotlib: `pip install matplotlib` gets it")
    return list(pictures(layers, X, Y, squared_error_gradient, **options))


def texts(figure):
    return [text for text in figure.axes[0].texts if text.get_text()]


def quantities(figure):
    """The texts with a label in TeX and numbers below."""
    return [text for text in texts(figure) if "\n" in text.get_text()]


def test_the_stages_are_the_algorithms_and_each_quantity_comes_once():
    mlp = MLP(2, [3, 2], "tanh", random.Random(2))
    layers, x, y = layers_of(mlp), [0.3, -1.2], [1, 2]
    steps = list(stages(layers, x, y, squared_error_gradient))
    m = len(layers)
    keys = [key for new in steps for key in new]
    assert len(keys) == len(set(keys)) == (m + 1) + 1 + 2 * m + m
    assert [next(iter(new)) for new in steps] == [
        *(("z", j) for j in range(m + 1)),
        ("∇L", m),
        *(("D", j) for j in range(m, 0, -1)),
        ("∇", 1),
    ]
    found = {key: matrix for new in steps for key, matrix in new.items()}
    z = forward(layers, x)
    assert [found["z", j] for j in range(m + 1)] == [[[a] for a in z_j] for z_j in z]
    assert all((found["D", j], found["D_W", j]) == (D, D_W) for j, D, D_W in backward(layers, z))
    sum((out - t) ** 2 for out, t in zip(mlp(x), y)).backward()
    by_layers = [derivative for j in range(1, m + 1) for derivative in found["∇", j][0]]
    assert by_layers == pytest.approx([w.grad for w in mlp.parameters()], rel=1e-12)


@pytest.mark.parametrize("layers", [ONE_HIDDEN, pytest.param(TWO_HIDDEN, marks=pytest.mark.slow)])
def test_the_pictures_fill(layers):
    figures, m = drawn(layers), len(layers)
    assert len(figures) == (m + 1) + 1 + m + 1
    open_ = [sum(text.get_text().endswith("\n·") for text in quantities(figure)) for figure in figures]
    now = [sum(text.get_weight() == "bold" for text in quantities(figure)) for figure in figures]
    assert now == [1] * (m + 2) + [2] * m + [m]
    assert open_[-1] == 0 and all(
        before - after == new for (before, after), new in zip(pairwise(open_), now[1:])
    )
    for before, after in pairwise(figures):
        kept = [text.get_text() for text in quantities(before) if not text.get_text().endswith("\n·")]
        assert set(kept) <= {text.get_text() for text in quantities(after)}


def test_the_pictures_show_the_numbers():
    shown = {text.get_text() for text in quantities(drawn(ONE_HIDDEN)[-1])}
    steps = stages(ONE_HIDDEN, X, Y, squared_error_gradient)
    found = {key: matrix for new in steps for key, matrix in new.items()}
    expected = [format_number(a) for matrix in found.values() for row in matrix for a in row]
    words = [word for text in shown for word in text.split()[1:]]  # without the label
    numbers = [word for word in words if word not in ("no", "weights")]
    assert sorted(numbers) == sorted(expected)
    assert sum("no weights" in text for text in shown) == 2  # the activation's D_W and gradient


def test_boxes_have_the_names_given():
    names = [text.get_text() for text in texts(drawn(ONE_HIDDEN, names=["f_W", "g", r"f_\beta"])[0])]
    assert {"$x$", "$f_W$", "$g$", r"$f_\beta$", "$L$", "Linear(2×2)", "sigmoid"} <= set(names)
    with pytest.raises(ValueError, match="3 layers need as many names, not 1"):
        next(pictures(ONE_HIDDEN, X, Y, squared_error_gradient, names=["f"]))
    with pytest.raises(TypeError, match="have a list of names, not 'abc'"):
        next(pictures(ONE_HIDDEN, X, Y, squared_error_gradient, names="abc"))


@pytest.mark.slow
@pytest.mark.parametrize("layers", [ONE_HIDDEN, TWO_HIDDEN, WIDE])
def test_texts_are_large_inside_the_picture_and_apart(layers):
    figures = drawn(layers)
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    for figure in figures:
        FigureCanvasAgg(figure).draw()
        assert tuple(figure.bbox.size) == (1920, 1080)
        boxes = []
        for text in texts(figure):
            assert text.get_fontsize() >= 18
            frame = text.get_bbox_patch()
            boxes.append((frame or text).get_window_extent())
        assert all(box.x0 >= 0 and box.x1 <= 1920 and box.y0 >= 0 and box.y1 <= 1080 for box in boxes)
        assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))
