"""A graph as a program: read it, walk it, see how fast it is."""

import math
import random
import textwrap
import time

from engine import NoCompiler, Program, Value, format_number
from nn import MLP, hinge


def main(out):
    x, y, w, b = Value(2, "x"), Value(1, "y"), Value(0.5, "w"), Value(-1, "b")
    z = w * x + b
    z.label = "z"
    p = z.sigmoid()
    p.label = "p"
    L = (p - y) ** 2
    L.label = "L"
    program = Program(L, inputs=[x, y])
    print("One neuron and its loss, L = (σ(wx + b) - y)², written out by its graph:\n")
    print(program)

    # Every line of the backward pass is one use of the chain rule: the gradient
    # of what the node went into, times the local derivative.
    print("\nThe same line by line, for x = 2, y = 1, w = 0.5, b = -1:\n")
    numbers = program.line_by_line(2, 1)
    print(textwrap.indent(str(numbers), "    "))

    L.backward()
    print(f"\nThe graph's own backward(): ∂L/∂w = {format_number(w.grad)}, ∂L/∂b = {format_number(b.grad)}.")

    print("\nAn MLP 2-16-16-1 with the hinge loss, 337 weights: the gradient over 32 rows,")
    print("three ways.\n")
    times = speeds()
    for name, seconds in times.items():
        ratio = times["the graph, node by node"] / seconds
        print(f"  {name:32}{seconds * 1e3:10.3f} ms{ratio:10,.0f} ×")
    return {"lines": {line.target: number for line, number in numbers}, "w": w, "b": b}


def speeds(rows=32):
    """Seconds for one gradient by the graph, its program, and that compiled."""
    rng = random.Random(0)
    model = MLP(2, [16, 16, 1], rng=rng)
    points = [[rng.uniform(-1, 1), rng.uniform(-1, 1)] for _ in range(rows)]
    labels = [1 if x * y > 0 else -1 for x, y in points]

    def graph():
        model.zero_grad()
        hinge([model(x) for x in points], labels).backward()

    x, y = [Value(0, "x1"), Value(0, "x2")], Value(1, "y")
    program = Program(hinge(model(x), y), inputs=[*x, y])
    batch = [[*point, label] for point, label in zip(points, labels)]
    ways = {"the graph, node by node": graph, "its program, in Python": lambda: program.batch(batch)}
    try:
        native = program.native()
        ways["its program, compiled from C"] = lambda: native.batch(batch)
    except NoCompiler as error:
        print(textwrap.fill(str(error), 78, initial_indent="  ", subsequent_indent="  ") + "\n")
    return {name: best(way) for name, way in ways.items()}


def best(way):
    """The fastest of as many calls as a quarter of a second has room for."""
    fastest, end = math.inf, time.perf_counter() + 0.25
    while time.perf_counter() < end:
        start = time.perf_counter()
        way()
        fastest = min(fastest, time.perf_counter() - start)
    return fastest
