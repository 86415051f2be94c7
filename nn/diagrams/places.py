"""Where the parts of a diagram stand: columns, and numbers on their edges.

Places are (x, y) in inches, y upwards.
"""

import math
from collections.abc import Sequence

Place = tuple[float, float]
Edge = tuple[Place, Place]
Size = tuple[float, float]

CLEAR = 0.06  # inches between a number and what is not its own


def column(count: int, x: float, pitch: float) -> list[Place]:
    """So many places at x, one below the other, centred on the axis.

    >>> column(3, 1, 2)
    [(1, 2.0), (1, 0.0), (1, -2.0)]
    """
    return [(x, pitch * ((count - 1) / 2 - i)) for i in range(count)]


def clear_places(edges: Sequence[Edge], sizes: Sequence[Size], radius: float) -> list[Place]:
    """A place on each edge for its number, clear of other edges and numbers.

    The edges join circles of that radius; a size is a number's width and
    height. Where there is no such place, a number takes the one that is least
    in the way. First each number is placed where those before it leave room;
    then twice more, as all others stand.

    >>> [(x, y)] = clear_places([((0, 0), (10, 0))], [(1, 0.2)], radius=0.5)
    >>> round(x), y
    (4, 0.0)
    """
    candidates = [_candidates(edge, size, radius) for edge, size in zip(edges, sizes)]
    chosen: dict[int, Place] = {}
    for _ in range(3):
        for i, size in enumerate(sizes):
            others = [edge for k, edge in enumerate(edges) if k != i]
            numbers = [(place, sizes[k]) for k, place in chosen.items() if k != i]
            chosen[i] = max(candidates[i], key=lambda place: min(CLEAR, room(place, size, others, numbers)))
    return list(chosen.values())


def all_clear(edges: Sequence[Edge], sizes: Sequence[Size], places: Sequence[Place]) -> bool:
    """Whether no number touches another one, or an edge that is not its own.

    >>> edges = [((0, 0), (10, 0)), ((0, 1), (10, 1))]
    >>> all_clear(edges, [(1, 0.2)] * 2, [(5, 0), (5, 1)])
    True
    """
    numbers = [*zip(places, sizes)]
    return all(
        room(place, size, [*edges[:i], *edges[i + 1 :]], [*numbers[:i], *numbers[i + 1 :]]) > 0
        for i, (place, size) in enumerate(numbers)
    )


def room(
    place: Place, size: Size, edges: Sequence[Edge], numbers: Sequence[tuple[Place, Size]] = ()
) -> float:
    """How far a number is from edges and other numbers; below 0 if on one.

    >>> room((0, 1), (1, 0.5), [((-5, 0), (5, 0))])
    0.75
    """
    x, y = place
    width, height = size
    gaps = [math.inf]
    for (left, bottom), (right, top) in edges:
        across, up = right - left, top - bottom
        away = abs(across * (y - bottom) - up * (x - left))
        gaps.append((away - (abs(up) * width + abs(across) * height) / 2) / math.hypot(across, up))
    for (u, v), (wide, high) in numbers:
        gaps.append(max(abs(x - u) - (width + wide) / 2, abs(y - v) - (height + high) / 2))
    return min(gaps)


def _candidates(edge, size, radius):
    """Places along an edge, between both columns of circles, the best first."""
    (left, bottom), (right, top) = edge
    end = min(0.45, (radius + size[0] / 2 + CLEAR) / (right - left))
    alongs = sorted((end + (1 - 2 * end) * i / 40 for i in range(41)), key=lambda along: abs(along - 0.4))
    return [(left + along * (right - left), bottom + along * (top - bottom)) for along in alongs]
