"""A pass that is driven by hand ends where backward() does, and every number
that it shows is true.
"""

import inspect
import math
import random
import re
import subprocess
import sys
import traceback
from pathlib import Path

import pytest

import engine
from engine import Constant, Program, Value, define, draw, steps, topological_order
from engine.define import _forget
from engine.notation import format_number, node_names
from engine.rules import TABLE
from engine.views.kinks import borders, conditions
from engine.views.lesson import lesson
from engine.views.step import in_columns
from tests.graphs import random_graph

NUMBER = r"-?[\d.]+(?:e[+-]\d+)?"
PRODUCT = re.compile(rf"= ({NUMBER}) × ({NUMBER}) += ({NUMBER}) +(.*)")


def graph(seed):
    output, inputs, parameters = random_graph(seed, size=30)
    return output, inputs + parameters


def gradients(output):
    return [node.grad for node in topological_order(output)]


def data(output):
    return [node.data for node in topological_order(output)]


def half_a_digit(x):
    """How far a number with four significant digits may be from what it stands
    for.
    """
    return 0.0 if x == 0 else min(0.5, 0.5 * 10.0 ** (math.floor(math.log10(abs(x))) - 3))


def unwrapped(step):
    """The lines of a step's text, those that were broken joined again."""
    return re.sub(r"\n +(?=[=\d-])", " ", str(step)).splitlines()


SEEDS = range(40)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_gradients_are_those_of_backward(seed):
    by_hand, at_once = graph(seed)[0], graph(seed)[0]
    list(steps(by_hand))
    at_once.backward()
    assert gradients(by_hand) == gradients(at_once)


@pytest.mark.parametrize("seed", SEEDS)
def test_leaves_add_to_what_they_had_as_in_backward(seed):
    outputs = []
    for _ in range(2):
        output, leaves = graph(seed)
        for i, leaf in enumerate(leaves):
            leaf.grad = 0.1 - i / 3
        outputs.append(output)
    outputs[0].left.grad = 99.0  # an interior node starts from zero, whatever it had
    list(steps(outputs[0]))
    outputs[1].backward()
    assert gradients(outputs[0]) == gradients(outputs[1])


def test_the_whole_table_is_in_those_graphs():
    seen = {node.op for seed in SEEDS for node in topological_order(graph(seed)[0])}
    assert seen == {"", *(rule.op for rule in TABLE)}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_arithmetic_on_the_screen_is_right(seed):
    for step in steps(graph(seed)[0]):
        shown = [PRODUCT.search(line) for line in unwrapped(step)]
        shown = [match.groups() for match in shown if match]
        assert len(shown) == len(step.contributions)
        for contribution, (*product, history) in zip(step.contributions, shown):
            g, local, amount = map(float, product)
            slack = abs(g) * half_a_digit(local) + abs(local) * half_a_digit(g)
            slack += half_a_digit(local) * half_a_digit(g) + half_a_digit(amount)
            assert abs(g * local - amount) <= slack * (1 + 1e-9)
            *_, before, after = (float(each) for each in history.split(" → ") if each != "…")
            slack = half_a_digit(before) + half_a_digit(amount) + half_a_digit(after)
            assert abs(before + amount - after) <= slack * (1 + 1e-9)
            assert contribution.local * step.grad == pytest.approx(contribution.amount, rel=1e-12)
            assert contribution.before + contribution.amount == pytest.approx(contribution.after, abs=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_symbols_have_the_values_of_the_numbers(seed):
    functions = vars(math) | {"sigmoid": lambda x: 1 / (1 + math.exp(-x))}
    output, x, w = random_graph(seed, size=30)
    named = node_names(topological_order(output))
    values = {name: node.data for node, name in named.items() if node.op}
    values |= {"x": [leaf.data for leaf in x], "w": [leaf.data for leaf in w]}
    for step in steps(output):
        for contribution in step.contributions:
            value = eval(contribution.symbol, functions, values)
            # a number within a formula is rounded to four digits
            assert value == pytest.approx(contribution.local, rel=5e-3, abs=1e-3)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("forward", [False, True])
def test_nothing_runs_off_a_terminal_and_columns_line_up(seed, forward):
    for step in steps(graph(seed)[0], forward):
        lines = str(step).splitlines()
        assert max(map(len, lines)) <= 80
        assert not any(line != line.rstrip() for line in lines)
        rules = [line for line in lines if " += " in line]
        products = [match for match in map(PRODUCT.search, lines) if match]
        for column in (
            {line.index(" += ") for line in rules},
            {line.index(" × ∂") for line in rules},
            {match.start() for match in products},
            {match.start(4) for match in products},
        ):
            assert len(column) <= 1


def test_numbers_are_written_for_people():
    x, y = Value(0.1, "x"), Value(-3, "y")
    out = (x + 0.2) * 3 * y * 0
    text = "\n".join(map(str, [*steps(out), *steps(out, forward=True)]))
    assert "0.3000" not in text and "0.9" in text
    assert not re.search(r"-0(?![.\d])", text) and not re.search(r"\d{6}", text)


def test_a_gradient_from_several_children_is_shown_growing():
    a = Value(5, "a")
    shown = [line.rpartition("   ")[2] for step in steps(a + 3 * a) for line in unwrapped(step)[1:]]
    assert shown[0] == "0 → 1 → …" and shown[-1] == "0 → 1 → 4"
    b = Value(2, "b")
    *_, last = steps(b * b * b * b)
    assert [each.growth for each in last.contributions] == ["0 → … → 16 → 24 → …", "0 → … → 24 → 32"]
    b.grad = 7.0
    *_, last = steps(b + b)
    assert [each.growth for each in last.contributions] == ["7 → 8 → …", "7 → 8 → 9"]


def test_constants_get_no_line():
    x = Value(3, "x")
    for step in steps((2 * x + 1) ** 3 / 4):
        assert len(unwrapped(step)) == (1 if step.index == 1 else 2)
        assert all(type(each.operand) is not Constant for each in step.contributions)


@pytest.mark.parametrize("seed", SEEDS[:10])
def test_steps_can_be_undone_and_done_again(seed):
    rng = random.Random(seed)
    output, leaves = graph(seed)
    for leaf in leaves:
        leaf.grad = rng.random()
    walk, states, texts = steps(output), [gradients(output)], []
    for step in walk:
        states.append(gradients(output))
        texts.append(str(step))
    walk.reset()
    assert gradients(output) == states[0]
    for _ in range(300):
        at = len(walk.history)
        if rng.random() < 0.5 and at:
            assert walk.back() is walk
        elif at < len(texts):
            assert str(next(walk)) == texts[at]
        assert gradients(output) == states[len(walk.history)]


def test_nothing_runs_before_next():
    x = Value(3, "x")
    y = x * x
    y.grad, x.grad = 5.0, 2.0
    walk = steps(y)
    assert (y.grad, x.grad, walk.history) == (5.0, 2.0, [])
    next(walk)
    assert (y.grad, x.grad) == (1.0, 2.0)
    walk.back()
    assert (y.grad, x.grad) == (5.0, 2.0)


def test_the_end_of_a_walk_of_a_long_name_fits_80_columns():
    with pytest.raises(StopIteration) as caught:
        walk = steps(Value(3, "cross_entropy_of_a_batch"))
        next(walk)
        next(walk)
    assert str(caught.value).startswith("1 of 1 step done: back() undoes one")
    shown = [f"    {traceback.extract_tb(caught.tb)[-1].line}", f"StopIteration: {caught.value}"]
    assert max(map(len, shown)) <= 80 and "".join(shown).count("undoes") == 1


def test_the_ends_of_a_walk():
    x = Value(3, "x")
    walk = steps(x * x)
    with pytest.raises(IndexError, match="no step has been run"):
        walk.back()
    last = walk.run()
    for _ in range(2):
        with pytest.raises(StopIteration, match="all 2 steps done: back"):
            next(walk)
    assert walk.run().index == last.index and x.grad == 6.0
    walk.back()
    assert next(walk).index == 2 and x.grad == 6.0
    assert list(walk) == [] and list(walk.reset()) == walk.history
    assert repr(walk) == "backward from v1: all 2 steps done"


def test_run_says_how_many_steps_it_ran():
    x = Value(3, "x")
    walk = steps(x * x + 1)
    assert str(next(walk)) == "1/3  v2 = 10    every backward pass starts here: ∂v2/∂v2 = 1"
    last = walk.run()
    assert last.steps_run == 2 and str(last) == f"{walk.history[-1]}\n2 steps were run"
    assert str(walk.run()).endswith("\nno step was left to run")
    walk.back()
    assert str(walk.run(to=x)).endswith("\n1 step was run")
    assert [step.steps_run for step in walk.history] == [None, None, None]


def test_the_operands_of_x_minus_x_are_told_apart():
    x = Value(3, "x")
    for y in (x - x, x * x, x / x, x.maximum(x), x**x):
        walk = steps(y)
        walk.run()
        text = str(walk.history[-1])
        assert "∂v1/∂(first x)" in text and "∂v1/∂(second x)" in text and "∂v1/∂x" not in text


@pytest.mark.parametrize(
    "f, at, text",
    [
        (Value.relu, 2, "relu(x), x > 0"),
        (Value.relu, -2, "relu(x), x ≤ 0"),
        (Value.relu, 0, "relu(x), x = 0, a kink: ∂v1/∂x jumps from 0 to 1"),
        (Value.leaky_relu, 0, "leaky_relu(x), x = 0, a kink: ∂v1/∂x jumps from 0.01 to 1"),
        (abs, -0.0, "abs(x), x = 0, a kink: ∂v1/∂x jumps from -1 to 1"),
        (abs, -1, "abs(x), x < 0"),
        (Value.elu, 0, "elu(x), x ≤ 0"),  # whose slope is 1 on both sides
        (lambda x: x.maximum(1.5), 2, "maximum(x, 1.5), x > 1.5"),
        (lambda x: x.minimum(-1), 2, "minimum(x, -1), x > -1"),
        (lambda x: x.minimum(2), 2, "minimum(x, 2), x = 2, a kink: ∂v1/∂x jumps from 1 to 0"),
        (lambda x: x.maximum(Value(2, "y")), 2, "maximum(x, y), x = y, a kink: ∂v1/∂x jumps from 0 to 1"),
        (lambda x: Constant(2).maximum(x), 2, "maximum(2, x), 2 = x, a kink: ∂v1/∂x jumps from 0 to 1"),
        (lambda x: x.maximum(x), 0, "maximum(x, x)"),
        (Value.relu, math.nan, "relu(x)"),
        (Value.sigmoid, -800, "sigmoid(x)"),
        (lambda x: x**0.5, 2, "x ** 0.5"),
        (lambda x: x ** Value(0, "y"), 0, "x ** y"),
        (lambda x: x**2, 0, "x ** 2"),
    ],
)
def test_a_step_says_which_case_holds_and_where_a_kink_is(f, at, text):
    walk = steps(f(Value(at, "x")))
    walk.run()
    assert str(walk.history[-1]).splitlines()[0] == f"2/2  v1 = {text}"


def test_a_formula_with_cases_of_ones_own_says_its_case():
    text = "0 if a < -1 else (a + 1) if a <= 1 else log(a - 1)"
    assert [
        " and ".join(f"{left.text} {symbol} {right.text}" for left, symbol, right in case)
        for case in conditions(text)
    ] == ["a < -1", "a ≥ -1 and a ≤ 1", "a ≥ -1 and a > 1"]
    assert [(left.text, right.text) for left, _, right in borders(text)] == [("a", "-1"), ("a", "1")]


OWN = {  # value, derivative, and the case at some points
    "huber_at_1": (
        "a * a / 2 if abs(a) <= 1 else abs(a) - 0.5",
        "a if abs(a) <= 1 else 1 if a > 1 else -1",
        {1: "abs(x) ≤ 1", -1: "abs(x) ≤ 1", -3: "abs(x) > 1 and x ≤ 1"},
    ),
    "clipped_at_1": (
        "a if abs(a) <= 1 else 1 if a > 0 else -1",
        "1 if abs(a) <= 1 else 0",
        {
            1: "abs(x) = 1, a kink: ∂v1/∂x jumps from 1 to 0",
            -1: "abs(x) = 1, a kink: ∂v1/∂x jumps from 0 to 1",
        },
    ),
    "bent_by_rounding": ("a / 10 * 3 if a < 1 else 0.3 * a", "0.1 * 3 if a < 1 else 0.3", {1: "x ≥ 1"}),
    "log_above_0": ("log(a) if a > 0 else 0", "1 / a if a > 0 else 0", {0: "x ≤ 0"}),
}


@pytest.mark.parametrize("name", OWN)
def test_at_a_kink_the_slopes_are_those_on_its_two_sides(name):
    """Left and right of the number, whatever is compared with what."""
    value, partial, cases = OWN[name]
    define(name, value=value, partials=[partial])
    try:
        for x, case in cases.items():
            last = steps(getattr(Value(x, "x"), name)()).run()
            assert str(last).splitlines()[0] == f"2/2  v1 = {name}(x), {case}"
    finally:
        _forget(name)


def test_a_case_that_never_holds_is_no_obstacle():
    define(
        "twice_tested",
        value="0 if a < 0 else 1 if a < 0 else a",
        partials=["0 if a < 0 else 2 if a < 0 else 1"],
    )
    try:
        walk = steps(Value(3, "x").twice_tested())
        walk.run()
        assert "twice_tested(x), x ≥ 0" in str(walk) + str(walk.history[-1])
        assert "x ≥ 0" in str(lesson(walk.output))
    finally:
        _forget("twice_tested")


@pytest.mark.parametrize("label", ["a", "attention_1", "cross_entropy_of_a_batch"])
def test_the_first_step_fits_80_columns(label):
    text = str(next(steps(Value(3, label))))
    assert max(map(len, text.splitlines())) <= 80
    assert text.split() == f"1/1 {label} = 3 every backward pass starts here: ∂{label}/∂{label} = 1".split()


def test_a_leaf_alone():
    x = Value(3, "x")
    x.grad = 1.5
    assert [step.index for step in steps(x)] == [1]
    assert x.grad == 2.5
    assert list(steps(x, forward=True)) == [] and steps(x, forward=True).run() is None


@pytest.mark.slow
def test_run_to_a_node_completes_its_gradient():
    for seed in SEEDS[:10]:
        output, _ = graph(seed)
        final = graph(seed)[0]
        final.backward()
        for node, expected in zip(topological_order(output), gradients(final)):
            if type(node) is Constant:
                continue
            walk = steps(output)
            step = walk.run(to=node)
            assert node.grad == expected
            assert node is output or any(node is each.operand for each in step.contributions)
            walk.reset()


def test_run_to_what_is_not_to_be_reached():
    a, b, stranger = Value(2, "a"), Value(3, "b"), Value(4, "stranger")
    out = a * b + 10
    walk = steps(out)
    with pytest.raises(ValueError, match="v2 is not computed from Value"):
        walk.run(to=stranger)
    with pytest.raises(ValueError, match="v2 is not computed from 'c'"):
        walk.run(to="c")
    with pytest.raises(TypeError, match="to is a node of this graph, or its name, not 3"):
        walk.run(to=3)
    with pytest.raises(ValueError, match="no step computes the gradient of 10: it is a constant"):
        walk.run(to=out.right)
    with pytest.raises(ValueError, match="no step computes the data of a: it is a leaf"):
        steps(out, forward=True).run(to=a)
    assert walk.history == []
    walk.run(to="v1")
    assert len(walk.history) == 2
    with pytest.raises(ValueError, match="the gradient of v1 is complete since step 2"):
        walk.run(to=out.left)
    with pytest.raises(TypeError, match="starts from a Value, not from"):
        steps([out])


def test_where_a_derivative_does_not_exist_the_walk_stays():
    x = Value(0, "x")
    out = x.sqrt() * 2
    with pytest.raises(ZeroDivisionError) as expected:
        out.backward()
    walk = steps(out)
    next(walk), next(walk)
    before = gradients(out)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError) as error:
            next(walk)
        assert str(error.value) == str(expected.value)
        assert gradients(out) == before and len(walk.history) == 2
    x.data = 4.0
    out.forward()
    walk.run()
    assert x.grad == 0.5  # 2 / (2 √4)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_forward_walk_is_forward(seed):
    (output, leaves), (other, others) = graph(seed), graph(seed)
    before = data(output)
    for leaf in (*leaves, *others):
        leaf.data += 1e-3
    walk = steps(output, forward=True)
    assert [step.node for step in walk] == [node for node in topological_order(output) if node.op]
    other.forward()
    assert data(output) == data(other)
    for step in walk.history:
        assert (" was " in str(step)) == (format_number(step.before) != format_number(step.data))
    walk.reset()
    changed = set(leaves)
    order = topological_order(output)
    assert data(output) == [x + 1e-3 if node in changed else x for node, x in zip(order, before)]


def test_a_forward_step_shows_its_numbers():
    a, b = Value(2, "a"), Value(-3, "b")
    d = (a * b + 10).exp()
    assert list(map(str, steps(d, forward=True))) == [
        "1/3  v1 = a * b = 2 * (-3) = -6",
        "2/3  v2 = v1 + 10 = (-6) + 10 = 4",
        "3/3  v3 = exp(v2) = exp(4) = 54.6",
    ]
    a.data = -1.0
    walk = steps(d, forward=True)
    assert str(next(walk)) == "1/3  v1 = a * b = (-1) * (-3) = 3   was -6"
    walk.reset()
    a.data = -1e3
    walk.run(to="v2")
    with pytest.raises(OverflowError, match="exp"):
        next(walk)
    assert d.data == math.exp(4) and len(walk.history) == 2


def test_a_function_brings_its_own_brackets():
    x, z = Value(-2, "x"), Value(1, "a + b")
    assert str(next(steps(x.exp(), forward=True))) == "1/1  v1 = exp(x) = exp(-2) = 0.1353"
    assert str(next(steps(-x.maximum(z), forward=True))).startswith(
        "1/2  v1 = maximum(x, a + b) = maximum(-2, 1)"
    )
    assert str(next(steps(z * x, forward=True))).startswith("1/1  v1 = (a + b) * x")


def test_what_a_drawing_needs():
    a, b, c = Value(2, "a"), Value(-3, "b"), Value(10, "c")
    product = a * b
    d = product + c
    start, second, third = steps(d)
    assert [step.index for step in (start, second, third)] == [1, 2, 3]
    assert (start.node, second.node, third.node) == (d, d, product)
    assert (start.done, second.done, third.done) == (set(), set(), {d})
    assert third.parents == (a, b) and not third.forward
    assert [each.operand for each in third.contributions] == [a, b]
    assert [(each.symbol, each.local) for each in third.contributions] == [("b", -3.0), ("a", 2.0)]
    first, last = steps(d, forward=True)
    assert (first.node, first.done, last.node, last.done) == (product, set(), d, {product})
    assert first.forward and first.contributions == ()


def test_names_are_those_of_drawings_and_programs():
    a, b = Value(2, "a"), Value(-3, "b")
    output = (a * b + b).tanh()
    shown = [str(step).splitlines()[0].split("  ")[1] for step in steps(output)][1:]
    assert shown == ["v3 = tanh(v2)", "v2 = v1 + b", "v1 = a * b"]
    assert all(line in Program(output, inputs=[a]).source for line in shown)
    assert all(line in draw(output).source.replace("</B>&#160;", " ") for line in shown)


@pytest.mark.slow
def test_a_deep_graph():
    x = Value(1, "x")
    y = x
    for _ in range(20_000):
        y = y + x
    walk = steps(y)
    walk.run()
    assert x.grad == 20_001 and x.grad == walk.history[-1].contributions[1].after
    walk.reset()
    assert x.grad == 0.0


def test_it_says_where_it_is_and_what_comes_next():
    a, b = Value(2, "a"), Value(-3, "b")
    walk = steps(a * b + 10)
    said = [repr(walk)] + [repr(walk) for _ in walk]
    assert said == [
        "backward from v2: 0 of 3 steps done\nnext: v2.grad = 1, where every backward pass starts",
        "backward from v2: 1 of 3 steps done\nnext: v2 = v1 + 10, which hands v2.grad = 1 on to v1",
        "backward from v2: 2 of 3 steps done\nnext: v1 = a * b, which hands v1.grad = 1 on to a and b",
        "backward from v2: all 3 steps done",
    ]
    walk = steps(a * b, forward=True)
    assert repr(walk) == "forward to v1: 0 of 1 step done\nnext: v1 = a * b"


def pdb(script, commands, tmp_path):
    """What pdb prints when it is given commands for a script."""
    (tmp_path / "lesson.py").write_text(script)
    root = Path(engine.__file__).parents[1]
    ran = subprocess.run(
        [sys.executable, "-m", "pdb", "lesson.py"],
        input="\n".join([*commands, "q", ""]),
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PYTHONPATH": str(root), "PYTHONIOENCODING": "utf-8"},
    )
    return ran.stdout


LESSON = """\
from engine import Value
a, b = Value(2), Value(-3)
c = a * b
c.backward()
print(a.grad)
"""


def test_pdb_steps_into_an_operator(tmp_path):
    shown = pdb(LESSON, ["b 3", "c", "s", *["n"] * 9, "p a.grad"], tmp_path)
    assert "-> def __mul__(self, other: " in shown
    assert "-> data = a * b" in shown
    assert "-> out.operation, out.left, out.right = MUL, self, other" in shown
    assert "__mul__()->Value(data=-6.0, grad=0.0)" in shown
    assert all(len(line) <= 80 for line in shown.splitlines() if line.startswith("->"))


def test_pdb_steps_into_backward_and_the_chain_rule(tmp_path):
    lines, first = inspect.getsourcelines(Value.backward)
    pull = first + next(i for i, line in enumerate(lines) if ".pullback(node)" in line)
    shown = pdb(
        LESSON,
        ["b 4", "c", "s", f"b {inspect.getsourcefile(Value)}:{pull}", "c", *["s"] * 6, "p left.grad"],
        tmp_path,
    )
    assert "-> def backward(self) -> None:" in shown
    assert "-> def pullback(node):" in shown
    assert "-> left._grad += g * b" in shown and "-> right._grad += g * a" in shown
    assert "(Pdb) -3.0" in shown
    assert all(len(line) <= 80 for line in shown.splitlines() if line.startswith("->"))


@pytest.mark.parametrize("earlier", (math.nan, -0.0, math.inf, 2.0))
@pytest.mark.parametrize("factor", (math.inf, math.nan, -0.0, 0.0))
def test_a_walk_ends_as_backward_does_whatever_the_numbers(earlier, factor):
    x, w = Value(factor, "x"), Value(-0.0, "w")
    output = x * w + x * -1.0 + x * w
    ends = []
    for run in (output.backward, steps(output).run):
        x.grad, w.grad = earlier, 1.0
        run()
        ends.append(repr([node.grad for node in topological_order(output)]))
    assert ends[0] == ends[1]


def test_a_gradient_changed_from_outside_stops_the_walk_until_it_is_reset():
    a, b = Value(2, "a"), Value(-3, "b")
    output = a * b + b**3
    walk = steps(output)
    walk.run(to="v2")
    output.backward()
    with pytest.raises(ValueError, match=r"b\.grad was changed since this pass began: reset\(\) it first"):
        walk.run()
    walk.reset().run()
    assert (a.grad, b.grad) == (-3.0, 29.0)


@pytest.mark.parametrize("forward", (False, True))
@pytest.mark.parametrize("label", ("a" * 75, "a b " * 20, "a" * 5000))
def test_a_label_as_long_as_a_line_is_shown_whole(label, forward):
    a = Value(2, label)
    square = a * a
    square.label = label
    for output in (a * a, square, square * 3):
        for step in steps(output, forward):
            together = "".join(repr(step).split())
            assert step.node.label.replace(" ", "") in together
            assert f"={step.data if forward or step.index == 1 else step.grad:g}" in together


def test_a_formula_longer_than_a_line_goes_on_below():
    long = "= " + " + ".join(f"term_{i}" for i in range(40))
    text = in_columns([["y", "total"], [long, "= y"], ["= 2", "= 2"]], 6)
    assert max(map(len, text.splitlines())) <= 80
    assert text.split() == ["y", *long.split(), "=", "2", "total", "=", "y", "=", "2"]
