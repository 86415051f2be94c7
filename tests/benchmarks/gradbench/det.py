"""det: in arrays, all minors of as many rows at once."""

from itertools import combinations

from engine import Program, Value
from tests.benchmarks.gradbench.peers import blocked, flat, jax_and_numpy, pytorch, tensor
from tests.gradbench.det import data, det


def task(size):
    return data(size)


def linegrad(task, compiled):
    leaves = _leaves(task)
    program = compiled(Program(det(leaves), parameters=_flat(leaves)))
    return lambda: program.value_and_gradient([[]]), flat


def linegrad_eager(task):
    def value_and_gradient():
        leaves = _leaves(task)
        found = det(leaves)
        found.backward()
        return [found.data, [leaf.grad for leaf in _flat(leaves)]]

    return value_and_gradient, flat


def _leaves(task):
    return [[Value(v, f"a{i}_{j}") for j, v in enumerate(row)] for i, row in enumerate(task)]


def _flat(leaves):
    return [leaf for row in leaves for leaf in row]


def _levels(size):
    """For minors of 2, 3, … rows: columns of each, and its smaller minors."""
    levels = []
    for rows in range(2, size + 1):
        place = {columns: i for i, columns in enumerate(combinations(range(size), rows - 1))}
        columns = list(combinations(range(size), rows))
        smaller = [[place[each[:i] + each[i + 1 :]] for i in range(rows)] for each in columns]
        levels.append((columns, smaller))
    return levels


def _det(matrix, levels, signs):
    minors = matrix[-1]
    for rows, (columns, smaller) in enumerate(levels, 2):
        minors = (signs[:rows] * matrix[-rows][columns] * minors[smaller]).sum(1)
    return minors[0]


def pytorch_tensors(task):
    torch = pytorch()
    matrix = tensor(task, requires_grad=True)
    levels = [(torch.tensor(columns), torch.tensor(smaller)) for columns, smaller in _levels(len(task))]
    signs = tensor([(-1.0) ** i for i in range(len(task))])

    def value_and_gradient():
        value = _det(matrix, levels, signs)
        return [value, *torch.autograd.grad(value, [matrix])]

    return value_and_gradient, flat


def jax_jit(task):
    jax, jnp = jax_and_numpy()
    levels = [(jnp.array(columns), jnp.array(smaller)) for columns, smaller in _levels(len(task))]
    signs = jnp.array([(-1.0) ** i for i in range(len(task))])
    function = jax.jit(jax.value_and_grad(lambda matrix: _det(matrix, levels, signs)))
    return blocked(jax, function, jnp.array(task)), flat
