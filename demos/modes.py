"""Forward and reverse mode: when each is cheap."""

import random

from engine import Value, grad, hessian, tangent, topological_order
from nn import MLP, mean_squared_error


def operations(outputs):
    """The nodes of a graph that are computed: all but leaves and constants."""
    return {node for output in outputs for node in topological_order(output) if node.parents}


def network(n, m):
    """The inputs and the outputs of a network n-16-16-m."""
    x = [Value(random.Random(i).gauss(0, 1), f"x{i + 1}") for i in range(n)]
    y = MLP(n, [16, 16, m], activation="tanh", rng=random.Random(0))(x)
    return x, y if isinstance(y, list) else [y]


def forward(x, y):
    """The Jacobian by forward mode, and the operations it takes.

    One pass for each input gives ∂y/∂x of all outputs, a column.
    """
    columns = [tangent(y, {x_j: 1.0}) for x_j in x]
    known = operations(y)
    count = sum(len(operations(column) - known) for column in columns)
    return [[d.data for d in row] for row in zip(*columns)], count


def reverse(x, y):
    """The Jacobian by reverse mode, and the operations it takes.

    One pass for each output gives ∂y/∂x for all inputs, a row.
    """
    rows = [grad(y_i, x) for y_i in y]
    known = operations(y)
    count = sum(len(operations(row) - known) for row in rows)
    return [[d.data for d in row] for row in rows], count


def passes(count):
    """How many passes, as a table has it: 1 pass, 4 passes."""
    return f"{count:2} pass{'es' if count > 1 else '  '}"


def hessian_costs(hidden):
    """Operations for ∇L, for Hv and for all of H; and Hv, in two ways."""
    model = MLP(2, [hidden, 1], activation="tanh", rng=random.Random(0))
    W = model.parameters()
    L = mean_squared_error(model([0.5, -1.0]), 1.0)
    v = {w: random.Random(i).gauss(0, 1) for i, w in enumerate(W)}
    gradient = grad(L, W)
    product = tangent(gradient, v)  # forward over reverse
    H = hessian(L, W)
    by_rows = [sum(h.data * v_j for h, v_j in zip(row, v.values())) for row in H]
    parts = [L], gradient, product, [entry for row in H for entry in row]
    counts = [len(operations(part) | operations([L])) for part in parts]
    return len(W), counts, [d.data for d in product], by_rows


def main(out):
    print("The chain rule can be taken from either end. Forward mode (tangent) starts at")
    print("one input and finds the derivatives of all outputs. Reverse mode (grad, and")
    print("backward) starts at one output and finds those with respect to all inputs.\n")
    print("The Jacobian of a network n-16-16-m (∂output/∂input for all pairs), by both.")
    print("Operations:\n")
    print("    inputs  outputs    the network    by forward mode     by reverse mode")
    costs = {}
    for n, m in ((1, 1), (1, 4), (1, 16), (4, 1), (16, 1), (4, 4)):
        x, y = network(n, m)
        costs[n, m] = len(operations(y)), forward(x, y)[1], reverse(x, y)[1]
        size, ahead, back = costs[n, m]
        print(f"  {n:8}{m:9}{size:15,}{ahead:9,} in {passes(n)}{back:10,} in {passes(m)}".rstrip())
    print("\nA pass costs about as much as the network itself, less what does not depend on")
    print("its input. Forward mode takes one for each input, reverse mode one for each")
    ahead, back = costs[16, 1][1] / costs[16, 1][0], costs[16, 1][2] / costs[16, 1][0]
    print(f"output. With 16 inputs and one output that is {ahead:.1f} and {back:.1f} times the network.")
    print("A loss is such a function: one output, and as inputs all the weights. So")
    print("networks learn by reverse mode, which is backpropagation.\n")

    print("Both at once: the Hessian H of a loss, times a vector v, is the tangent of its")
    print("gradient along v. It takes no H. Operations for all of these, L counted in:\n")
    print("   weights         L        ∇L        Hv           H      Hv / L       H / L")
    products = {}
    for hidden in (1, 2, 4, 8, 16):
        n, (loss, gradient, product, whole), *products[n] = hessian_costs(hidden)
        print(
            f"  {n:8}{loss:10}{gradient:10}{product:10}{whole:12,}{product / loss:12.1f}{whole / loss:12.1f}"
        )
    print("\nHv costs a few losses, however many weights there are. The cost of H, in")
    print("losses, grows with their number.")
    return {"costs": costs, "products": products}
