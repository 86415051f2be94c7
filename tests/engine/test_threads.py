"""Several threads, and several processes, at once: what the README promises.

Different graphs, and one program's `value`, `each` and `value_and_gradient`,
are for any number of threads. Scripts run in processes of their own, in which
threads change as often as Python can, and which may crash.
"""

import multiprocessing
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import engine
from engine import c_compiler

ROOT = Path(engine.__file__).parents[1]
needs_compiler = pytest.mark.skipif(c_compiler() is None, reason="there is no C compiler")

AT_ONCE = """
import sys
import threading

sys.setswitchinterval(1e-6)

def at_once(*functions):
    errors = []
    start = threading.Barrier(len(functions))

    def run(function):
        try:
            start.wait(60)
            function()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=[function]) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
"""


def run(script, *options):
    """What a script prints, which has `at_once` for functions in threads."""
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-W", "error", *options, "-c", AT_ONCE + script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


GRAPHS = """
from engine import Value, grad, hessian, tree, draw, steps
from tests.graphs import random_graph

def all_of(seed):
    output, x, w = random_graph(seed, size=30)
    output.backward()
    list(steps(output))
    output.forward()
    slopes = [each.data for each in grad(output, [*x, *w])]
    return [leaf.grad for leaf in [*x, *w]], slopes, str(tree(output)), draw(output).source

def several(first):
    found[first] = [all_of(seed) for seed in range(first, first + 5)]

found = {}
at_once(*[lambda first=first: several(first) for first in (0, 5, 10, 15)])
assert all(found[first] == [all_of(seed) for seed in range(first, first + 5)] for first in found)
print("all right")
"""


@pytest.mark.slow
def test_threads_with_graphs_of_their_own():
    assert run(GRAPHS) == "all right\n"


FIRST_USE = """
from engine import Program
from tests.graphs import ARITHMETIC, random_graph

def texts(program):
    return program.source, str(program.loops), program.loops.source, program.merged.steps

def recorded(place):
    programs[place] = [Program(*random_graph(seed, ARITHMETIC, size=30)[:2]) for seed in range(6)]
    found[place] = [texts(each) for each in programs[place]]
    values[place] = [each.value(0.1, 0.2, 0.3) for each in shared]

# Nothing has been recorded in this process: every cache is empty.
programs, found, values = {}, {}, {}
shared = [Program(*random_graph(seed, size=30)[:2]) for seed in range(20, 26)]
at_once(*[lambda place=place: recorded(place) for place in range(4)])
recorded(4)
assert all(found[place] == found[4] and values[place] == values[4] for place in range(4))
print("all right")
"""


@pytest.mark.slow
def test_what_is_computed_at_first_use_is_the_same_in_every_thread():
    for _ in range(3):
        assert run(FIRST_USE) == "all right\n"


FAILURES = """
from engine import Elementwise, Program, Value

def fails(call):
    try:
        call()
    except ValueError as error:
        messages.add(str(error))

for turn in range(60):
    x, w = Value(1, "x"), Value(1, "w")
    program = Program((w * x).log() + sum(x * k for k in range(1, 40)), [x])
    logarithm = Elementwise(lambda a: a.log())
    for call in (
        lambda: program.each([[1.0], [-2.0]]),
        lambda: program.batch([[1.0], [-2.0]]),
        lambda: program(-2.0),
        lambda: logarithm([1.0, -2.0]),
    ):
        messages = set()
        at_once(*[lambda: fails(call)] * 6)
        assert len(messages) == 1, messages
        assert "AttributeError" not in str(messages)
print("all right")
"""


@pytest.mark.slow
def test_a_program_that_fails_first_in_several_threads_names_its_line_in_each():
    assert run(FAILURES) == "all right\n"


EVICTED = """
import gc
import random
import time
import engine.programs.machine_code
from engine import Program, Value

engine.programs.machine_code.CACHE_SIZE = 1  # every program unloads the one before

def maker(seed):
    def make():
        rng = random.Random(seed)
        for turn in range(8):
            n = rng.randrange(1, 6)
            w, x = Value(0.5, "w"), Value(2, "x")
            native = Program((w * x * n).tanh() * w, [x]).native()
            waiting.append((native, n))
            if turn % 3 == 0:
                gc.collect()
    return make

def caller():
    while not done.is_set() or waiting:
        try:
            native, n = waiting.pop()
        except IndexError:
            time.sleep(0.001)
            continue
        rows = [[0.001 * i] for i in range(3000)]
        mean, gradient = native.value_and_gradient(rows)
        python = native.program
        assert abs(mean - python.value_and_gradient(rows)[0]) < 1e-9
        assert native.each(rows).shape == (3000,)
        checked.append(n)

def makers():
    try:
        at_once(*map(maker, range(3)))
    finally:
        done.set()

waiting, checked, done = [], [], threading.Event()
at_once(makers, caller, caller)
assert len(checked) == 24
print("all right")
"""


@needs_compiler
@pytest.mark.slow
def test_threads_compile_call_and_drop_programs_while_others_are_unloaded():
    assert run(EVICTED) == "all right\n"


DROPPED = """
import gc
import time
from array import array
import engine.programs.machine_code
from engine import Program, Value

w, x = Value(0.5, "w"), Value(2, "x")
made = [Program(sum((w * x).tanh() for _ in range(50)), [x]).native()]
rows = array("d", [0.7]) * 1_000_000
rows = memoryview(rows).cast("B").cast("d", (1_000_000, 1))
parameters = array("d", [0.5])
result = []
thread = threading.Thread(target=lambda: result.append(made.pop().value_and_gradient(rows, parameters)))
started = time.perf_counter()
thread.start()
while made:  # until the thread has taken it, which then is in C for long
    time.sleep(0.001)
time.sleep(0.02)
engine.programs.machine_code._functions.clear()
for _ in range(5):
    gc.collect()
running = thread.is_alive()
thread.join()
def libraries():
    with open("/proc/self/maps") as maps:
        return sum("run.so" in line for line in maps)
gc.collect()
print(running, len(result), libraries())
"""


@needs_compiler
@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="what is loaded is not listed here")
@pytest.mark.slow
def test_a_library_in_which_a_thread_is_stays_until_it_returns():
    assert run(DROPPED) == "True 1 0\n"


DECISIONS = """
from engine import Value, decisions

def noisy():
    while not done.is_set():
        with decisions():
            pass

def decide():
    try:
        for turn in range(3000):
            x = Value(turn)
            with decisions() as found:
                x > 0
                x == 2
            assert [each.how for each in found] == ["compared"] * 2, (turn, found)
            assert all(each.node is x for each in found)
    finally:
        done.set()

done = threading.Event()
at_once(noisy, noisy, decide)
print("all right")
"""


@pytest.mark.slow
def test_each_thread_notices_its_own_decisions_and_all_of_them():
    assert run(DECISIONS) == "all right\n"


LABELS = """
from engine import Program, Value, label, tree, draw

def named(k):
    for _ in range(100):
        a, b = Value(k), Value(2)
        c = a * b
        label({"a": a, "b": b, "c": c})
        texts.add((str(tree(c + 1)).replace(str(k), "_"), str(Program(c + 1))))

texts = set()
at_once(*[lambda k=k: named(k) for k in range(3, 7)])
print(len({text for _, text in texts}))
"""


@pytest.mark.slow
def test_names_in_several_threads():
    assert run(LABELS) == "1\n"


# processes


IN_PROCESSES = """
import multiprocessing
import os
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from engine import Program, Value, c_compiler
from tests.graphs import random_graph, random_rows

output, inputs, _ = random_graph(3, size=20)
program = Program(output, inputs)
forms = [program, program.native()] if c_compiler() else [program]
rows = random_rows(3, 24)


def at(form, shard):  # of a program that the process has already
    return form.value_and_gradient(shard)


def of_mine(place, shard):
    form = forms[place]  # inherited if forked, else made again as this module is imported
    gradient = form.value_and_gradient(shard)
    program = Program(form.program.parameters[0] * 3.0 if place else form.parameters[0] * 3.0)
    made = program.native() if c_compiler() else program
    return gradient, made.value(), form.each(shard).tolist(), tempfile.gettempdir(), os.getpid()


if __name__ == "__main__":
    method = sys.argv[1]
    context = multiprocessing.get_context(method)
    shards = [rows[i : i + 6] for i in range(0, 24, 6)]
    kept = tempfile.mkdtemp(prefix="linegrad")  # as the parent has while it compiles
    with ProcessPoolExecutor(2, context) as pool:
        for place, form in enumerate(forms):
            expected = [form.value_and_gradient(shard) for shard in shards]
            assert list(pool.map(form.value_and_gradient, shards)) == expected
            assert list(pool.map(partial(at, form), shards)) == expected
            found = list(pool.map(partial(of_mine, place), shards))
            assert [each[0] for each in found] == expected
            assert [each[2] for each in found] == [form.each(shard).tolist() for shard in shards]
            assert os.getpid() not in [each[4] for each in found]
    for place, form in enumerate(forms):  # and in processes that end at once
        process = context.Process(target=of_mine, args=(place, shards[0]))
        process.start()
        process.join()
        assert process.exitcode == 0
        assert form.value_and_gradient(shards[0]) == form.value_and_gradient(shards[0])
    left = set(os.listdir(tempfile.gettempdir()))
    assert {each for each in left if each.startswith("linegrad")} == {os.path.basename(kept)}
    print("all right")
"""


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
@pytest.mark.slow
def test_programs_in_processes(method, tmp_path):
    file = tmp_path / "processes.py"
    file.write_text(IN_PROCESSES, encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:  # a short path: forkserver's socket is in it
        done = subprocess.run(
            [sys.executable, "-W", "error", file, method],
            env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": folder},
            capture_output=True,
            text=True,
            timeout=300,
        )
    assert (done.returncode, done.stdout) == (0, "all right\n"), done.stderr


FORKED_MEANWHILE = """
import multiprocessing

from engine import Program, Value

class Slow:
    def __init__(self, tape):
        self.tape = tape

    def __getattr__(self, name):  # another thread is in `loops` for as long as this waits
        reading.set()
        forked.wait(60)
        return getattr(self.tape, name)

def read():
    slow.loops

slow, other = Program(Value(2, "w") * 3.0), Program(Value(2, "x") * 4.0)
slow.tape = Slow(slow.tape)
reading, forked = threading.Event(), threading.Event()
thread = threading.Thread(target=read)
thread.start()
reading.wait(60)
process = multiprocessing.get_context("fork").Process(target=lambda: other.loops)
process.start()
process.join(20)
print(process.exitcode)
process.kill()
forked.set()
thread.join()
"""


@pytest.mark.skipif(
    "fork" not in multiprocessing.get_all_start_methods(), reason="processes cannot fork here"
)
@pytest.mark.slow
def test_a_process_forked_while_a_thread_rolls_up_a_program_can_do_so():
    assert run(FORKED_MEANWHILE, "-W", "ignore:.*fork.*:DeprecationWarning") == "0\n"
