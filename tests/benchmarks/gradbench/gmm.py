"""gmm: in arrays, all points by all components at once."""

import math

from tests.benchmarks.gradbench.peers import blocked, flat, jax_and_numpy, pytorch, tensor
from tests.gradbench import gmm


def task(d, k, n=1000):
    return gmm.data(d, k, n)


def linegrad(task, compiled):
    return gmm.gradient(*task, compiled), flat


def linegrad_eager(task):
    p, points = task

    def value_and_gradient():
        found = gmm.objective(p, points)
        found.zero_grad()
        found.backward()
        return [found.data, [leaf.grad for leaf in gmm.flat(p)]]

    return value_and_gradient, flat


def _numbers(task):
    p, _ = task
    return [[v.data for v in p.alpha]] + [
        [[v.data for v in row] for row in part] for part in (p.mu, p.q, p.l)
    ]


def _places(d):
    """Rows and columns of what is below a diagonal, column by column."""
    places = [(row, column) for column in range(d) for row in range(column + 1, d)]
    return [row for row, _ in places], [column for _, column in places]


def _constant(task):
    (_, points), d = task, len(task[1][0])
    return len(task[0].alpha) * gmm.wishart(d) - len(points) * d / 2 * math.log(2 * math.pi)


def pytorch_tensors(task):
    torch = pytorch()
    alpha, mu, q, lower = leaves = [tensor(each, requires_grad=True) for each in _numbers(task)]
    x, places, constant = tensor(task[1]), _places(len(task[1][0])), _constant(task)
    empty = torch.zeros(*q.shape, q.shape[1], dtype=torch.float64)

    def value_and_gradient():
        diagonal = q.exp()
        below = empty.clone()
        below[:, places[0], places[1]] = lower
        factors = below + torch.diag_embed(diagonal)
        scaled = torch.einsum("kij,nkj->nki", factors, x[:, None] - mu)
        terms = alpha + q.sum(1) - (scaled * scaled).sum(2) / 2
        value = torch.logsumexp(terms, 1).sum() - len(x) * torch.logsumexp(alpha, 0)
        value = value + constant - ((diagonal * diagonal).sum() + (lower * lower).sum()) / 2
        return [value, *torch.autograd.grad(value, leaves)]

    return value_and_gradient, flat


def jax_jit(task):
    jax, jnp = jax_and_numpy()
    rows, columns = (jnp.array(each, dtype=int) for each in _places(len(task[1][0])))
    constant = _constant(task)

    def objective(p, x):
        alpha, mu, q, lower = p
        diagonal = jnp.exp(q)
        factors = jax.vmap(jnp.diag)(diagonal).at[:, rows, columns].set(lower)
        scaled = jnp.einsum("kij,nkj->nki", factors, x[:, None] - mu)
        terms = alpha + q.sum(1) - (scaled * scaled).sum(2) / 2
        value = jax.nn.logsumexp(terms, axis=1).sum() - len(x) * jax.nn.logsumexp(alpha)
        return value + constant - ((diagonal * diagonal).sum() + (lower * lower).sum()) / 2

    p = [jnp.array(each) for each in _numbers(task)]
    return blocked(jax, jax.jit(jax.value_and_grad(objective)), p, jnp.array(task[1])), flat
