"""M: one gradient of the mean hinge loss of an MLP 2-16-16-1 (337 weights) over
a batch of rows.

Every contender is a function of the task that returns a function of nothing,
which returns the gradient in the order of the model's parameters. It starts
from weights as its library keeps them, and ends with gradients as its library
keeps them.
"""

import ctypes
import random
import subprocess
import tempfile
from array import array
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

from engine import NoCompiler, Program, Value, c_compiler
from nn import MLP, hinge
from tests.benchmarks.slotted import Slotted

SIZES = (2, 16, 16, 1)


def task(rows):
    rng = random.Random(0)
    points = [[rng.uniform(-1, 1), rng.uniform(-1, 1)] for _ in range(rows)]
    labels = [1.0 if x * y > 0 else -1.0 for x, y in points]
    model = MLP(SIZES[0], list(SIZES[1:]), rng=random.Random(1))
    for parameter in model.parameters():
        if parameter.label.startswith("b"):
            parameter.data = rng.uniform(-0.1, 0.1)
    layers = [
        ([[w.data for w in n.w] for n in layer.neurons], [n.b.data for n in layer.neurons])
        for layer in model.layers
    ]
    return SimpleNamespace(points=points, labels=labels, model=model, layers=layers)


def flat(layers):
    """Gradients of weight matrices and biases, in the order of the model's
    parameters.
    """
    return [float(g) for matrix, biases in layers for row, bias in zip(matrix, biases) for g in [*row, bias]]


def _program(task):
    x, y = [Value(0, "x1"), Value(0, "x2")], Value(1, "y")
    program = Program(hinge(task.model(x), y), inputs=[*x, y], parameters=task.model.parameters())
    return program, lambda found: list(found[1])


def linegrad_program(task):
    program, gradient = _program(task)
    rows = [[*point, label] for point, label in zip(task.points, task.labels)]
    return lambda: program.value_and_gradient(rows), gradient


def linegrad_native(task):
    """Rows and weights in buffers, as `fit` has them."""
    program, gradient = _program(task)
    rows = array("d", [v for point, label in zip(task.points, task.labels) for v in (*point, label)])
    rows = memoryview(rows).cast("B").cast("d", (len(task.points), 3))
    native, weights = program.native(), array("d", [p.data for p in program.parameters])
    return lambda: native.value_and_gradient(rows, weights), gradient


def _network(task, value):
    """The parameters of the network as scalars that `value` makes, and the
    network as a function of them.
    """
    layers = [[([value(w) for w in row], value(b)) for row, b in zip(*layer)] for layer in task.layers]

    def predict(x):
        for layer in layers:
            x = [sum((w * v for w, v in zip(weights, x)), bias) for weights, bias in layer]
            if layer is not layers[-1]:
                x = [z.relu() for z in x]
        return x[0]

    return [p for layer in layers for weights, bias in layer for p in [*weights, bias]], predict


def _scalar(task, value):
    """The same expressions on any scalar Value of micrograd's interface."""
    parameters, predict = _network(task, value)

    def gradient():
        for parameter in parameters:
            parameter.grad = 0.0
        losses = [(1 - y * predict(x)).relu() for x, y in zip(task.points, task.labels)]
        (sum(losses) / len(losses)).backward()
        return [parameter.grad for parameter in parameters]

    return gradient


def linegrad_eager(task):
    return _scalar(task, Value)


def slotted_value(task):
    return _scalar(task, Slotted)


def micrograd(task):
    from micrograd.engine import Value

    return _scalar(task, Value)


def pytorch_scalars(task):
    import torch

    torch.set_num_threads(1)

    def value(data):
        return torch.tensor(data, dtype=torch.float64, requires_grad=True)

    parameters, predict = _network(task, value)

    def gradient():
        losses = [torch.relu(1 - y * predict(x)) for x, y in zip(task.points, task.labels)]
        return [float(g) for g in torch.autograd.grad(sum(losses) / len(losses), parameters)]

    return gradient


def pytorch_tensors(task):
    import torch

    torch.set_num_threads(1)
    points, labels = (
        torch.tensor(task.points, dtype=torch.float64),
        torch.tensor(task.labels, dtype=torch.float64),
    )
    layers = [
        tuple(torch.tensor(p, dtype=torch.float64, requires_grad=True) for p in layer)
        for layer in task.layers
    ]

    def run():
        x = points
        for weights, biases in layers[:-1]:
            x = torch.relu(torch.addmm(biases, x, weights.T))
        weights, biases = layers[-1]
        scores = torch.addmm(biases, x, weights.T)[:, 0]
        loss = torch.relu(1 - labels * scores).mean()
        return torch.autograd.grad(loss, [p for layer in layers for p in layer])

    return run, lambda out: flat(list(zip(out[::2], out[1::2])))


def jax_jit(task):
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    points, labels = jnp.array(task.points), jnp.array(task.labels)
    layers = [tuple(jnp.array(p) for p in layer) for layer in task.layers]

    def loss(layers):
        x = points
        for weights, biases in layers[:-1]:
            x = jax.nn.relu(x @ weights.T + biases)
        weights, biases = layers[-1]
        return jax.nn.relu(1 - labels * (x @ weights.T + biases)[:, 0]).mean()

    gradient = jax.jit(jax.grad(loss))
    return lambda: jax.block_until_ready(gradient(layers)), flat


def autograd(task):
    import autograd.numpy as np
    from autograd import grad

    points, labels = np.array(task.points), np.array(task.labels)
    layers = [tuple(np.array(p) for p in layer) for layer in task.layers]

    def loss(layers):
        x = points
        for weights, biases in layers[:-1]:
            x = np.maximum(0, np.dot(x, weights.T) + biases)
        weights, biases = layers[-1]
        return np.mean(np.maximum(0, 1 - labels * (np.dot(x, weights.T) + biases)[:, 0]))

    gradient = grad(loss)
    return lambda: gradient(layers), flat


def numpy_by_hand(task):
    import numpy as np

    points, labels = np.array(task.points), np.array(task.labels)
    (w1, b1), (w2, b2), (w3, b3) = ((np.array(w), np.array(b)) for w, b in task.layers)

    def run():
        h1 = np.maximum(points @ w1.T + b1, 0)
        h2 = np.maximum(h1 @ w2.T + b2, 0)
        margin = 1 - labels * (h2 @ w3[0] + b3[0])
        d = np.where(margin > 0, -labels / len(labels), 0)
        d2 = np.outer(d, w3[0]) * (h2 > 0)
        d1 = (d2 @ w2) * (h1 > 0)
        return (d1.T @ points, d1.sum(0)), (d2.T @ h1, d2.sum(0)), ((d @ h2)[None], d.sum()[None])

    return run, flat


def casadi_sx(task):
    import casadi
    import numpy as np

    count = sum(n * (m + 1) for m, n in pairwise(SIZES))
    parameters, x, y = casadi.SX.sym("p", count), casadi.SX.sym("x", 2), casadi.SX.sym("y")
    values, used = [x[0], x[1]], 0
    for m, n in pairwise(SIZES):
        sums = []
        for _ in range(n):
            weights, bias = parameters[used : used + m], parameters[used + m]
            sums.append(sum((weights[i] * values[i] for i in range(m)), bias))
            used += m + 1
        values = sums if used == count else [casadi.fmax(z, 0) for z in sums]
    loss = casadi.fmax(1 - y * values[0], 0)
    rows = len(task.points)
    gradient = casadi.Function("gradient", [parameters, x, y], [casadi.gradient(loss, parameters)]).map(rows)
    weights = casadi.DM(flat(task.layers))
    points, labels = casadi.DM(np.array(task.points).T), casadi.DM(np.array(task.labels)[None])
    return lambda: casadi.sum2(gradient(weights, points, labels)) / rows, lambda out: [
        float(g) for g in out.full()[:, 0]
    ]


def ddx_llvm(task):
    import ddx
    import numpy as np

    @ddx.equation
    def loss():
        x, names = [ddx.param("x0"), ddx.param("x1")], iter(range(10**6))
        y = ddx.param("y")
        for layer, (m, n) in enumerate(pairwise(SIZES)):
            x = [
                sum((w * v for w, v in zip([ddx.var(f"p{next(names)}") for _ in range(m)], x)), 0.0)
                + ddx.var(f"p{next(names)}")
                for _ in range(n)
            ]
            x = x if layer == 2 else [ddx.max(z, 0.0) for z in x]
        return ddx.max(1 - y * x[0], 0.0)

    rows, weights = len(task.points), flat(task.layers)
    batch = np.array([weights + point + [label] for point, label in zip(task.points, task.labels)]).T
    batch = batch[
        [[*[f"p{i}" for i in range(len(weights))], "x0", "x1", "y"].index(name) for name in loss.inputs]
    ]
    call = loss.compile(points=rows).buffer(np.ascontiguousarray(batch))
    order = [loss.symbols.index(f"p{i}") for i in range(len(weights))]

    def run():
        call()
        return call.jacobian.sum(axis=1) / rows

    return run, lambda out: [float(g) for g in out[order]]


C_BY_HAND = """
void gradient(int rows, const double *points, const double *labels, const double *p, double *g) {
    for (int i = 0; i < 337; i++) g[i] = 0;
    for (int r = 0; r < rows; r++) {
        const double *x = points + 2 * r;
        double h1[16], h2[16], d1[16], s = p[336];
        for (int j = 0; j < 16; j++) {
            double z = p[3*j] * x[0] + p[3*j+1] * x[1] + p[3*j+2];
            h1[j] = z > 0 ? z : 0; d1[j] = 0;
        }
        for (int j = 0; j < 16; j++) {
            double z = p[48 + 17*j + 16];
            for (int i = 0; i < 16; i++) z += p[48 + 17*j + i] * h1[i];
            h2[j] = z > 0 ? z : 0;
            s += p[320 + j] * h2[j];
        }
        if (1 - labels[r] * s <= 0) continue;
        double d = -labels[r] / rows;
        g[336] += d;
        for (int j = 0; j < 16; j++) {
            g[320 + j] += d * h2[j];
            if (h2[j] <= 0) continue;
            double d2 = d * p[320 + j];
            g[48 + 17*j + 16] += d2;
            for (int i = 0; i < 16; i++) { g[48 + 17*j + i] += d2 * h1[i]; d1[i] += d2 * p[48 + 17*j + i]; }
        }
        for (int j = 0; j < 16; j++) if (h1[j] > 0) {
            g[3*j] += d1[j] * x[0]; g[3*j+1] += d1[j] * x[1]; g[3*j+2] += d1[j];
        }
    }
}
"""


def compiled(source, flags=("-O2", "-march=native", "-ffp-contract=off")):
    """The function `gradient` of a C source, and what makes a C array of
    numbers.
    """
    if c_compiler() is None:
        raise NoCompiler("C by hand needs a C compiler")
    with tempfile.TemporaryDirectory() as folder:
        text, library = Path(folder, "gradient.c"), Path(folder, "gradient.so")
        text.write_text(source)
        subprocess.run([*c_compiler(), *flags, "-shared", "-fPIC", "-o", library, text], check=True)
        return ctypes.CDLL(str(library)).gradient, lambda numbers: (ctypes.c_double * len(numbers))(*numbers)


def c_by_hand(task):
    function, array = compiled(C_BY_HAND)
    points, labels = array([v for point in task.points for v in point]), array(task.labels)
    weights, gradient = array(flat(task.layers)), array([0.0] * 337)

    def run():
        function(len(task.points), points, labels, weights, gradient)
        return gradient

    return run
