"""The digits: the gradients of one epoch over 1,437 images in batches of 32,
for an MLP 64-32-10.

Softmax and cross-entropy on top, 2,410 weights. The numbers compared are the
sum of the gradients.
"""

from array import array
from types import SimpleNamespace

from demos.digits import examples, network
from engine import Program, Value
from nn import cross_entropy

BATCH = 32


def task():
    (rows, targets), _ = examples()
    model = network()
    layers = [
        ([[w.data for w in n.w] for n in layer.neurons], [n.b.data for n in layer.neurons])
        for layer in model.layers
    ]
    return SimpleNamespace(rows=rows, targets=targets, model=model, layers=layers)


def _batches(*lists):
    count = len(lists[0])
    return [tuple(part[i : i + BATCH] for part in lists) for i in range(0, count - count % BATCH, BATCH)]


def _flat(layers):
    return [float(g) for matrix, biases in layers for row, bias in zip(matrix, biases) for g in [*row, bias]]


def _summed(gradients):
    w1, b1, w2, b2 = (sum(parts) for parts in zip(*gradients))
    return _flat([(w1, b1), (w2, b2)])


def linegrad_native(task):
    return _program(task, Program.native)


def linegrad_program(task):
    return _program(task, lambda program: program)


def _program(task, form):
    x, y = [Value(0, f"x{i}") for i in range(64)], [Value(0, f"y{i}") for i in range(10)]
    program = Program(cross_entropy(task.model(x), y), inputs=[*x, *y])
    runner, weights = form(program), array("d", [p.data for p in program.parameters])
    batches = [
        memoryview(array("d", [v for x, y in zip(*batch) for v in (*x, *y)])).cast("B").cast("d", (BATCH, 74))
        for batch in _batches(task.rows, task.targets)
    ]
    places = {parameter: i for i, parameter in enumerate(program.parameters)}
    order = [places[parameter] for parameter in task.model.parameters()]

    def numbers(gradients):
        sums = [sum(column) for column in zip(*(gradient for _, gradient in gradients))]
        return [sums[i] for i in order]

    return lambda: [runner.value_and_gradient(batch, weights) for batch in batches], numbers


def numpy_by_hand(task):
    import numpy as np

    (w1, b1), (w2, b2) = ((np.array(w), np.array(b)) for w, b in task.layers)
    batches = _batches(np.array(task.rows), np.array(task.targets, dtype=float))

    def run():
        gradients = []
        for x, y in batches:
            h = np.maximum(x @ w1.T + b1, 0)
            z = h @ w2.T + b2
            p = np.exp(z - z.max(1, keepdims=True))
            dz = (p / p.sum(1, keepdims=True) - y) / BATCH
            dh = (dz @ w2) * (h > 0)
            gradients.append((dh.T @ x, dh.sum(0), dz.T @ h, dz.sum(0)))
        return gradients

    return run, _summed


def pytorch_tensors(task):
    import torch
    from torch.nn.functional import cross_entropy

    torch.set_num_threads(1)
    layers = [
        tuple(torch.tensor(p, dtype=torch.float64, requires_grad=True) for p in layer)
        for layer in task.layers
    ]
    (w1, b1), (w2, b2) = layers
    batches = _batches(*(torch.tensor(part, dtype=torch.float64) for part in (task.rows, task.targets)))

    def run():
        gradients = []
        for x, y in batches:
            z = torch.addmm(b2, torch.relu(torch.addmm(b1, x, w1.T)), w2.T)
            gradients.append(torch.autograd.grad(cross_entropy(z, y), [w1, b1, w2, b2]))
        return gradients

    return run, _summed


def autograd(task):
    import autograd.numpy as np
    from autograd import grad

    layers = [tuple(np.array(p) for p in layer) for layer in task.layers]
    batches = _batches(np.array(task.rows), np.array(task.targets, dtype=float))

    def loss(layers, x, y):
        (w1, b1), (w2, b2) = layers
        z = np.dot(np.maximum(np.dot(x, w1.T) + b1, 0), w2.T) + b2
        z = z - np.max(z, axis=1, keepdims=True)
        return -np.mean(np.sum(y * (z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))), axis=1))

    gradient = grad(loss)

    def total(gradients):
        return _flat([[sum(parts) for parts in zip(*layer)] for layer in zip(*gradients)])

    return lambda: [gradient(layers, *batch) for batch in batches], total


def jax_jit(task):
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    layers = [tuple(jnp.array(p) for p in layer) for layer in task.layers]
    batches = _batches(*(jnp.array(part, dtype=float) for part in (task.rows, task.targets)))

    def loss(layers, x, y):
        (w1, b1), (w2, b2) = layers
        z = jax.nn.relu(x @ w1.T + b1) @ w2.T + b2
        return -(y * jax.nn.log_softmax(z)).sum(1).mean()

    gradient = jax.jit(jax.grad(loss))
    return (
        lambda: jax.block_until_ready([gradient(layers, *batch) for batch in batches]),
        lambda out: _flat(jax.tree.map(lambda *parts: sum(parts), *out)),
    )
