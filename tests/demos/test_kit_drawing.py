"""The kit's numbers and curves say what they are given."""

import pytest

from demos.kit.fits import fitted
from demos.kit.marked import gap, marked, on_curve
from demos.kit.probabilities import hundredths
from nn.plot import palette


@pytest.mark.parametrize("p", [5e-324, 1e-9, 0.0049, 0.00501, 0.5, 0.9949, 0.9951, 1 - 2**-53])
def test_no_probability_between_0_and_1_is_shown_as_0_or_1(p):
    assert hundredths(p) not in ("0.00", "1.00") and len(hundredths(p)) == 4
    assert (hundredths(0.0), hundredths(1.0)) == ("0.00", "1.00")


def drawn(on):
    """The axes on which a part has drawn, in the style of all pictures."""
    matplotlib = pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    from matplotlib.figure import Figure

    with matplotlib.rc_context(palette.STYLE):
        axes = Figure(figsize=(9.6, 5.4)).subplots()
        on(axes)
        axes.figure.draw_without_rendering()
    return axes


def test_a_fit_has_its_points_and_every_curve_with_its_name():
    axes = drawn(fitted([(-1, 2), (3, 4)], [("line", 0, lambda x: 2 * x), ("square", 1, lambda x: x * x)]))
    assert axes.collections[0].get_offsets().tolist() == [[-1, 2], [3, 4]]
    line, square = axes.lines
    assert [(xs[0], xs[-1]) for xs in (line.get_xdata(), square.get_xdata())] == [(-1, 3)] * 2
    assert square.get_ydata()[-1] == 9 and {text.get_text() for text in axes.texts} == {"line", "square"}


def test_marked_curves_on_a_logarithmic_scale_have_plain_numbers():
    axes = drawn(
        marked([1, 2, 3], {"a": [1e-6, 1e-3, 1], "b": [1, 1, 1]}, ticks=["x", "y", "z"], yscale="log")
    )
    assert [text.get_text() for text in axes.get_xticklabels()] == ["x", "y", "z"]
    heights = [float(text.get_text().replace("−", "-")) for text in axes.get_yticklabels()]
    assert heights == pytest.approx(axes.get_yticks()) and 0.001 in heights


def test_a_gap_has_both_losses_and_the_noise():
    axes = drawn(gap({10: (0.1, 0.5), 20: (0.2, 0.4)}, "points", 0.3, "title"))
    assert {text.get_text() for text in axes.texts} == {"training", "held out", "noise"}
    assert [list(line.get_ydata()) for line in axes.lines] == [[0.3, 0.3], [0.1, 0.2], [0.5, 0.4]]


def test_points_on_a_curve_have_their_texts():
    axes = drawn(on_curve(lambda x: float(x > 0), (-1, 1), {-0.5: "low", 0.5: "high"}))
    assert [text.get_text() for text in axes.texts] == ["low", "high"]
    low, high = (points.get_offsets().tolist() for points in axes.collections)
    assert (low, high) == ([[-0.5, 0]], [[0.5, 1]])
