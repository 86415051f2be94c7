"""ht: hand tracking: a hand of 22 bones that is posed to fit points.

θ has 26 numbers: the turn of the hand (an axis times its angle), its place, and
for each of five fingers two angles of the first bone, and one of the next two.
Bones hang on their parents; a vertex of the skin is moved by the bones around
it, with weights. Each correspondence gives three errors, measured point minus
vertex. In the complicated variant it is a point of a triangle instead, whose
two coordinates u are sought as well. Jacobian: 26 columns, or 2 + 26.

Sizes: 100, 192, 200, 400, 800, …, 51,200, 100,000 correspondences.
"""

import random
from types import SimpleNamespace

from engine import Program, Value

BONES, THETA, VERTICES = 22, 26, 544
# The wrist, four bones a finger (the last is its tip), and the forearm.
PARENTS = [-1, *(parent for f in range(5) for parent in (0, 4 * f + 1, 4 * f + 2, 4 * f + 3)), 0]


def product(a, b):
    """The product of two matrices, the upper 3 x 4 of 4 x 4."""
    last = [0.0, 0.0, 0.0, 1.0]
    return [[add(row[k] * r[j] for k, r in enumerate([*b, last])) for j in range(4)] for row in a]


def add(terms):
    """Their sum, without zeros: most entries of these matrices are numbers."""
    total = 0.0
    for term in terms:
        total = total + term if isinstance(term, Value) or term else total
    return total


def finger_turn(bend, spread=None):
    """The rotation about x by bend, then about z by spread."""
    c, s = bend.cos(), bend.sin()
    about_x = [[1.0, 0.0, 0.0, 0.0], [0.0, c, -s, 0.0], [0.0, s, c, 0.0]]
    if spread is None:
        return about_x
    c, s = spread.cos(), spread.sin()
    return product([[c, -s, 0.0, 0.0], [s, c, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]], about_x)


def hand_turn(rotation):
    """The rotation matrix of an axis times its angle, which is not 0."""
    angle = sum(r * r for r in rotation).sqrt()
    x, y, z = (r / angle for r in rotation)
    s, c = angle.sin(), angle.cos()
    t = 1 - c
    return [
        [t * x * x + c, t * x * y - s * z, t * x * z + s * y],
        [t * x * y + s * z, t * y * y + c, t * y * z - s * x],
        [t * x * z - s * y, t * y * z + s * x, t * z * z + c],
    ]


def bones(theta, hand):
    """For each bone, the matrix that moves the skin with it."""
    turns = {}
    for f in range(5):
        bend, spread, second, third = theta[6 + 4 * f : 10 + 4 * f]
        turns |= {4 * f + 1: (bend, spread), 4 * f + 2: (second,), 4 * f + 3: (third,)}
    absolute = []
    for bone, parent in enumerate(PARENTS):
        own = hand.relatives[bone]
        if bone in turns:
            own = product(own, finger_turn(*turns[bone]))
        absolute.append(own if parent < 0 else product(absolute[parent], own))
    return [product(a, inverse) for a, inverse in zip(absolute, hand.inverses)]


def vertex(theta, moves, position, weights):
    """Where a vertex of the skin is, for the hand's place and turn."""
    moved = [
        sum(w * (m[i][0] * position[0] + m[i][1] * position[1] + m[i][2] * position[2] + m[i][3])
            for w, m in zip(weights, moves))
        for i in range(3)
    ]  # fmt: skip
    turned = [sum(r * v for r, v in zip(row, moved)) for row in hand_turn(theta[:3])]
    return [v + t for v, t in zip(turned, theta[3:6])]


def errors(hand, row):
    """Three errors of a correspondence, whose row is split in its parts: the
    measured point; one corner or three, a position and weights; u, if three.
    """
    moves = bones(hand.theta, hand)
    point, corners, u = row
    found = [vertex(hand.theta, moves, position, weights) for position, weights in corners]
    if u:
        shares = [u[0], u[1], 1 - u[0] - u[1]]
        found = [[sum(s * v for s, v in zip(shares, each)) for each in zip(*found)]]
    return [p - v for p, v in zip(point, found[0])]


def rows(hand):
    """The numbers of each correspondence in a row."""
    corners = [[*position, *weights] for position, weights in hand.skin]
    return [
        [*point, *(v for i in places for v in corners[i]), *u]
        for point, places, u in zip(hand.points, hand.corners, hand.us)
    ]


def parts(row):
    """The parts of a row: see `errors`."""
    size = 3 + BONES
    ends = range(3 + size, len(row) + 1, size)
    return row[:3], [(row[end - size : end - BONES], row[end - BONES : end]) for end in ends], row[ends[-1] :]


def jacobian(hand, compiled=Program.native):
    """Errors and their Jacobian, as a function of rows: one correspondence of
    this hand is recorded.
    """
    row = parts([Value(0, f"row{i}") for i in range(len(rows(hand)[0]))])
    point, corners, u = row
    leaves = [*point, *(v for position, weights in corners for v in (*position, *weights)), *u]
    program = compiled(Program(errors(hand, row), inputs=leaves))
    return lambda rows: program.each(rows, [*u, *hand.theta])


def data(count, complicated):
    """A hand, its θ as Values, and correspondences.

    Each bone has its place in its parent, and the inverse of its place in the
    hand at rest; each vertex has a position, and the weights of four bones.
    """
    rng = random.Random(31337)

    def place():
        return [rng.uniform(-1, 1) for _ in range(3)]

    relatives = [[[float(i == j) for j in range(3)] + [v] for i, v in enumerate(place())] for _ in PARENTS]
    rests = []
    for relative, parent in zip(relatives, PARENTS):
        rests.append(relative if parent < 0 else product(rests[parent], relative))
    skin = []
    for _ in range(VERTICES):
        moving = rng.sample(range(BONES), 4)
        skin.append((place(), [0.25 * (bone in moving) for bone in range(BONES)]))
    return SimpleNamespace(
        theta=[Value(rng.uniform(-0.5, 0.5), f"theta{i}") for i in range(THETA)],
        relatives=relatives,
        inverses=[[[*row[:3], -row[3]] for row in rest] for rest in rests],
        skin=skin,
        points=[place() for _ in range(count)],
        corners=[rng.sample(range(VERTICES), 3 if complicated else 1) for _ in range(count)],
        us=[[rng.random() / 2, rng.random() / 2] if complicated else [] for _ in range(count)],
    )
