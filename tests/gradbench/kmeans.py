"""kmeans: the sum of squared distances of points to their nearest centroids.

Newton's direction is asked for: the gradient over the Hessian, which has
nothing off its diagonal.

Sizes: k = 10, 100, 1,000, n = 1,000 and 10,000 points, d = 8, 16.
"""

import random
from functools import reduce

from engine import Program, Value, grad


def nearest(x, centroids):
    """The squared distance of x to the nearest centroid."""
    distances = [sum((a - b) ** 2 for a, b in zip(x, c)) for c in centroids]
    return reduce(lambda a, b: a.minimum(b), distances)


def cost(points, centroids):
    return sum(nearest(x, centroids) for x in points)


def flat(centroids):
    return [c for centroid in centroids for c in centroid]


def direction(centroids, compiled=Program.native):
    """Newton's direction as a function of points, by the program of one.

    The second program is the sum of the gradient's components. As the Hessian
    is diagonal, the gradient of this sum is the diagonal.
    """
    leaves = flat(centroids)
    x = [Value(0.5, f"x{j}") for j in range(len(centroids[0]))]
    distance = nearest(x, centroids)
    slope = compiled(Program(distance, inputs=x, parameters=leaves))
    curvature = compiled(Program(sum(grad(distance, leaves)), inputs=x, parameters=leaves))

    def gradient_over_curvature(points):
        _, slopes = slope.value_and_gradient(points)
        _, curvatures = curvature.value_and_gradient(points)
        return [s / c for s, c in zip(slopes, curvatures)]

    return gradient_over_curvature


def data(k, n, d):
    """n points in a cube, and centroids at the last k of them."""
    rng = random.Random(31337)
    points = [[rng.random() for _ in range(d)] for _ in range(n)]
    centroids = [[Value(v, f"c{i}_{j}") for j, v in enumerate(x)] for i, x in enumerate(points[-k:])]
    return points, centroids
