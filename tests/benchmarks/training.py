"""A whole epoch of training with Adam, in batches of 32, in float64.

The digits: 1,438 images, an MLP 64-32-10, 2,410 weights. And 6,000 rows of 784
numbers, an MLP 784-64-10, 50,890 weights. Softmax and cross-entropy on top.

Every contender is a function of the task that returns a function of nothing,
which trains from the same weights and returns those after an epoch.
"""

import math
import random
from array import array
from types import SimpleNamespace

from demos.digits import examples, network
from engine import Program, Value
from nn import MLP, Adam, cross_entropy, one_hot

BATCH, RATE, BETAS, EPSILON = 32, 0.001, (0.9, 0.999), 1e-8


def digits():
    (rows, targets), _ = examples()
    return _task(rows, targets, network())


def large(rows=6000):
    rng = random.Random(0)
    numbers = [[rng.random() for _ in range(784)] for _ in range(rows)]
    targets = [one_hot(rng.randrange(10), 10) for _ in range(rows)]
    return _task(numbers, targets, MLP(784, [64, 10], rng=random.Random(1)))


def _task(rows, targets, model):
    whole = len(rows) - len(rows) % BATCH
    layers = [(len(layer.neurons), len(layer.neurons[0].w)) for layer in model.layers]
    weights = [w.data for layer in model.layers for n in layer.neurons for w in n.w]
    biases = [n.b.data for layer in model.layers for n in layer.neurons]
    return SimpleNamespace(
        rows=rows[:whole], targets=targets[:whole], model=model, layers=layers, weights=weights, biases=biases
    )


def matrices(task, make):
    """Each layer's weights and biases, as `make` makes them of lists."""
    found, w, b = [], 0, 0
    for outputs, inputs in task.layers:
        rows = [task.weights[w + i * inputs : w + (i + 1) * inputs] for i in range(outputs)]
        found.append((make(rows), make(task.biases[b : b + outputs])))
        w, b = w + outputs * inputs, b + outputs
    return found


def flat(layers):
    """Weights, layer by layer, then biases, as one list."""
    weights = [float(w) for matrix, _ in layers for row in matrix for w in row]
    return weights + [float(b) for _, biases in layers for b in biases]


def _batches(*lists):
    return [tuple(part[i : i + BATCH] for part in lists) for i in range(0, len(lists[0]), BATCH)]


def program(task):
    """The loss of a row, recorded; parameters in the order of `flat`."""
    inputs, outputs = task.layers[0][1], task.layers[-1][0]
    x, y = [Value(0, f"x{i}") for i in range(inputs)], [Value(0, f"y{i}") for i in range(outputs)]
    layers = task.model.layers
    parameters = [w for layer in layers for n in layer.neurons for w in n.w]
    parameters += [n.b for layer in layers for n in layer.neurons]
    return Program(cross_entropy(task.model(x), y), inputs=[*x, *y], parameters=parameters)


def linegrad_native(task):
    native = program(task).native()
    adam = Adam(native.parameters, RATE)
    adam.rule.compile()
    start = array("d", [p.data for p in native.parameters])
    batches = [
        memoryview(array("d", [v for x, y in zip(*batch) for v in (*x, *y)]))
        .cast("B")
        .cast("d", (BATCH, len(native.inputs)))
        for batch in _batches(task.rows, task.targets)
    ]

    def run():
        adam, weights = Adam(native.parameters, RATE, BETAS, EPSILON), start
        for batch in batches:
            _, gradient = native.value_and_gradient(batch, weights)
            weights = adam.update(weights, gradient)
        return weights

    return run


def numpy_by_hand(task):
    import numpy as np

    batches = _batches(np.array(task.rows), np.array(task.targets, dtype=float))
    start = np.array(task.weights + task.biases)
    b1, b2 = BETAS

    def views(vector):
        """The layers' matrices and biases in one vector."""
        (n1, m1), (n2, m2) = task.layers
        w1, w2, c1, c2 = np.split(vector, np.cumsum([n1 * m1, n2 * m2, n1]))
        return w1.reshape(n1, m1), w2.reshape(n2, m2), c1, c2

    def run():
        w, g = start.copy(), np.empty_like(start)
        m, v = np.zeros_like(w), np.zeros_like(w)
        (w1, w2, c1, c2), (g1, g2, d1, d2) = views(w), views(g)
        for t, (x, y) in enumerate(batches, 1):
            h = np.maximum(x @ w1.T + c1, 0)
            z = h @ w2.T + c2
            p = np.exp(z - z.max(1, keepdims=True))
            dz = (p / p.sum(1, keepdims=True) - y) / BATCH
            dh = (dz @ w2) * (h > 0)
            np.matmul(dh.T, x, out=g1)
            np.matmul(dz.T, h, out=g2)
            dh.sum(0, out=d1)
            dz.sum(0, out=d2)
            m *= b1
            m += (1 - b1) * g
            v *= b2
            v += (1 - b2) * (g * g)
            w -= RATE / (1 - b1**t) * m / (np.sqrt(v) / math.sqrt(1 - b2**t) + EPSILON)
        return w

    return run, lambda w: w.tolist()


def pytorch_tensors(task):
    import torch
    from torch.nn.functional import cross_entropy

    torch.set_num_threads(1)
    batches = _batches(*(torch.tensor(part, dtype=torch.float64) for part in (task.rows, task.targets)))

    def run():
        layers = matrices(
            task, lambda numbers: torch.tensor(numbers, dtype=torch.float64, requires_grad=True)
        )
        (w1, b1), (w2, b2) = layers
        adam = torch.optim.Adam([w1, b1, w2, b2], RATE, BETAS, EPSILON, fused=True)
        for x, y in batches:
            adam.zero_grad()
            z = torch.addmm(b2, torch.relu(torch.addmm(b1, x, w1.T)), w2.T)
            cross_entropy(z, y).backward()
            adam.step()
        return layers

    return run, lambda layers: flat([(w.tolist(), b.tolist()) for w, b in layers])


def autograd(task):
    import autograd.numpy as np
    from autograd import grad

    batches = _batches(np.array(task.rows), np.array(task.targets, dtype=float))
    (n1, m1), (n2, m2) = task.layers
    ends = np.cumsum([n1 * m1, n2 * m2, n1])
    start = np.array(task.weights + task.biases)
    b1, b2 = BETAS

    def loss(w, x, y):
        w1, w2 = w[: ends[0]].reshape((n1, m1)), w[ends[0] : ends[1]].reshape((n2, m2))
        z = np.dot(np.maximum(np.dot(x, w1.T) + w[ends[1] : ends[2]], 0), w2.T) + w[ends[2] :]
        z = z - np.max(z, axis=1, keepdims=True)
        return -np.mean(np.sum(y * (z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))), axis=1))

    gradient = grad(loss)

    def run():
        w, m, v = start, 0, 0
        for t, (x, y) in enumerate(batches, 1):
            g = gradient(w, x, y)
            m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * (g * g)
            w = w - RATE / (1 - b1**t) * m / (np.sqrt(v) / math.sqrt(1 - b2**t) + EPSILON)
        return w

    return run, lambda w: w.tolist()


def jax_jit(task):
    """The gradient and the update in one compiled function."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    batches = _batches(*(jnp.array(part, dtype=float) for part in (task.rows, task.targets)))
    start = matrices(task, lambda numbers: jnp.array(numbers, dtype=float))
    b1, b2 = BETAS

    def loss(layers, x, y):
        (w1, c1), (w2, c2) = layers
        z = jax.nn.relu(x @ w1.T + c1) @ w2.T + c2
        return -(y * jax.nn.log_softmax(z)).sum(1).mean()

    @jax.jit
    def step(layers, m, v, t, x, y):
        g = jax.grad(loss)(layers, x, y)
        m = jax.tree.map(lambda m, g: b1 * m + (1 - b1) * g, m, g)
        v = jax.tree.map(lambda v, g: b2 * v + (1 - b2) * (g * g), v, g)
        c1, c2 = 1 - b1**t, 1 - b2**t
        new = jax.tree.map(lambda w, m, v: w - RATE * (m / c1) / (jnp.sqrt(v / c2) + EPSILON), layers, m, v)
        return new, m, v

    def run():
        layers = start
        m = v = jax.tree.map(jnp.zeros_like, start)
        for t, (x, y) in enumerate(batches, 1):
            layers, m, v = step(layers, m, v, float(t), x, y)
        return jax.block_until_ready(layers)

    return run, flat
