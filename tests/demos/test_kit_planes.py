"""Names beside points are apart; boundaries are where a model changes."""

import random
from itertools import combinations

import pytest

from demos.kit.names import name_points
from demos.kit.planes import halves, regions
from engine import Value

pytest.importorskip("matplotlib", reason="matplotlib is not installed")


from matplotlib.text import Text


def new_axes():
    from matplotlib.figure import Figure

    return Figure(figsize=(9.6, 5.4)).subplots()


@pytest.mark.parametrize("seed", range(3))
def test_names_of_crowded_points_are_apart_and_in_the_picture(seed):
    rng, axes = random.Random(seed), new_axes()
    axes.set(xlim=(-1, 1), ylim=(-1, 1))
    words = [f"word {i}" for i in range(9)]
    name_points(axes, [(word, (rng.gauss(0, 0.1), rng.gauss(0, 0.1))) for word in words])
    axes.figure.draw_without_rendering()
    boxes = [Text.get_window_extent(text) for text in axes.texts]  # without the line to the point
    assert [text.get_text() for text in axes.texts] == words
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))
    assert all(axes.bbox.contains(*corner) for box in boxes for corner in (box.min, box.max))


def lines(axes):
    """The vertices of the black lines, which are boundaries."""
    drawn = (each for each in axes.collections if each.get_edgecolor().tolist() == [[0, 0, 0, 1]])
    return [vertex for each in drawn for path in each.get_paths() for vertex in path.vertices.tolist()]


def test_a_boundary_is_half_way_between_two_outputs():
    axes = new_axes()
    halves(lambda x: 3 * x[0] - x[1], [[0, 0], [1, 1]], [0, 1], (-2, 2), between=(-1, 1))(axes)
    assert lines(axes) and all(y == pytest.approx(3 * x) for x, y in lines(axes))


def test_a_model_that_is_sure_of_one_side_has_no_boundary():
    axes = new_axes()
    halves(lambda x: x[0].sigmoid(), [[2, 2], [3, 3]], [1, 1], (2, 3))(axes)
    assert not lines(axes)


@pytest.mark.slow
def test_regions_meet_where_two_classes_tie_for_the_lead():
    axes = new_axes()
    regions(lambda x: [x[0], -x[0], Value(-5)], [[-1, 0], [1, 0], [0, 1]], [1, 0, 2], (-2, 2))(axes)
    assert lines(axes) and all(x == pytest.approx(0, abs=1e-12) for x, _ in lines(axes))
