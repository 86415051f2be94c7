"""GradBench's evaluations beside PyTorch and JAX, each at a small size and at a
larger one, both of its own.

A module has for one evaluation a `task`; `linegrad`, which runs programs as
Python or native; perhaps the whole graph, `linegrad_eager`; and peers.
"""

import statistics

from engine import Program
from tests.benchmarks.contenders import contest
from tests.benchmarks.gradbench import ba, det, gmm, ht, kmeans, llsq, lse, lstm, ode, particle
from tests.benchmarks.race import bold, digits

NATIVE = "linegrad, native"
PEERS = {"JAX jit": "jax_jit", "PyTorch tensors": "pytorch_tensors"}
GRAPH = {"linegrad, eager": "linegrad_eager"}
SMALL = [
    ("det, ℓ = 5", det, (5,)),
    ("llsq, n = 16", llsq, (16,)),
    ("lse, n = 2,500", lse, (2500,)),
    ("gmm, d = 2, k = 5", gmm, (2, 5)),
    ("kmeans, k = 10, n = 1,000, d = 8", kmeans, (10, 1000, 8)),
    ("ode, n = 1,000, s = 10", ode, (1000, 10)),
    ("lstm, l = 2, c = 1,024", lstm, (2, 1024)),
    ("ba, 31,843 observations", ba, (49, 7776, 31_843)),
    ("ht, 192 correspondences", ht, (192,)),
    ("particle, a flight", particle, ()),
]
LARGER = [
    ("det, ℓ = 8", det, (8,)),
    ("llsq, n = 16,392", llsq, (16_392,)),
    ("lse, n = 1,280,000", lse, (1_280_000,)),
    ("gmm, d = 32, k = 25", gmm, (32, 25)),
    ("kmeans, k = 100, n = 10,000, d = 16", kmeans, (100, 10_000, 16)),
    ("ode, n = 10,000, s = 100", ode, (10_000, 100)),
    ("lstm, l = 4, c = 4,096", lstm, (4, 4096)),
    ("ba, 204,472 observations", ba, (372, 47_423, 204_472)),
    ("ht, 100,000 correspondences", ht, (100_000,)),
]


def report():
    """Both sizes; the graph and the Python program at the small one only."""
    python = {"linegrad, program": lambda program: program}
    found = _contests(SMALL, GRAPH | PEERS, python) | _contests(LARGER, PEERS, {})
    if all(NATIVE in ratio for ratio in found.values()):
        print(_summary(found), end="\n\n", flush=True)


def _contests(tasks, names, programs):
    found = {}
    for title, module, size in tasks:
        contenders = _contenders(module, names, programs)
        found[title] = contest(title, module.task(*size), contenders, NATIVE, tolerance=1e-8, rounds=3)
    return found


def _contenders(module, names, programs):
    compiled = {NATIVE: Program.native} | programs
    ours = {name: lambda task, how=how: module.linegrad(task, how) for name, how in compiled.items()}
    peers = {name: getattr(module, of) for name, of in names.items() if hasattr(module, of)}
    return ours | peers


def _summary(found):
    """The medians, a line for each task."""
    names = [NATIVE, *PEERS, "linegrad, program", *GRAPH]
    lines = [f"| times as long as {NATIVE} | {' | '.join(map(bold, names))} |"]
    lines.append("| --- |" + " ---: |" * len(names))
    for title, ratio in found.items():
        cells = [digits(statistics.median(ratio[name])) if name in ratio else "" for name in names]
        lines.append(f"| {title} | {' | '.join(cells)} |")
    return "\n".join(lines)
