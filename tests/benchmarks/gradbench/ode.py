"""ode: in arrays, all y at once, step after step.

At the evaluation's sizes the last y and its gradient are 0 in floats: it has
the factor 2ⁿ/n!. So all y are compared as well.
"""

from types import SimpleNamespace

from engine import Program, Value
from tests.benchmarks.gradbench.peers import blocked, flat, jax_and_numpy, pytorch, tensor
from tests.gradbench import ode


def task(n, steps):
    return SimpleNamespace(x=ode.data(n), steps=steps)


def linegrad(task, compiled):
    return ode.gradient(task.x, task.steps, native=compiled is Program.native), flat


def linegrad_eager(task):
    def value_and_gradient():
        leaves = [Value(v, f"x{i}") for i, v in enumerate(task.x)]
        found = ode.solve(leaves, task.steps)
        found[-1].backward()
        return [[y.data for y in found], [leaf.grad for leaf in leaves]]

    return value_and_gradient, flat


def _step(x, y, h, join):
    """One step, where join puts y₋₁ = 1 before the others."""
    k1 = x * join(y)
    k2 = x * join(y + h / 2 * k1)
    k3 = x * join(y + h / 2 * k2)
    k4 = x * join(y + h * k3)
    return y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


def pytorch_tensors(task):
    torch = pytorch()
    x, one, h = tensor(task.x, requires_grad=True), tensor([1.0]), 2.0 / task.steps

    def value_and_gradient():
        y = torch.zeros_like(x)
        for _ in range(task.steps):
            y = _step(x, y, h, lambda y: torch.cat([one, y[:-1]]))
        return [y, *torch.autograd.grad(y[-1], [x])]

    return value_and_gradient, flat


def jax_jit(task):
    jax, jnp = jax_and_numpy()

    def last(x):
        def step(y, _):
            join = lambda y: jnp.concatenate([jnp.ones(1), y[:-1]])  # noqa: E731
            return _step(x, y, 2.0 / task.steps, join), None

        y, _ = jax.lax.scan(step, jnp.zeros_like(x), length=task.steps)
        return y[-1], y

    function = jax.jit(jax.grad(last, has_aux=True))
    return blocked(jax, function, jnp.array(task.x)), lambda found: flat(found[::-1])
