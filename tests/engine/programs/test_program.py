"""Program: the same numbers as the graph's, as a text that runs by itself; and
what it refuses.
"""

import ast
import ctypes
import gc
import inspect
import io
import keyword
import linecache
import math
import multiprocessing
import pdb
import pickle
import re
import subprocess
import sys
import traceback
from array import array
from concurrent.futures import ProcessPoolExecutor
from types import SimpleNamespace

import pytest

from engine import Constant, NoCompiler, Program, Value, c_compiler, decisions, topological_order
from engine.programs.rows import read_rows
from engine.rules import POWERS, TABLE
from tests.graphs import eager, random_graph, random_rows

SEEDS = range(40)


def line():
    """A line fitted to a point: inputs x and y, parameters w and b, and the
    squared error L.
    """
    x, y, w, b = Value(2, "x"), Value(1, "y"), Value(-3, "w"), Value(4, "b")
    L = (w * x + b - y) ** 2
    L.label = "L"
    return L, [x, y], [w, b]


# the same numbers as the graph's


@pytest.mark.parametrize("seed", SEEDS)
def test_a_call_is_backward_to_the_last_bit(seed):
    output, inputs, parameters = random_graph(seed)
    program = Program(output, inputs)
    for row in random_rows(seed, 5):
        value, gradient = eager(output, inputs, program.parameters, row)
        for parameter in parameters:
            parameter.grad = 0.0
        assert program(*row) == value
        assert [parameter.grad for parameter in program.parameters] == gradient
        assert program.value(*row) == value


def test_the_random_graphs_have_every_operation_of_the_table():
    nodes = {node for seed in SEEDS for node in topological_order(random_graph(seed)[0]) if node.op}
    assert {node.operation.rule for node in nodes} == {*TABLE, *POWERS.values()}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_gradient_is_the_slope(seed):
    program = Program(random_graph(seed)[0])
    data = [leaf.data for leaf in program.parameters]
    _, gradient = program.value_and_gradient([[]], data)
    h = 1e-6
    for i, derivative in enumerate(gradient):
        sides = [
            program.value_and_gradient([[]], [*data[:i], data[i] + s, *data[i + 1 :]])[0] for s in (h, -h)
        ]
        assert derivative == pytest.approx((sides[0] - sides[1]) / (2 * h), rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("x", [-1000.0, -1.0, -0.0, 0.0, 1.0, 1000.0])
@pytest.mark.parametrize(
    "kinked",
    [abs, Value.relu, Value.sigmoid, Value.softplus, lambda v: v.maximum(0), lambda v: v.minimum(v)],
)
def test_kinks_and_tails_decide_anew_at_every_call(kinked, x):
    w = Value(0.5, "w")
    program = Program(kinked(w))
    w.data = x
    output = kinked(w)
    output.backward()
    gradient, w.grad = w.grad, 0.0
    assert program() == output.data
    assert w.grad == gradient


def test_control_flow_is_as_it_was_recorded():
    w = Value(2, "w")
    program = Program(w if w > 0 else -w)
    w.data = -3.0
    assert program() == -3.0


def test_calls_accumulate_like_backward():
    L, inputs, (w, b) = line()
    program = Program(L, inputs)
    assert program(2, 1) == 9.0
    assert program(2, 1) == 9.0
    assert (w.grad, b.grad) == (-24.0, -12.0)
    w.data = 0.0
    assert program.value(2, 1) == 9.0  # (0·2 + 4 - 1)²
    assert (w.grad, b.grad) == (-24.0, -12.0)


def test_numbers_of_constants_are_exact():
    w = Value(0.1, "w")
    for number in (0.1, 1 / 3, -0.0, 5e-324, 1.7976931348623157e308, math.inf, -math.inf):
        out, (derivative,) = Program(w * number).value_and_gradient([[]])
        assert (out, derivative) == (0.1 * number, number)
        assert math.copysign(1, out) == math.copysign(1, number)
    assert math.isnan(Program(w * math.nan)())


@pytest.mark.parametrize("depends", [True, False])
def test_an_output_without_operations(depends):
    w = Value(3, "w")
    program = Program(w, [] if depends else [w])
    assert program(*[] if depends else [5]) == (3.0 if depends else 5.0)
    assert w.grad == (1.0 if depends else 0.0)


def test_constants_have_no_gradient_and_are_no_parameters():
    two = Constant(2)
    program = Program(two.exp() * Value(3, "w"))
    assert [leaf.label for leaf in program.parameters] == ["w"]
    assert program() == math.exp(2) * 3
    assert two.grad == 0


# batches


def test_a_batch_is_the_mean_of_its_rows():
    L, inputs, (w, b) = line()
    rows = [[i % 7, i % 3] for i in range(20)]
    errors = [-3 * x + 4 - y for x, y in rows]
    assert Program(L, inputs).batch(rows) == sum(e * e for e in errors) / 20
    assert w.grad == sum(2 * e * x for e, (x, _) in zip(errors, rows)) / 20
    assert b.grad == sum(2 * e for e in errors) / 20


@pytest.mark.parametrize("count", [1, 7, 8, 9, 33])
def test_a_batch_agrees_with_the_graph(count):
    output, inputs, _ = random_graph(1)
    program, rows = Program(output, inputs), random_rows(count, count)
    mean, gradient = program.value_and_gradient(rows)
    values, gradients = zip(*(eager(output, inputs, program.parameters, row) for row in rows))
    assert mean == pytest.approx(math.fsum(values) / count, rel=1e-14)
    for derivative, column in zip(gradient, zip(*gradients)):
        assert derivative == pytest.approx(math.fsum(column) / count, rel=1e-13, abs=1e-15)


def matrix(rows):
    flat = array("d", (number for row in rows for number in row))
    return memoryview(flat).cast("B").cast("d", (len(rows), len(rows[0])))


def test_rows_may_be_of_any_kind():
    np = pytest.importorskip("numpy")
    L, inputs, _ = line()
    program, rows = Program(L, inputs), [[1.0, 2.0], [3.0, 4.0], [-1.0, 0.5]]

    def kinds():
        return [
            [tuple(row) for row in rows],
            [iter(row) for row in rows],
            [[Value(number) for number in row] for row in rows],
            matrix(rows),
            matrix(rows).toreadonly(),
            matrix(rows)[::1],
            np.array(rows),
            np.array(rows, order="F"),
            np.array(rows, dtype="f4"),
            np.array(rows, dtype=">f8"),
            np.array(rows)[::-1][::-1],
            memoryview(np.array(rows, order="F")),
            memoryview(np.array(rows, dtype="f4")),
            np.array(rows, dtype=object),
            np.array(rows, dtype="f2"),
            np.ma.array(rows),
            np.frombuffer(b"." + np.array(rows).tobytes(), "u1")[1:].view("f8").reshape(3, 2),  # unaligned
            memoryview(np.array(rows, dtype=">f8")),
            memoryview(bytearray(b"." + matrix(rows).tobytes()))[1:].cast("d", (3, 2)),  # unaligned
            ((ctypes.c_double * 2) * 3)(*map(tuple, rows)),
            SimpleNamespace(__array__=lambda: np.array(rows)),
        ]

    forms = [program, program.native()] if c_compiler() else [program]
    data = [p.data for p in program.parameters]
    expected = program.value_and_gradient(rows)
    for form in forms:
        for parameters in (None, data, array("d", data), memoryview(array("d", data))):
            for kind in kinds():
                assert form.value_and_gradient(kind, parameters) == expected
        assert form.value_and_gradient(matrix(rows), array("f", [0.5] * len(data))) == (
            program.value_and_gradient(rows, [0.5] * len(data))
        )
        for parameters in (array("d", data[1:]), array("d", [*data, 1.0]), array("d")):
            with pytest.raises(ValueError, match=f"^{len(parameters)} numbers? given for"):
                form.value_and_gradient(matrix(rows), parameters)


def test_what_a_call_refuses_a_batch_refuses():
    np = pytest.importorskip("numpy")
    L, inputs, _ = line()
    program = Program(L, inputs)
    index = type("Index", (), {"__index__": lambda self: 3})()
    for number in (1j, np.complex128(1j), index, "1", None, [1], np.str_("1")):
        with pytest.raises(TypeError, match=r"input y is .* not a real number"):
            program(1, number)
        with pytest.raises(TypeError, match=r"row 1: input y is .* not a real number"):
            program.batch([[1, 2], [3, number]])
    rounded = type("Rounded", (float,), {"__float__": lambda self: float(round(self))})
    assert program.batch([[1, rounded(2.4)]]) == program.value(1, rounded(2.4)) == program.value(1, 2)
    for rows in ({(1, 2)}, [{1, 2}], {1: 2}, bytes(16), memoryview(np.zeros((1, 2), "g"))):
        with pytest.raises(TypeError, match=r"(the rows are|row 0 is) .*, not a sequence of"):
            program.batch(rows)
    flags = memoryview(bytes([0, 2, 1, 255])).cast("?", (2, 2))
    assert program.value_and_gradient(flags) == program.value_and_gradient([[0, 1], [1, 1]])
    masked = np.ma.array([[1.0, 2.0], [3.0, 4.0]], mask=[[0, 0], [0, 1]])
    with pytest.raises(ValueError, match="row 1: y is masked"):
        program.batch(masked)
    with pytest.raises(ValueError, match="row 1: y is masked"):
        program.batch(SimpleNamespace(__array__=lambda: masked))
    with pytest.raises(TypeError, match=r"row 0: input x is .*complex"):
        program.batch(np.array([[1, 2]]) + 1j)


def test_parameters_are_numbers_as_many_as_there_are():
    np = pytest.importorskip("numpy")
    L, inputs, _ = line()
    program = Program(L, inputs)
    forms = [program, program.native()] if c_compiler() else [program]
    for form in forms:
        expected = form.value_and_gradient([[2, 1]], [0, 3])
        for numbers in (array("d", [0, 3]), array("f", [0, 3]), np.array([0, 3]), (False, 3), iter([0, 3])):
            assert form.value_and_gradient([[2, 1]], numbers) == expected
        for wrong in (bytes(2), bytes(4096), bytearray(16)):
            with pytest.raises(TypeError, match=r"the parameters are .* not a sequence of numbers"):
                form.value_and_gradient([[2, 1]], wrong)
        with pytest.raises(TypeError, match="parameter b is 1j"):
            form.value_and_gradient([[2, 1]], [0, 1j])
        with pytest.raises(ValueError, match="1 number given for 2 parameters"):
            form.value_and_gradient([[2, 1]], np.array([1.0]))


@pytest.mark.parametrize("inputs", [True, False])
def test_any_number_of_leaves_has_a_text_that_runs(inputs):
    for count in range(1, 130):  # long lines of the text are broken at some counts
        leaves = [Value(i, f"x{i}") for i in range(count)]
        w = Value(2, "w" * 30)
        program = Program(sum(leaves) * w, leaves if inputs else ())
        row = range(count) if inputs else []
        assert program.batch([row, row]) == program.value(*row) == count * (count - 1)
        assert w.grad == count * (count - 1) / 2
        assert max(map(len, program.source.splitlines())) <= 100


def test_a_buffer_is_not_copied():
    rows = array("d", [1, 2, 3, 4])
    flat, count = read_rows(memoryview(rows).cast("B").cast("d", (2, 2)), ["x", "y"])
    rows[3] = 5
    assert (list(flat), count) == ([1, 2, 3, 5], 2)


def test_a_program_without_inputs_takes_empty_rows():
    w = Value(3, "w")
    assert Program(w * w).batch([[], []]) == 9.0
    assert w.grad == 6.0


def test_gradient_leaves_the_values_alone():
    L, inputs, (w, b) = line()
    mean, gradient = Program(L, inputs).value_and_gradient([[2, 1]], array("d", [0, 3]))
    assert (mean, list(gradient)) == (4.0, [8.0, 4.0])  # e = 0·2 + 3 - 1 = 2: e², 2e·x, 2e
    assert (w.data, b.data, w.grad, b.grad) == (-3.0, 4.0, 0.0, 0.0)
    with pytest.raises(ValueError, match="3 numbers given for 2 parameters"):
        Program(L, inputs).value_and_gradient([[2, 1]], [1, 2, 3])


def test_parameters_come_in_the_order_that_is_given():
    L, inputs, (w, b) = line()
    for given in ([], [w], [w, b], [b, w], [b], [Value(3), b, w, b]):
        program = Program(L, inputs, parameters=given)
        first = [each for each in dict.fromkeys(given) if each in (w, b)]
        assert program.parameters[: len(first)] == first and set(program.parameters) == {w, b}
        found = dict(zip(program.parameters, program.value_and_gradient([[2, 1]])[1]))
        assert (found[w], found[b]) == (-12.0, -6.0)
        assert program.loops.function(2, 1, *(p.data for p in program.parameters))[1] == tuple(
            found[p] for p in program.parameters
        )
    with pytest.raises(TypeError, match=r"parameters\[1\] is 2\.0 \(float\), not a Value"):
        Program(L, inputs, parameters=[w, 2.0])


def test_a_branch_is_fixed_in_a_program_and_relu_is_not():
    """What the docstring says, and that its advice works."""
    s, y = Value(0.5, "s"), Value(1, "y")
    rows = [[0.5, 1], [3, 1], [-2, -1], [0.2, -1]]
    right = [max(0, 1 - y * s) for s, y in rows]
    branching, relu, maximum = max(0, 1 - y * s), (1 - y * s).relu(), (1 - y * s).maximum(0)
    for output, expected in ((branching, [1 - y * s for s, y in rows]), (relu, right), (maximum, right)):
        program = Program(output, [s, y])
        assert [program.value(*row) for row in rows] == expected
    with decisions() as found:
        max(0, 1 - y * s)
    assert [decision.line for decision in found] == [inspect.currentframe().f_lineno - 1]
    with decisions() as found:
        (1 - y * s).relu().maximum(0)
    assert found == []


# the text


def test_the_text_of_a_neuron():
    x, w, b = Value(2, "x"), Value(-3, "w"), Value(1, "b")
    p = (w * x + b).tan()
    p.label = "p"
    assert str(Program(p, inputs=[x])) == (
        "from math import tan\n\n\n"
        "def p(x, w, b):\n"
        "    # forward\n"
        "    v1 = w * x\n"
        "    v2 = v1 + b\n"
        "    p = tan(v2)\n"
        "    # backward\n"
        "    d_v2 = 1 + p * p\n"
        "    d_v1 = d_v2\n"
        "    d_b = d_v2\n"
        "    d_w = d_v1 * x\n"
        "    return p, (d_w, d_b)"
    )


def test_the_printed_module_runs_by_itself(tmp_path):
    for seed in range(8):
        output, inputs, _ = random_graph(seed)
        program = Program(output, inputs)
        numbers = [leaf.data for leaf in [*inputs, *program.parameters]]
        file = tmp_path / "printed.py"
        file.write_text(f"{program}\n\n\nprint({program.name}(*{numbers}))\n")
        printed = subprocess.run([sys.executable, "-I", file], capture_output=True, text=True, check=True)
        assert ast.literal_eval(printed.stdout) == program.function(*numbers)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_text_has_nothing_idle(seed):
    output, inputs, _ = random_graph(seed)
    program = Program(output, inputs)
    function = ast.parse(program.source).body[-1]
    marker = program.source.splitlines().index("    # backward")
    forward = [node for node in function.body if node.lineno <= marker]
    backward = [node for node in function.body[:-1] if node.lineno > marker]
    computed = {ast.unparse(node.value) for node in forward}
    for node in (inner for statement in backward for inner in ast.walk(statement.value)):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
            assert not {ast.unparse(node.left), ast.unparse(node.right)} & {"1", "1.0", "-1", "-1.0"}
        if isinstance(node, (ast.BinOp, ast.Call)):
            assert ast.unparse(node) not in computed  # twice what the forward pass has
    begun = set()
    for node in backward:
        target = (node.targets[0] if isinstance(node, ast.Assign) else node.target).id
        assert isinstance(node, ast.AugAssign) == (target in begun)
        assert ast.unparse(node.value) != "0.0" or target not in begun
        begun.add(target)
    read = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
    assert begun <= read  # every gradient is handed on, or returned
    assert not begun & {f"d_{name}" for name in program.inputs}


def test_what_the_forward_pass_has_is_not_computed_again():
    x = Value(0.5, "x")
    s, c = x.sin(), x.cos()
    s.label, c.label = "s", "c"
    assert "d_x = d_s * c\n" in str(Program(c * s))
    assert "d_x -= d_c * s\n" in str(Program(c * s))


HOSTILE = [
    "x\nimport os",
    "x; import os",
    '"); system("',
    "'''",
    "\\",
    "#",
    "{a}",
    "{",
    "%s",
    "lambda",
    "None",
    "exp",
    "pow",
    "abs",
    "sigmoid",
    "inf",
    "double",
    "register",
    "__import__('os')",
    "__class__",
    "0",
    "1e5",
    "x\x00y",
    "\u202e",
    "ﬁ",
    "d_x",
    "x",
    "x ",
    "v1",
    "θ",
    "",
    "w" * 500,
    "\ud800",
]


@pytest.mark.parametrize("label", HOSTILE)
def test_a_label_is_data_whatever_is_in_it(label):
    leaves = [Value(0.25 + i, text) for i, text in enumerate([label, label, "x", *HOSTILE])]
    output = sum((leaf.sigmoid().log().exp() for leaf in leaves), Value(1, label)) ** 1.5
    output.label = label
    program = Program(output, leaves[:2])
    tree = ast.parse(program.source)
    assert [type(node).__name__ for node in tree.body] == ["ImportFrom", "FunctionDef", "FunctionDef"]
    arguments = [argument.arg for argument in tree.body[-1].args.args]
    assert len(set(arguments)) == len(leaves) + 1
    assert all(name.isascii() and name.isidentifier() for name in arguments)
    assert not any(keyword.iskeyword(name) for name in arguments)
    output.backward()
    gradient = [leaf.grad for leaf in program.parameters]
    assert program.value_and_gradient([[0.25, 1.25]]) == (output.data, array("d", gradient))


def test_labels_become_the_identifiers_one_would_write():
    labels = ["w[0]", "w[1][2]", "p['bias']", "θ", "x₁", "learning rate", "lambda"]
    leaves = [Value(1, label) for label in labels]
    names = Program(sum(leaves), leaves).inputs
    assert names == ["w_0", "w_1_2", "p_bias", "theta", "x1", "learning_rate", "lambda_"]


@pytest.mark.parametrize("size", [1_000, pytest.param(10_000, marks=pytest.mark.slow)])
def test_a_large_graph(size):
    w = [Value(i / size, f"w[{i}]") for i in range(size)]
    program = Program(sum(v * v for v in w))
    assert program.source.count("\n") > 3 * size
    _, gradient = program.value_and_gradient([[]])
    assert list(gradient) == [2 * i / size for i in range(size)]


# to step through


def test_a_debugger_steps_through_the_lines():
    L, inputs, _ = line()
    program = Program(L, inputs)
    told = io.StringIO()
    commands = "\n".join(["next"] * 6 + ["p v3 * 1000", "continue"])
    debugger = pdb.Pdb(stdin=io.StringIO(commands), stdout=told, nosigint=True, readrc=False)
    debugger.use_rawinput = False
    debugger.runcall(program.function, 2.0, 1.0, -3.0, 4.0)
    for text in ("-> v2 = v1 + b", "-> L = v3 * v3", "-> d_v3 = 2 * v3", "-3000.0"):
        assert text in told.getvalue()


def test_the_source_is_kept_as_long_as_the_program():
    L, inputs, _ = line()
    program = Program(L, inputs)
    filename = program.function.__code__.co_filename
    assert inspect.getsource(program.function) in program.source
    assert "".join(linecache.getlines(filename)) == program.source
    del program
    gc.collect()
    assert not linecache.getlines(filename)


# pickling


def test_a_program_pickles_for_a_pool_of_processes():
    output, inputs, _ = random_graph(3)
    program, rows = Program(output, inputs), random_rows(3, 24)
    assert program.value(*rows[0])  # what is compiled here is not sent
    shards = [rows[i : i + 8] for i in range(0, 24, 8)]
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        found = list(pool.map(program.value_and_gradient, shards))
    assert found == [program.value_and_gradient(shard) for shard in shards]


def test_a_pickled_program_has_parameters_of_its_own():
    L, inputs, (w, _) = line()
    program = Program(L, inputs)
    again = pickle.loads(pickle.dumps(program))
    assert again(2, 1) == 9.0
    assert [leaf.label for leaf in again.parameters] == ["w", "b"]
    assert (again.parameters[0].grad, w.grad) == (-12.0, 0.0)


# what is refused


NAN, INF = math.nan, math.inf
REFUSED_ROWS = [
    ([[1, 2], [1]], ValueError, "row 1: 1 number given for 2 inputs (x, y)"),
    ([[1, 2], [1, 2, 3]], ValueError, "row 1: 3 numbers given for 2 inputs (x, y)"),
    ([[1, 2], [1, "2"]], TypeError, "row 1: input y is '2' (str), not a real number"),
    ([[1, None]], TypeError, "row 0: input y is None (NoneType), not a real number"),
    ([[1, 2j]], TypeError, "row 0: input y is 2j (complex), not a real number"),
    ([[[1], 2]], TypeError, "row 0: input x is [1] (list), not a real number"),
    ([[10**400, 2]], OverflowError, "row 0: input x: 1000"),
    ([[1, 2], [NAN, 2]], ValueError, "row 1: input x is NaN"),
    (matrix([[1, 2], [1, NAN]]), ValueError, "row 1: input y is NaN"),
    (matrix([[INF, 2], [-INF, NAN]]), ValueError, "row 1: input y is NaN"),
    (matrix([[1, 2, 3]]), ValueError, "rows of 3 numbers given for 2 inputs (x, y)"),
    ([1.0, 2.0], TypeError, "row 0 is 1.0 (float), not a sequence of numbers"),
    (array("d", [1, 2]), TypeError, "row 0 is 1.0 (float), not a sequence of numbers"),
    (b"12345678", TypeError, "the rows are b'12345678' (bytes), not a sequence of rows"),
    (["ab"], TypeError, "row 0: input x is 'a' (str), not a real number"),
    (5, TypeError, "the rows are 5 (int), not a sequence of rows"),
    (None, TypeError, "the rows are None (NoneType), not a sequence of rows"),
    ([], ValueError, "there are no rows"),
]


@pytest.mark.parametrize("rows, kind, message", REFUSED_ROWS)
def test_rows_that_are_refused(rows, kind, message):
    L, inputs, parameters = line()
    with pytest.raises(kind) as refused:
        Program(L, inputs).batch(rows)
    assert str(refused.value).startswith(message)
    assert [leaf.grad for leaf in parameters] == [0.0, 0.0]


@pytest.mark.parametrize(
    "numbers, kind, message",
    [
        ([], ValueError, "0 numbers given for 2 inputs (x, y)"),
        ([1, 2, 3], ValueError, "3 numbers given for 2 inputs (x, y)"),
        ([1, "2"], TypeError, "input y is '2' (str), not a real number"),
        ([1, NAN], ValueError, "input y is NaN"),
    ],
)
def test_calls_that_are_refused(numbers, kind, message):
    L, inputs, parameters = line()
    program = Program(L, inputs)
    for call in (program, program.value):
        with pytest.raises(kind) as refused:
            call(*numbers)
        assert str(refused.value) == message
    assert [leaf.grad for leaf in parameters] == [0.0, 0.0]


@pytest.mark.parametrize("earlier", (-0.0, 0.0, -1.5))
@pytest.mark.parametrize("factor", (-0.0, 0.0, -1.0))
def test_the_signs_of_zeros_are_those_of_a_backward_pass(earlier, factor):
    x, w = Value(factor, "x"), Value(3, "w")
    output = -(x * w) * -0.0
    found = []
    for run in (output.backward, Program(output), lambda: Program(output, [x])(factor)):
        w.grad = earlier
        run()
        found.append(repr(w.grad))
    assert len(set(found)) == 1


def test_parameters_that_are_no_floats_are_refused():
    program = Program(Value(1, "w") * 2)
    with pytest.raises(TypeError, match=r"parameter w is '1' \(str\), not a real number"):
        program.value_and_gradient([[]], ["1"])
    with pytest.raises(OverflowError, match=r"parameter w: 10+\.\.\.0+ \(int\) is beyond the largest float"):
        program.value_and_gradient([[]], [10**400])


def test_many_inputs_are_not_all_named():
    x = [Value(1, f"x[{i}]") for i in range(64)]
    with pytest.raises(
        ValueError, match=r"0 numbers given for 64 inputs \(x_0, x_1, x_2, x_3, x_4, x_5, ...\)"
    ):
        Program(sum(x), x)()


REFUSED_ARITHMETIC = [  # an expression of x and w, refused at x = 0 or -1, and how its line ends
    (lambda x, w: (x.log() * w).tanh(), -1.0, ValueError, "v1 = log(x) where x = -1.0"),
    (lambda x, w: (w / x).minimum(1), 0.0, ZeroDivisionError, "v1 = w / x where w = 2.0, x = 0.0"),
    (lambda x, w: (x * -800).exp().minimum(w), -1.0, OverflowError, "v2 = exp(v1) where v1 = 800.0"),
    (lambda x, w: (x**0.5).relu() * w, -1.0, ValueError, "v1 = pow(x, 0.5) where x = -1.0"),
    (lambda x, w: (x * w).sqrt(), 0.0, ZeroDivisionError, "d_v1 = 0.5 / v2 where v2 = 0.0"),
    (lambda x, w: (x * w) ** 0.5, 0.0, ValueError, "d_v1 = 0.5 * pow(v1, -0.5) where v1 = 0.0"),
]


@pytest.mark.parametrize("expression, bad, kind, ending", REFUSED_ARITHMETIC)
def test_arithmetic_that_is_refused_names_row_line_and_numbers(expression, bad, kind, ending):
    x, w = Value(1, "x"), Value(2, "w")
    program = Program(expression(x, w), [x])
    text = ending.partition(" where ")[0]
    number = program.source.splitlines().index(f"    {text}") + 1
    with pytest.raises(kind) as refused:
        program.batch([[1], [2], [bad], [3]])
    assert str(refused.value).startswith(f"row 2: line {number}, {ending}: ")
    with pytest.raises(kind) as refused:
        program(bad)
    assert str(refused.value).startswith(f"line {number}, {ending}: ")
    assert w.grad == 0.0
    assert f"    {text}\n" in "".join(traceback.format_exception(refused.value))


@pytest.mark.parametrize("width", [1, 2, 64])
def test_the_line_that_is_named_is_the_printed_one(width):
    x, w = [Value(1, f"x[{i}]") for i in range(width)], Value(2, "w")
    program = Program(sum(v.log() * w for v in x), x)
    with pytest.raises(ValueError, match="row 1: line ") as refused:
        program.batch([[1.0] * width, [1.0] * (width - 1) + [-1.0]])
    number, line = re.match(r"row 1: line (\d+), (.*) where", str(refused.value)).groups()
    assert line.endswith(f"= log(x_{width - 1})")
    assert str(program).splitlines()[int(number) - 1] == f"    {line}"


def test_without_a_compiler_there_is_one_clear_line(monkeypatch):
    monkeypatch.setenv("CC", "no-such-compiler -O3")
    assert c_compiler() is None
    with pytest.raises(NoCompiler, match=r"no C compiler: \$CC is 'no-such-compiler -O3', which") as refused:
        Program(Value(1) * 0.75).native()
    assert "\n" not in str(refused.value)


def test_the_value_is_there_where_the_derivative_is_not():
    w = Value(0, "w")
    program = Program(w.sqrt())
    assert program.value() == 0.0
    with pytest.raises(ZeroDivisionError):
        program()


def test_outputs_and_inputs_that_are_refused():
    x, w = Value(1, "x"), Value(2, "w")
    y = x * w
    with pytest.raises(
        TypeError, match=r"a program computes a Value, or a list of Values, not 2\.0 \(float\)"
    ):
        Program([y, 2.0])
    with pytest.raises(ValueError, match="there are no outputs"):
        Program([])
    for uneven in ([[y], [y, x]], [y, [y]]):
        with pytest.raises(ValueError, match="lists of different lengths"):
            Program(uneven)
    with pytest.raises(TypeError, match="inputs is a list of Values, not the Value x"):
        Program(y, x)
    with pytest.raises(TypeError, match=r"input 1 is 1\.0 \(float\), not a Value"):
        Program(y, [x, 1.0])
    with pytest.raises(ValueError, match=r"input 1 \(x\) is given twice"):
        Program(y, [x, x])
    with pytest.raises(ValueError, match=r"input 0 \(Value\(data=2.0.*\) is computed from other Values"):
        Program(y, [y])
    with pytest.raises(ValueError, match=r"input 0 \(Constant\(3.0\)\) is a constant"):
        Program(y * 3, [Constant(3)])


def test_an_input_may_be_idle():
    x, idle, w = Value(1, "x"), Value(2), Value(3, "w")
    program = Program(x * w, [idle, x])
    assert program(100, 5) == 15.0
    assert w.grad == 5.0
    with pytest.raises(ValueError, match="is NaN"):
        program(NAN, 5)


def test_a_line_of_constants_alone_names_no_numbers():
    constant = Constant(1)
    output = constant.log() * Value(2, "w")
    constant.data = -1.0
    with pytest.raises(ValueError, match=r"^line 6, v1 = log\(-1\.0\): "):
        Program(output)()


def test_a_constants_data_is_a_number_before_it_is_text():
    constant = Constant(2)
    output = constant * Value(3, "w")
    constant.data = 5
    assert Program(output)() == 15.0 and "v1 = 5.0 * w" in Program(output).source
    with pytest.raises(TypeError):
        constant.data = "__import__('os')"
