"""An operation of one's own: formula, derivative, use."""

import random
import textwrap

from demos.kit.functions import functions
from demos.kit.pictures import show
from engine import Program, Value, check_gradients, define, format_number, grad, steps, tree
from nn import GradientDescent, Neuron, fit, mean_squared_error

ROWS = [[0, 0], [0, 1], [1, 0], [1, 1]]
TARGETS = [0, 1, 1, 0]


def refused():
    """What define says to a derivative that lacks the factor out."""
    try:
        define("bump", value="exp(-a * a)", partials=["-2 * a"])
    except ValueError as error:
        return str(error)
    raise AssertionError("a wrong partial was not refused")


def derivatives(number):
    """bump and its first two derivatives at a number, as graphs."""
    x = Value(number, "x")
    y = x.bump()
    y.label = "y"
    [first] = grad(y, [x])
    [second] = grad(first, [x])
    return y, first, second


def main(out):
    print("The table of operations has no bump(a) = exp(-a²). An operation is a formula in")
    print("a (and b), and its derivative, in which `out` is the result. First a derivative")
    print("that forgot a factor. define compares it with differences, and refuses:\n")
    message = refused()
    print(textwrap.indent(textwrap.fill(message, 74), "    "))
    print("\nThe chain rule gives exp(-a²) · (-2a), which is -2 * a * out:\n")
    print('    define("bump", value="exp(-a * a)", partials=["-2 * a * out"])')
    define("bump", value="exp(-a * a)", partials=["-2 * a * out"])

    y, first, second = derivatives(1.5)
    print("\nThis one agrees with the differences, at every point that define tries. Now")
    print("Values have a method bump, and all that reads the table knows it. Its steps:\n")
    walk = steps(y)
    for step in walk:
        print(step)
    print("\nThe lines of its program, with its formula above them:\n")
    print(textwrap.indent(Program(y).source.strip(), "    "))
    print("\nIts second derivative as a graph, from the formula that you gave:\n")
    print(tree(second))
    print("\nIs all of this right? check_gradients compares with differences once more:\n")
    checks = [check_gradients(graph) for graph in (y, first)]
    for name, check in zip(("bump", "its derivative"), checks):
        print(f"of {name}:\n{check}\n")
    curves = [("bump", (0.35, 0.98)), ("first derivative", (1.25, -0.85)), ("second derivative", (0.4, -1.7))]
    graphs = [(name, place, lambda x, i=i: derivatives(x)[i].data) for i, (name, place) in enumerate(curves)]
    picture = functions(graphs, ((-3, 3), (-2.2, 1.2)), "bump(a) = exp(-a²)")
    show(picture, out / "own_operation.png")

    print("\nA sigmoid unit cannot compute XOR, a unit with bump can: it answers 1 where its")
    print("sum z = w1 x1 + w2 x2 + b is near 0, and 0 on both sides. It learns so:\n")
    neuron = Neuron(2, activation=Value.bump, rng=random.Random(1))
    descent = GradientDescent(neuron.parameters(), rate=0.5)
    losses = fit(neuron, ROWS, TARGETS, mean_squared_error, descent, epochs=300, progress=False)
    w1, w2, b = (format_number(p.data) for p in neuron.parameters())
    print(
        f"  {len(losses)} steps, mean loss {losses[0]:.3f} → {losses[-1]:.5f}: w1 = {w1}, w2 = {w2}, b = {b}\n"
    )
    print("  x1  x2        z   bump(z)")
    for x in ROWS:
        output = neuron(x)
        print(f"  {x[0]:2}{x[1]:4}{output.parents[0].data:9.3f}{output.data:10.3f}")
    outputs = [neuron(x).data for x in ROWS]
    return {"refused": message, "graphs": (y, first, second), "checks": checks, "outputs": outputs}
