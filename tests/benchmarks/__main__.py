"""python -m tests.benchmarks [SECTION ...]: linegrad beside its peers, as
ratios, in tables.
"""

import argparse
import os
import platform
import subprocess
import sys

from tests.benchmarks import compiling, executors, gpt, gradbench, machine, mlp, products, tiny, training
from tests.benchmarks.contenders import contest
from tests.benchmarks.race import summary

EAGER, NATIVE = "linegrad, eager", "linegrad, native"
GRAPHS = {
    EAGER: "linegrad_eager",
    "a slotted Value": "slotted_value",
    "micrograd": "micrograd",
    "linegrad, program": "linegrad_program",
}
BY_HAND = "a list comprehension"
PRODUCTS = {
    BY_HAND: "list_comprehension",
    "A @ B": "numpy_operator",
    "np.dot": "numpy_dot",
    "np.einsum": "numpy_einsum",
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
        "digits, an epoch": (training, training.digits()),
        "784-64-10, an epoch": (training, training.large()),
    }
    found = {}
    for title, (module, task) in tasks.items():
        options = {"rounds": 3} if title.startswith("784") else {}
        found[title] = contest(title, task, _of(module, ARRAYS), ours=NATIVE, **options)
    if all(NATIVE in ratio for ratio in found.values()):
        print(summary(found, NATIVE), end="\n\n", flush=True)


def objects():
    """Products of matrices of Values: NumPy's object arrays."""
    for m, k, n in ((16, 16, 1), (64, 64, 1), (16, 16, 16), (32, 32, 32)):
        task = products.task((m, k), (k, n))
        contest(f"Values, {m}x{k} by {k}x{n}", task, _of(products, PRODUCTS), ours=BY_HAND)


def transformer():
    """A step of the lesson gpt in three ways."""
    names = {EAGER: "linegrad_eager", "linegrad, program": "linegrad_program", NATIVE: "linegrad_native"}
    contest("GPT, 32 names", gpt.task(32), _of(gpt, names), ours=NATIVE, rounds=3)


SECTIONS = {
    "compiling": compiling.report,
    "graphs": graphs,
    "objects": objects,
    "arrays": arrays,
    "executors": executors.report,
    "gpt": transformer,
    "gradbench": gradbench.report,
}


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument(
        "sections", nargs="*", metavar="SECTION", help=f"of {', '.join(SECTIONS)} (default: all)"
    )
    chosen = parser.parse_args().sections or list(SECTIONS)
    if unknown := set(chosen) - SECTIONS.keys():
        parser.error(f"no section {', '.join(sorted(unknown))}: it is one of {', '.join(SECTIONS)}")
    os.environ |= {name: os.environ.get(name, value) for name, value in machine.ONE_THREAD.items()}
    width = machine.vector_bytes()
    print(
        f"Python {platform.python_version()}, {machine.processor()}, "
        f"{f'vectors of {width} bytes' if width else 'no C compiler'}, one thread\n",
        flush=True,
    )
    for section in chosen:
        SECTIONS[section]()
    if width == 64 and "arrays" in chosen:
        print("Once more without AVX-512, as on processors that have none:\n", flush=True)
        subprocess.run(
            [sys.executable, "-m", "tests.benchmarks", "arrays"], env=machine.narrower(), check=True
        )


if __name__ == "__main__":
    main()
