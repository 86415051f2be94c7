"""Compiled programs under the compiler's sanitizers of addresses and of what C
leaves undefined: an access outside of a buffer ends the process.

Scripts run in processes of their own, where Python, too, has its memory from
`malloc`, so that the end of every array is known.
"""

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import engine

ROOT = Path(engine.__file__).parents[1]
FLAGS = "-fsanitize=address,undefined -fno-sanitize-recover=all -g"

pytestmark = pytest.mark.slow


@functools.cache
def sanitizers():
    """The libraries of the compiler that have to be loaded first."""
    if shutil.which("gcc") is None:
        return None
    names = [
        subprocess.run(["gcc", f"-print-file-name={name}"], capture_output=True, text=True).stdout.strip()
        for name in ("libasan.so", "libubsan.so")
    ]
    return ":".join(names) if all(map(os.path.isabs, names)) else None


def run(script, *arguments):
    """A script under the sanitizers: its exit status, and what it printed."""
    if sanitizers() is None:
        pytest.skip("gcc has no sanitizers here: Debian's package libgcc-12-dev, say, has libasan")
    environment = {
        **os.environ,
        "CC": f"gcc {FLAGS}",
        "LD_PRELOAD": sanitizers(),
        "ASAN_OPTIONS": "detect_leaks=0",  # Python's own are not ours
        "PYTHONMALLOC": "malloc",
        "PYTHONPATH": str(ROOT),
    }
    # The compiler's own process is none of those that are looked at.
    script = "import os\ndel os.environ['LD_PRELOAD'], os.environ['PYTHONMALLOC']\n" + script
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)], env=environment, capture_output=True, text=True
    )
    return done.returncode, done.stdout + done.stderr


PLANTED = """
import sys
import engine.programs.native
from engine import Program, Value

right, wrong = sys.argv[1:]
text = engine.programs.native.c_text

def planted(*program):
    assert right in text(*program)
    return text(*program).replace(right, wrong)

engine.programs.native.c_text = planted
w, x = Value(3, "w"), Value(2, "x")
native = Program(w * x, [x]).native()
print(native.batch([[1.0], [2.0], [3.0]]))
"""


@pytest.mark.parametrize(
    "right, wrong, message",
    [
        ("gradient[SUMS] = mean;", "gradient[SUMS] = mean;", "6.0"),
        ("gradient[SUMS] = mean;", "gradient[SUMS + 1] = mean;", "heap-buffer-overflow"),
        ("(lane < last ? lane : last)", "lane", "heap-buffer-overflow"),
        ("free(planes);", "free(planes); nonfinite = planes[0][0] > 0;", "heap-use-after-free"),
        ("int status = UNREADABLE;", "int status = 1 << (int)(40 + count);", "runtime error: shift exponent"),
    ],
    ids=["no error", "a write after the end", "a read after the end", "a read after free", "undefined"],
)
def test_an_error_planted_in_the_c_is_caught(right, wrong, message):
    status, printed = run(PLANTED, right, wrong)
    assert message in printed
    assert (status == 0) == (right == wrong)


PROGRAMS = """
import sys
from array import array
from engine import Program
from tests.graphs import ARITHMETIC, FUNCTIONS, networks, random_graph, random_rows

def compare(output, inputs, seed, leaves):
    program = Program(output, inputs)
    native = program.native()
    for count in (1, 2, 7, 8, 9, 31, 33, 65):
        rows = random_rows(f"{seed}.{count}", count, len(inputs))
        flat = array("d", [number for row in rows for number in row])
        size = 8 * len(inputs)
        mean, gradient = program.value_and_gradient(rows)
        moved = memoryview(bytearray(1) + bytearray(flat))[1:]  # an odd address, where nobody else ends
        given = [rows, memoryview(flat).cast("B").cast("d", (count, len(inputs)))] if inputs else [rows]
        if inputs:
            given.append(moved.cast("d").cast("B").cast("d", (count, len(inputs))))
        for each in given:
            found = native.value_and_gradient(each)
            assert abs(found[0] - mean) <= 1e-9 * (1 + abs(mean)), (seed, count, found, mean)
            found = native.value_and_gradient(each, array("d", [p.data for p in program.parameters]))
            assert abs(found[0] - mean) <= 1e-9 * (1 + abs(mean))
        native.each(rows)
        if leaves:
            native.each(rows, leaves)
    native.value(*rows[0])
    native(*rows[0])

for seed in range(int(sys.argv[1]), int(sys.argv[2])):
    operations = ARITHMETIC if seed % 2 else ARITHMETIC + FUNCTIONS
    output, x, w = random_graph(seed, operations, size=seed % 5 * 20 + 5)
    compare(output, x, seed, [w[0], x[1]])
for name in sys.argv[3:]:
    output, inputs = networks()[name]
    compare(output, inputs, name, [])
print("all right")
"""


def test_random_programs_stay_in_their_memory():
    assert run(PROGRAMS, 0, 4) == (0, "all right\n")


def test_loops_stay_in_their_memory():
    names = "hinge", "convolution", "no inputs", "one leaf", "log-sum-exp", "tree"
    assert run(PROGRAMS, 0, 0, *names) == (0, "all right\n")


FUZZED = """
import os
import sys
from tests.fuzz.draw import draw
from tests.fuzz.native import check_native, computable, together

recipes = [computable(draw(f"sanitizers {i}")) for i in range(int(sys.argv[1]))]
check_native(together([each for each in recipes if each]).case, os.environ["CC"])
print("all right")
"""


def test_programs_of_the_fuzzer_stay_in_their_memory():
    assert run(FUZZED, 200) == (0, "all right\n")


ELEMENTWISE = """
from array import array
from engine import Elementwise

def step(w, g, m, *, rate, decay):
    m = decay * m + (1 - decay) * g
    return w - rate * m.tanh(), m

plain, compiled = Elementwise(step), Elementwise(step)
compiled.compile()
numbers = {"rate": 0.1, "decay": 0.9}
for size in (0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 1000, 1001):
    arrays = [array("d", [0.1 * i + k for i in range(size)]) for k in range(3)]
    assert compiled(*arrays, **numbers) == plain(*arrays, **numbers), size
    moved = [memoryview(bytearray(1) + bytearray(each))[1:].cast("d") for each in arrays]
    assert compiled(*moved, **numbers) == plain(*arrays, **numbers)
    for wrong in ([*arrays[:2], arrays[2][1:]], [arrays[0][:-1], *arrays[1:]], [*arrays[:2], arrays[2] * 2]):
        try:
            assert compiled(*wrong, **numbers) == plain(*wrong, **numbers) and size == 0
        except ValueError as error:
            assert "arrays of different lengths" in str(error)
print("all right")
"""


def test_elementwise_formulas_stay_in_their_memory():
    assert run(ELEMENTWISE) == (0, "all right\n")


HOSTILE = """
import ctypes
from array import array
from engine import Program, Value

DONE, NOT_FINITE, UNREADABLE = range(3)
x, y, w, b = (Value(k, name) for k, name in enumerate("xywb", 1))
native = Program((w * x + b - y) ** 2, [x, y]).native()

def call(rows, count, parameters, found):
    return native._call(rows, count, parameters, found, True)

rows, parameters, found = array("d", range(1, 7)), array("d", [1, 2]), array("d", [0] * 3)
assert call(rows, 3, parameters, found) == DONE
largest = 2**63 - 1
# Multiplied by the size of a row, some of these are small numbers again.
for count in (0, -1, -2, 1, 2, 4, 2**32, 2**59, 2**60, 2**60 + 3, 2**61 + 3, 2**62 + 3, largest, -largest - 1):
    assert call(rows, count, parameters, found) == UNREADABLE, count
for size in (0, 1, 3, 100):
    assert call(rows, 3, array("d", bytes(8 * size)), found) == UNREADABLE, size
    assert size == 100 or call(rows[:size], 3, parameters, found) == UNREADABLE
for size in (0, 1, 2, 4):
    assert call(rows, 3, parameters, array("d", bytes(8 * size))) == UNREADABLE, size
odd = memoryview(bytearray(8 * 6 + 1))[1:].cast("d")
for wrong in (None, 3, "12", b"", [1.0], rows.tobytes(), array("f", rows), array("q", range(6)), odd,
              memoryview(rows)[::2], memoryview(rows)[::-1], memoryview(bytearray(48)), iter(())):
    assert call(wrong, 3, parameters, found) == UNREADABLE, wrong
    assert call(rows, 3, wrong, found) == UNREADABLE
    assert call(rows, 3, parameters, wrong) == UNREADABLE
matrix = memoryview(rows).cast("B").cast("d", (3, 2))
assert call(matrix, -1, parameters, found) == DONE
assert call(memoryview(rows).cast("B").cast("d", (2, 3)), -1, parameters, found) == UNREADABLE
assert call(memoryview(rows).cast("B").cast("d", (3, 1, 2)), -1, parameters, found) == UNREADABLE
for shape in ((0, 2), (2, 0), (0, 0)):
    numpy_like = memoryview((ctypes.c_double * shape[1] * shape[0])())
    assert call(numpy_like, -1, parameters, found) == UNREADABLE, shape
for count in (-1, 0, 1, 3):
    assert call(array("d"), count, parameters, found) == UNREADABLE
for rows in ([], [[]], [[1]], [[1, 2, 3]], [[1, 2], [3]], [[], []]):
    try:
        native.batch(rows)
    except ValueError as error:
        print(error)
print("all right")
"""


def test_calls_with_wrong_sizes_are_refused_in_their_memory():
    status, printed = run(HOSTILE)
    assert (status, printed.splitlines()[-1]) == (0, "all right"), printed
