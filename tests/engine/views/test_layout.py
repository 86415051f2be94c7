"""Boxes and arrows: nothing overlaps, whoever lays them out."""

import random
import shutil

import pytest

from engine.views.layout import in_columns, lay_out


def random_boxes(seed, count=25):
    rng = random.Random(seed)
    sizes = [(rng.choice((60, 150, 200)), rng.choice((30, 76))) for _ in range(count)]
    edges = [(rng.randrange(i), i) for i in range(5, count) for _ in range(rng.choice((1, 2)))]
    return sizes, edges


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("how", [in_columns, lay_out])
def test_boxes_keep_apart_and_arrows_go_right(how, seed):
    sizes, edges = random_boxes(seed)
    layout = how(sizes, edges, (100, 40))
    corners = [(x - w / 2, x + w / 2, y - h / 2, y + h / 2) for (x, y), (w, h) in zip(layout.boxes, sizes)]
    for i, (left, right, top, bottom) in enumerate(corners):
        assert left >= -1 and top >= -1 and right <= layout.width + 1 and bottom <= layout.height + 1
        for other in corners[:i]:
            assert right <= other[0] or other[1] <= left or bottom <= other[2] or other[3] <= top
    assert len(layout.arrows) == len(layout.labels) == len(edges)
    for (tail, head), points in zip(edges, layout.arrows):
        assert corners[tail][1] <= corners[head][0]
        assert len(points) % 3 == 1  # a start, and three for each Bézier curve
        near = [
            min(abs(x - corners[end][side]) for side in (0, 1)) < 3
            or corners[end][0] - 3 < x < corners[end][1] + 3
            for end, (x, _) in ((tail, points[0]), (head, points[-1]))
        ]
        assert all(near)


def test_two_arrows_between_the_same_boxes_are_two():
    layout = lay_out([(90, 60), (90, 60)], [(0, 1), (0, 1)], (72, 18))
    assert len(layout.arrows) == 2


def test_without_a_program_boxes_stand_in_columns(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda *args, **kwargs: None)
    monkeypatch.setenv("PATH", "")
    sizes, edges = random_boxes(0)
    assert lay_out(sizes, edges, (9, 9)) == in_columns(sizes, edges, (9, 9))
