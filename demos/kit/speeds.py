"""How long the gradient of a network takes, by its graph and by its program."""

import math
import random
import textwrap
import time

from engine import NoCompiler, Program, Value
from nn import MLP, hinge


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
