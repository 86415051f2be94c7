"""ht, complicated: in arrays, all vertices of the skin at once, by forward
mode, then those of each correspondence.
"""

from tests.benchmarks.gradbench.peers import blocked, jax_and_numpy, pytorch, some, tensor
from tests.gradbench import ht
from tests.gradbench.table import table


def task(correspondences):
    return ht.data(correspondences, complicated=True)


def linegrad(task, compiled):
    jacobian, rows = ht.jacobian(task, compiled), table(ht.rows(task))
    return lambda: jacobian(rows), some


def _numbers(task):
    """θ, bones in their parents, inverses, the skin, correspondences."""
    last = [[0.0, 0.0, 0.0, 1.0]]
    relatives, inverses = ([m + last for m in each] for each in (task.relatives, task.inverses))
    positions, weights = zip(*task.skin)
    theta = [each.data for each in task.theta]
    return theta, relatives, inverses, [[*p, 1.0] for p in positions], list(weights), task.points, task.us


def _vertices(theta, relatives, inverses, positions, weights, library):
    """The skin for θ. The library is jax.numpy or torch."""
    stack, zero, one = library.stack, library.zeros_like(theta[0]), library.ones_like(theta[0])

    def matrix(*rows):
        return stack([stack(list(row)) for row in rows])

    def turn(bend, spread):
        (c, s), (d, t) = ((library.cos(a), library.sin(a)) for a in (bend, spread))
        about_x = matrix(
            (one, zero, zero, zero), (zero, c, -s, zero), (zero, s, c, zero), (zero, zero, zero, one)
        )
        about_z = matrix(
            (d, -t, zero, zero), (t, d, zero, zero), (zero, zero, one, zero), (zero, zero, zero, one)
        )
        return about_z @ about_x

    absolute = []
    for bone, parent in enumerate(ht.PARENTS):
        own, (finger, part) = relatives[bone], divmod(bone - 1, 4)
        if 0 <= finger < 5 and part < 3:
            angles = theta[6 + 4 * finger : 10 + 4 * finger]
            own = own @ (turn(angles[0], angles[1]) if part == 0 else turn(angles[part + 1], zero))
        absolute.append(own if parent < 0 else absolute[parent] @ own)
    moves = stack(absolute) @ inverses
    skin = library.einsum("vb,bij,vj->vi", weights, moves, positions)[:, :3]
    angle = library.sqrt((theta[:3] * theta[:3]).sum())
    x, y, z = theta[:3] / angle
    cross = matrix((zero, -z, y), (z, zero, -x), (-y, x, zero))
    hand = (
        library.eye(3, dtype=theta.dtype)
        + library.sin(angle) * cross
        + (1 - library.cos(angle)) * cross @ cross
    )
    return skin @ hand.T + theta[3:6]


def _combined(skin, slopes, corners, points, us, library):
    """Errors and Jacobians of correspondences, from those of vertices."""
    shares = library.concatenate([us, 1 - us.sum(1)[:, None]], 1)
    found = skin[corners]  # correspondences, 3 corners, 3 coordinates
    errors = points - library.einsum("nc,nci->ni", shares, found)
    by_u = (found[:, 2:] - found[:, :2]).swapaxes(1, 2)
    by_theta = -library.einsum("nc,ncit->nit", shares, slopes[corners])
    return [errors, library.concatenate([by_u, by_theta], 2)]


def pytorch_tensors(task):
    torch = pytorch()
    theta, *model, points, us = map(tensor, _numbers(task))
    corners = torch.tensor(task.corners)

    def jacobian():
        skin = lambda theta: (found := _vertices(theta, *model, torch), found)  # noqa: E731
        slopes, found = torch.func.jacfwd(skin, has_aux=True)(theta)
        return _combined(found, slopes, corners, points, us, torch)

    return jacobian, some


def jax_jit(task):
    jax, jnp = jax_and_numpy()
    theta, *model, points, us = map(jnp.array, _numbers(task))

    def jacobian(theta, model, corners, points, us):
        skin = lambda theta: (found := _vertices(theta, *model, jnp), found)  # noqa: E731
        slopes, found = jax.jacfwd(skin, has_aux=True)(theta)
        return _combined(found, slopes, corners, points, us, jnp)

    return blocked(jax, jax.jit(jacobian), theta, model, jnp.array(task.corners), points, us), some
