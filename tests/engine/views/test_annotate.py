"""What annotate shows beside a line is what the line computed, and the
derivative of the result by it.
"""

import functools
import math
import subprocess
import sys
from pathlib import Path

import pytest

import engine
from engine import Value, annotate


def values(annotation, listing=0):
    return [(each.name, each.data, each.grad) for each in annotation.listings[listing].bindings]


def beside(annotation, source):
    """The texts beside (and below) a line of source."""
    lines = str(annotation).splitlines()
    start = next(i for i, line in enumerate(lines) if line.strip().startswith(source))
    end = next((i for i in range(start + 1, len(lines)) if lines[i][:12].strip()), len(lines))
    return [line.partition("∂/∂")[0].strip().rpartition("   ")[2] for line in lines[start:end]]


def loss(w, x, b, y):
    z = w * x + b
    p = z.sigmoid()
    return (p - y) ** 2


def test_a_neuron_in_closed_form():
    w, x, b, y = 0.7, -1.5, 0.2, 1.0
    p = 1 / (1 + math.exp(-(w * x + b)))
    dp = 2 * (p - y)
    dz = dp * p * (1 - p)
    expected = {
        "w": (w, dz * x),
        "x": (x, dz * w),
        "b": (b, dz),
        "y": (y, -dp),
        "z": (w * x + b, dz),
        "p": (p, dp),
        "loss": ((p - y) ** 2, 1.0),
    }
    found = {name: (data, grad) for name, data, grad in values(annotate(loss, w, x, b=b, y=y))}
    assert found.keys() == expected.keys()
    for name, numbers in expected.items():
        assert found[name] == pytest.approx(numbers, rel=1e-12)


def test_the_text_lines_up_in_80_columns():
    annotation = annotate(loss, w=0.5, x=2.0, b=-1.0, y=1.0)
    assert str(annotation).splitlines() == [
        "def loss(w, x, b, y):     w = 0.5       ∂/∂w = -0.5",
        "                          x = 2         ∂/∂x = -0.125",
        "                          b = -1        ∂/∂b = -0.25",
        "                          y = 1         ∂/∂y = 1",
        "    z = w * x + b         z = 0         ∂/∂z = -0.25",
        "    p = z.sigmoid()       p = 0.5       ∂/∂p = -1",
        "    return (p - y) ** 2   loss = 0.25   ∂/∂loss = 1",
    ]


def descent(w, rate=0.1):
    for _ in range(100):
        slope = 2 * w
        w = w - rate * slope
    return w


def test_loops_up_to_a_limit():
    annotation = annotate(descent, 1.0)
    shown = [row for row in values(annotation) if row[0] == "w"]
    assert len(shown) == 101  # the argument, and a hundred steps; rate is a default and stays a number
    for i, (_, data, grad) in enumerate(shown):
        assert (data, grad) == pytest.approx((0.8**i, 0.8 ** (100 - i)), rel=1e-12)
    text = beside(annotation, "w = w - rate")
    assert text == ["w = 0.8", "w = 0.64", "w = 0.512", "… 96 more", "w = 2.037e-10"]
    assert beside(annotate(descent, 1.0, limit=1), "w = w - rate") == ["… 99 more", "w = 2.037e-10"]
    assert "more" not in str(annotate(descent, 1.0, limit=100))
    with pytest.raises(ValueError, match="at least 1, not 0"):
        annotate(descent, 1.0, limit=0)


def bent(x):
    y = 0
    if x > 0:
        y = x * 3
    else:
        y += x * 5
    while y > 100:
        y = y / 2
    return y


def test_branches_not_taken_show_nothing():
    taken = annotate(bent, -2.0)
    assert values(taken) == [("x", -2.0, 5.0), ("y", -10.0, 1.0), ("bent", -10.0, 1.0)]
    lines = {line.source.strip(): line.runs for line in taken.listings[0].lines}
    assert lines["y = x * 3"] == lines["y = y / 2"] == lines["else:"] == []
    assert "\n        y = x * 3\n" in str(taken)


def network(x, hidden, out):
    total = sum(
        [
            w * x  # these w and x belong to the comprehension
            for w, x in zip(hidden, x)
        ]
    )
    acts = []
    for w in hidden:
        acts.append((w * total).tanh())
    acts[0] = acts[0] * 2
    pair = (acts[0], out["w"][1])
    return pair[0] * pair[1] + acts[1] * out["w"][0]


def test_lists_tuples_and_dicts_by_element():
    annotation = annotate(network, [1.0, 2.0], [0.5, -0.25], {"w": (3.0, 4.0)})
    names = [name for name, _, _ in values(annotation)]
    assert names == [
        *("x[0]", "x[1]", "hidden[0]", "hidden[1]", "out['w'][0]", "out['w'][1]", "total", "w", "w"),
        *("acts[0]", "acts[1]", "acts[0]", "pair[0]", "pair[1]", "network"),
    ]
    found = {name: (data, grad) for name, data, grad in values(annotation)}
    total, first, second = 0.0, 2 * math.tanh(0.0), math.tanh(0.0)
    assert found["total"] == pytest.approx((total, 4 * 2 * 0.5 + 3 * -0.25))
    assert found["pair[0]"] == pytest.approx((first, 4.0))
    assert found["acts[1]"] == pytest.approx((second, 3.0))
    assert found["x[1]"] == pytest.approx((2.0, -0.25 * found["total"][1]))
    assert beside(annotation, "acts[0] = acts[0] * 2") == ["acts[0] = 0"]


def test_a_long_list_is_cut_like_a_loop():
    annotation = annotate(lambda xs: sum(xs), [float(i) for i in range(50)])
    assert len(values(annotation)) == 51
    assert "… 46 more of xs" in str(annotation)


def neuron(w, x):
    return (w * x).tanh()


def two_layers(v, w, x):
    def square(z):
        return z * z

    h = neuron(w, x)
    return square(neuron(v, h))


def test_calls_are_followed_if_asked_for():
    assert [each.name for each in annotate(two_layers, 2.0, 0.5, 1.0).listings] == ["two_layers"]
    annotation = annotate(two_layers, 2.0, 0.5, 1.0, follow=True)
    assert [each.name for each in annotation.listings] == ["two_layers", "neuron", "square"]
    h = math.tanh(0.5)
    y = math.tanh(2 * h)
    dy = 2 * y
    dh = dy * (1 - y * y) * 2
    inner = [row for row in values(annotation, 1) if row[0] == "neuron"]
    assert inner == [
        ("neuron", pytest.approx(h), pytest.approx(dh)),
        ("neuron", pytest.approx(y), pytest.approx(dy)),
    ]
    assert values(annotation, 2) == [
        ("z", pytest.approx(y), pytest.approx(dy)),
        ("square", pytest.approx(y * y), 1.0),
    ]


class Scale:
    def __init__(self, k):
        self.k = k

    def __call__(self, x):
        return self.k * x

    def twice(self, x):
        return self(x) + self(x)


def decorated(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args)

    return wrapper


@decorated
@decorated
def cube(x):
    return x**3


def test_methods_partials_and_decorated_functions_have_their_source():
    assert "def __call__(self, x):" in str(annotate(Scale(3), 2.0))
    assert values(annotate(Scale(3).twice, 2.0)) == [("x", 2.0, 6.0), ("twice", 12.0, 1.0)]
    assert "z = w * x + b" in str(annotate(functools.partial(loss, y=1), 0.5, 2.0, -1.0))
    lines = str(annotate(cube, 2.0)).splitlines()
    assert lines[:2] == ["@decorated", "@decorated"]
    assert lines[2].split("  ")[0] == "def cube(x):" and "∂/∂x = 12" in lines[2]
    assert [each.name for each in annotate(cube, 2.0, follow=True).listings] == ["cube", "wrapper"]


def factorial(x):
    if x <= 1:
        return x
    return x * factorial(x - 1)


def test_a_recursion_is_shown_like_a_loop():
    found = [(data, grad) for name, data, grad in values(annotate(factorial, 4.0)) if name == "x"]
    # of x (x - 1) (x - 2) (x - 3) at 4, and so on, times the factors before
    assert found == [(4.0, 50.0), (3.0, 4 * 11.0), (2.0, 12 * 3.0), (1.0, 24 * 1.0)]


def test_values_that_were_there_before_keep_and_gain():
    w = Value(0.5, "weight")
    w.grad = 10.0
    annotation = annotate(lambda w, x: w * x, w, 3)
    assert values(annotation)[0] == ("w", 0.5, 3.0)
    assert w.grad == 13.0 and w.label == "weight"
    assert annotation.output.parents[0] is w


def test_without_source_the_values_stand_by_variable():
    assert str(annotate(abs, -3)).splitlines() == [
        "No source to show: abs is not written in Python.",
        "By variable:",
        "   x = -3    ∂/∂x = -1",
        "   abs = 3   ∂/∂abs = 1",
    ]
    assert values(annotate(max, 2, 5)) == [("args[0]", 2.0, 0.0), ("args[1]", 5.0, 1.0), ("max", 5.0, 1.0)]
    assert "a lambda has no lines" in str(annotate(lambda x: x * x, 3))
    space = {}
    exec("def nowhere(x):\n    y = x * x\n    return y * 3", space)
    text = str(annotate(space["nowhere"], 2))
    assert text.startswith("No source to show: nowhere is in no file")
    assert "   y = 4          ∂/∂y = 3" in text


def test_at_a_plain_prompt():
    typed = "from engine import annotate\ndef f(x):\n    y = x * x\n    return y * 3\n\nannotate(f, 2)\n"
    root = Path(engine.__file__).parents[1]
    ran = subprocess.run(
        [sys.executable, "-i", "-q"],
        input=typed,
        capture_output=True,
        text=True,
        cwd=root,
        env={"PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"},
    )
    if sys.version_info < (3, 13):
        assert "f was typed at a prompt, which Python keeps since 3.13.\n" in ran.stdout
    else:
        assert "    y = x * x" in ran.stdout
    assert "y = 4" in ran.stdout and "∂/∂y = 3" in ran.stdout


def test_a_file_that_has_changed_is_not_taken_for_the_source(tmp_path, monkeypatch):
    file = tmp_path / "lesson.py"
    file.write_text("def f(x):\n    y = x * x\n    return y\n")
    monkeypatch.syspath_prepend(tmp_path)
    from lesson import f

    assert "y = x * x" in str(annotate(f, 2))
    file.write_text("# a new first line\n" * 7 + "def g(x):\n    return x\n")
    assert "the file of f has changed since it was imported" in str(annotate(f, 2))


def test_what_is_not_one_value():
    for function, said in [
        (lambda x: [x, x], r"lambda returned \[Value.* \(list\)"),
        (math.exp, r"exp returned 7.389\d* \(float\)"),
        (lambda x: None, r"returned None \(NoneType\)"),
    ]:
        with pytest.raises(TypeError, match=said):
            annotate(function, 2)
    with pytest.raises(TypeError, match="missing a required argument: 'y'"):
        annotate(loss, 1, 2, 3)
    with pytest.raises(TypeError, match="not a callable"):
        annotate(3)


def failing(x):
    y = x * 2
    return y.log()


def test_no_tracing_is_left_behind():
    def other(frame, event, arg):
        return None

    previous = sys.gettrace()
    try:
        for tracer in (None, other):
            sys.settrace(tracer)
            annotate(loss, 1, 2, 3, 4)
            assert sys.gettrace() is tracer
            with pytest.raises(ValueError, match="log"):
                annotate(failing, -1)
            assert sys.gettrace() is tracer
    finally:
        sys.settrace(previous)


def test_a_gradient_that_does_not_exist_leaves_no_trace():
    x = Value(0)
    x.grad = 5.0
    with pytest.raises(ZeroDivisionError, match="derivative of sqrt"):
        annotate(Value.sqrt, x)
    assert x.grad == 5.0


class Tracer:
    """A debugger that notes the lines of some functions; like coverage's, it
    can put itself in place.
    """

    def __init__(self, insistent):
        self.insistent, self.lines = insistent, []

    def __call__(self, frame, event, arg):
        if event == "call" and self.insistent:
            sys.settrace(self)
        if frame.f_code.co_filename != __file__:
            return None
        self.lines.append((frame.f_code.co_name, event, frame.f_lineno))
        return self


@pytest.mark.parametrize("insistent", [False, True])
def test_a_debugger_or_coverage_tool_goes_on_seeing_every_line(insistent):
    previous, seen = sys.gettrace(), []
    for run in (
        lambda: two_layers(Value(2), Value(0.5), Value(1)),
        lambda: annotate(two_layers, 2, 0.5, 1),
        lambda: annotate(two_layers, 2, 0.5, 1, follow=True),
    ):
        tracer = Tracer(insistent)
        sys.settrace(tracer)
        try:
            result = run()
            assert sys.gettrace() is tracer
        finally:
            sys.settrace(previous)
        seen.append([line for line in tracer.lines if line[0] in ("two_layers", "neuron", "square")])
    assert seen[0] == seen[1] == seen[2] and len(seen[0]) == 14
    assert [each.name for each in result.listings] == ["two_layers", "neuron", "square"]


def test_a_debugger_that_is_started_meanwhile_stays():
    def debugger(frame, event, arg):
        return None

    def f(x):
        y = x * x
        sys.settrace(debugger)
        sys._getframe().f_trace = debugger
        return y

    previous = sys.gettrace()
    try:
        annotation = annotate(f, 3)
        assert sys.gettrace() is debugger
    finally:
        sys.settrace(previous)
    assert values(annotation) == [("x", 3.0, 6.0), ("y", 9.0, 1.0)]
    assert "A debugger took over meanwhile" in str(annotation)
    assert annotate(loss, 1, 2, 3, 4).complete


def test_long_lines_have_their_values_below():
    def wide(weight, something_else):
        product = (weight * something_else + weight * something_else) * (weight * something_else)
        return -product

    lines = str(annotate(wide, 2, 3)).splitlines()
    assert all(len(line) <= 80 for line in lines if "∂" in line)
    below = next(i for i, line in enumerate(lines) if "product = (" in line) + 1
    assert lines[below].split() == ["product", "=", "72", "∂/∂product", "=", "-1"]
