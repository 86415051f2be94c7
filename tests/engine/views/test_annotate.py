"""What annotate shows beside a line is what the line computed, and the
derivative of the result by it.
"""

import functools
import math
import re
import subprocess
import sys
import sysconfig
from itertools import count
from pathlib import Path
from traceback import walk_tb

import pytest

import engine
from engine import Value, annotate
from engine.value import observers
from engine.views.tracing import trace


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


def defined(source, file="<string>", **names):
    """What `source` defines when it is run as this file."""
    exec(compile(source, file, "exec"), names)
    return names


@pytest.mark.parametrize(
    ("file", "followed"),
    [
        ("{engine}_notes.py", True),
        ("{engine}_of_mine/lesson.py", True),
        ("{library}-notes/lesson.py", True),
        ("/home/site-packages-of-mine/lesson.py", True),
        ("/tmp/ipykernel_4711/12345.py", True),
        ("<ipython-input-3-0123456789ab>", True),
        ("<stdin>", True),
        ("<python-input-0>", True),
        ("{engine}/views/lesson.py", False),
        ("{library}/lesson.py", False),
        ("{packages}/package/lesson.py", False),
        ("/usr/lib/python3/dist-packages/package/lesson.py", False),
        ("<frozen lesson>", False),
    ],
)
def test_what_is_followed_goes_by_whole_names_of_folders(file, followed, monkeypatch):
    folder = Path(engine.__file__).parent
    monkeypatch.chdir(folder)  # what is typed at a prompt is in no folder
    paths = {"library": sysconfig.get_path("stdlib"), "packages": sysconfig.get_path("purelib")}
    helper = defined("def helper(x):\n    return x * x\n", file.format(engine=folder, **paths))["helper"]
    annotation = annotate(lambda x: helper(x) + x, 3, follow=True)
    assert [each.name for each in annotation.listings[1:]] == ["helper"] * followed


def test_a_library_behind_a_symbolic_link_is_a_library(tmp_path):
    link = tmp_path / "linked"
    link.symlink_to(sysconfig.get_path("stdlib"), target_is_directory=True)
    helper = defined("def helper(x):\n    return x * x\n", str(link / "lesson.py"))["helper"]
    assert len(annotate(lambda x: helper(x), 3, follow=True).listings) == 1


def test_functions_of_the_same_file_are_followed_wherever_it_is():
    source = "def helper(x):\n    return x * x\ndef f(x):\n    return helper(x) + x\n"
    f = defined(source, "/venv/lib/site-packages/demos/lesson.py")["f"]
    assert [each.name for each in annotate(f, 3, follow=True).listings] == ["f", "helper"]


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


def test_without_source_values_stand_in_the_order_of_time():
    source = """def f(x):
    for _ in range(3):
        y = x * 2
        x = y + 1
    return x
"""
    annotation = annotate(defined(source)["f"], 1)
    names = [name for name, _, _ in values(annotation)]
    assert names == ["x", "y", "x", "y", "x", "y", "x", "f"]
    assert [data for _, data, _ in values(annotation)] == [1, 2, 3, 6, 7, 14, 15, 15]
    rows = repr(annotate(defined(source)["f"], 1, limit=2)).splitlines()
    assert [row.partition("∂/∂")[0].strip() for row in rows[2:]] == [
        "x = 1",
        "y = 2",
        "x = 3",
        "… 2 more",
        "y = 14",
        "x = 15",
        "f = 15",
    ]


def test_lines_that_run_out_of_order_stand_in_the_order_of_time():
    source = (
        "def f(x):\n    i = 0\n    while True:\n        if i:\n            z = y * x\n            return z\n"
    )
    source += "        y = x + 1\n        i = 1\n"  # y's line is below z's, and runs before
    assert [name for name, _, _ in values(annotate(defined(source)["f"], 2))] == ["x", "y", "z", "f"]


def test_a_limit_of_one_keeps_the_arguments_of_what_is_not_python():
    assert "x = -3" in str(annotate(abs, -3, limit=1))


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


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (5, r"runs a function, as in annotate\(f, 2, 3\), not 5 \(int\)"),
        ("f", r"not 'f' \(str\)"),
        (math, r"not <module 'math.* \(module\)"),
        (Value(3), r"not Value\(data=3.0, grad=0.0\): steps\(\) and tree\(\) show a Value's graph"),
        (Value, "Value is a class"),
        (int, "int is a class"),
    ],
)
def test_what_is_no_function(given, said):
    with pytest.raises(TypeError, match=said):
        annotate(given, 3)


@pytest.mark.filterwarnings("error")  # no coroutine that was never awaited
def test_generators_and_coroutines_are_refused_before_they_are_called():
    async def coroutine(x):
        return x

    def generator(x):
        yield x

    for function in (coroutine, generator):
        with pytest.raises(TypeError, match=f"{function.__name__} is a generator or coroutine"):
            annotate(function, 3)


def total(generator):
    return functools.wraps(generator)(lambda *args: sum(generator(*args)))


@total
def terms(x):
    for i in range(3):
        y = x * i
        yield y


def test_a_decorated_generator_shows_what_went_in_and_out():
    annotation = annotate(terms, 2)
    assert "terms is a generator or coroutine, which runs in pieces" in str(annotation)
    assert values(annotation) == [("x", 2.0, 3.0), ("terms", 6.0, 1.0)]


def test_arguments_that_do_not_fit_name_the_function_and_its_parameters():
    for call, said in [
        (lambda: annotate(loss, 1, 2, 3), r"loss\(w, x, b, y\): missing a required argument: 'y'"),
        (lambda: annotate(loss, 1, 2, 3, 4, 5), r"loss\(w, x, b, y\): too many positional arguments"),
        (lambda: annotate(loss, 1, 2, 3, y=4, limt=5), r"loss\(w, x, b, y\): .* keyword argument 'limt'"),
    ]:
        with pytest.raises(TypeError, match=said):
            call()


@pytest.mark.parametrize("limit", ["3", True, 2.5, None])
def test_a_limit_is_an_int(limit):
    with pytest.raises(
        TypeError, match=rf"limit is how many .* an int, not {limit!r} \({type(limit).__name__}\)"
    ):
        annotate(loss, 1, 2, 3, 4, limit=limit)


def power(x, n):
    y = 1
    for _ in range(n):
        y = y * x
    return y


def weighted(x, *counts, **options):
    return sum(x * i for n in counts for i in range(n)) + x * options["k"]


def test_an_argument_can_be_kept_as_it_is():
    for keep in ("n", ["n"], {"n"}):
        assert values(annotate(power, 3, 2, keep=keep)) == [
            *(("x", 3.0, 6.0), ("y", 3.0, 3.0), ("y", 9.0, 1.0), ("power", 9.0, 1.0))
        ]
    annotation = annotate(weighted, 2, 2, 3, k=5, keep=("counts", "options"))
    assert values(annotation) == [("x", 2.0, 9.0), ("weighted", 18.0, 1.0)]
    kept = annotate(lambda w, x: x if w == [1, 2.5] and type(w[0]) is int else None, [1, 2.5], 3, keep="w")
    assert [name for name, _, _ in values(kept)] == ["x", "lambda"]


def test_a_name_to_keep_that_is_no_parameter():
    with pytest.raises(ValueError, match=r"keep names parameters of power\(x, n\), and 'm' is none"):
        annotate(power, 3, 2, keep=["n", "m"])
    for keep in (3, [3], b"n"):
        with pytest.raises(TypeError, match=r'as in keep="n", not (3|\[3\]|b.n.) \('):
            annotate(power, 3, 2, keep=keep)


def test_where_an_int_was_needed_the_error_tells_of_keep():
    with pytest.raises(TypeError, match="'Value' object cannot be interpreted as an integer") as caught:
        annotate(power, 3.5, 2)
    assert caught.value.__notes__ == [
        'annotate() makes Values of numbers: keep="n" keeps an argument as it is'
    ]
    for function, arguments, names in [
        (lambda xs, i: xs[i], ([1.5, 2.5], 1), ["i"]),
        (lambda xs, i: xs[:i], ([1.5, 2.5], 1), ["i"]),
        (lambda x, i: [x] * i, (3, 1), ["x", "i"]),
        (lambda p: range(p["n"]), ({"n": 2, "x": 2.5},), ["p"]),
    ]:
        with pytest.raises(TypeError) as caught:
            annotate(function, *arguments)
        [note] = caught.value.__notes__
        assert all((f'keep="{name}"' in note) == (name in names) for name in ("xs", "x", "i", "p"))
    with pytest.raises(TypeError) as caught:  # no int among the arguments: nothing to keep
        annotate(power, 3.5, 2.5)
    assert not hasattr(caught.value, "__notes__")


def leaving(x, w):
    z = w * x
    if z > 0:
        y = z * math.tanh(z)
    return y + math.exp(w * x) + float(x)


NOTE = "leaves the graph here: no gradient comes back"


def test_leaving_the_graph_is_shown_on_its_line():
    annotation = annotate(leaving, 2, 0.5)
    rows = str(annotation).splitlines()
    assert sum("graph here" in row for row in rows) == 2
    assert beside(annotation, "y = z * math.tanh(z)")[-1] == f"z {NOTE}"
    assert beside(annotation, "return")[-1] == "w * x and x leave the graph here: no gradient comes back"
    assert all(len(row) <= 80 for row in rows)
    [left] = next(line.runs[0].left for line in annotation.listings[0].lines if "tanh" in line.source)
    assert (left.function, left.how, left.node.op) == ("leaving", "converted", "*")


def helper(z):
    return math.tanh(z)


def calls(zs, x):
    for z in zs:
        x = x + helper(z)
    total = sum([float(z) for z in zs])
    return x * total + int(helper(x)) + round(x)


def test_leaving_in_loops_comprehensions_and_in_what_is_called():
    text = str(annotate(calls, [1, 2, 3], 4))
    assert text.count("graph here") == 3
    assert beside(annotate(calls, [1, 2, 3], 4), "x = x + helper(z)")[-1] == f"z {NOTE}"
    assert re.search(r"sum.*\n +(z|zs\[0\] and 2 more) leaves? the graph here", text)  # by Python's version
    assert beside(annotate(calls, [1, 2, 3], 4), "return")[-1] == f"x {NOTE}"
    followed = annotate(calls, [1, 2, 3], 4, follow=True)
    assert [each.name for each in followed.listings] == ["calls", "helper"]
    assert beside(followed, "return math.tanh(z)") == [f"z {NOTE}"]
    assert "helper(z)" in str(followed) and NOTE not in "".join(beside(followed, "x = x + helper(z)"))


def test_leaving_is_shown_without_source():
    f = defined("def f(x):\n    y = 0\n    for _ in range(9):\n        y = y + float(x)\n    return x * y\n")[
        "f"
    ]
    assert [line.strip() for line in str(annotate(f, 2)).splitlines()[2:]] == [
        "x = 2    ∂/∂x = 18",
        f"x {NOTE}",
        "f = 36   ∂/∂f = 1",
    ]


def test_a_label_that_is_shown_where_it_leaves_is_escaped():
    w = Value(3, "w\x1b[31m\nw")
    text = str(annotate(lambda x: x * float(w), 2))
    assert f"w\\x1b[31m\\nw {NOTE}" in text and "\x1b" not in text


def test_where_the_result_is_no_value_the_error_says_where_it_left_the_graph():
    line = helper.__code__.co_firstlineno + 1
    said = rf"helper returned .* \(float\): a number left the graph in .*{Path(__file__).name}, "
    with pytest.raises(TypeError, match=rf"{said}line {line}, in helper: return math\.tanh\(z\)"):
        annotate(helper, 2)

    def printing(x):
        for _ in range(3):
            print(float(x))
        return int(x)

    with pytest.raises(TypeError, match=r"line \d+, in printing: print.*; and in .*: return int\(x\)$"):
        annotate(printing, 2)


def test_what_leaves_the_graph_is_named_after_variables():
    def f(x, w):
        z = x * x
        return x * math.tanh(z * w + 1) * float(z.exp()) * math.sin((z + 1) * (w - 2) * x)

    text = str(annotate(f, 1, 2))
    assert "   (z * w) + 1 and 2 more leave the graph here" in text
    assert f"((…) * (…)) * x {NOTE}" in str(annotate(lambda x: x * float((x + 1 + 1) * (x - 1 - 1) * x), 3))


def test_the_gradient_of_what_is_returned_as_it_came():
    x = Value(3)
    x.grad = 10.0
    assert values(annotate(lambda x: x, x)) == [("x", 3.0, 1.0), ("lambda", 3.0, 1.0)]
    assert x.grad == 11.0


def test_a_function_without_arguments():
    w = Value(3)
    assert values(annotate(lambda: w * w)) == [("lambda", 9.0, 1.0)]
    assert w.grad == 6.0


def test_gradients_that_are_not_finite():
    found = values(annotate(lambda x: (x * 1e308) * 1e10, 3.0))
    assert found[0] == ("x", 3.0, math.inf)
    assert "∂/∂x = inf" in str(annotate(lambda x: (x * 1e308) * 1e10, 3.0))
    w = Value(0.0)
    annotate(lambda x: w * x, math.inf)
    annotate(lambda x: w * x, math.nan)
    assert math.isnan(w.grad)


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


def test_an_error_in_the_function_changes_no_gradient():
    x = Value(-1)
    x.grad = 5.0
    with pytest.raises(ValueError, match="log"):
        annotate(failing, x)
    assert x.grad == 5.0


def neither_tracing_nor_observing(previous):
    return sys.gettrace() is previous and observers == []


def quiet(frame, event, arg):
    return None


@pytest.mark.parametrize("previous", [None, quiet])
def test_an_interrupt_of_the_tracing_itself_leaves_none(previous):
    calls = count(1)

    def interrupted(frame):
        if frame.f_code is factorial.__code__ and next(calls) == 3:
            raise KeyboardInterrupt
        return frame.f_code is factorial.__code__

    original = sys.gettrace()
    sys.settrace(previous)
    try:
        with pytest.raises(KeyboardInterrupt) as caught:
            trace(lambda: factorial(Value(5)), interrupted)
        assert neither_tracing_nor_observing(previous)
    finally:
        sys.settrace(original)
    frames = [frame for frame, _ in walk_tb(caught.tb) if frame.f_code is factorial.__code__]
    assert len(frames) == 3
    assert all(frame.f_trace is None for frame in frames)


class Interrupt:
    """Profiles: raises at the k-th place where Python handles a signal.

    That is after a call of a function in C, and on entering one in Python. (In
    a loop it is too, at the jump back.) Counted are places in the engine.
    """

    def __init__(self, k):
        self.k, self.seen = k, 0

    def __call__(self, frame, event, arg):
        file = frame.f_code.co_filename
        if event in ("call", "c_return") and file.startswith(
            (str(Path(engine.__file__).parent), "<linegrad")
        ):
            self.seen += 1
            if self.seen == self.k:
                raise KeyboardInterrupt


def linear(w, b, x):
    z = w * x
    return (z + b) * 2 + math.tanh(z)


@pytest.mark.parametrize("previous", [None, quiet])
@pytest.mark.filterwarnings("ignore:Exception ignored in. <gen")  # interrupted as it is closed
def test_an_interrupt_anywhere_leaves_gradients_as_before_or_complete(previous):
    w, b = Value(0.5, "w"), Value(1, "b")
    original, outcomes = sys.gettrace(), []
    for k in count(1):
        w.grad, b.grad = 10.0, 20.0
        sys.settrace(previous)
        sys.setprofile(Interrupt(k))
        try:
            annotate(linear, w, b, 3)
            break
        except KeyboardInterrupt as error:
            outcomes.append((w.grad, b.grad))
            assert neither_tracing_nor_observing(previous)
            frames = [frame for frame, _ in walk_tb(error.__traceback__) if frame.f_code is linear.__code__]
            assert all(frame.f_trace is None for frame in frames)
        finally:
            sys.setprofile(None)
            sys.settrace(original)
    assert (w.grad, b.grad) == (16.0, 22.0)
    assert len(outcomes) > 50
    assert set(outcomes) <= {(10.0, 20.0), (16.0, 22.0)}
    assert outcomes == sorted(outcomes)  # complete at the very end


SIGNALS = """
import math, random, signal, sys, time
from engine import Value, annotate
from engine.value import observers

def linear(w, b, x):
    z = w * x
    return (z + b) * 2 + math.tanh(z)

def interrupt(*_):
    raise KeyboardInterrupt

def run(delay):
    w.grad, b.grad = 10.0, 20.0
    try:
        signal.setitimer(signal.ITIMER_REAL, delay)
        annotate(linear, w, b, 3, follow=True)
        signal.setitimer(signal.ITIMER_REAL, 0)
    except KeyboardInterrupt:
        assert (w.grad, b.grad) in [(10.0, 20.0), (16.0, 22.0)], (w.grad, b.grad)
        assert sys.gettrace() is previous, sys.gettrace()
        assert observers == [], observers
        return 1
    return 0

previous = None
w, b = Value(0.5, "w"), Value(1, "b")
signal.signal(signal.SIGALRM, interrupt)
start = time.perf_counter()
for _ in range(100):
    annotate(linear, w, b, 3, follow=True)
took = (time.perf_counter() - start) / 100
random.seed(0)
interrupted = 0
while interrupted < 2000:
    interrupted += run(random.uniform(1e-6, 1.2 * took))
"""


@pytest.mark.slow
def test_real_signals_leave_no_tracing_and_no_half_of_a_gradient():
    root = Path(engine.__file__).parents[1]
    ran = subprocess.run([sys.executable, "-c", SIGNALS], capture_output=True, text=True, cwd=root)
    assert ran.returncode == 0, ran.stderr


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
