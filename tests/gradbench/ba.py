"""ba: bundle adjustment: cameras and points that explain what cameras saw.

A camera is a rotation (an axis times its angle), a centre, a focal length, a
principal point and two coefficients of radial distortion: 11 numbers. For each
observation the two numbers w (projection - feature) and 1 - w² are asked for,
and their sparse Jacobian: 15 columns, of the camera, the point and w.

Sizes: 14, from 49 cameras, 7,776 points and 31,843 observations to 356, 226,730
and 1,255,268.
"""

import random

from engine import Program, Value


def dot(a, b):
    return sum(p * q for p, q in zip(a, b))


def cross(a, b):
    return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]


def rotate(rotation, x):
    """x turned about an axis by an angle that is not 0: Rodrigues' formula."""
    angle = dot(rotation, rotation).sqrt()
    axis = [r / angle for r in rotation]
    cos, sin = angle.cos(), angle.sin()
    along = dot(axis, x) * (1 - cos)
    return [p * cos + q * sin + a * along for p, q, a in zip(x, cross(axis, x), axis)]


def project(camera, x):
    """Where a camera sees the point x."""
    rotation, centre, focal, principal, (k1, k2) = (
        camera[:3], camera[3:6], camera[6], camera[7:9], camera[9:]
    )  # fmt: skip
    right, up, depth = rotate(rotation, [a - c for a, c in zip(x, centre)])
    u, v = right / depth, up / depth
    square = u * u + v * v
    distortion = 1 + k1 * square + k2 * square * square
    return [focal * distortion * u + principal[0], focal * distortion * v + principal[1]]


def reprojection(camera, x, w, feature):
    """The error of one observation: two numbers."""
    return [w * (seen - f) for seen, f in zip(project(camera, x), feature)]


def jacobian(compiled=Program.native):
    """Errors and their blocks of 2 times 15, as a function of rows; and errors
    and derivatives of weights.
    """
    names = [*(f"camera{i}" for i in range(11)), "x", "y", "z", "w", "u", "v"]
    leaves = [Value(0.1 + i, name) for i, name in enumerate(names)]
    w = leaves[14]
    observation = compiled(Program(reprojection(leaves[:11], leaves[11:14], w, leaves[15:]), inputs=leaves))
    weight = compiled(Program(1 - w * w, inputs=[w]))

    def errors_and_blocks(rows, weights):
        return *observation.each(rows, leaves[:15]), *weight.each(weights, [w])

    return errors_and_blocks


def data(n, m, p):
    """Of n cameras, m points and p observations: a row of 17 numbers for each
    observation, and its camera and point.
    """
    rng = random.Random(31337)

    def near(centre, size):
        return centre + rng.uniform(-size, size)

    cameras = [
        [near(0.1, 0.05), near(-0.2, 0.05), near(0.1, 0.05), *(near(0, 0.1) for _ in range(3)),
         near(400, 10), near(5, 1), near(-5, 1), near(0, 1e-3), near(0, 1e-4)]
        for _ in range(n)
    ]  # fmt: skip
    points = [[near(0, 1), near(0, 1), near(5, 1)] for _ in range(m)]
    places = [(i % n, i % m) for i in range(p)]
    rows = [[*cameras[c], *points[x], rng.random(), near(0, 100), near(0, 100)] for c, x in places]
    return rows, places
