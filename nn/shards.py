"""Shards: parts of the rows, whose gradients the workers of an executor find.

A step's rows are cut into shards by their number and the program's length
alone, and the shards' gradients are added up in their order: so who computes
them changes no bit of the sum. What goes to the workers:

    threads    nothing: they read the rows where they are
    processes  once, rows and program, in a file that all of them map
    Dask       once, rows and program, to an actor on each worker

and with every step the weights, and the numbers of its rows if these are
shuffled. A mean gradient comes back for each shard.
"""

import os
import pickle
import platform
import re
import shutil
import tempfile
import weakref
from array import array
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from functools import lru_cache, partial
from itertools import accumulate, pairwise
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any
from uuid import uuid4

from engine import Elementwise, Native, Program, short_repr

# A shard has so many rows times lines of the program, or more: for native code
# some milliseconds, for the way to a worker a fraction of one. A multiple of
# STEP rows fills the vectors of any processor.
WORK, STEP = 1 << 27, 32
MOST = 64  # shards of a step: so many gradients come back, and are added up
ADD = Elementwise(lambda total, mean, *, share: total + share * mean)

Shard = Sequence[int]  # numbers of rows: a range, or a list if they are shuffled


def check_executor(executor: Any) -> None:
    """Raise TypeError unless it is an executor or a Dask client."""
    if isinstance(executor, type) or not callable(getattr(executor, "submit", None)):
        raise TypeError(
            "executor is a concurrent.futures.Executor, such as ThreadPoolExecutor(2), or a Dask client, "
            f"not {short_repr(executor)}"
        )


class Shards:
    """A program and rows of its inputs, where they are computed.

    `numbers` are float64, row by row, in bytes or a map of a file; the first
    row has the number `first`.
    """

    def __init__(
        self, program: Program | Native, numbers: bytes | mmap, first: int = 0, threads: int = 1
    ) -> None:
        self.program, self.numbers, self.first = program, numbers, first
        self.width = len(program.inputs)
        self.map: Any = ThreadPoolExecutor(threads).map if threads > 1 else map

    def means(self, shards: Sequence[Shard], weights: "array[float]") -> "list[array[float]]":
        """The mean gradient over each shard, and after it the mean output.

        Raises what the program raises, and names the row.
        """
        return list(self.map(self.mean, shards, [weights] * len(shards)))

    def answer(self, question: bytes) -> bytes:
        """`means`, pickled: Dask would pickle every shard and array alone."""
        return pickle.dumps(self.means(*pickle.loads(question)))

    def mean(self, shard: Shard, weights: "array[float]") -> "array[float]":
        """The same for one shard."""
        try:
            mean, gradient = self.program.value_and_gradient(self._rows(shard), weights)
        except (ValueError, ArithmeticError) as error:
            message = re.sub(r"^row (\d+)(?=: )", lambda row: f"row {shard[int(row[1])]}", str(error))
            raise type(error)(message) from None
        gradient.append(mean)
        return gradient

    def _rows(self, shard):
        row, numbers = 8 * self.width, self.numbers
        if isinstance(shard, range):
            given = memoryview(numbers)[row * (shard.start - self.first) : row * (shard.stop - self.first)]
        else:
            given = memoryview(b"".join([numbers[row * i : row * i + row] for i in shard]))
        return given.cast("d", (len(shard), self.width))


class Divided:
    """The mean output of a program over rows, and its gradient, by shards.

    One shard is computed here, several by the workers of an executor or Dask
    client, if there is one; they hold the rows until `close()`. The rows of a
    step are all rows or, if they are `shuffled`, any list of their numbers.
    """

    def __init__(
        self, program: Program | Native, numbers: "array[float]", executor: Any = None, shuffled: bool = False
    ) -> None:
        self.lines = len(program.tape.forward) + len(program.tape.backward)
        self.here = Shards(program, numbers.tobytes())
        self.means: Callable[[Any, Any], Any] = self.here.means
        self.close: Callable[[], Any] = _nothing
        shards = self.cut(range(len(numbers) // self.here.width))
        if len(shards) > 1 and isinstance(program, Native):
            ADD.compile()
        if len(shards) > 1 and executor is not None:
            self.means, self.close = _workers(executor, self.here, shards, shuffled)

    def cut(self, rows: Shard) -> list[Shard]:
        """The shards of a step: a power of two, of equal size but the last."""
        most = min(MOST, len(rows) * self.lines // WORK)
        size = -(-len(rows) // (1 << max(0, most.bit_length() - 1)))
        size += -size % STEP
        return [rows[i : i + size] for i in range(0, len(rows), size)]

    def value_and_gradient(self, rows: Shard, weights: "array[float]") -> "tuple[float, array[float]]":
        """The mean output over these rows, and its gradient.

        Raises what the program raises, and names the row.
        """
        if len(rows) * self.lines < 2 * WORK:  # one shard
            total = self.here.mean(rows, weights)
            return total.pop(), total
        shards = self.cut(rows)
        total = array("d", [-0.0]) * (len(weights) + 1)  # -0.0 + x is x, even for -0.0
        for shard, mean in zip(shards, self.means(shards, weights)):
            [total] = ADD(total, mean, share=len(shard) / len(rows))
        return total.pop(), total


def _nothing():
    pass


def _workers(executor, here, shards, shuffled):
    """What finds the means of shards; and what ends that."""
    if hasattr(executor, "scatter"):
        return _dask(executor, here, shards, shuffled)
    if type(executor) is ThreadPoolExecutor:  # not the one of interpreters, which share no memory
        return partial(_by_tasks, executor, here.means), _nothing
    folder = Path(tempfile.gettempdir(), f"linegrad{uuid4().hex}")
    close = partial(shutil.rmtree, folder, ignore_errors=True)
    weakref.finalize(here, close)  # if Ctrl-C comes from here on, or while fit itself closes
    folder.mkdir(mode=0o700)
    (folder / "rows").write_bytes(here.numbers)
    (folder / "program").write_bytes(pickle.dumps(here.program))
    return partial(_by_tasks, executor, partial(_means_from, folder)), close


def _by_tasks(executor, task, shards, weights):
    """The means of shards, in two tasks for each processor, or one a shard.

    (Fewer and larger ones: a task of processes takes some 0.2 ms by itself.)
    """
    parts = _parts(shards, [1] * min(len(shards), 2 * (os.cpu_count() or 1)))
    futures = []
    try:
        return _results(executor, task, parts, weights, futures)
    except CancelledError as error:
        _cancel(futures)
        raise RuntimeError("the executor cancelled a task: was it shut down?") from error
    except BaseException:
        _cancel(futures)
        raise


def _results(executor, task, parts, weights, futures):
    for part in parts:
        futures.append(_submitted(executor, task, part, weights))
    return [mean for future in futures for mean in future.result()]


def _submitted(executor, *task):
    try:
        return executor.submit(*task)
    except RuntimeError as error:  # it was shut down, or a process has died
        raise RuntimeError(f"the executor takes no tasks: {error}") from error


def _cancel(futures):
    for future in futures:
        future.cancel()


def _means_from(folder, shards, weights):
    """The means of shards, in a process that finds all it needs in a folder.

    The rows are mapped for the time of the task only: then the folder's end is
    theirs.
    """
    try:
        with open(folder / "rows", "rb") as file:
            rows = mmap(file.fileno(), 0, access=ACCESS_READ)
    except FileNotFoundError:
        raise RuntimeError(
            f"the worker on {platform.node()} finds no rows in {folder}: an executor's processes run on fit's "
            "own machine, or have its folder of temporary files, $TMPDIR; for other machines, give fit a "
            "Dask client"
        ) from None
    return Shards(_program(folder / "program"), rows).means(shards, weights)


@lru_cache(maxsize=4)
def _program(path):
    """The program in a file, which a process reads and compiles once."""
    return pickle.loads(path.read_bytes())


def _dask(client, here, shards, shuffled):
    """The same for a Dask client, with an actor on each worker.

    To call an actor takes a fraction of the time of a task, which the scheduler
    plans. It has the rows of its shards; all rows, if they are shuffled.
    """
    if client.asynchronous:
        raise ValueError("fit waits for its workers: give it a Dask client that is not asynchronous")
    if client.status != "running":
        raise RuntimeError(f"the Dask client is {client.status}")
    workers = client.nthreads()
    if not workers:
        raise RuntimeError("the Dask client has no workers; its wait_for_workers(1) waits for one")
    threads = list(workers.values())
    program = client.scatter(pickle.dumps(here.program), broadcast=True, hash=False)
    if shuffled:
        everything = client.scatter(here.numbers, broadcast=True, hash=False)
        given = [(everything, 0)] * len(workers)
    else:
        parts = zip(workers, _parts(shards, threads))
        given = [_scattered(client, address, here, part) for address, part in parts]
    made = [
        client.submit(_actor, program, *rows, count, actor=True, workers=[address], pure=False)
        for (address, count), rows in zip(workers.items(), given)
    ]
    actors = [future.result() for future in made]
    return partial(_ask, actors, threads), partial(_release, client, made)


def _scattered(client, address, here, part):
    """A worker's rows, of a part of the shards, and the number of the first."""
    first, end = (part[0].start, part[-1].stop) if part else (0, 0)
    row = 8 * here.width
    return client.scatter(here.numbers[row * first : row * end], workers=[address], hash=False), first


def _actor(program, numbers, first, threads):
    return Shards(pickle.loads(program), numbers, first, threads)


def _parts(shards, sizes):
    """The shards in consecutive parts, in proportion to these sizes."""
    ends = [len(shards) * size // sum(sizes) for size in accumulate(sizes, initial=0)]
    return [shards[a:b] for a, b in pairwise(ends)]


def _ask(actors, threads, shards, weights):
    """The means of shards, each by the actor in whose part it is."""
    parts = zip(actors, _parts(shards, threads))
    questions = [(actor, pickle.dumps((part, weights))) for actor, part in parts if part]
    try:
        return _answers(questions)
    except (OSError, RuntimeError) as error:  # RuntimeError if Dask knew of it before
        raise RuntimeError(f"a Dask worker was lost, and the rows that it held: {error}") from error


def _answers(questions):
    futures = [actor.answer(question) for actor, question in questions]
    return [mean for future in futures for mean in pickle.loads(future.result())]


def _release(client, made):
    if client.status == "running":
        client.cancel(made)
