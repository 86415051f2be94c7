"""lse, of a maximum and a sum as in its definition."""

from engine import Value
from tests.benchmarks.gradbench.peers import blocked, flat, jax_and_numpy, pytorch, tensor
from tests.gradbench import lse


def task(n):
    return lse.data(n)


def linegrad(task, compiled):
    value_and_gradient = lse.gradient(compiled)
    return lambda: value_and_gradient(task), flat


def linegrad_eager(task):
    def value_and_gradient():
        leaves = [Value(v, f"x{i}") for i, v in enumerate(task)]
        found = lse.lse(leaves)
        found.backward()
        return [found.data, [leaf.grad for leaf in leaves]]

    return value_and_gradient, flat


def pytorch_tensors(task):
    torch = pytorch()
    x = tensor(task, requires_grad=True)

    def value_and_gradient():
        largest = x.max()
        value = largest + (x - largest).exp().sum().log()
        return [value, *torch.autograd.grad(value, [x])]

    return value_and_gradient, flat


def jax_jit(task):
    jax, jnp = jax_and_numpy()

    def objective(x):
        largest = x.max()
        return largest + jnp.log(jnp.exp(x - largest).sum())

    return blocked(jax, jax.jit(jax.value_and_grad(objective)), jnp.array(task)), flat
