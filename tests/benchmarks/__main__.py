"""python -m tests.benchmarks [SECTION ...]: linegrad beside its peers, as
ratios, in tables.
"""

import argparse
import os
import platform

from tests.benchmarks import compiling, digits, mlp, tiny
from tests.benchmarks.contenders import contest
from tests.benchmarks.race import summary

EAGER, NATIVE = "linegrad, eager", "linegrad, native"
GRAPHS = {
    EAGER: "linegrad_eager",
    "a slotted Value": "slotted_value",
    "micrograd": "micrograd",
    "linegrad, program": "linegrad_program",
}
ARRAYS = {
    NATIVE: "linegrad_native",
    "C by hand": "c_by_hand",
    "NumPy by hand": "numpy_by_hand",
    "ddx-ad": "ddx_llvm",
    "JAX jit": "jax_jit",
    "PyTorch tensors": "pytorch_tensors",
    "CasADi SX": "casadi_sx",
    "autograd": "autograd",
    "linegrad, program": "linegrad_program",
}


def _of(task, names):
    return {name: getattr(task, function) for name, function in names.items() if hasattr(task, function)}


def graphs():
    """The graph against other graphs; PyTorch last, for a large library makes
    garbage collections longer.
    """
    contest("M, 32 rows, the graph", mlp.task(32), _of(mlp, GRAPHS), ours=EAGER, budget=0.3)
    contest("T, 1,000 rows, the graph", tiny.task(1000), _of(tiny, GRAPHS), ours=EAGER)
    scalars = {EAGER: "linegrad_eager", "PyTorch scalars": "pytorch_scalars"}
    contest("M, 32 rows, the graph", mlp.task(32), _of(mlp, scalars), ours=EAGER, rounds=3)
    contest("T, 1,000 rows, the graph", tiny.task(1000), _of(tiny, scalars), ours=EAGER, rounds=3)


def arrays():
    """The compiled program against what computes with arrays, or compiles."""
    tasks = {
        "M, 32 rows": (mlp, mlp.task(32)),
        "M, 1,024 rows": (mlp, mlp.task(1024)),
        "T, 100,000 rows": (tiny, tiny.task(100_000)),
        "digits, an epoch": (digits, digits.task()),
    }
    found = {
        title: contest(title, task, _of(module, ARRAYS), ours=NATIVE)
        for title, (module, task) in tasks.items()
    }
    if all(NATIVE in ratio for ratio in found.values()):
        print(summary(found, NATIVE), end="\n\n", flush=True)


SECTIONS = {"graphs": graphs, "arrays": arrays, "compiling": compiling.report}


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument(
        "sections", nargs="*", metavar="SECTION", help=f"of {', '.join(SECTIONS)} (default: all)"
    )
    chosen = parser.parse_args().sections or list(SECTIONS)
    if unknown := set(chosen) - SECTIONS.keys():
        parser.error(f"no section {', '.join(sorted(unknown))}: it is one of {', '.join(SECTIONS)}")
    print(
        f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} processors\n", flush=True
    )
    for section in chosen:
        SECTIONS[section]()


if __name__ == "__main__":
    main()
