"""define: an operation of one's own works everywhere, or is refused."""

import pickle
import random
import subprocess
import sys

import pytest

from engine import (
    Program,
    Value,
    annotate,
    c_compiler,
    check_gradients,
    define,
    draw,
    grad,
    play,
    steps,
    topological_order,
    tree,
)

define("swish", "a * sigmoid(a)", ["sigmoid(a) + out * (1 - sigmoid(a))"])
define("huber", "a**2 / 2 if abs(a) < 1 else abs(a) - 0.5", ["a if abs(a) < 1 else 1 if a > 0 else -1"])
define("gauss", "exp(-(a * a + b * b))", ["-2 * a * out", "-2 * b * out"])
define("power", "a ** 2.5 + b ** 3", ["2.5 * a**1.5", "3 * b ** 2"])
define("double_swish", "swish(2 * a)", ["2 * (sigmoid(2 * a) + out * (1 - sigmoid(2 * a)))"])


def together(x, w):
    return (x * w).swish() + x.huber() * w.gauss(x) + (x * x).power(w) + w.double_swish()


def test_a_defined_operation_is_in_every_view():
    x, w = Value(0.8, "x"), Value(0.5, "w")
    y = together(x, w)
    assert "swish(v1)" in str(tree(y)) and "gauss(w, x)" in draw(y, derivatives=True).source
    assert "∂v2/∂v1" in str(list(steps(y))) and "const own" in play(y).html
    assert "together = " in str(annotate(together, x=0.8, w=0.5))
    assert x.swish().op == "swish" and len(x.gauss(2).parents) == 2


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 4))])
def test_all_forms_and_all_orders_agree(seed):
    rng = random.Random(seed)
    x, w = Value(rng.uniform(-2, 2), "x"), Value(rng.uniform(-2, 2), "w")
    y = together(x, w)
    assert check_gradients(y)
    [slope] = grad(y, [x])
    assert check_gradients(slope) and check_gradients(grad(slope, [w])[0])
    for output in (y, slope):
        x.grad = w.grad = 0.0
        output.backward()
        program = Program(output, inputs=[x])
        forms = [program, program.native()] if c_compiler() else [program]
        for form in forms:
            mean, gradient = form.value_and_gradient([[x.data]])
            assert mean == pytest.approx(output.data, rel=1e-12)
            assert list(gradient) == pytest.approx([w.grad], rel=1e-10)
        assert program.loops.function(x.data, w.data)[0] == pytest.approx(output.data, rel=1e-12)


def test_a_wrong_partial_is_refused_with_the_point_and_both_numbers():
    with pytest.raises(ValueError) as error:
        define("thrice", "a * a * a", ["3 * a"])
    assert "∂/∂a = 3 * a is 1.83 at a = 0.61; a central difference gives 1.1163" in str(error.value)
    with pytest.raises(ValueError, match=r"∂/∂a = 2 .* -1 on the left and 1 on the right"):
        define("thrice", "abs(a - 0.61)", ["2 if a == 0.61 else -1 if a < 0.61 else 1"])
    with pytest.raises(ValueError, match=r"∂/∂b = cos\(b\) is .* at a = 0\.61, b = 0\.61"):
        define("thrice", "a * sin(b)", ["sin(b)", "cos(b)"])
    with pytest.raises(ValueError, match=r"fails at a = 0\.17: (float )?division by zero"):
        define("thrice", "log(a)", ["1 / a if a != 0.17 else 1 / (a - 0.17)"])
    assert not hasattr(Value, "thrice")
    with pytest.raises(ValueError, match=r"∂/∂a = 3 \* a is 1\.83"):  # before the name, which is taken
        define("exp", "a * a * a", ["3 * a"])


def test_the_value_of_a_case_is_a_float():
    define("is_high", "1 if a > 0 else -1", ["0"])
    assert [type(Value(x).is_high().data) for x in (-1, 1)] == [float, float]


def test_a_kink_in_the_formula_is_no_mistake():
    define("at_a_point", "a - 0.61 if a < 0.61 else 3 * (a - 0.61)", ["1 if a < 0.61 else 3"])
    assert Value(0.7).at_a_point().data == pytest.approx(0.27)


# Names in the code that is made of operations: define() replaced them.
TAKEN = [
    "add",
    "Sub",
    "Sin",
    "SIN",
    "new",
    "record",
    "explained",
    "Value",
    "f",
    "p1",
    "n2",
    "part1",
    "i",
    "i7",
]


@pytest.mark.parametrize(
    "name, value, partials, message",
    [
        ("two words", "a", ["1"], "no name for an operation"),
        ("lambda", "a", ["1"], "no name for an operation"),
        ("exp", "a", ["1"], "exp is an operation already"),
        ("swish", "a", ["1"], "swish is an operation already, a \\* sigmoid"),
        ("backward", "a", ["1"], "means something else"),
        ("range", "a", ["1"], "means something else"),
        ("floor", "a", ["1"], "means something else"),
        ("b", "a", ["1"], "means something else"),
        ("newest", "a * c", ["c"], "'c' in a \\* c is unknown; it is a formula in a$"),
        ("newest", "a * out", ["1"], "'out' in a \\* out is unknown"),
        ("newest", "a + b", ["1"], "'b' in a \\+ b is unknown"),
        ("newest", "a +", ["1"], "no formula: invalid syntax"),
        ("newest", "gamma(a)", ["1"], "cannot be in a formula"),
        ("newest", "__import__('os').getcwd()", ["1"], "cannot be in a formula"),
        ("newest", "a.data", ["1"], "cannot be in a formula"),
        ("newest", "(lambda: a)()", ["1"], "cannot be in a formula"),
        ("newest", "a if 0 < a < 1 else 2", ["1"], "cannot be in a formula"),
        ("newest", "sqrt(-1 - a * a)", ["1"], "has no value at any of"),
        ("newest", "a", [], "has 0 partials"),
        ("newest", "a", ["1", "1", "1"], "has 3 partials"),
        ("φ", "a", ["1"], "no name for an operation"),
        ("newest", "a * " + "9" * 400, ["1"], "cannot be in a formula"),
        ("newest", "(a < 0) * a", ["1"], "'a < 0' in .* cannot be in a formula"),
        ("newest", "a if a else 1", ["1"], "'a if a else 1' in .* cannot be in a formula"),
        ("newest", "a * sin", ["1"], "'sin' in .* cannot be in a formula"),
        ("newest", "log(a, 2)", ["1 / a"], r"'log\(a, 2\)' in .* cannot be in a formula"),
        ("newest", "hypot(a)", ["1"], r"'hypot\(a\)' in .* cannot be in a formula"),
        ("newest", "maximum()", ["1"], r"'maximum\(\)' in .* cannot be in a formula"),
        ("newest", "a - floor(a)", ["1"], r"'floor\(a\)' in .* cannot be in a formula"),
        ("newest", "a * \ud800", ["1"], "is no formula"),
        ("newest", " + ".join(["a"] * 5000), ["5000"], "is too long"),
        ("newest", " + ".join(["a"] * 50), ["50"], "is too long"),
        ("newest", "-" * 5000 + "a", ["1"], "is too long"),
        *((name, "a", ["1"], "means something else") for name in TAKEN),
        ("newest", "zeta(a)", ["1"], "cannot be in a formula: .* and of the table$"),
        ("newest", "a * sigmod(a)", ["1"], r"Did you mean sigmoid\?"),
        ("newest", "a * math.exp(a)", ["1"], r"Write exp\(\.\.\.\), with nothing before it"),
        ("newest", "a.sigmoid()", ["1"], r"Write sigmoid\(a\)"),
        ("newest", "a^2", ["2 * a"], r"A power is \*\*"),
    ],
)
def test_what_is_no_operation_is_refused(name, value, partials, message):
    methods = set(dir(Value))
    with pytest.raises(ValueError, match=message):
        define(name, value, partials)
    assert set(dir(Value)) == methods


def test_types_of_arguments():
    with pytest.raises(TypeError, match=r"a list of formulas, not '1' \(str\): write \['1'\]"):
        define("newest", "a", "1")
    with pytest.raises(TypeError, match="a formula is a text"):
        define("newest", lambda a: a, ["1"])


def test_partials_may_be_any_iterable_of_texts():
    define("tripled", "3 * a", (text for text in ["3"]))
    assert Value(2).tripled().data == 6
    with pytest.raises(TypeError, match="a list of formulas"):
        define("newest", "a", None)


def test_whole_numbers_are_floats():
    define("positive", "1 if a > 0 else -2 if a < -1 else 0", ["0"])
    numbers = [Value(x).positive().data for x in (3, -0.5, -3)]
    assert numbers == [1, 0, -2] and {type(x) for x in numbers} == {float}


def test_a_formula_of_any_allowed_length_is_in_every_form():
    define("summed", " + ".join(["sin(a)"] * 38), ["cos(a) * 38"])
    define("eighth", "(((a**2)**2)**2)", ["8 * a**7"])
    x = Value(0.5, "x")
    y = x.summed() + x.eighth()
    assert check_gradients(y) and check_gradients(grad(y, [x])[0])
    if c_compiler():
        assert Program(y, inputs=[x]).native()(0.5) == y.data
    with pytest.raises(ValueError, match="central difference"):  # and not 2**30 letters
        define("newest", "(" * 30 + "a" + ")**2" * 30, ["1"])


def test_labels_do_not_collide_with_it():
    x = Value(2, "swish")
    assert Program(x.swish()).tape.parameters == ("swish_",)


def test_a_program_without_the_definition_says_so():
    program = Program(Value(2, "x").swish())
    assert pickle.loads(pickle.dumps(program)).source == program.source
    script = f"import pickle; pickle.loads({pickle.dumps(program)!r})"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert "swish(a) calls an operation that is not defined in this process" in done.stderr


def test_the_same_definition_again_is_no_error():
    x = Value(0.5)
    before, count = x.swish().data, len(topological_order(x.swish()))
    define("swish", "a * sigmoid(a)", ["sigmoid(a) + out * (1 - sigmoid(a))"])
    assert (x.swish().data, len(topological_order(x.swish()))) == (before, count)


@pytest.mark.slow
def test_a_constant_may_decide_between_the_cases():
    cases = ["1 / b if b != 0 else 0", "-out / b if b != 0 else 0"]
    define("quotient_or_0", "a / b if b != 0 else 0 * a", cases)
    define("by_size", "a if abs(b) < 1 else 2 * a", ["1 if abs(b) < 1 else 2", "0"])
    x = Value(3, "x")
    outputs = x.quotient_or_0(0), x.quotient_or_0(2), x.by_size(-0.5), x.by_size(-4)
    assert [grad(output, [x])[0].data for output in outputs] == [0, 0.5, 1, 2]
    for output, slope in zip(outputs, [0, 0.5, 1, 2]):
        x.grad = 0.0
        output.backward()
        assert x.grad == slope
        program = Program(output, inputs=[x])
        for form in [program, program.native()] if c_compiler() else [program]:
            numbers, slopes = form.each([[5]], leaves=[x])
            assert numbers.tolist() == [slope * 5] and slopes.tolist() == [[slope]]
