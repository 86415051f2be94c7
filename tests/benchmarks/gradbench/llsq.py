"""llsq: in PyTorch by a matrix of powers; in JAX, where that takes 20 times as
long, by Horner's rule.
"""

from array import array
from types import SimpleNamespace

from engine import Value
from tests.benchmarks.gradbench.peers import blocked, flat, jax_and_numpy, pytorch, tensor
from tests.gradbench import llsq
from tests.gradbench.table import table


def task(n, m=128):
    return SimpleNamespace(rows=llsq.rows(n), x=llsq.data(m))


def linegrad(task, compiled):
    program, rows, x = compiled(llsq.program(len(task.x))), table(task.rows), array("d", task.x)
    n = len(task.rows)

    def value_and_gradient():
        value, slopes = program.value_and_gradient(rows, x)
        return [n * value, [n * slope for slope in slopes]]

    return value_and_gradient, flat


def linegrad_eager(task):
    def value_and_gradient():
        leaves = [Value(v, f"x{i}") for i, v in enumerate(task.x)]
        found = llsq.objective(leaves, len(task.rows))
        found.backward()
        return [found.data, [leaf.grad for leaf in leaves]]

    return value_and_gradient, flat


def pytorch_tensors(task):
    torch = pytorch()
    x, (t, s) = tensor(task.x, requires_grad=True), tensor(task.rows).T

    def value_and_gradient():
        value = ((s - torch.vander(t, len(x), increasing=True) @ x) ** 2).sum() / 2
        return [value, *torch.autograd.grad(value, [x])]

    return value_and_gradient, flat


def jax_jit(task):
    jax, jnp = jax_and_numpy()

    def objective(x, t, s):
        return ((s - jnp.polyval(x[::-1], t, unroll=16)) ** 2).sum() / 2

    function = jax.jit(jax.value_and_grad(objective))
    return blocked(jax, function, jnp.array(task.x), *jnp.array(task.rows).T), flat
