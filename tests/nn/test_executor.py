"""fit with an executor: the same descent, whoever computes the shards."""

import asyncio
import gc
import math
import multiprocessing
import os
import pickle
import random
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from array import array
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest

from engine import Program, Value, c_compiler
from nn import MLP, Adam, GradientDescent, binary_cross_entropy, fit, mean_squared_error, shards
from nn.shards import MOST, Divided
from tests.faults import ROOT, Change, interrupted

needs_compiler = pytest.mark.skipif(not c_compiler(), reason="no C compiler")


@pytest.fixture(autouse=True)
def small_shards(monkeypatch, tmp_path):
    """Several shards of few rows; temporary files in a folder of their own."""
    monkeypatch.setattr(shards, "WORK", 1 << 11)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


class Now(Executor):
    """An executor that computes a task at once, of copies as processes do."""

    def __init__(self):
        self.sent, self.folders = [], set()

    def submit(self, function, /, *args):
        pickled = pickle.dumps((function, args))
        self.sent.append(len(pickled))
        self.folders.update(Path(tempfile.gettempdir()).iterdir())
        function, args = pickle.loads(pickled)
        future = Future()
        try:
            future.set_result(function(*args))
        except BaseException as error:
            future.set_exception(error)
        return future


def examples(count=300):
    rng = random.Random(0)
    rows = [[rng.uniform(-1, 1), rng.uniform(-1, 1)] for _ in range(count)]
    return rows, [float(x * y > 0) for x, y in rows]


def descent(executor=None, data=None, epochs=3, seed=1, **ways):
    """The losses of a descent, and the weights that it ends with."""
    model = MLP(2, [3, 1], activation="tanh", rng=random.Random(seed))
    adam, ways = Adam(model.parameters(), rate=0.1), {"engine": "python", "rng": random.Random(2)} | ways
    losses = fit(model, *(data or examples()), binary_cross_entropy, adam, epochs, executor=executor, **ways)
    return list(losses), list(model.state().values())


def failing(data=None, **ways):
    """The error of a descent that fails; its weights are as before."""
    model = MLP(2, [3, 1], rng=random.Random(1))
    adam, before = Adam(model.parameters()), model.state()
    with pytest.raises(Exception) as caught:
        fit(model, *(data or examples()), **{"loss": log_loss, "optimizer": adam, "engine": "python"} | ways)
    assert model.state() == before
    return type(caught.value), str(caught.value)


def log_loss(prediction, y):
    return (0 * prediction + y).log()


# the result


@pytest.mark.parametrize("batch", [None, 150])
def test_the_result_is_the_same_to_the_last_bit_for_any_workers(batch):
    alone = descent(batch=batch)
    assert descent(Now(), batch=batch) == alone
    for workers in (1, 2, 3):
        with ThreadPoolExecutor(workers) as pool:
            assert descent(pool, batch=batch) == alone


@needs_compiler
def test_machine_code_gives_the_same_bits():
    alone = descent()
    assert descent(engine="native") == alone
    for executor in (ThreadPoolExecutor(2), Now()):
        with executor:
            assert descent(executor, engine="native") == alone
            assert descent(executor, engine="auto", batch=150) == descent(batch=150)


def test_shards_add_up_to_the_whole(monkeypatch):
    divided = descent()
    monkeypatch.setattr(shards, "WORK", 1 << 27)
    for mine, theirs in zip(descent(), divided):
        assert mine == pytest.approx(theirs, rel=1e-12)


@pytest.mark.parametrize("count", [1, 31, 64, 65, 300, 100_000])
def test_shards_are_few_and_as_large_and_hold_every_row_once(count):
    x, w = Value(1, "x"), Value(2, "w")
    cut = Divided(Program((w * x).tanh(), inputs=[x]), array("d", [0.0])).cut(range(count))
    assert [i for shard in cut for i in shard] == list(range(count))
    assert len(cut) <= MOST
    assert len({len(shard) for shard in cut[:-1]}) <= 1 and len(cut[-1]) <= len(cut[0])


def test_other_rows_are_never_taken_for_those_of_an_earlier_fit():
    rows, targets = examples()
    others = [[-y, x] for x, y in rows], [1 - y for y in targets]
    with ThreadPoolExecutor(2) as threads:
        for executor in (threads, Now()):
            assert descent(executor) == descent()
            assert descent(executor, others) == descent(data=others) != descent()


def test_a_parameter_that_the_optimiser_does_not_have_stays():
    found = []
    for executor in (None, Now()):
        model = MLP(2, [3, 1], rng=random.Random(1))
        trained = GradientDescent(model.layers[1].parameters(), rate=0.1)
        fit(model, *examples(), mean_squared_error, trained, 3, engine="python", executor=executor)
        found.append(model.state())
    assert found[0] == found[1]
    assert list(found[0].values())[:9] == list(MLP(2, [3, 1], rng=random.Random(1)).state().values())[:9]


# what is sent, and what stays


def test_a_step_sends_the_weights_and_no_rows():
    few, many = Now(), Now()
    descent(few)
    descent(many, examples(3000))
    assert len(few.sent) >= 6 and max(few.sent + many.sent) < 600  # 13 weights have 104 bytes
    shuffled = Now()
    descent(shuffled, batch=150)
    assert max(shuffled.sent) < 600 + 5 * 150


def test_nothing_is_left_when_it_ends(tmp_path):
    executor = Now()
    descent(executor)
    assert len(executor.folders) == 1
    failing((examples()[0], [1.0] * 200 + [0.0] * 100), executor=executor)
    assert len(executor.folders) == 2 and not list(tmp_path.iterdir())


def test_an_interrupt_while_the_folder_is_removed_leaves_no_folder(monkeypatch, tmp_path):
    def interrupted_once(*args, unlink=os.unlink, **ways):
        monkeypatch.setattr(os, "unlink", unlink)
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "unlink", interrupted_once)
    with pytest.raises(KeyboardInterrupt):
        descent(Now())
    assert not list(tmp_path.iterdir())


def test_an_interrupt_after_the_folder_is_made_leaves_no_folder(monkeypatch, tmp_path):
    def interrupted_after(*args, mkdir=os.mkdir, **ways):
        mkdir(*args, **ways)
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "mkdir", interrupted_after)
    with pytest.raises(KeyboardInterrupt):
        descent(Now())
    assert not list(tmp_path.iterdir())


def test_few_rows_are_computed_here():
    executor = Now()
    assert descent(executor, examples(30)) == descent(data=examples(30))
    assert descent(executor, batch=20) == descent(batch=20)
    assert not executor.sent


# errors


@pytest.mark.parametrize("batch", [None, 150])
@pytest.mark.parametrize("number", [0.0, math.nan])
def test_errors_are_those_without_an_executor_and_name_the_row(batch, number):
    rows, _ = examples()
    data = rows, [1.0] * 222 + [number] + [1.0] * 77
    kind, message = failing(data, batch=batch)
    assert kind is ValueError and message.startswith("row 222: ")
    with ThreadPoolExecutor(2) as pool:
        for executor in (pool, Now()):
            assert failing(data, executor=executor, batch=batch) == (kind, message)


@pytest.mark.parametrize("executor", [3, ThreadPoolExecutor, "threads", multiprocessing.Pool])
def test_what_is_no_executor_is_named(executor):
    kind, message = failing(executor=executor)
    assert kind is TypeError and message.startswith("executor is a concurrent.futures.Executor, such as")


def test_an_executor_computes_no_graphs():
    assert failing(executor=Now(), engine="graph")[0] is ValueError
    kind, message = failing(executor=Now(), loss=lambda s, y: max(0, 1 - y * s))
    assert (
        kind is ValueError and "an executor computes no graphs" in message and "test_executor.py" in message
    )
    assert "without an\n  executor, fit builds" in message and "so fit" not in message


def test_an_executor_that_is_shut_down_says_so():
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    kind, message = failing(executor=pool)
    assert kind is RuntimeError and message.startswith("the executor takes no tasks: ")


def test_an_executor_that_is_shut_down_during_a_step_says_so():
    class Cancelling(Executor):
        def submit(self, function, /, *args):
            future = Future()
            future.cancel()
            return future

    kind, message = failing(executor=Cancelling())
    assert kind is RuntimeError and message.startswith("the executor cancelled a task")


def test_a_worker_elsewhere_says_that_it_has_no_rows(tmp_path):
    class Elsewhere(Now):
        def submit(self, function, /, *args):
            [folder] = tmp_path.iterdir()
            (folder / "rows").unlink(missing_ok=True)
            return super().submit(function, *args)

    kind, message = failing(executor=Elsewhere())
    assert kind is RuntimeError and "for other machines, give fit a Dask client" in message


def test_a_worker_that_fails_leaves_the_steps_that_were_complete(tmp_path):
    class Failing(Now):
        def submit(self, function, /, *args):
            if len(self.sent) == 2 * per_epoch + 1:
                raise MemoryError
            return super().submit(function, *args)

    counting = Now()
    descent(counting, epochs=1)
    per_epoch = len(counting.sent)
    model = MLP(2, [3, 1], activation="tanh", rng=random.Random(1))
    with pytest.raises(MemoryError):
        adam = Adam(model.parameters(), rate=0.1)
        fit(model, *examples(), binary_cross_entropy, adam, 9, engine="python", executor=Failing())
    assert list(model.state().values()) == descent(epochs=2)[1]
    assert not list(tmp_path.iterdir())


def test_an_interrupt_anywhere_leaves_all_or_nothing_of_a_step(monkeypatch, tmp_path):
    monkeypatch.setattr(shards, "WORK", 1 << 5)
    monkeypatch.setattr(shards, "STEP", 2)
    data, executor = examples(4), Now()

    def made():
        model = MLP(2, [1], rng=random.Random(1))
        return model, Adam(model.parameters(), rate=0.1)

    def run(pair):
        model, adam = pair
        fit(model, *data, binary_cross_entropy, adam, 2 - adam.t, engine="python", executor=executor)

    def state(pair):
        model, adam = pair
        return [(each.data, each.grad) for each in model.parameters()], adam.t, list(adam.m)

    def after_one():
        pair = made()
        fit(pair[0], *data, binary_cross_entropy, pair[1], 1, engine="python")
        return [state(pair)]

    assert list(interrupted(Change(made, run, state, after_one), most=25)) and executor.sent
    gc.collect()  # the last faults hold frames, and these the rows
    assert not list(tmp_path.iterdir())


# processes


def counted_compilations(folder):
    """A C compiler that writes a line into a file whenever it compiles."""
    log = folder / "compilations"
    script = folder / "cc"
    command = " ".join(map(shlex.quote, c_compiler()))
    script.write_text(f'#!/bin/sh\ncase "$*" in *" -c "*) echo $PPID >>{log};; esac\nexec {command} "$@"\n')
    script.chmod(0o755)
    return script, log


PROCESSES = """
import multiprocessing
import random
import sys
from concurrent.futures import ProcessPoolExecutor

from nn import MLP, Adam, fit, hinge, shards

def descent(executor, **ways):
    rng = random.Random(0)
    rows = [[rng.uniform(-1, 1), rng.uniform(-1, 1)] for _ in range(1000)]
    model = MLP(2, [3, 1], rng=random.Random(1))
    adam = Adam(model.parameters(), rate=0.1)
    losses = fit(model, rows, [x * y for x, y in rows], hinge, adam, 20, executor=executor, **ways)
    return list(losses), model.state()

if __name__ == "__main__":
    shards.WORK = 1 << 11
    ways = [{}, {"batch": 300, "rng": random.Random(2)}]
    alone = [descent(None, **{**way, "rng": random.Random(2)}) for way in ways]
    for workers in (1, 2, 3):
        context = multiprocessing.get_context(sys.argv[1])
        with ProcessPoolExecutor(workers, context) as pool:
            for _ in range(2):
                for way, result in zip(ways, alone):
                    assert descent(pool, **{**way, "rng": random.Random(2)}) == result
    print("all right")
"""


@needs_compiler
@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the compiler is wrapped in a shell script")
@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_processes_give_the_same_bits_and_compile_once_each(method, tmp_path):
    script, log = counted_compilations(tmp_path)
    file, temporary = tmp_path / "processes.py", tmp_path / "temporary"
    file.write_text(PROCESSES, encoding="utf-8")
    temporary.mkdir()
    done = subprocess.run(
        [sys.executable, "-W", "error", file, method],
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(temporary), "CC": str(script)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (done.returncode, done.stdout) == (0, "all right\n"), done.stderr
    compilations = log.read_text().split()
    alone = 3  # the program, Adam's formula, the sum of shards
    assert len(compilations) <= alone + (0 if method == "fork" else 1 + 2 + 3)
    assert len(set(compilations)) <= 1 + 1 + 2 + 3
    assert not list(temporary.iterdir())


def process_id(dask_worker=None):
    return os.getpid()


@pytest.mark.slow
def test_a_process_that_dies_ends_the_descent_and_keeps_its_whole_steps():
    def each(epoch, loss, model):
        kept.append(model.state())
        if epoch == 3:
            os.kill(pool.submit(process_id).result(), signal.SIGKILL)

    kept, model = [], MLP(2, [3, 1], rng=random.Random(1))
    context = multiprocessing.get_context("spawn")
    with (
        ProcessPoolExecutor(2, context) as pool,
        pytest.raises(RuntimeError, match=r"terminated abruptly|takes no tasks"),
    ):
        adam = Adam(model.parameters())
        fit(model, *examples(), mean_squared_error, adam, 9, engine="python", executor=pool, each=each)
    assert len(kept) >= 3 and model.state() == kept[-1]


@pytest.mark.slow
def test_joblibs_executor():
    pytest.importorskip("joblib", reason="joblib is not installed: `pip install -e '.[scale]'` gets it")
    from joblib.externals.loky import get_reusable_executor

    alone = descent(), descent(batch=150)
    for workers in (1, 2):
        with get_reusable_executor(workers) as pool:
            assert (descent(pool), descent(pool, batch=150)) == alone


# Dask


@pytest.fixture(scope="module")
def distributed():
    reason = "Dask is not installed: `pip install -e '.[scale]'` gets it"
    return pytest.importorskip("distributed", reason=reason)


def cluster(distributed, workers, threads):
    return distributed.LocalCluster(
        n_workers=workers, threads_per_worker=threads, dashboard_address=":0", silence_logs=50
    )


def held(dask_worker):
    return len(dask_worker.state.actors) + len(dask_worker.data)


@pytest.mark.slow
@pytest.mark.parametrize(("workers", "threads"), [(1, 1), (2, 1), (1, 3), (3, 2)])
def test_a_dask_client_gives_the_same_bits_and_its_workers_hold_nothing_after(distributed, workers, threads):
    rows, _ = examples()
    bad = rows, [1.0] * 222 + [0.0] + [1.0] * 77
    with cluster(distributed, workers, threads) as made, distributed.Client(made) as client:
        for batch in (None, 150):
            assert descent(client, batch=batch) == descent(batch=batch)
            assert descent(client, batch=batch, engine="auto") == descent(batch=batch)
            kind, message = failing(bad, executor=client, batch=batch)
            assert (kind, message) == failing(bad) and message.startswith("row 222: ")
        assert descent(client.get_executor()) == descent()
        for _ in range(100):
            if not any(client.run(held).values()):
                break
        assert not any(client.run(held).values())
    assert failing(executor=client) == (RuntimeError, "the Dask client is closed")


@pytest.mark.slow
def test_an_asynchronous_dask_client_says_so(distributed):
    async def attempt():
        ways = {"n_workers": 1, "processes": False, "asynchronous": True, "dashboard_address": ":0"}
        async with distributed.Client(**ways) as client:
            return failing(executor=client)

    kind, message = asyncio.run(attempt())
    assert kind is ValueError and "not asynchronous" in message


@pytest.mark.slow
@pytest.mark.parametrize("known", [False, True])
def test_a_dask_worker_that_dies_ends_the_descent_and_keeps_its_whole_steps(distributed, known):
    def each(epoch, loss, model):
        kept.append(model.state())
        if epoch == 3:
            address, number = next(iter(pids.items()))
            os.kill(number, signal.SIGKILL)
            while known and address in client.nthreads():
                time.sleep(0.01)

    kept, model = [], MLP(2, [3, 1], rng=random.Random(1))
    with cluster(distributed, 2, 1) as made, distributed.Client(made) as client:
        pids, adam = client.run(process_id), Adam(model.parameters())
        with pytest.raises(RuntimeError, match="Dask worker was lost"):
            fit(model, *examples(), mean_squared_error, adam, 9, engine="python", executor=client, each=each)
        assert model.state() == kept[-1] and len(kept) == 3
        client.wait_for_workers(2)
        assert descent(client) == descent()
