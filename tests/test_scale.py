"""How time and memory grow: in proportion to a graph, for every view and form.

Four times as many nodes take four times as long; what is quadratic takes 16
times as long. The limit is between the two, far from both, so that a busy
machine does not matter. (How long things take is for tests/benchmarks.)
"""

import copy
import gc
import pickle
import random
import subprocess
import sys
import sysconfig
import time
import tracemalloc
from functools import partial
from itertools import islice
from pathlib import Path

import pytest

import engine
import nn
from engine import (
    Elementwise,
    Program,
    Value,
    annotate,
    check_gradients,
    draw,
    grad,
    hessian,
    jacobian,
    label,
    play,
    steps,
    tangent,
    topological_order,
    tree,
    what_if,
)
from engine.programs.c_text import c_text, each_text
from engine.programs.rolled import rolled
from engine.views.stale import stale

pytestmark = pytest.mark.slow
ROOT = Path(engine.__file__).parents[1]
LIMIT = 4 * 1.8


# graphs of about n nodes: the output, and a leaf


def chain(n):
    x = y = Value(0.5, "x")
    for _ in range(n):
        y = y.sin()
    return y, x


def total(n):
    leaves = [Value(0.001 * i, f"x{i}") for i in range(n // 3)]
    return sum(leaf.tanh() for leaf in leaves), leaves[0]


def balanced(n):
    nodes = leaves = [Value(0.5 + 0.0001 * i, f"x{i}") for i in range(n // 2)]
    while len(nodes) > 1:
        pairs = [a.hypot(b) for a, b in zip(nodes[::2], nodes[1::2])]
        nodes = pairs + nodes[2 * len(pairs) :]
    return nodes[0], leaves[0]


def uses(n):
    x = y = Value(0.5, "x")
    for _ in range(n // 2):
        y = y * x + x
    return y, x


def network(n):
    mlp = nn.MLP(8, [n // 36 + 1, 1], activation="tanh", rng=random.Random(0))
    x = [Value(0.1 * i, f"x{i}") for i in range(8)]
    return mlp(x), x[1]


SHAPES = [chain, total, balanced, uses, network]


# what is done with them: a function of an output and a leaf gives what is timed


def changed(y, x):
    x.data += 0.01
    return partial(stale, y)


def ten_steps(y, x):
    def walked():
        walk = steps(y)
        for step in islice(walk, 10):
            repr(step)
        repr(walk.back())
        walk.reset()

    return walked


def recorded(y, x):
    return partial(Program, y, [x])


def text_in_c(y, x):
    def printed():
        program = Program(y, [x])
        c_text(program.tape, program.merged)

    return printed


def jacobian_in_c(y, x):
    def printed():
        program = Program(y, [x])
        rowwise = program.rowwise(tuple(program.inputs))
        each_text(rowwise.tape, rowwise.merged)

    return printed


def called(y, x):
    return partial(Program(y, [x]), 0.5)


def on_rows(y, x):
    return partial(Program(y, [x]).value_and_gradient, [[0.5]] * 4)


def derivative_on_rows(y, x):
    return partial(Program(y, [x]).each, [[0.5]] * 4, [x])


# With n, for which each takes some 20 ms.
OPERATIONS = {
    "order": (100_000, lambda y, x: partial(topological_order, y)),
    "backward": (50_000, lambda y, x: y.backward),
    "forward": (50_000, lambda y, x: y.forward),
    "zero_grad": (100_000, lambda y, x: y.zero_grad),
    "a walk of ten steps": (10_000, ten_steps),
    "all steps": (400, lambda y, x: lambda: [repr(step) for step in steps(y)]),
    "all steps forward": (400, lambda y, x: lambda: [repr(step) for step in steps(y, forward=True)]),
    "run to a leaf": (400, lambda y, x: lambda: steps(y).run(to=x)),
    "tree": (4_000, lambda y, x: lambda: str(tree(y))),
    "draw": (1_500, lambda y, x: lambda: draw(y, limit=10**9).source),
    "draw a depth": (20_000, lambda y, x: lambda: draw(y, depth=3).source),
    "play a depth": (20_000, lambda y, x: lambda: str(play(y, depth=3))),
    "what_if": (3_000, lambda y, x: lambda: repr(what_if(y, {x: 0.6}))),
    "stale": (20_000, changed),
    "label": (20_000, lambda y, x: lambda: (label({"output": y, "x": x}), str(draw(y, depth=2)))),
    "grad": (2_000, lambda y, x: partial(grad, y, [x])),
    "tangent": (2_000, lambda y, x: partial(tangent, y, {x: 1.0})),
    "hessian": (200, lambda y, x: partial(hessian, y, [x])),
    "record": (4_000, recorded),
    "source": (4_000, lambda y, x: lambda: Program(y, [x]).source),
    "compile in Python": (1_500, lambda y, x: lambda: Program(y, [x]).function),
    "call": (1_500, called),
    "rows": (1_500, on_rows),
    "derivative on rows": (400, derivative_on_rows),
    "line by line": (1_500, lambda y, x: lambda: repr(Program(y, [x]).line_by_line(0.5))),
    "merge": (1_500, lambda y, x: lambda: Program(y, [x]).merged),
    "roll up": (1_500, lambda y, x: lambda: list(rolled(Program(y, [x]).merged.steps))),
    "loops": (800, lambda y, x: lambda: str(Program(y, [x]).loops)),
    "C": (800, text_in_c),
    "C of the derivative": (400, jacobian_in_c),
    "pickle a program": (4_000, lambda y, x: lambda: pickle.loads(pickle.dumps(Program(y, [x])))),
    "pickle": (4_000, lambda y, x: lambda: pickle.loads(pickle.dumps(y))),
    "deepcopy": (4_000, lambda y, x: partial(copy.deepcopy, y)),
}


def cases(shapes):
    return [
        pytest.param(shape, name, id=f"{name}, {shape.__name__}") for name in OPERATIONS for shape in shapes
    ]


@pytest.fixture(autouse=True)
def without_the_garbage_collector():
    """Whose passes are as long as all that there is, whoever made it."""
    gc.disable()
    yield
    gc.enable()


def time_of(work, repeat=2):
    """The processor's time of a call, the best of a few."""
    times = []
    for _ in range(repeat):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def peak_of(work):
    """The most memory that a call takes in addition."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def assert_linear(work_of, n, tries=4):
    """What work_of(n) gives is called, for n and 4 n."""
    growths = []
    for _ in range(tries):
        growths.append(time_of(work_of(4 * n)) / time_of(work_of(n), repeat=3))
        if growths[-1] < LIMIT:
            return
    raise AssertionError(
        f"4 times as much takes {', '.join(f'{each:.1f}' for each in growths)} times as long"
    )


@pytest.mark.parametrize("shape, name", cases([chain, total, network]))
def test_time_is_linear(shape, name):
    n, operation = OPERATIONS[name]
    assert_linear(lambda n: operation(*shape(n)), n)


@pytest.mark.parametrize("shape, name", cases([chain, total, network]))
def test_memory_is_linear(shape, name):
    n, operation = OPERATIONS[name]
    n = max(n // 20, 100)
    few, many = (peak_of(operation(*shape(size))) for size in (n, 4 * n))
    assert many < LIMIT * max(few, 2000)


@pytest.mark.parametrize("shape", SHAPES)
def test_building_and_dropping_is_linear(shape):
    def built(n):
        return lambda: shape(n)  # which goes at once

    assert_linear(built, 20_000)


# what is not a graph and a leaf


TURNS = [0]


def repeated(x):
    y = x
    for _ in range(TURNS[0]):
        z = y * x
        y = z.sin()
    return y


def test_annotate_is_linear_in_the_turns_of_a_loop():
    def annotated(n):
        def work():
            TURNS[0] = n
            repr(annotate(repeated, x=0.5))

        return work

    assert_linear(annotated, 1000)


def dot(w, x):
    total = 0
    for a, b in zip(w, x):
        total += a * b
    return total


def test_annotate_is_linear_in_lists_of_hundreds():
    """After every line it looks at the lists, which takes little beside it."""
    assert_linear(lambda n: partial(annotate, dot, [2.0] * n, [3.0] * n), 50)


@pytest.mark.parametrize("shape", [chain, uses])
def test_check_gradients_of_one_leaf_is_linear(shape):
    assert_linear(lambda n: partial(check_gradients, shape(n)[0]), 1000)


def test_a_jacobian_of_many_outputs_that_share_nothing_is_linear():
    def many(n):
        leaves = [Value(0.001 * i, f"w[{i}]") for i in range(n)]
        return partial(jacobian, [leaf.tanh() for leaf in leaves], leaves[:1])

    assert_linear(many, 2000)


def test_a_program_of_many_outputs_is_linear():
    def many(n):
        x = Value(2, "x")
        outputs = [x * Value(0.5, f"w[{i}]") for i in range(n)]

        def printed():
            rowwise = Program(outputs, [x]).rowwise(())
            each_text(rowwise.tape, rowwise.merged)

        return printed

    assert_linear(many, 400)


def test_elementwise_is_linear_in_its_elements():
    formula = Elementwise(lambda w, g, *, rate: w - rate * g.tanh())
    assert_linear(lambda n: partial(formula, [0.5] * n, [0.25] * n, rate=0.1), 20_000)


# a million


def test_a_million_nodes():
    y, x = chain(1_000_000)
    assert len(topological_order(y)) == 1_000_001
    y.backward()
    first = x.grad
    assert 0 < first < 1
    before = y.data
    x.data = 0.75
    assert len(stale(y)) > 999_000  # the last of them may agree to the last bit
    y.forward()
    assert y.data >= before
    y.zero_grad()
    assert x.grad == 0
    walk = steps(y)
    assert next(walk).node is y and next(walk).node is y
    walk.back()
    walk.reset()
    assert "sin" in draw(y, depth=3).source


DROPPED = """
import threading
from tests.test_scale import SHAPES, chain, uses

def drop():
    for shape, n in [(chain, 1_000_000), (uses, 1_000_000), *((each, 100_000) for each in SHAPES)]:
        graph = shape(n)
        graph[0].backward()
        del graph

threading.stack_size(2 * 1024 * 1024)  # Python 3.13 needs one of them for lists of lists, too
thread = threading.Thread(target=drop)
thread.start()
thread.join()
print("dropped")
"""


def test_a_million_nodes_are_dropped_on_a_small_stack():
    done = subprocess.run(
        [sys.executable, "-c", DROPPED], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert (done.returncode, done.stdout) == (0, "dropped\n"), done.stderr


@pytest.mark.parametrize("shape", [chain, uses, balanced])
def test_dropping_is_linear(shape):
    def time_to_drop(n):
        best = []
        for _ in range(3):
            held = list(shape(n))
            best.append(time_of(held.clear, repeat=1))
        return min(best)

    assert time_to_drop(400_000) < LIMIT * time_to_drop(100_000)


# memory of a graph


@pytest.mark.skipif(
    sys.implementation.name != "cpython"
    or sysconfig.get_config_var("Py_GIL_DISABLED")
    or sys.maxsize < 2**32,
    reason="objects have other sizes here",
)
@pytest.mark.parametrize("shape", [chain, uses])
def test_the_bytes_of_a_node_are_what_the_readme_says(shape):
    nodes = 100_000
    tracemalloc.start()
    y, _ = shape(nodes)
    built, _ = tracemalloc.get_traced_memory()
    y.backward()
    with_gradients, during_the_pass = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert built / nodes < 121
    assert with_gradients / nodes < 145
    assert during_the_pass / nodes < 190
