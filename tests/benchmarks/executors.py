"""A step of fit on 1.2 million rows, alone and by two workers: M, the gradient
of the mean hinge loss of an MLP 2-16-16-1.

The rows are where they are computed with, as they are in every step of fit but
the first.
"""

import random
import statistics
from array import array
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack

from nn.shards import Divided
from tests.benchmarks import mlp
from tests.benchmarks.contenders import contest

ROWS, WORKERS = 1_200_000, 2
ALONE = "linegrad, one process"


def dask_client(stack):
    from distributed import Client, LocalCluster

    cluster = LocalCluster(n_workers=WORKERS, threads_per_worker=1, dashboard_address=":0")
    return stack.enter_context(Client(stack.enter_context(cluster), direct_to_workers=True))


def loky(stack):
    from joblib.externals.loky import get_reusable_executor

    return stack.enter_context(get_reusable_executor(WORKERS))


EXECUTORS = {
    ALONE: lambda stack: None,
    "ThreadPoolExecutor": lambda stack: stack.enter_context(ThreadPoolExecutor(WORKERS)),
    "ProcessPoolExecutor": lambda stack: stack.enter_context(ProcessPoolExecutor(WORKERS)),
    "joblib's": loky,
    "a Dask client": dask_client,
}


def task():
    program = mlp._program(mlp.task(1))[0]
    rng = random.Random(0)
    points = ((rng.uniform(-1, 1), rng.uniform(-1, 1)) for _ in range(ROWS))
    numbers = array("d", [v for x, y in points for v in (x, y, 1.0 if x * y > 0 else -1.0)])
    return program.native(), numbers, array("d", [p.data for p in program.parameters])


def step_by(executor, stack):
    """What takes a step with an executor."""

    def contender(task):
        native, numbers, weights = task
        divided = Divided(native, numbers, executor(stack))
        stack.callback(divided.close)
        return lambda: divided.value_and_gradient(range(ROWS), weights), lambda found: [found[0], *found[1]]

    return contender


def report():
    with ExitStack() as stack:
        contenders = {name: step_by(executor, stack) for name, executor in EXECUTORS.items()}
        ratio = contest(f"M, {ROWS:,} rows, {WORKERS} workers", task(), contenders, ours=ALONE, tolerance=0.0)
    lines = [f"{1 / statistics.median(each):.2f} times as fast: {name}" for name, each in ratio.items()]
    print("\n".join(lines[1:]), end="\n\n", flush=True)
