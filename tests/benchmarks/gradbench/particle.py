"""particle: a flight and its derivative with respect to w; the force is a
derivative, by reverse mode in all.
"""

from engine import derivative
from tests.benchmarks.gradbench.peers import blocked, flat, jax_and_numpy, pytorch, tensor
from tests.gradbench import particle


def task():
    return 0.0


def linegrad(task, compiled):
    flight = particle.flight_by_step(compiled)
    return lambda: flight(task), flat


def linegrad_eager(task):
    return lambda: [particle.flight(task), derivative(particle.flight)(task)], flat


def _potential(at, w, library):
    up = library.stack([10 - w, library.zeros_like(w)])
    return (1 / library.sqrt((at[0] - 10) ** 2 + (at[1] - up) ** 2)).sum()


def pytorch_tensors(task):
    torch = pytorch()
    w = tensor(task, requires_grad=True)
    slope = torch.func.grad(lambda at: _potential(at, w, torch))

    def value_and_slope():
        at, speed = tensor(particle.START[:2]), tensor(particle.START[2:])
        while (new := at + particle.DT * speed)[1] > 0:
            at, speed = new, speed - particle.DT * slope(at)
        value = particle.crossing([*at, *speed])
        return [value, *torch.autograd.grad(value, [w])]

    return value_and_slope, flat


def jax_jit(task):
    """A loop without a known end has no reverse mode: forward over reverse."""
    jax, jnp = jax_and_numpy()

    def flight(w):
        slope = jax.grad(_potential)

        def going(state):
            at, speed = state
            return (at + particle.DT * speed)[1] > 0

        def step(state):
            at, speed = state
            return at + particle.DT * speed, speed - particle.DT * slope(at, w, jnp)

        at, speed = jax.lax.while_loop(going, step, tuple(jnp.array(particle.START).reshape(2, 2)))
        return particle.crossing([*at, *speed])

    function = jax.jit(lambda w: jax.jvp(flight, [w], [jnp.ones_like(w)]))
    return blocked(jax, function, jnp.array(task)), flat
