"""How the time that compilation takes grows with a program's lines."""

import time

from engine import Program, Value, c_compiler
from nn import MLP, hinge

NETWORKS = [(4, [16, 16, 1]), (16, [32, 32, 1]), (48, [64, 32, 1]), (64, [64, 64, 1])]


def report():
    if c_compiler() is None:
        print("Compilation needs a C compiler.\n")
        return
    print("| a program of | compiles in | time a line, of the first's |\n| ---: | ---: | ---: |")
    first = None
    for nin, nouts in NETWORKS:
        x, y = [Value(0, f"x{i}") for i in range(nin)], Value(1, "y")
        program = Program(hinge(MLP(nin, nouts)(x), y), inputs=[*x, y])
        lines = program.source.count("\n")
        start = time.perf_counter()
        program.native()
        seconds = time.perf_counter() - start
        first = first or seconds / lines
        print(f"| {lines:,} lines | {seconds:.1f} s | {seconds / lines / first:.2f} |", flush=True)
    print()
