"""Wrong arguments: each error says what was given and what is wanted."""

from fractions import Fraction

import pytest

from engine import (
    Constant,
    Drawing,
    Elementwise,
    Native,
    Program,
    Value,
    annotate,
    c_compiler,
    check_gradients,
    define,
    derivative,
    draw,
    format_number,
    grad,
    gradient,
    hessian,
    jacobian,
    label,
    play,
    read_rows,
    steps,
    tangent,
    topological_order,
    tree,
    what_if,
)

x, w = Value(2, "x"), Value(3, "w")
y = (w * x).tanh()
walk = steps(y)
program = Program(y, [x])
blend = Elementwise(lambda a, b, *, c: a + c * b)


def square(v):
    return v * v


# One of each kind, and how a message shows it.
THINGS = [
    (None, "None (NoneType)"),
    ("text", "'text' (str)"),
    (3, "3 (int)"),
    (2.5, "2.5 (float)"),
    (True, "True (bool)"),
    ([x], "[Value(data=2.0, grad=0.0, label='x')] (list)"),
    ({"x": 1}, "{'x': 1} (dict)"),
    ((each for each in [x]), "<generator"),
    (Value, "the class Value"),
    (square, "the function square"),
    (walk, "an object of class Pass"),
    (program, "an object of class Program"),
    (10**5000, "thousands of digits (int)"),
]
STARTS = [
    topological_order,
    tree,
    draw,
    play,
    lambda thing: what_if(thing, x=1),
    lambda thing: grad(thing, [x]),
]


@pytest.mark.parametrize("thing, shown", THINGS, ids=[shown for _, shown in THINGS])
@pytest.mark.parametrize("start", STARTS)
def test_what_starts_from_a_value_says_so(start, thing, shown):
    with pytest.raises(TypeError, match=r"^\w+\(\) starts from (a|one) Value, not from ") as caught:
        start(thing)
    message = str(caught.value)
    assert f"not from {shown}" in message and "\n" not in message and len(message) < 200


def lists(what, function):
    """Cases of a function that takes Values in a list."""
    return [
        (lambda: function(3), TypeError, f"{what} is a list of Values, not 3 (int)"),
        (lambda: function(None), TypeError, f"{what} is a list of Values, not None"),
        (lambda: function("x"), TypeError, f"{what} is a list of Values, not 'x' (str)"),
        (lambda: function(x), TypeError, f"{what} is a list of Values, not the Value x"),
        (lambda: function({"x": 1}), TypeError, f"{what} is a list of Values, not {{'x': 1}} (dict)"),
        (lambda: function(Value), TypeError, f"{what} is a list of Values, not the class Value"),
    ]


def ordered(what, function):
    """Cases of one in which the Values' order has a meaning."""
    return [
        *lists(what, function),
        (lambda: function({x}), TypeError, f"{what} is a list of Values, not {{Value(data=2."),
    ]


def numbers(what, function):
    """Cases of a function that takes a number."""
    return [
        (lambda: function("3"), TypeError, f"{what} is '3' (str), not a real number"),
        (lambda: function(None), TypeError, f"{what} is None (NoneType), not a real number"),
        (lambda: function([1]), TypeError, f"{what} is [1] (list), not a real number"),
        (lambda: function(2j), TypeError, f"{what} is 2j (complex), not a real number"),
    ]


def counts(what, function):
    """Cases of a function that takes a whole number."""
    return [
        (lambda: function("3"), TypeError, f"{what}, a whole number, not '3' (str)"),
        (lambda: function(2.5), TypeError, f"{what}, a whole number, not 2.5 (float)"),
        (lambda: function(True), TypeError, f"{what}, a whole number, not True (bool)"),
        (lambda: function([3]), TypeError, f"{what}, a whole number, not [3] (list)"),
        (lambda: function(x), TypeError, f"{what}, a whole number, not the Value x"),
        (lambda: function(-1), ValueError, "or more, not -1"),
    ]


def flags(what, function):
    """Cases of a function that takes True or False."""
    return [
        (lambda: function("no"), TypeError, f"{what} is True or False, not 'no' (str)"),
        (lambda: function(x), TypeError, f"{what} is True or False, not the Value x"),
    ]


def functions(what, function):
    """Cases of one that takes a function."""
    return [
        (lambda: function(3), TypeError, f"{what}, not 3 (int)"),
        (lambda: function("sin"), TypeError, f"{what}, not 'sin' (str)"),
        (lambda: function([square]), TypeError, f"{what}, not [<function square at "),
        (lambda: function(x), TypeError, f"{what}, not the Value x"),
    ]


CASES = [
    # graphs and views
    *[
        (
            lambda thing=thing: label(thing),
            TypeError,
            "label() takes variables with their names, label(globals()), not",
        )
        for thing in (3, [x, w], x, None, "x", {x})
    ],
    *counts("limit is how many rows to show", lambda limit: tree(y, limit=limit)),
    *lists("inputs", lambda inputs: draw(y, inputs=inputs)),
    (lambda: draw(y, [x, 3]), TypeError, "inputs[1] is 3 (int), not a Value"),
    *flags("derivatives", lambda derivatives: draw(y, derivatives=derivatives)),
    *flags("fold", lambda fold: draw(y, fold=fold)),
    *flags("legend", lambda legend: draw(y, legend=legend)),
    (
        lambda: draw(y, at=3),
        TypeError,
        "at is steps(output), or a step of it, as next(walk) returns one, not 3 (int)",
    ),
    *counts("depth is how many operations to show", lambda depth: draw(y, depth=depth)),
    *counts("limit is how many nodes to show", lambda limit: draw(y, limit=limit)),
    (lambda: draw(y, rankdir="up"), ValueError, "rankdir is one of LR, RL, TB, BT, not 'up' (str)"),
    (lambda: draw(y, rankdir=None), ValueError, "rankdir is one of LR, RL, TB, BT, not None"),
    (lambda: Drawing().render(3), TypeError, "a picture's file is a path, as a text, not 3 (int)"),
    (lambda: Drawing().render("e.svg", 3), TypeError, "a picture's folder is a path, as a text, not 3 (int)"),
    (lambda: Drawing().pipe("xyz"), ValueError, "no format of pictures is called 'xyz': some are svg"),
    *ordered("inputs", lambda inputs: play(y, inputs)),
    *counts("depth is how many operations to show", lambda depth: play(y, depth=depth)),
    *numbers("rate", lambda rate: play(y, [x], [[1]], rate=rate)),
    (lambda: play(y, rate="fast"), TypeError, "rate is 'fast' (str), not a real number"),
    (lambda: play(y, [x], rows=3), TypeError, "the rows are 3 (int), not a sequence of rows"),
    (lambda: play(y).save(3), TypeError, "a page's file is a path, as a text, not 3 (int)"),
    (lambda: what_if(y, 3), TypeError, "changes is a dict, {leaf: number}, not 3 (int)"),
    (lambda: what_if(y, [x]), TypeError, "changes is a dict, {leaf: number}, not [Value(data=2."),
    (
        lambda: what_if(y, {"x": 1}),
        TypeError,
        "changes has leaves as its keys, {leaf: number}, not 'x' (str)",
    ),
    (lambda: what_if(y, x="3"), TypeError, "x: a Value holds one real number, not '3' (str)"),
    *flags("keep", lambda keep: what_if(y, x=1, keep=keep)),
    *functions("checks a Value or a function", lambda f: check_gradients([f] if f is x else f))[:3],
    (lambda: check_gradients(lambda: None), TypeError, "the function returns None (NoneType), not a Value"),
    (lambda: format_number("3"), TypeError, "what is formatted is '3' (str), not a real number"),
    (lambda: format_number(None), TypeError, "what is formatted is None (NoneType), not a real number"),
    # derivatives
    *functions("derivative() differentiates a function", derivative),
    *functions("gradient() differentiates a function", gradient),
    *functions("hessian() differentiates a function", hessian)[:3],
    (lambda: hessian(y), TypeError, "inputs is a list of Values, not None"),
    (lambda: hessian("y", [x]), TypeError, "hessian() differentiates a function, not 'y' (str)"),
    (lambda: derivative(lambda v: "1")(2), TypeError, "the function returns '1' (str), and not one number"),
    (lambda: derivative(square)("2"), TypeError, "one real number, not '2' (str)"),
    (
        lambda: gradient(square)("2"),
        TypeError,
        "gradient(f) takes numbers, or one list of them, not '2' (str)",
    ),
    (lambda: gradient(square)({2, 3}), TypeError, "takes numbers, or one list of them, not {2, 3} (set)"),
    (lambda: hessian(square)({}), TypeError, "hessian(f) takes numbers, or one list of them, not {} (dict)"),
    *ordered("inputs", lambda inputs: grad(y, inputs)),
    *ordered("inputs", lambda inputs: hessian(y, inputs)),
    *ordered("inputs", lambda inputs: jacobian([y], inputs)),
    *ordered("outputs", lambda outputs: jacobian(outputs, [x])),
    *[
        case
        for case in ordered("output", lambda output: tangent(output, {x: 1}))
        if "the Value x" not in case[2]
    ],
    (lambda: tangent(y, [x]), TypeError, "directions is a dict, {x: 1.0}, not [Value(data=2."),
    (lambda: tangent(y, {"x": 1}), TypeError, "list(directions)[0] is 'x' (str), not a Value"),
    *numbers("directions[x]", lambda number: tangent(y, {x: number})),
    # operations
    (lambda: define(3, "a", ["1"]), TypeError, "an operation's name is a word such as 'swish', not 3 (int)"),
    (
        lambda: define(["f"], "a", ["1"]),
        TypeError,
        "an operation's name is a word such as 'swish', not ['f'] (list)",
    ),
    (lambda: define("newest", 3, ["1"]), TypeError, "newest: a formula is a text, as 'a * a', not 3 (int)"),
    (
        lambda: define("newest", square, ["1"]),
        TypeError,
        "a formula is a text, as 'a * a', not the function square",
    ),
    (
        lambda: define("newest", "a", "1"),
        TypeError,
        "partials is a list of formulas, not '1' (str): write ['1']",
    ),
    (lambda: define("newest", "a", 1), TypeError, "partials is a list of formulas, not 1 (int)"),
    (
        lambda: define("newest", "a * b", {"b", "a"}),
        TypeError,
        "partials is a list of formulas, not {'a', 'b'} (set)",
    ),
    (lambda: define("newest", "a", [1]), TypeError, "newest: a formula is a text, as 'a * a', not 1 (int)"),
    # programs
    (lambda: Program(3), TypeError, "a program computes a Value, or a list of Values, not 3 (int)"),
    (lambda: Program({y}), TypeError, "a program computes a Value, or a list of Values, not {Value(data="),
    *ordered("inputs", lambda inputs: Program(y, inputs)),
    (lambda: Program(y, [3]), TypeError, "input 0 is 3 (int), not a Value"),
    *ordered("parameters", lambda parameters: Program(y, [x], parameters)),
    *numbers("input x", program),
    (lambda: program(1, 2), ValueError, "2 numbers given for 1 input (x)"),
    (lambda: program.batch(3), TypeError, "the rows are 3 (int), not a sequence of rows"),
    (lambda: program.batch([3]), TypeError, "row 0 is 3 (int), not a sequence of numbers"),
    (lambda: Value(2) % 10**5000, TypeError, "2 % thousands of digits: % jumps, so a Value has no %"),
    (
        lambda: tree(y, limit=-(10**5000)),
        ValueError,
        "how many rows to show, 1 or more, not thousands of digits",
    ),
    (lambda: Value(Fraction(10**400)), OverflowError, "(Fraction) is beyond the largest float, 1.8e308"),
    (lambda: annotate(square, 3, follow=[1]), TypeError, "follow is True or False, not [1] (list)"),
    (lambda: play(y).save("a\0b"), ValueError, r"a page's file is a path, and 'a\x00b' is none: it holds a"),
    (lambda: program.batch([[10**5000]]), OverflowError, "row 0: input x: thousands of digits (int)"),
    (
        lambda: program.value_and_gradient([[1]], 3),
        TypeError,
        "the parameters are 3 (int), not a sequence of",
    ),
    *[
        (
            lambda thing=thing: program.each([[1]], thing),
            TypeError,
            "leaves is a list of inputs or parameters, at least",
        )
        for thing in (3, "x", x, {x}, {x: 1}, [], Value)
    ],
    *flags("fast_math", program.native),
    (lambda: Native(3), TypeError, "Native compiles a Program, not 3 (int)"),
    (lambda: Native(y), TypeError, "Native compiles a Program, not the Value "),
    (lambda: read_rows([[1]], 3), TypeError, "inputs is a list of names, not 3 (int)"),
    (lambda: read_rows([[1]], "x"), TypeError, "inputs is a list of names, not 'x' (str)"),
    (lambda: read_rows({1: [2]}, ["x"]), TypeError, "the rows are {1: [2]} (dict), not a sequence of rows"),
    *functions("Elementwise takes a function of numbers", Elementwise),
    (
        lambda: Elementwise(int),
        TypeError,
        "takes a function whose parameters have names, not the class int",
    ),
    (
        lambda: Elementwise(lambda a: None)([1.0]),
        TypeError,
        "what the formula returns is None (NoneType), not a real",
    ),
    (lambda: Elementwise(lambda a: [a])([1.0]), TypeError, "what the formula returns is [Value("),
    (
        lambda: Elementwise(lambda a: a * w)([1.0]),
        ValueError,
        "uses the Value w, which is none of its parameters",
    ),
    *numbers("c", lambda number: blend([1.0], [2.0], c=number)),
    *numbers("a[0]", lambda number: blend([number], [2.0], c=1))[:4],
    (lambda: blend(3, [2.0], c=1), TypeError, "a is 3 (int), not a sequence of numbers"),
    (
        lambda: blend([1.0], b"12345678", c=1),
        TypeError,
        "b is b'12345678' (bytes), not a sequence of numbers",
    ),
    (lambda: blend({1.0}, [2.0], c=1), TypeError, "a is {1.0} (set), not a sequence of numbers"),
]


@pytest.mark.parametrize("call, error, message", CASES)
def test_a_wrong_argument_is_named(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert message in str(caught.value) and "\n" not in str(caught.value)
    assert type(caught.value) is error


def test_what_comes_in_an_order_may_be_anything_that_has_one():
    for inputs, count in (((x, w), 2), (iter([x]), 1), ({x: 1}.keys(), 1)):
        assert len(grad(y, inputs)) == count
    assert len(hessian(y, (leaf for leaf in [x, w]))) == 2  # a generator, that runs once
    assert Program(y, [], (leaf for leaf in [w, x])).parameters == [w, x]
    assert draw(y, inputs={x}).source == draw(y, inputs=[x]).source  # where it has no meaning
    assert program.each([[1]], iter([x, w]))[1].shape == (1, 2)


def test_arguments_of_numpy():
    numpy = pytest.importorskip("numpy")
    vector, leaves = numpy.array([1.0, 2.0]), numpy.array([x, w])
    for call in (tree, grad, Program):
        with pytest.raises(TypeError, match=r"not (from )?array\(\[1\., 2\.\]\) \(ndarray\)"):
            call(vector, [x]) if call is grad else call(vector)
    with pytest.raises(TypeError, match=r"True or False, not array\(\[1\., 2\.\]\) \(ndarray\)"):
        draw(y, derivatives=vector)
    with pytest.raises(TypeError, match=r"limit is .*, a whole number, not array"):
        tree(y, limit=vector)
    with pytest.raises(TypeError, match=r"leaves is a list .*, not array\(\[\]"):
        program.each([[1]], numpy.array([]))
    assert [len(grad(y, leaves)), program.each([[1]], leaves)[1].shape] == [2, (1, 2)]
    assert str(tree(y, limit=numpy.int64(3))) == str(tree(y, limit=3))
    some = draw(y, depth=numpy.int8(1), derivatives=numpy.bool_(True))
    assert some.source == draw(y, depth=1, derivatives=True).source


def test_a_limit_may_be_beyond_all_bounds():
    assert tree(y, limit=10**400).left_out == 0


def test_constants_are_shown_by_their_number():
    with pytest.raises(TypeError, match="not the Constant 3"):
        tree(y, limit=Constant(3))


@pytest.mark.skipif(c_compiler() is None, reason="no C compiler here")
def test_a_compiled_formula_names_a_wrong_argument_too():
    native = Elementwise(lambda a, *, c: a + c)
    native.compile()
    with pytest.raises(TypeError, match=r"a\[1\] is '2' \(str\), not a real number"):
        native([1.0, "2"], c=1)
    with pytest.raises(TypeError, match=r"c is '1' \(str\), not a real number"):
        native([1.0], c="1")
