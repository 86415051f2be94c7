"""Plots: their text, their pictures, and what the pictures hold."""

import io
import itertools
import math
import os
import random
import re

import pytest

import nn
from engine import Value, derivative
from nn import MLP, OR, XOR, GradientDescent, binary_cross_entropy, fit, plot
from nn.plot import palette
from nn.plot.boundary import over_plane

ROWS, TARGETS = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]


@pytest.fixture
def axes():
    """Axes of a figure of one's own."""
    pytest.importorskip("matplotlib", reason="matplotlib is not installed: `pip install matplotlib` gets it")
    from matplotlib.figure import Figure

    return Figure(figsize=(9.6, 5.4)).subplots()


def lightness(color):
    """CIE L* of a colour #rrggbb, from its luminance in sRGB (IEC 61966)."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    luminance = sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear))
    return 116 * luminance ** (1 / 3) - 16


def test_lightness_alone_tells_the_colours_apart():
    series = [lightness(color) for color in palette.COLORS]
    assert all(b - a > 10 for a, b in itertools.pairwise(series)) and series[-1] < 75
    shades = [lightness(color) for color in palette.SHADES]
    assert all(a - b > 15 for a, b in itertools.pairwise(shades))
    light, dark, between = (lightness(color) for color in palette.POINTS)
    assert dark + 15 < between < light - 15
    # points stand out from the shades they are on when they are right
    assert shades[0] - light > 25 and shades[2] - dark > 25


@pytest.mark.parametrize(
    ("history", "text"),
    [
        ([0.5], "▁  0.5 in 1 epoch"),
        ([1, 0.1, 0.01], "█▅▁  1 → 0.01 in 3 epochs"),
        ([1, 0], "█▁  1 → 0 in 2 epochs"),
        ([2, 2], "▁▁  2 → 2 in 2 epochs"),
    ],
)
def test_losses_as_bars_on_a_logarithmic_scale(history, text):
    assert repr(plot.losses(history)) == text


def test_bars_begin_with_the_first_loss_and_end_with_the_last():
    bars = str(plot.losses([10.0**-i for i in range(1000)])).split()[0]
    assert (len(bars), bars[0], bars[-1]) == (32, "█", "▁")


def test_curves_have_their_names_at_their_ends_and_none_over_another(axes):
    histories = {"a": [1, 0.1], "b": [1, 0.1], "c": [1, 0.099], "<d>": [1, 1]}
    plot.losses(histories).on(axes)
    heights = {text.get_text(): text.xyann[1] for text in axes.texts}
    assert set(heights) == set(histories)
    ordered = sorted(heights.values())
    assert all(b - a > 0.05 for a, b in itertools.pairwise(ordered)) and ordered[0] >= 0 and ordered[-1] <= 1
    assert max(heights, key=heights.get) == "<d>"


def test_an_epoch_is_a_whole_number(axes):
    plot.losses([1, 0.5, 0.2]).on(axes)
    assert all(tick == int(tick) for tick in axes.get_xticks())


def test_names_at_the_ends_do_not_overlap_in_a_small_panel():
    pytest.importorskip("matplotlib", reason="matplotlib is not installed: `pip install matplotlib` gets it")
    from matplotlib import rc_context
    from matplotlib.figure import Figure
    from matplotlib.text import Text

    with rc_context(palette.STYLE):
        figure = Figure(figsize=(9.6, 5.4))
        axes = figure.subplots(2, 2)[1, 0]
        palette.label_ends(axes, [(f"{i}", 0.5 + 0.01 * i, "black") for i in range(8)])
        figure.draw_without_rendering()
    boxes = [Text.get_window_extent(text) for text in axes.texts]  # without their leaders
    boxes.sort(key=lambda box: box.y0)
    assert all(below.y1 <= above.y0 for below, above in itertools.pairwise(boxes))


def test_losses_need_numbers():
    for nothing in ([], {}, {"a": []}):
        with pytest.raises(ValueError, match="losses are those of one epoch at least"):
            plot.losses(nothing)
    with pytest.raises(TypeError, match="losses are a list of numbers, not 3"):
        plot.losses({"a": 3})


def test_fit_returns_a_list_that_shows_how_the_loss_fell(tmp_path):
    network = MLP(2, [2, 1], "tanh", random.Random(0))
    losses = fit(
        network, ROWS, TARGETS, binary_cross_entropy, GradientDescent(network.parameters(), 1), epochs=40
    )
    assert isinstance(losses, list) and len(losses) == 40
    assert re.fullmatch(r"█[▁-█]{30}▁  0\.\d+ → 0\.\d+ in 40 epochs", repr(losses))
    assert repr(nn.Losses()) == "no epoch"


def test_a_projector_shows_a_picture_as_it_is(tmp_path):
    pytest.importorskip("matplotlib")
    path = plot.losses([1, 0.5]).save(tmp_path / "loss.png")
    with open(path, "rb") as file:
        header = file.read(24)
    assert [int.from_bytes(header[i : i + 4], "big") for i in (16, 20)] == [1920, 1080]


def test_a_picture_of_an_unknown_kind_is_an_error_and_writes_nothing(tmp_path):
    pytest.importorskip("matplotlib")
    with pytest.raises(ValueError, match="nope"):
        plot.losses([1, 0.5]).save(tmp_path / "loss.nope")
    assert list(tmp_path.iterdir()) == []


def test_names_are_no_formulas_of_matplotlibs(tmp_path):
    pytest.importorskip("matplotlib")
    path = plot.losses({"$\\nope{": [1, 0.5]}, title="a $ b").save(tmp_path / "loss.svg")
    assert os.path.getsize(path) > 1000


def test_without_matplotlib_there_is_the_text_and_a_line_that_says_how_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    shown = plot.losses([1, 0.5])
    assert repr(shown) == "█▁  1 → 0.5 in 2 epochs" and shown._repr_png_() is None
    with pytest.raises(ImportError, match="matplotlib draws pictures: `pip install matplotlib` gets it"):
        shown.save(tmp_path / "loss.png")


@pytest.mark.parametrize("model", [XOR, lambda x: XOR([float(x[0]), float(x[1])]).data, lambda x: x[0] > 0.5])
def test_a_plane_is_what_the_model_answers_there(model):
    xs, ys = [0, 0.25, 1], [0, 0.75]
    found = over_plane(model, xs, ys)
    for y, line in zip(ys, found):
        assert line == pytest.approx([float(model([x, y])) for x in xs], abs=1e-15)


def test_a_model_that_decides_by_its_inputs_is_called_for_every_place():
    assert over_plane(lambda x: x[0] * 1 if x[0] > 0.5 else x[1] * 0, [0, 1], [0]) == [[0, 1]]


def test_a_boundary_has_the_points_on_it_and_the_line_half_way(axes):
    plot.boundary(lambda x: x[0] + 0 * x[1], ROWS, [0, 0, 1, 1]).on(axes)
    [line] = [c for c in axes.collections if len(getattr(c, "levels", ())) == 1]
    assert list(line.levels) == [0.5]
    xs = [x for path in line.get_paths() for x, _ in path.vertices]
    assert xs == pytest.approx([0.5] * len(xs))
    sizes = [size for c in axes.collections if hasattr(c, "get_sizes") for size in c.get_sizes()]
    assert min(sizes) >= 120 and axes.get_aspect() == 1


def test_a_boundary_as_text_has_the_upper_limit_full():
    text = plot.boundary(lambda x: x[0], [[-1, 0], [1, 1]], [-1, 1], between=(-1, 1)).text
    lines = [line[2:] for line in text.splitlines()]
    assert len(lines) == 20 and {len(line) for line in lines} <= {56}
    assert all(line.startswith("  ") and line.endswith("██") for line in lines)
    assert text.count("●") == text.count("○") == 1


@pytest.mark.parametrize(
    ("rows", "targets", "message"),
    [
        ([], [], "a boundary takes rows of two numbers, such as"),
        ([[1, 2, 3]], [1], "rows of two numbers"),
        ([[1, 2]], [1, 0], "1 row and 2 targets: as many are needed"),
    ],
)
def test_rows_that_are_no_points_of_a_plane_are_named(rows, targets, message):
    with pytest.raises(ValueError, match=message):
        plot.boundary(OR, rows, targets)


def test_one_point_alone_has_a_plane_around_it():
    assert plot.boundary(OR, [[0, 0]], [0]).text.count("○") == 1


def test_functions_are_drawn_as_they_are(axes):
    plot.functions({"tanh": Value.tanh, "sin": math.sin, "slope": derivative(Value.tanh)}, over=(-2, 2)).on(
        axes
    )
    curves = [line for line in axes.lines if len(line.get_xdata()) > 2]
    for line, f in zip(curves, (math.tanh, math.sin, lambda x: 1 / math.cosh(x) ** 2), strict=True):
        assert list(line.get_ydata()) == pytest.approx([f(x) for x in line.get_xdata()])


def test_functions_and_intervals_that_are_none_are_named():
    with pytest.raises(TypeError, match=r"a curve is a function of one number, such as Value.tanh, not 3"):
        plot.functions({"three": 3})
    with pytest.raises(ValueError, match=r"over an interval, as \(-4, 4\), not \(1, 1\)"):
        plot.functions({"tanh": Value.tanh}, over=(1, 1))
    with pytest.raises(ValueError, match=r"big answers inf at x = 0"):
        plot.functions({"big": lambda x: math.inf if x.data == 0 else 1}, over=(-1, 1))


def test_a_plot_can_be_drawn_beside_others(axes):
    figure = axes.figure
    plot.losses([1, 0.5], title="mine").on(axes)
    assert axes.get_title() == "mine"
    figure.savefig(io.BytesIO(), format="png")


@pytest.mark.parametrize(
    ("history", "text"),
    [
        ([1, 10, math.inf, math.nan], "▁█××  1 → nan in 4 epochs"),
        ([math.nan], "×  nan in 1 epoch"),
        ([-math.inf, 1], "×▁  -inf → 1 in 2 epochs"),
        ([1] * 1000, f"{'▁' * 32}  1 → 1 in 1,000 epochs"),
    ],
)
def test_a_loss_that_is_not_finite_is_marked_and_drawn_as_a_gap(history, text):
    assert repr(nn.Losses(history)) == text
    pytest.importorskip("matplotlib")
    assert nn.Losses(history).plot()._repr_png_().startswith(b"\x89PNG")


def test_names_of_curves_are_one_short_line_each(axes):
    histories = {0.5: [1, 0.1], "a\nb": [1, 0.2], "w" * 300: [1, 0.3]}
    shown = plot.losses(histories)
    assert [line.split()[0] for line in shown.text.splitlines()] == ["0.5", r"a\nb", f"{'w' * 16}…{'w' * 7}"]
    shown.on(axes)
    assert {text.get_text() for text in axes.texts} == {"0.5", r"a\nb", f"{'w' * 16}…{'w' * 7}"}
    table = plot.functions({"x": Value.tanh, 1: Value.relu}, over=(0, 4)).text.splitlines()
    assert [line.split()[0] for line in table] == ["x", "x", "1"]


def test_the_picture_of_a_boundary_is_of_the_model_as_it_was(axes):
    model = MLP(2, [1])
    model.load_state(
        {"layers[0].neurons[0].w[0]": 1, "layers[0].neurons[0].w[1]": 0, "layers[0].neurons[0].b": 0}
    )
    before = plot.boundary(model, ROWS, TARGETS)
    model.load_state(dict.fromkeys(model.state(), 0))
    before.on(axes)
    [line] = [c for c in axes.collections if len(getattr(c, "levels", ())) == 1]
    assert {round(x, 6) for path in line.get_paths() for x, _ in path.vertices} == {0.5}


@pytest.mark.parametrize("answer", [math.nan, math.inf, Value(math.nan)])
def test_an_answer_that_is_not_finite_is_named_with_its_place(answer):
    with pytest.raises(ValueError, match=r"the model answers (nan|inf) to \[-0.15, -0.15\]"):
        plot.boundary(lambda x: answer, ROWS, TARGETS)


def test_a_model_of_several_outputs_has_no_boundary():
    with pytest.raises(TypeError, match=r"the model answers one number, not \[Value.* on a plane"):
        plot.boundary(MLP(2, [2]), ROWS, TARGETS)


def test_a_picture_gets_its_folder_and_ending(tmp_path):
    pytest.importorskip("matplotlib")
    path = plot.losses([1, 0.5]).save(tmp_path / "new" / "loss")
    assert path == str(tmp_path / "new" / "loss.png") and os.path.getsize(path) > 1000
