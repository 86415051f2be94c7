"""kmeans: in arrays, squared distances as |x|² - 2 x·c + |c|², a product of
matrices; and the Hessian times ones.
"""

from tests.benchmarks.gradbench.peers import blocked, flat, jax_and_numpy, pytorch, tensor
from tests.gradbench import kmeans
from tests.gradbench.table import table


def task(k, n, d):
    return kmeans.data(k, n, d)


def linegrad(task, compiled):
    points, centroids = task
    rows, direction = table(points), kmeans.direction(centroids, compiled)
    return lambda: direction(rows), flat


def _numbers(centroids):
    return [[c.data for c in centroid] for centroid in centroids]


def pytorch_tensors(task):
    torch = pytorch()
    x, c = tensor(task[0]), tensor(_numbers(task[1]), requires_grad=True)

    def direction():
        distances = (x * x).sum(1, keepdim=True) - 2 * x @ c.T + (c * c).sum(1)
        cost = distances.min(1).values.sum()
        [slopes] = torch.autograd.grad(cost, [c], create_graph=True)
        [curvatures] = torch.autograd.grad(slopes.sum(), [c])
        return slopes.detach() / curvatures

    return direction, flat


def jax_jit(task):
    jax, jnp = jax_and_numpy()

    def direction(c, x):
        def cost(c):
            return ((x * x).sum(1, keepdims=True) - 2 * x @ c.T + (c * c).sum(1)).min(1).sum()

        slopes, curvatures = jax.jvp(jax.grad(cost), [c], [jnp.ones_like(c)])
        return slopes / curvatures

    return blocked(jax, jax.jit(direction), jnp.array(_numbers(task[1])), jnp.array(task[0])), flat
