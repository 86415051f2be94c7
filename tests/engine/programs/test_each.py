"""Programs of several outputs, and results and derivatives for every row."""

import math
import pickle
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest

import engine
from engine import Constant, NoCompiler, Program, Value, c_compiler, grad, hessian, jacobian, read_rows
from tests.graphs import networks, random_graph, random_rows

ROOT = Path(engine.__file__).parents[1]


def forms(program):
    return [program, program.native()] if c_compiler() else [program]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_each_row_is_what_the_graph_computes_there(seed):
    output, x, w = random_graph(seed)
    leaves = [x[1], *w[:3], x[0]]
    slopes = grad(output, leaves)
    rows = random_rows(seed, 21)
    for form in forms(Program(output, inputs=x)):
        numbers, derivatives = form.each(rows, leaves=leaves)
        assert numbers.shape == (21,) and derivatives.shape == (21, 5)
        assert form.each(rows).tolist() == numbers.tolist()
        for i, row in enumerate(rows[::4]):
            for leaf, number in zip(x, row):
                leaf.data = number
            output.forward()
            assert numbers[4 * i] == pytest.approx(output.data, rel=1e-12)
            for j, slope in enumerate(slopes):
                slope.forward()
                assert derivatives[4 * i, j] == pytest.approx(slope.data, rel=1e-10, abs=1e-13)
        assert all(leaf.grad == 0 for leaf in leaves)


def test_an_exponent_computed_from_constants_keeps_its_bits():
    x = Value(0.1, "x")
    power = x ** (Constant(2) + Constant(2))
    power.backward()
    assert power.data != x.data * x.data * (x.data * x.data)
    for form in forms(Program(power, [x])):
        numbers, derivatives = form.each([[0.1]], [x])
        assert numbers.tolist() == [power.data] and derivatives.tolist() == [
            [pytest.approx(x.grad, rel=1e-14)]
        ]


QUICK = "no inputs", "a constant", "one leaf"
SLOW = "softmax", "hinge", "max pool", "recurrent", "cross entropy"


@pytest.mark.parametrize("name", [*QUICK, *(pytest.param(name, marks=pytest.mark.slow) for name in SLOW)])
def test_the_mean_over_rows_is_that_of_a_batch(name):
    output, inputs = networks()[name]
    program = Program(output, inputs=inputs)
    rows = random_rows(5, 13, len(inputs))
    mean, gradient = program.value_and_gradient(rows)
    for form in forms(program):
        numbers, slopes = (
            form.each(rows, program.parameters or inputs)
            if inputs or program.parameters
            else (form.each(rows), None)
        )
        assert sum(numbers.tolist()) / 13 == pytest.approx(mean, rel=1e-12)
        if program.parameters:
            columns = zip(*slopes.tolist())
            assert [sum(column) / 13 for column in columns] == pytest.approx(
                list(gradient), rel=1e-9, abs=1e-12
            )


@pytest.mark.slow
def test_where_sides_tie_derivatives_are_the_tables():
    engine.define("side", "a if a >= b else b", ["1 if a > b else 0", "0 if a > b else 1"])
    x, y = Value(1, "x"), Value(1, "y")
    for output in (x.maximum(y), x.minimum(y), x.maximum(1), x.side(y), abs(x - y), (x - y).relu()):
        x.grad = y.grad = 0.0
        output.backward()
        for form in forms(Program(output + 0 * x * y, inputs=[x, y])):
            assert form.each([[1, 1]], leaves=[x, y])[1].tolist() == [[x.grad, y.grad]]


def test_no_line_is_left_out_that_may_be_nan_or_raise():
    x = Value(1, "x")
    program = Program([0.0 * x, x * 0.0 + 1, 0 / x, 0 * x.exp(), (x * 1.0).arctan2(-1)], inputs=[x])
    for form in forms(program):
        for number in (2.0, -math.inf, 0.0, -0.0, math.inf, 1e308):
            try:
                wanted = repr(program(number))
            except (ValueError, ArithmeticError) as error:
                with pytest.raises(type(error)):
                    form.each([[number]])
                with pytest.raises(type(error)):
                    form.each([[number]], leaves=[x])
            else:
                assert [repr(row) for row in form.each([[number]]).tolist()] == [wanted]
                assert repr(form.each([[number]], leaves=[x])[0].tolist()[0]) == wanted


@pytest.mark.slow
def test_a_case_that_makes_a_number_of_nan_is_no_error_where_none_is():
    x = Value(2, "x")
    [slope] = grad(abs(x), [x])  # 0 at NaN, which is neither more nor less than 0
    for output in (
        1 / slope,
        1 / grad(slope * x, [x])[0],
        (slope - 0.5).log(),
        (5 - Constant(4).maximum(x)).sqrt(),
    ):
        for form in forms(Program(output, inputs=[x])):
            numbers, slopes = form.each([[3], [4.5]], leaves=[x])
            for row, number, derivative in zip((3, 4.5), numbers.tolist(), slopes.tolist()):
                x.data, x.grad = row, 0.0
                output.forward()
                output.backward()
                assert (number, derivative) == (output.data, [x.grad])


def test_a_case_without_a_number_is_no_error_where_it_does_not_hold():
    x, zero = Value(1, "x"), Constant(1) - Constant(1)
    [slope] = grad(zero**x, [zero])  # its case for x < 0.5 has a division by zero
    for form in forms(Program(slope, inputs=[x])):
        assert form.each([[1], [2]]).tolist() == [1.0, 0.0]


@pytest.mark.slow
def test_an_output_that_is_not_computed_keeps_the_sign_of_its_zero():
    x = Value(1, "x")
    for output in (x, Constant(-0.0), -0.6 * (Constant(1) - Constant(1))):
        for form in forms(Program(output, inputs=[x])):
            assert repr(form.each([[-0.0]]).tolist()) == "[-0.0]"


def rosenbrock(x, y):
    return (1 - x) ** 2 + 100 * (y - x * x) ** 2


def test_a_hessian_is_a_program():
    x, y = Value(-1.2, "x"), Value(1, "y")
    f = rosenbrock(x, y)
    program = Program(hessian(f, [x, y]), inputs=[x, y])
    for point in ((-1.2, 1.0), (1.0, 1.0), (0.3, -2.0)):
        a, b = point
        exact = [[2 - 400 * (b - 3 * a * a), -400 * a], [-400 * a, 200]]
        for form in (*forms(program), program.loops.function, program.function):
            assert form(*point) == [pytest.approx(row, rel=1e-14) for row in exact]
    for form in forms(program):
        assert form.each([[0, 0], [1, 1]]).tolist() == [[[2, 0], [0, 200]], [[802, -400], [-400, 200]]]
    assert "return [[" in str(program) and "# backward" not in str(program)
    assert [str(line) for line, _ in program.line_by_line(1, 1)] == list(map(str, program.tape.forward))


def test_the_printed_module_of_several_outputs_runs_by_itself(tmp_path):
    output, x, w = random_graph(3)
    program = Program(jacobian([output, output * output], [*x, *w]), inputs=x)
    file = tmp_path / "module.py"
    numbers = [0.1 * i for i in range(len(program.tape.inputs + program.tape.parameters))]
    file.write_text(f"{program}\n\nprint(f(*{numbers}))\n", encoding="utf-8")
    run = subprocess.run([sys.executable, "-I", file], capture_output=True, text=True, check=True)
    assert eval(run.stdout) == program.function(*numbers)


def bundle(seed=0):
    """A camera looks at a point: where in the picture that should be, less
    where it is. With Rodrigues' rotation and two coefficients of distortion, as
    in Snavely's Bundler.
    """
    rng = random.Random(seed)
    names = ["r1", "r2", "r3", "t1", "t2", "t3", "f", "k1", "k2", "X", "Y", "Z", "u", "v", "weight"]
    leaves = [Value(rng.uniform(0.5, 1), name) for name in names]
    r1, r2, r3, t1, t2, t3, f, k1, k2, X, Y, Z, u, v, weight = leaves
    angle = (r1 * r1 + r2 * r2 + r3 * r3).sqrt()
    a, b, c = r1 / angle, r2 / angle, r3 / angle
    cos, sin = angle.cos(), angle.sin()
    dot = (a * X + b * Y + c * Z) * (1 - cos)
    x = X * cos + (b * Z - c * Y) * sin + a * dot + t1
    y = Y * cos + (c * X - a * Z) * sin + b * dot + t2
    z = Z * cos + (a * Y - b * X) * sin + c * dot + t3
    px, py = -x / z, -y / z
    square = px * px + py * py
    distortion = 1 + square * (k1 + k2 * square)
    return [weight * (f * distortion * px - u), weight * (f * distortion * py - v)], leaves


@pytest.mark.slow
def test_the_jacobian_of_bundle_adjustment_is_one_call():
    residuals, leaves = bundle()
    program = Program(residuals, inputs=leaves)
    rng = random.Random(1)
    rows = [[rng.uniform(0.5, 1) for _ in leaves] for _ in range(40)]
    for form in forms(program):
        found, jacobians = form.each(rows, leaves)
        assert found.shape == (40, 2) and jacobians.shape == (40, 2, 15)
        for i in (0, 17, 39):
            for j, k in ((0, 0), (1, 6), (0, 11), (1, 14)):
                sides = []
                for h in (1e-6, -1e-6):
                    moved = [number + h * (place == k) for place, number in enumerate(rows[i])]
                    sides.append(program(*moved)[j])
                assert jacobians[i, j, k] == pytest.approx((sides[0] - sides[1]) / 2e-6, rel=1e-7, abs=1e-8)


@pytest.mark.slow
def test_thirty_thousand_observations_in_one_call():
    residuals, leaves = bundle()
    program = Program(residuals, inputs=leaves)
    rng = random.Random(1)
    rows, count = read_rows([[rng.uniform(0.5, 1) for _ in leaves] for _ in range(30_000)], program.inputs)
    outputs, jacobians = forms(program)[-1].each(memoryview(rows).cast("B").cast("d", (count, 15)), leaves)
    assert jacobians.shape == (30_000, 2, 15)
    again = program.each([list(rows[15 * 29_999 :])], leaves)
    assert outputs[29_999, 1] == pytest.approx(again[0][0, 1], rel=1e-13)
    assert jacobians[29_999, 1, 7] == pytest.approx(again[1][0, 1, 7], rel=1e-11)


def test_numbers_may_be_given_for_the_parameters_and_leaves_by_name():
    x, w = Value(2, "x"), Value(3, "w")
    program = Program(w * x * x, inputs=[x])
    for form in (*forms(program), pickle.loads(pickle.dumps(program))):
        outputs, slopes = form.each([[1], [2]], leaves=["w", "x"], parameters=[10])
        assert outputs.tolist() == [10, 40] and slopes.tolist() == [[1, 20], [4, 40]]
    assert (w.data, w.grad) == (3, 0)


def test_fast_arithmetic_stays_with_the_native_program_that_asked_for_it():
    if not c_compiler():
        pytest.skip("there is no C compiler")
    x, w = Value(2, "x"), Value(3, "w")
    program = Program((w * x).tanh() / 3, inputs=[x])
    exact = program.each([[0.1], [0.7]]).tolist()
    fast = program.native(fast_math=True).each([[0.1], [0.7]], [w])[0].tolist()
    assert fast == pytest.approx(exact, rel=1e-13) and program.each([[0.1], [0.7]]).tolist() == exact


@pytest.mark.slow
def test_errors_name_the_row_and_the_line():
    x, w = Value(2, "x"), Value(3, "w")
    program = Program([(w * x).log(), x], inputs=[x])
    for form in forms(program):
        with pytest.raises(
            ValueError, match=r"row 1: v2 = log\(v1\) where v1 = -3.0: (math domain error|expected a pos)"
        ):
            form.each([[1], [-1]])
        with pytest.raises(ValueError, match="row 0: input x is NaN"):
            form.each([[math.nan]], [w])
        with pytest.raises(ValueError, match="there are no rows"):
            form.each([])
        with pytest.raises(TypeError, match="this program has 2 outputs, and so no one gradient"):
            form.batch([[1]])
    root = Program(x.sqrt(), inputs=[x])
    for form in forms(root):
        assert form.each([[0]]).tolist() == [0]
        with pytest.raises(ZeroDivisionError, match="row 0: "):
            form.each([[0]], [x])


def test_leaves_that_are_not_the_programs_are_refused():
    x, w = Value(2, "x"), Value(3, "w")
    program = Program(w * x, inputs=[x])
    for wrong in ([], w, "w"):
        with pytest.raises(TypeError, match="leaves is a list of inputs or parameters"):
            program.each([[1]], wrong)
    for wrong, name in ((Value(1, "z"), "'z'"), ("z", "z"), (3, "3")):
        with pytest.raises(ValueError, match=f"^{name} is neither an input nor a parameter"):
            program.each([[1]], [x, wrong])


def test_several_outputs_without_a_compiler(monkeypatch):
    monkeypatch.setenv("CC", "no-such-compiler")
    x = Value(2, "x")
    with pytest.raises(NoCompiler):
        Program([x * 2, x], inputs=[x]).native()
    assert Program([x * 2, x], inputs=[x])(3) == [6, 3]


@pytest.mark.slow
def test_scipy_fits_and_minimizes_as_the_readme_says():
    np = pytest.importorskip("numpy", reason="NumPy is not installed: `pip install numpy` gets it")
    pytest.importorskip("scipy", reason="SciPy is not installed: `pip install scipy` gets it")
    readme = (Path(engine.__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    [example] = re.findall(r"```python\n(from scipy.*?)```", readme, re.DOTALL)
    example = re.sub(r"^(least_squares|minimize)\(", r"\1_found = \1(", example, flags=re.MULTILINE)
    a, b, t, y = Value(1, "a"), Value(1, "b"), Value(0, "t"), Value(0, "y")
    names = {"a": a, "b": b, "residual": Program(a * (-b * t).exp() - y, inputs=[t, y]), "hessian": hessian}
    exec(example, names)
    fitted = names["least_squares_found"].x
    assert f"its x: {fitted[0]:.4f} and {fitted[1]:.4f}" in example
    normal = np.asarray(names["slopes"](fitted)).T @ np.asarray(names["residuals"](fitted))
    assert normal == pytest.approx([0, 0], abs=1e-7)  # at the minimum JᵀR = 0
    assert names["minimize_found"].success
    assert names["minimize_found"].x == pytest.approx([1, 1], rel=1e-6)


SMALL_STACK = """
import threading
from engine import Program, Value

x = Value(2, "x")
native = Program([x * Value(k, f"w[{k}]") for k in range(6000)], [x]).native()
threading.stack_size(256 * 1024)
thread = threading.Thread(target=lambda: print(native.each([[3.0]]).tolist()[0][-1]))
thread.start()
thread.join()
"""


@pytest.mark.slow
@pytest.mark.skipif(c_compiler() is None, reason="there is no C compiler")
def test_many_outputs_need_no_stack():
    done = subprocess.run([sys.executable, "-c", SMALL_STACK], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "17997.0\n"), done.stderr
