"""Native: a program's numbers from machine code; and what happens where there
is no compiler, or no number.
"""

import atexit
import gc
import math
import multiprocessing
import os
import pickle
import platform
import random
import re
import shutil
import subprocess
import sys
import threading
from array import array
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from types import SimpleNamespace

import pytest

import engine.programs.c_bodies
import engine.programs.c_functions
import engine.programs.compiler
import engine.programs.machine_code
from engine import Constant, NoCompiler, Program, Value, c_compiler
from nn import GradientDescent, Neuron, fit, mean_squared_error
from tests.engine.programs.test_program import HOSTILE, REFUSED_ARITHMETIC, REFUSED_ROWS, line, matrix
from tests.graphs import ARITHMETIC, networks, random_graph, random_rows

if c_compiler() is None:
    pytest.skip("there is no C compiler", allow_module_level=True)


SEEDS = [pytest.param(seed, marks=[pytest.mark.slow] * (seed > 0)) for seed in range(8)]


def alone(native):
    """A native program whose Python program cannot help it out."""
    native.program = SimpleNamespace(
        _data=native.program._data, _accumulate=native.program._accumulate, tape=native.program.tape
    )
    return native


# the same numbers as the program's


@pytest.mark.parametrize("seed", SEEDS)
def test_arithmetic_is_the_programs_to_the_last_bit(seed):
    output, inputs, _ = random_graph(seed, ARITHMETIC)
    program = Program(output, inputs)
    native = alone(program.native())
    for count in (1, 7, 8, 21):
        rows = random_rows(f"{seed}.{count}", count)
        assert native.value_and_gradient(matrix(rows)) == program.value_and_gradient(rows)
    assert native.value(*rows[0]) == program.value(*rows[0])


@pytest.mark.parametrize("seed", SEEDS)
def test_functions_agree(seed):
    output, inputs, _ = random_graph(seed)
    program, rows = Program(output, inputs), random_rows(seed, 13)
    mean, gradient = alone(program.native()).value_and_gradient(rows)
    expected, slope = program.value_and_gradient(rows)
    assert mean == pytest.approx(expected, rel=1e-12)
    assert gradient == pytest.approx(slope, rel=1e-12, abs=1e-13)


QUICK = {
    "cross entropy",
    "recurrent",
    "convolution",
    "chain",
    "one leaf",
    "a constant",
    "no inputs",
    "zeros",
}


@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in networks()]
)
def test_networks_and_other_graphs(name):
    output, inputs = networks()[name]
    program = Program(output, inputs)
    native = alone(program.native())
    for rows in random_rows(name, 5, len(inputs)), random_rows(name, 37, len(inputs)):
        mean, gradient = native.value_and_gradient(rows)
        expected, slope = program.value_and_gradient(rows)
        assert mean == pytest.approx(expected, rel=1e-12)
        assert gradient == pytest.approx(slope, rel=1e-12, abs=1e-13)


@pytest.mark.parametrize(
    "name", ["hinge", "perceptrons", "recurrent", "convolution", "concat", "sum of inputs"]
)
@pytest.mark.slow
def test_turns_side_by_side_are_the_same_turns(name, monkeypatch):
    monkeypatch.setattr(engine.programs.c_bodies, "LONG_LOOP", 3)
    monkeypatch.setattr(engine.programs.machine_code, "_functions", {})  # none compiled with another
    output, inputs = networks()[name]
    program = Program(output, inputs)
    native = alone(program.native())
    if name in ("hinge", "perceptrons"):
        assert "sum[BLOCK]" in program.native().source
    for rows in random_rows(name, 5, len(inputs)), random_rows(name, 37, len(inputs)):
        mean, gradient = native.value_and_gradient(rows)
        expected, slope = program.value_and_gradient(rows)
        assert mean == pytest.approx(expected, rel=1e-12)
        assert gradient == pytest.approx(slope, rel=1e-12, abs=1e-13)


def compilers():
    """The commands of compilers for vectors of other widths, and of others."""
    narrower = ["cc -mno-avx512f", "cc -mno-avx"] if platform.machine() == "x86_64" else []
    return [*narrower, *filter(shutil.which, ["gcc", "clang"])]


@pytest.mark.slow
@pytest.mark.parametrize("command", compilers())
def test_the_width_of_vectors_and_the_compiler_do_not_change_a_bit(command, monkeypatch):
    monkeypatch.setenv("CC", command)
    graphs = [random_graph(f"widths {seed}", ARITHMETIC)[:2] for seed in range(3)]
    graphs += [networks()[name] for name in ("hinge", "convolution", "sum of inputs")]
    for output, inputs in graphs:
        program = Program(output, inputs)
        native = alone(program.native())
        for count in (1, 2, 3, 5, 8, 9, 16, 17, 31, 32, 33, 50, 100):
            rows = random_rows(f"{command} {count}", count, len(inputs))
            assert native.value_and_gradient(rows) == program.value_and_gradient(rows)


@pytest.mark.slow
@pytest.mark.parametrize("command", compilers())
def test_of_two_zeros_every_compiler_takes_the_one_that_python_takes(command, monkeypatch):
    monkeypatch.setenv("CC", command)
    x, y = Value(0, "x"), Value(0, "y")
    outputs = [f(a, b) for f in (Value.minimum, Value.maximum) for a in (x, y) for b in (x, y, 0.0, -0.0)]
    program = Program([*outputs, x.relu(), abs(x)], inputs=[x, y])
    rows = [[a, b] for a in (0.0, -0.0) for b in (0.0, -0.0)]
    assert repr(program.native().each(rows).tolist()) == repr(program.each(rows).tolist())


def test_a_function_that_writes_is_called():
    """gcc 12 took one of these loops' functions for one that writes nothing."""
    a, b, c, d = inputs = [Value(0.3 * (j + 1), f"x{j}") for j in range(4)]
    u, v = b * 2.0, b * c
    h = [abs(d), abs(a), abs(v), u, abs(u)]
    out = u + v + abs(b) + h[0] + h[1] + h[4] + h[2]
    for i in range(3):
        s = Value(0.5, f"b{i}")
        for j, each in enumerate(h):
            t = each * Value(0.2 * i - 0.1 * j + 0.25, f"w{i}_{j}")
            s = s + (t - 1.5 if (i, j) == (0, 3) else t)
        out = out + abs(s)
    program = Program(out, inputs)
    for rows in random_rows("written", 1, 4), random_rows("written", 65, 4):
        assert alone(program.native()).value_and_gradient(rows) == program.value_and_gradient(rows)


@pytest.mark.slow
def test_a_long_loop_that_adds_to_sums_becomes_several_functions():
    rng = random.Random(1)
    order = rng.sample(range(150), 150)
    x = [Value(0.1, f"x{i}") for i in range(150)]
    w = [[Value(rng.gauss(0, 1), f"w_{i}_{j}") for j in range(150)] for i in range(4)]
    program = Program(sum(abs(sum(row[j] * x[order[j]] for j in range(150))) for row in w), x)
    rows = random_rows("long loop", 37, 150)
    assert alone(program.native()).value_and_gradient(rows) == program.value_and_gradient(rows)


def test_formulas_that_differ_in_a_number_share_a_function():
    w = [Value(0.5 + i / 100, f"w{i}") for i in range(50)]
    program = Program(sum(v ** (i / 7 + 2.5) + v.maximum(i / 100) for i, v in enumerate(w)))
    assert program.native().source.count("NOINLINE vector formula") < 10
    mean, gradient = alone(program.native()).value_and_gradient([[]])
    assert mean == pytest.approx(program.value(), rel=1e-12)
    assert gradient == pytest.approx(program.value_and_gradient([[]])[1], rel=1e-12)


def test_it_prints_as_the_programs_own_part_of_its_c():
    output, inputs = networks()["hinge"]
    native = Program(output, inputs).native()
    words, own = str(native).split("\n\n", 1)
    assert own in native.source and "for (int i = 0; i <" in own
    for word in set(re.findall(r"\b(?:EACH|ADD|SELECT|SPLAT)\b", own)):
        assert word in words


def test_any_number_of_rows():
    L, inputs, _ = line()
    program = Program(L, inputs)
    native = alone(program.native())
    for count in [*range(1, 35), 1000]:
        rows = random_rows(count, count, 2)
        assert native.value_and_gradient(rows) == program.value_and_gradient(rows)


@pytest.mark.parametrize("lines", [7, *(pytest.param(lines, marks=pytest.mark.slow) for lines in (1, 2, 50))])
def test_functions_of_any_length_hand_on_what_the_next_ones_need(lines, monkeypatch):
    monkeypatch.setattr(engine.programs.c_functions, "LINES", lines)
    output, inputs, _ = random_graph(f"{lines} lines", ARITHMETIC)
    program, rows = Program(output, inputs), random_rows(lines, 11)
    assert alone(program.native()).value_and_gradient(rows) == program.value_and_gradient(rows)


KINKED = [
    (abs, [-2.0, -0.0, 0.0, 2.0]),
    (Value.relu, [-2.0, -0.0, 0.0, 2.0]),
    (Value.sigmoid, [-1e4, -800.0, -700.0, -1.0, 0.0, 800.0, 1e4]),
    (Value.softplus, [-1e4, -800.0, 0.0, 800.0, 1e4]),
    (lambda x: x.maximum(0.5), [0.0, 0.5, 1.0]),
    (lambda x: (2 * x).minimum(x), [-1.0, 0.0, 1.0]),
    (lambda x: Value(0, "a") ** x, [1.0, 2.0, 3.0]),  # log(0) in the branch not taken
    (lambda x: Value(3, "a") ** x, [0.0, 1.0, -1.0]),
    (lambda x: x ** Value(2, "b"), [0.5, 1.0, 3.0]),
    (lambda x: x ** Value(0, "b"), [0.0, 1.0, 3.0]),  # 0 ** -1 in the branch not taken
]


@pytest.mark.parametrize("kinked, points", KINKED)
def test_branches_that_are_not_taken_do_not_count(kinked, points):
    x, w = Value(1, "x"), Value(1, "w")
    program = Program(kinked(x * w), [x])
    native = alone(program.native())
    for rows in ([[point] for point in points], *([[point]] for point in points)):
        assert native.value_and_gradient(rows) == program.value_and_gradient(rows)


@pytest.mark.slow
def test_numbers_of_constants_are_exact():
    w = Value(0.1, "w")
    for number in (0.1, 1 / 3, -0.0, 5e-324, 1.7976931348623157e308, math.inf, -math.inf, -2.5):
        out, (derivative,) = alone(Program(w * number).native()).value_and_gradient([[]])
        assert (out, derivative) == (0.1 * number, number)
        assert math.copysign(1, Program(w * number).native()()) == math.copysign(1, number)
    assert math.isnan(Program(w * math.nan).native()())


@pytest.mark.parametrize(
    "function",
    [
        Value.exp,
        *(pytest.param(each, marks=pytest.mark.slow) for each in (Value.log, Value.tan, lambda x: 1.5**-x)),
    ],
)
def test_functions_of_constants_are_not_left_to_the_compiler(function):  # which rounds in its own way
    numbers = [random.Random(i).random() for i in range(100)]

    def values(kind):
        scales = [Value(1) for _ in numbers]
        program = Program(sum(scale * function(kind(x)) for scale, x in zip(scales, numbers)))
        _, gradient = program.native().value_and_gradient([[]])
        return {derivative for leaf, derivative in zip(program.parameters, gradient) if leaf in set(scales)}

    assert values(Constant) == values(Value)


def test_an_output_without_operations():
    w = Value(3, "w")
    assert Program(w).native().value_and_gradient([[]]) == (3.0, array("d", [1.0]))
    assert Program(w, [w]).native().value_and_gradient([[5], [7]]) == (6.0, array("d"))
    assert Program(Constant(2)).native().value_and_gradient([[], []]) == (2.0, array("d"))


def test_calls_and_batches_add_to_the_gradient():
    L, inputs, (w, b) = line()
    native = alone(Program(L, inputs).native())
    assert native(2, 1) == 9.0
    assert native.batch([[2, 1], [0, 1]]) == 9.0  # errors -3 and 3
    assert (w.grad, b.grad) == (-12.0 - 6.0, -6.0 + 0.0)
    w.data = 0.0
    assert native.value(2, 1) == 9.0
    assert (w.grad, b.grad) == (-18.0, -6.0)
    assert native.value_and_gradient([[2, 1]], [1, 2]) == (9.0, array("d", [12.0, 6.0]))
    with pytest.raises(ValueError, match="3 numbers given for 2 parameters"):
        native.value_and_gradient([[2, 1]], [1, 2, 3])


def test_training_takes_the_same_steps_to_the_last_bit():
    output, inputs, _ = random_graph(7, ARITHMETIC)
    program, rows = Program(output, inputs), random_rows(7, 20)
    paths = []
    for form in (program, alone(program.native())):
        weights, path = program._data(), []
        for _ in range(30):
            mean, gradient = form.value_and_gradient(rows, weights)
            weights = array("d", (w - 0.01 * g for w, g in zip(weights, gradient)))
            path.append((mean, weights))
        paths.append(path)
    assert paths[0] == paths[1]
    assert paths[0][-1][0] < paths[0][0][0]


def test_rows_may_be_a_buffer_that_cannot_be_written():
    L, inputs, _ = line()
    native = alone(Program(L, inputs).native())
    assert native.value_and_gradient(matrix([[2, 1], [0, 1]]).toreadonly()) == native.value_and_gradient(
        [[2, 1], [0, 1]]
    )


def test_a_label_is_data_in_c_too():
    words = "NAN INFINITY EACH ALL PART lanes masks int double i w kept sums doubt run unix _Bool"
    leaves = [Value(i / 100, label) for i, label in enumerate([*HOSTILE, *words.split(), *words.split()])]
    output = sum(leaf.sigmoid() for leaf in leaves)
    output.label = "register"
    program = Program(output, leaves[:1])
    assert alone(program.native()).value_and_gradient([[0.5]]) == program.value_and_gradient([[0.5]])


@pytest.mark.parametrize("size", [512, pytest.param(4_096, marks=pytest.mark.slow)])
def test_a_large_program(size):
    x = [Value(1, f"x[{i}]") for i in range(4)]
    w = [Value(i / size, f"w[{i}]") for i in range(size)]
    program = Program(sum(v * v * u for v, u in zip(w, x * (size // 4))), x)
    assert program.source.count("\n") > 6 * size
    mean, gradient = alone(program.native()).value_and_gradient([[1, 2, 3, 4]] * 9)
    assert mean == sum((i / size) ** 2 * (i % 4 + 1) for i in range(size))
    assert list(gradient) == [2 * i / size * (i % 4 + 1) for i in range(size)]


@pytest.mark.slow
def test_fast_math_agrees_but_for_the_last_digits():
    for seed in range(4):
        output, inputs, _ = random_graph(seed)
        program, rows = Program(output, inputs), random_rows(seed, 13)
        mean, gradient = alone(program.native(fast_math=True)).value_and_gradient(rows)
        expected, slope = program.value_and_gradient(rows)
        assert mean == pytest.approx(expected, rel=1e-9)
        assert gradient == pytest.approx(slope, rel=1e-9, abs=1e-9)
    assert 5e-324 * 1.0 > 0  # the process still has its smallest numbers


# what is refused


@pytest.mark.parametrize("rows, kind, message", REFUSED_ROWS)
def test_rows_are_refused_as_by_the_program(rows, kind, message):
    L, inputs, parameters = line()
    with pytest.raises(kind) as refused:
        Program(L, inputs).native().batch(rows)
    assert str(refused.value).startswith(message)
    assert [leaf.grad for leaf in parameters] == [0.0, 0.0]


@pytest.mark.parametrize("fast_math", [False, pytest.param(True, marks=pytest.mark.slow)])
@pytest.mark.parametrize("expression, bad, kind, ending", REFUSED_ARITHMETIC)
def test_arithmetic_is_refused_as_by_the_program(expression, bad, kind, ending, fast_math):
    x, w = Value(1, "x"), Value(2, "w")
    program = Program(expression(x, w), [x])
    native = program.native(fast_math)
    for rows in ([[1]] * 17 + [[bad]] + [[2]] * 3, [[1]] * 17 + [[bad]]):
        with pytest.raises(kind) as refused:
            native.batch(rows)
        assert str(refused.value).startswith("row 17: line ")
        assert ending in str(refused.value)
    with pytest.raises(kind) as refused:
        native(bad)
    assert str(refused.value).startswith("line ")
    assert w.grad == 0.0
    assert native.value_and_gradient([[1]] * 17)[0] == pytest.approx(
        program.value_and_gradient([[1]] * 17)[0]
    )  # as if never


def test_an_infinity_that_python_accepts_is_accepted():
    x, w = Value(1, "x"), Value(2, "w")
    program = Program(w / x + (x * 1e308).maximum(0), [x])
    rows = [[math.inf], [1.0]]
    assert program.native().value_and_gradient(rows) == program.value_and_gradient(rows)
    assert program.native().value(math.inf) == math.inf


def test_calls_are_refused_as_by_the_program():
    L, inputs, _ = line()
    native = Program(L, inputs).native()
    for call in (native, native.value):
        with pytest.raises(ValueError, match=r"1 number given for 2 inputs \(x, y\)"):
            call(1)
        with pytest.raises(ValueError, match="input y is NaN"):
            call(1, math.nan)


def test_the_value_is_there_where_the_derivative_is_not():
    w = Value(0, "w")
    native = Program(w.sqrt()).native()
    assert native.value() == 0.0
    with pytest.raises(ZeroDivisionError, match=r"line 8, d_w = 0\.5 / v1 where v1 = 0\.0"):
        native()


# compilers


@pytest.fixture
def runs(monkeypatch):
    """The commands that are run to compile."""
    commands, run = [], subprocess.run
    monkeypatch.setattr(
        subprocess, "run", lambda command, **kw: commands.append(command) or run(command, **kw)
    )
    return commands


@pytest.mark.slow
def test_a_source_is_compiled_once_whoever_asks(runs):
    output, inputs, _ = random_graph("compiled once")
    programs = [Program(output, inputs) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        means = list(
            pool.map(lambda program: program.native().value_and_gradient([[0.1, 0.2, 0.3]]), programs)
        )
    assert all(mean == means[0] for mean in means)
    assert sum("-c" in command for command in runs) == 1
    programs[0].native(fast_math=True)
    assert sum("-c" in command for command in runs) == 2


def test_threads_compute_at_once_with_parameters_of_their_own():
    w = [Value(0, f"w[{i}]") for i in range(200)]
    x = Value(1, "x")
    native = Program(sum(v * v * x for v in w), [x]).native()

    def gradient(k):
        return [native.value_and_gradient([[1.0]] * 100, array("d", [k] * 200)) for _ in range(20)]

    with ThreadPoolExecutor(8) as pool:
        for k, found in enumerate(pool.map(gradient, range(16))):
            assert found == [(200.0 * k * k, array("d", [2.0 * k] * 200))] * 20


def test_no_files_are_left(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    output, inputs, _ = random_graph("no files")
    Program(output, inputs).native()
    with pytest.raises(NoCompiler):
        engine.programs.compiler.compile_c("this is not C")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux tells what a process has loaded")
def test_machine_code_is_unloaded_with_its_last_program(monkeypatch):
    def loaded():
        with open("/proc/self/maps") as maps:
            return {line.split()[5] for line in maps if "run.so" in line}

    monkeypatch.setattr(engine.programs.machine_code, "CACHE_SIZE", 0)
    Program(Value(1, "x") * 1.25).native()
    gc.collect()
    before, native = loaded(), Program(Value(1, "x") * 1.5).native()
    assert len(loaded() - before) == 1
    del native
    gc.collect()
    assert not loaded() - before


def test_a_function_that_c_does_not_have_is_named():
    for call in ("gamma(2.0)", "radians(2.0)"):  # Python's; C's gamma is another
        with pytest.raises(NoCompiler, match=call.partition("(")[0]):
            engine.programs.compiler.compile_c(f"#include <math.h>\ndouble f(void) {{ return {call}; }}")


def test_the_compiler_is_run_without_a_shell(monkeypatch, tmp_path):
    monkeypatch.setenv("CC", f"cc; touch {tmp_path / 'ran'}")
    with pytest.raises(NoCompiler):
        Program(random_graph("no shell")[0]).native()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_compiler_may_have_options_and_may_fail(monkeypatch):
    program = Program(random_graph("options")[0])
    monkeypatch.setenv("CC", "cc --no-such-option")
    with pytest.raises(
        NoCompiler, match=r"the C compiler failed: .*no-such-option.* \(the command was /.*cc --no"
    ):
        program.native()
    monkeypatch.setenv("CC", "cc -DANYTHING=1")
    assert program.native().value_and_gradient([[]]) == program.value_and_gradient(
        [[]]
    )  # the failure is not remembered


@pytest.fixture
def broken(request, monkeypatch, tmp_path):
    """What is wrong with the compiler or its folder."""
    script = tmp_path / "script"
    script.write_text("echo no program")
    script.chmod(0o755)
    if request.param == "no folder":
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    else:
        monkeypatch.setenv("CC", request.param.format(script=script))


BROKEN = [
    "",
    "  ",
    "cc '-unbalanced",
    "{script}",
    "no-such-compiler",
    "cc --no-such-option",
    "false",
    "no folder",
]


@pytest.mark.parametrize("broken", BROKEN, indirect=True)
def test_what_does_not_compile_is_one_line_and_fit_goes_on(broken):
    program = Program(random_graph("broken")[0])
    with pytest.raises(NoCompiler) as refused:
        program.native()
    assert "\n" not in str(refused.value) and "C compiler" in str(refused.value)
    model = Neuron(1, activation="linear", rng=random.Random(0))
    descent = GradientDescent(model.parameters(), 0.1)
    losses = fit(model, [[1.0], [2.0]], [2, 4], mean_squared_error, descent, epochs=5)
    assert losses[-1] < losses[0]


FAST = (
    "-Ofast -ffast-math -funsafe-math-optimizations -ffinite-math-only -fassociative-math -freciprocal-math"
)


@pytest.mark.slow
@pytest.mark.parametrize("options", ["-Ofast", "-O3 -ffast-math", "-O0", FAST])
def test_the_users_options_do_not_undo_exactness(options, monkeypatch):
    monkeypatch.setenv("CC", f"cc {options}")
    for seed in range(3):
        output, inputs, _ = random_graph(f"options {seed}", ARITHMETIC)
        program, rows = Program(output, inputs), random_rows(seed, 21)
        assert alone(program.native()).value_and_gradient(rows) == program.value_and_gradient(rows)
    smallest = 5e-324
    assert smallest * 1.0 > 0  # the process has its smallest numbers still


def test_fast_math_refuses_what_the_graph_refuses_and_no_more():
    x, w = Value(1.0, "x"), Value(2.0, "w")
    small = Program(w * x / 1e-310, [x])
    assert small.native(True).value(1e-310) == small.value(1e-310) == 2.0
    infinite = Program((w + x) - w, [x])
    w.data = math.inf
    assert math.isnan(infinite.value(1)) and math.isnan(infinite.native(True).value(1))


def test_the_compiler_of_ziglang_serves(monkeypatch):
    pytest.importorskip("ziglang", reason="ziglang is not installed")
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    program, rows = Program(random_graph("zig", ARITHMETIC)[0]), [[]] * 9
    assert c_compiler()[1:] == ["-m", "ziglang", "cc"]
    assert alone(program.native()).value_and_gradient(rows) == program.value_and_gradient(rows)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes cannot fork here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.slow
def test_a_forked_process_that_ends_leaves_the_compilers_files(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    seen, run = [], subprocess.run

    def forking(command, **options):
        child = os.fork()
        if child == 0:
            atexit._run_exitfuncs()  # as a process ends that cleans up
            os._exit(0)
        os.waitpid(child, 0)
        seen.append(os.path.exists(command[command.index("-o") + 1].rpartition("/")[0]))
        return run(command, **options)

    monkeypatch.setattr(subprocess, "run", forking)
    Program(random_graph("forked")[0]).native()
    assert seen == [True, True]
    assert list(tmp_path.iterdir()) == []


# processes


@pytest.mark.slow
def test_a_native_program_pickles_for_a_pool_of_processes():
    output, inputs, _ = random_graph(3)
    native, rows = Program(output, inputs).native(), random_rows(3, 24)
    shards = [rows[i : i + 8] for i in range(0, 24, 8)]
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        found = list(pool.map(native.value_and_gradient, shards))
    assert found == [native.value_and_gradient(shard) for shard in shards]
    assert pickle.loads(pickle.dumps(Program(output, inputs).native(True))).fast_math


@pytest.mark.skipif(not hasattr(engine.programs.machine_code.os, "fork"), reason="processes cannot fork here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_process_forked_while_a_thread_compiles_can_compile():
    L, inputs, _ = line()
    program = Program(L * 3.5, inputs)
    process = multiprocessing.get_context("fork").Process(target=program.native)
    with engine.programs.machine_code._lock:  # as the thread has it
        process.start()
    process.join(60)
    assert process.exitcode == 0


@pytest.mark.slow
def test_many_threads_compile_different_programs():
    w = Value(0.5, "w")
    programs = [Program(w * w * n) for n in range(2, 8)]
    found = []

    def run(program):
        found.append((program.native()(), program.value()))

    threads = [threading.Thread(target=run, args=[program]) for program in programs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [(0.25 * n, 0.25 * n) for n in range(2, 8)]
