"""Seconds to record, roll up and compile programs, and the memory it takes."""

import random
import resource
import time
from itertools import pairwise

from demos.gpt import GPT
from engine import Program, Value, c_compiler
from nn import MLP, cross_entropy, hinge
from tests.benchmarks.gpt import recorded


def perceptron(*sizes):
    x = [Value(0.1, f"x{i}") for i in range(sizes[0])]
    y = [Value(0.1, f"y{i}") for i in range(sizes[-1])]
    predicted = MLP(sizes[0], list(sizes[1:]))(x)
    return (hinge(predicted, y[0]) if len(y) == 1 else cross_entropy(predicted, y)), [*x, *y]


def without_repetition(operations):
    """A graph of operations on any earlier results."""
    rng = random.Random(0)
    nodes = [Value(rng.random(), f"w{i}") for i in range(20)]
    choices = [lambda a, b: a + b, lambda a, b: a * b, lambda a, b: a - b, lambda a, b: (a + b).tanh()]
    for _ in range(operations):
        nodes.append(rng.choice(choices)(rng.choice(nodes[-300:]), rng.choice(nodes[-300:])))
    return sum(node.tanh() for node in nodes[-200:]), []


GRAPHS = {
    "M: MLP 2-16-16-1": lambda: perceptron(2, 16, 16, 1),
    "digits: MLP 64-32-10": lambda: perceptron(64, 32, 10),
    "MLP 784-64-10": lambda: perceptron(784, 64, 10),
    "the lesson's GPT": lambda: recorded(GPT(random.Random(0))),
    "a sum of 5,000 parameters": lambda: (sum(Value(1, f"w{i}") for i in range(5000)), []),
    "log-sum-exp of 1,000": lambda: (sum(Value(i / 1e3, f"w{i}").exp() for i in range(1000)).log(), []),
    "lines that do not repeat": lambda: without_repetition(8_000),
    "twice as many": lambda: without_repetition(16_000),
}


def report():
    print("| a program | lines | recorded | rolled up | compiled | memory of all before, of the compiler |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for name, make in GRAPHS.items():
        output, inputs = make()
        times = [time.perf_counter()]
        program = Program(output, inputs)
        times.append(time.perf_counter())
        _ = program.loops.forward
        times.append(time.perf_counter())
        if c_compiler():
            program.native()
        times.append(time.perf_counter())
        cells = [f"{b - a:.2f} s" for a, b in pairwise(times)]
        lines = len(program.tape.forward) + len(program.tape.backward)
        memory = [
            resource.getrusage(who).ru_maxrss >> 10
            for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        ]
        print(
            f"| {name} | {lines:,} | {' | '.join(cells)} | {memory[0]:,} MB, {memory[1]:,} MB |", flush=True
        )
    print()
