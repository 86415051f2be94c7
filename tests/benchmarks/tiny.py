"""T: a tiny graph, forward and backward, over many rows.

    a = p + x, b = q + y; c = a + b; d = a b + b³; e = c - d; f = e²; g = f / 2

with p = -41 and q = 2, whose mean gradient over the rows (x, y) is wanted:
∂g/∂p = e (1 - b) and ∂g/∂q = e (1 - a - 3 b²).
"""

import random
from array import array
from types import SimpleNamespace

from engine import Program, Value
from tests.benchmarks.mlp import compiled
from tests.benchmarks.slotted import Slotted

P, Q = -41.0, 2.0


def task(rows):
    rng = random.Random(0)
    return SimpleNamespace(rows=[[rng.uniform(-1, 1), rng.uniform(-1, 1)] for _ in range(rows)])


def g(p, q, x, y):
    a, b = p + x, q + y
    c = a + b
    d = a * b + b**3
    e = c - d
    f = e**2
    return f / 2


def _scalar(task, value):
    p, q = value(P), value(Q)

    def gradient():
        p.grad = q.grad = 0.0
        for x, y in task.rows:
            g(p, q, x, y).backward()
        return p.grad / len(task.rows), q.grad / len(task.rows)

    return gradient


def linegrad_eager(task):
    return _scalar(task, Value)


def slotted_value(task):
    return _scalar(task, Slotted)


def micrograd(task):
    from micrograd.engine import Value

    return _scalar(task, Value)


def _program(task):
    p, q, x, y = Value(P, "p"), Value(Q, "q"), Value(0, "x"), Value(0, "y")
    program = Program(g(p, q, x, y), inputs=[x, y])
    return program, [program.parameters.index(p), program.parameters.index(q)]


def linegrad_program(task):
    program, order = _program(task)
    return lambda: program.value_and_gradient(task.rows)[1], lambda found: [found[i] for i in order]


def linegrad_native(task):
    program, order = _program(task)
    rows = (
        memoryview(array("d", [v for row in task.rows for v in row])).cast("B").cast("d", (len(task.rows), 2))
    )
    native, weights = program.native(), array("d", [p.data for p in program.parameters])
    return lambda: native.value_and_gradient(rows, weights)[1], lambda found: [found[i] for i in order]


def numpy_by_hand(task):
    import numpy as np

    x, y = np.ascontiguousarray(np.array(task.rows).T)

    def gradient():
        a, b = P + x, Q + y
        e = (a + b) - (a * b + b * b * b)
        return (e * (1 - b)).mean(), (e * (1 - a - 3 * (b * b))).mean()

    return gradient


def pytorch_tensors(task):
    import torch

    torch.set_num_threads(1)
    x, y = torch.tensor(task.rows, dtype=torch.float64).T.contiguous()
    p, q = (torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (P, Q))
    return lambda: torch.autograd.grad(g(p, q, x, y).mean(), [p, q]), lambda out: [float(v) for v in out]


def pytorch_scalars(task):
    import torch

    torch.set_num_threads(1)
    p, q = (torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (P, Q))

    def gradient():
        p.grad = q.grad = None
        for x, y in task.rows:
            g(p, q, x, y).backward()
        return float(p.grad) / len(task.rows), float(q.grad) / len(task.rows)

    return gradient


def autograd(task):
    import autograd.numpy as np
    from autograd import grad

    x, y = np.array(task.rows).T
    gradient = grad(lambda pq: np.mean(g(pq[0], pq[1], x, y)))
    start = np.array([P, Q])
    return lambda: gradient(start), lambda out: [float(v) for v in out]


def jax_jit(task):
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    x, y = jnp.array(task.rows).T
    gradient = jax.jit(jax.grad(lambda pq: g(*pq, x, y).mean()))
    start = jnp.array([P, Q])
    return lambda: jax.block_until_ready(gradient(start)), lambda out: [float(v) for v in out]


def casadi_sx(task):
    import casadi
    import numpy as np

    p, q, x, y = (casadi.SX.sym(name) for name in "pqxy")
    gradient = casadi.Function("f", [p, q, x, y], [casadi.gradient(g(p, q, x, y), casadi.vertcat(p, q))])
    rows = len(task.rows)
    mapped, columns = gradient.map(rows), [casadi.DM(row[None]) for row in np.array(task.rows).T]
    return lambda: casadi.sum2(mapped(P, Q, *columns)) / rows, lambda out: [
        float(v) for v in out.full()[:, 0]
    ]


def ddx_llvm(task):
    import ddx
    import numpy as np

    @ddx.equation
    def f():
        return g(ddx.var("p"), ddx.var("q"), ddx.param("x"), ddx.param("y"))

    rows = np.array(task.rows)
    batch = np.column_stack([np.full(len(rows), P), np.full(len(rows), Q), rows]).T
    call = f.compile(points=len(rows)).buffer(np.ascontiguousarray(batch))

    def gradient():
        call()
        return call.jacobian.mean(axis=1)

    return gradient


C_BY_HAND = """
void gradient(int rows, const double *xy, const double *pq, double *g) {
    double gp = 0, gq = 0;
    for (int r = 0; r < rows; r++) {
        double a = pq[0] + xy[2*r], b = pq[1] + xy[2*r+1];
        double e = (a + b) - (a * b + b * b * b);
        gp += e * (1 - b);
        gq += e * (1 - a - 3 * (b * b));
    }
    g[0] = gp / rows; g[1] = gq / rows;
}
"""


def c_by_hand(task):
    function, array = compiled(C_BY_HAND)
    rows, weights, gradient = array([v for row in task.rows for v in row]), array([P, Q]), array([0.0, 0.0])

    def run():
        function(len(task.rows), rows, weights, gradient)
        return gradient

    return run
