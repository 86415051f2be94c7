"""ba: in arrays, all observations at once: two backward passes."""

from types import SimpleNamespace

from tests.benchmarks.gradbench.peers import blocked, jax_and_numpy, pytorch, some, tensor
from tests.gradbench import ba
from tests.gradbench.table import table


def task(cameras, points, observations):
    rows, _ = ba.data(cameras, points, observations)
    return SimpleNamespace(rows=rows, weights=[[row[14]] for row in rows])


def linegrad(task, compiled):
    errors_and_blocks = ba.jacobian(compiled)
    rows, weights = table(task.rows), table(task.weights)
    return lambda: errors_and_blocks(rows, weights), some


def _errors(columns, stack, cross, sqrt, sin, cos):
    """The errors of all observations, whose numbers come in columns."""
    rotation, centre, (focal, u0, v0, k1, k2) = columns[:3], columns[3:6], columns[6:11]
    offset = columns[11:14] - centre
    angle = sqrt((rotation * rotation).sum(0))
    axis, c, s = rotation / angle, cos(angle), sin(angle)
    turned = offset * c + cross(axis, offset) * s + axis * ((axis * offset).sum(0) * (1 - c))
    u, v = turned[0] / turned[2], turned[1] / turned[2]
    square = u * u + v * v
    scale = focal * (1 + k1 * square + k2 * square * square)
    w, features = columns[14], columns[15:]
    return stack([w * (scale * u + u0 - features[0]), w * (scale * v + v0 - features[1])])


def pytorch_tensors(task):
    torch = pytorch()
    columns = tensor(task.rows).T.contiguous().requires_grad_()
    cross = lambda a, b: torch.linalg.cross(a, b, dim=0)  # noqa: E731

    def errors_and_blocks():
        errors = _errors(columns, torch.stack, cross, torch.sqrt, torch.sin, torch.cos)
        blocks = [torch.autograd.grad(e.sum(), [columns], retain_graph=True)[0][:15].T for e in errors]
        w = columns[14]
        weight = 1 - w * w
        slopes = torch.autograd.grad(weight.sum(), [columns])[0][14:15].T
        return [errors.T, torch.stack(blocks, 1), weight, slopes]

    return errors_and_blocks, some


def jax_jit(task):
    jax, jnp = jax_and_numpy()
    cross = lambda a, b: jnp.cross(a, b, axis=0)  # noqa: E731

    def errors_and_blocks(columns):
        errors, pullback = jax.vjp(
            lambda columns: _errors(columns, jnp.stack, cross, jnp.sqrt, jnp.sin, jnp.cos), columns
        )
        zero, one = jnp.zeros(len(columns[0])), jnp.ones(len(columns[0]))
        blocks = [pullback(jnp.stack(each))[0][:15].T for each in ([one, zero], [zero, one])]
        weight, slopes = jax.vmap(jax.value_and_grad(lambda w: 1 - w * w))(columns[14])
        return [errors.T, jnp.stack(blocks, 1), weight, slopes]

    return blocked(jax, jax.jit(errors_and_blocks), jnp.array(task.rows).T), some
