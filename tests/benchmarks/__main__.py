"""python -m tests.benchmarks [SECTION ...]: linegrad beside its peers, as ratios, in tables."""

import argparse
import os
import platform

from tests.benchmarks import compiling, digits, mlp, tiny
from tests.benchmarks.contenders import contest


def eager():
    contest(
        "M, 32 rows, the graph",
        mlp.task(32),
        {
            "linegrad, eager": mlp.linegrad_eager,
            "a slotted Value": mlp.slotted_value,
            "micrograd": mlp.micrograd,
            "linegrad, program": mlp.linegrad_program,
        },
        ours="linegrad, eager",
        budget=0.3,
    )
    # apart, since a large library in the process makes every garbage collection longer
    scalars = {"linegrad, eager": mlp.linegrad_eager, "PyTorch scalars": mlp.pytorch_scalars}
    contest("M, 32 rows, the graph", mlp.task(32), scalars, ours="linegrad, eager", rounds=3)


ARRAYS = {
    "linegrad, native": "linegrad_native",
    "C by hand": "c_by_hand",
    "NumPy by hand": "numpy_by_hand",
    "ddx-ad": "ddx_llvm",
    "JAX jit": "jax_jit",
    "PyTorch tensors": "pytorch_tensors",
    "CasADi SX": "casadi_sx",
    "autograd": "autograd",
    "linegrad, program": "linegrad_program",
}


def _of(task):
    return {name: getattr(task, function) for name, function in ARRAYS.items() if hasattr(task, function)}


def m32():
    contest("M, 32 rows", mlp.task(32), _of(mlp), ours="linegrad, native")


def m1024():
    contest("M, 1,024 rows", mlp.task(1024), _of(mlp), ours="linegrad, native")


def t():
    graphs = {
        "micrograd": tiny.micrograd,
        "a slotted Value": tiny.slotted_value,
        "linegrad, eager": tiny.linegrad_eager,
    }
    contest("T, 1,000 rows", tiny.task(1000), {**graphs, **_of(tiny)}, ours="linegrad, native")
    contest("T, 100,000 rows", tiny.task(100_000), _of(tiny), ours="linegrad, native")


def digit():
    contest("digits, an epoch", digits.task(), _of(digits), ours="linegrad, native", budget=0.5)


SECTIONS = {"eager": eager, "m32": m32, "m1024": m1024, "t": t, "digits": digit, "compile": compiling.report}


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
