"""lstm: in arrays, all bits of a letter at once; JAX scans the text."""

from tests.benchmarks.gradbench.peers import blocked, flat, jax_and_numpy, pytorch, tensor
from tests.gradbench import lstm


def task(layers, letters):
    return lstm.data(layers, letters)


def linegrad(task, compiled):
    return lstm.gradient(*task, compiled), flat


def linegrad_eager(task):
    leaves = lstm.flat(*task[:2])

    def value_and_gradient():
        found = lstm.objective(*task)
        found.zero_grad()
        found.backward()
        return [found.data, [leaf.grad for leaf in leaves]]

    return value_and_gradient, flat


def _numbers(task):
    """Layers by bits by 8, bits by 3, layers by bits by 2, letters by bits."""
    layers, outer, state, letters = task
    data = lambda part: [[each.data for each in numbers] for numbers in part]  # noqa: E731
    return [data(layer) for layer in layers], data(outer), [data(layer) for layer in state], letters


def _step(layers, outer, hidden, cells, x, sigmoid, tanh):
    """The states after a letter, as lists of layers, and the prediction."""
    x, after = outer[:, 0] * x, []
    for i, (h, c) in enumerate(zip(hidden, cells)):
        wf, wi, wo, wg, bf, bi, bo, bg = layers[i].T
        c = sigmoid(wf * x + bf) * c + sigmoid(wi * h + bi) * tanh(wg * h + bg)
        x = sigmoid(wo * x + bo) * tanh(c)
        after.append((x, c))
    return [h for h, _ in after], [c for _, c in after], outer[:, 1] * x + outer[:, 2]


def pytorch_tensors(task):
    torch = pytorch()
    layers, outer, state, letters = _numbers(task)
    layers, outer = tensor(layers, requires_grad=True), tensor(outer, requires_grad=True)
    state, letters = tensor(state), tensor(letters)

    def value_and_gradient():
        hidden, cells, predicted = list(state[:, :, 0]), list(state[:, :, 1]), []
        for x in letters[:-1]:
            hidden, cells, z = _step(layers, outer, hidden, cells, x, torch.sigmoid, torch.tanh)
            predicted.append(z)
        z = torch.stack(predicted)
        log_sum = (2 + z.exp().sum(1, keepdim=True)).log()
        value = (letters[1:] * (log_sum - z)).mean()
        return [value, *torch.autograd.grad(value, [layers, outer])]

    return value_and_gradient, flat


def jax_jit(task):
    jax, jnp = jax_and_numpy()
    layers, outer, state, letters = map(jnp.array, _numbers(task))

    def objective(parameters, state, letters):
        def step(carry, x):
            hidden, cells, z = _step(*parameters, *carry, x, jax.nn.sigmoid, jnp.tanh)
            return (hidden, cells), z

        start = list(state[:, :, 0]), list(state[:, :, 1])
        _, z = jax.lax.scan(step, start, letters[:-1])
        log_sum = jnp.log(2 + jnp.exp(z).sum(1, keepdims=True))
        return (letters[1:] * (log_sum - z)).mean()

    function = jax.jit(jax.value_and_grad(objective))
    return blocked(jax, function, (layers, outer), state, letters), flat
