"""Both passes on the page: every number and word is that of steps."""

import math
import random
import re

import pytest

from demos.page import example
from engine import Constant, Value, format_number, play, steps, topological_order
from engine.operation import FUNCTIONS as NAMES
from engine.operation import OPERATIONS
from engine.rules import INDEXING, TABLE
from engine.views.javascript import operations_script
from engine.views.play import page_script
from nn import MLP, Embedding, cross_entropy
from tests.engine.views.pages import cards, check_page, do
from tests.graphs import ARITHMETIC, FUNCTIONS, random_graph

pytest_plugins = ["tests.engine.views.browser"]
pytestmark = pytest.mark.slow


def test_every_step_of_the_example_is_that_of_steps(shown):
    check_page(shown(play(example())), example())


@pytest.mark.parametrize("seed", range(4))
def test_arithmetic_is_equal_to_the_last_bit(shown, seed):
    output, _, _ = random_graph(seed, ARITHMETIC, size=14)
    output.zero_grad()
    check_page(shown(play(output)), output)


def test_an_index_chooses_on_the_page_too(shown):
    rng = random.Random(0)
    k, y = Value(1, "k"), Value(0, "y")
    [vector] = Embedding(["a", "b", "c"], 2, rng)([k])
    loss = cross_entropy(MLP(2, [3], rng=rng)(vector), y)
    loss.label = "L"
    loss.zero_grad()
    check_page(shown(play(loss)), loss)


def within(a, b, units):
    return a == b or abs(a - b) <= units * math.ulp(b)


@pytest.mark.parametrize("seed", range(12))
def test_every_operation_of_any_graph_is_within_2_ulp(shown, seed):
    output, x, w = random_graph(seed, ARITHMETIC + FUNCTIONS, size=60)
    tab = shown(play(output))
    do(tab, "last")
    found = cards(tab)
    order = topological_order(output)
    names = steps(output).names
    shown_data = {
        node: float(found[names[node]][0]) if node.operation or node.label else node.data for node in order
    }
    for node in order:
        if node.operation is not None:  # on the page's own operands: errors do not add up
            data = node.operation.forward(*[shown_data[parent] for parent in node.parents])
            assert within(shown_data[node], data, 2), (names[node], node.op)
    output.backward()
    for leaf in x + w:
        if leaf in set(order):
            assert float(found[leaf.label][1]) == pytest.approx(leaf.grad, rel=1e-9, abs=1e-12)


def test_every_operation_of_the_table_is_within_2_ulp_and_partials_within_4(chromium):
    rng = random.Random(0)
    operations = [OPERATIONS[rule.op] for rule in (*TABLE, *INDEXING)]
    script = page_script(operations_script(operations)).partition("// Both passes")[0]
    tab = chromium.new_page()
    for place, operation in enumerate(operations):
        points = []
        while len(points) < 400:
            a, b = (rng.choice((-1, 1)) * 10 ** rng.uniform(-12, 2) for _ in range(2))
            try:
                out = operation.forward(*(a, b)[: len(operation.rule.partials)])
                partials = [partial(a, b, out) for partial in operation.partials]
            except (ValueError, ArithmeticError):
                points.append((a, b, None, None, None))
                continue
            points.append(
                (
                    a,
                    b,
                    out,
                    partials,
                    [
                        eval(text, NAMES, {"a": a, "b": b, "out": out, "g": -1.7})
                        for text in (f"-1.7 * ({each})" for each in operation.rule.partials)
                    ],
                )
            )
        found = tab.evaluate(
            f"""points => {{ {script}
            return points.map(([a, b, out]) => {{
                try {{
                    const result = OPERATIONS[{place}].forward(a, b);
                    const {{operands}} = OPERATIONS[{place}];
                    return [result, operands.map((each) => each.derivative(a, b, out)),
                            operands.map((each) => each.contribution(a, b, out, -1.7))];
                }} catch (error) {{
                    if (error instanceof NoNumber) return [null];
                    throw error;
                }}
            }}) }}""",
            points,
        )
        for (a, b, out, partials, amounts), (result, *rest) in zip(points, found):
            where = operation.rule.op, a, b
            more = 2 * a * a if operation.rule.op in ("erf", "erfc", "gelu") else 0  # see engine.rules
            assert (out is None) == (result is None), where
            if out is not None:
                assert within(result, out, 2 + more), where
                assert all(within(x, y, 4 + more) or abs(x - y) < 3e-16 for x, y in zip(rest[0], partials)), (
                    where
                )
                assert rest[1] == pytest.approx(amounts, rel=2e-15 + more * 1e-16, abs=6e-16), where
    tab.close()


def test_numbers_are_written_as_in_python(chromium):
    rng = random.Random(3)
    numbers = [rng.uniform(-1, 1) * 10 ** rng.randint(-320, 300) for _ in range(2000)]
    numbers += [rng.randint(-(10**7), 10**7) / 2 ** rng.randint(0, 12) for _ in range(4000)]  # ties too
    numbers += [0.0, -0.0, 10.625, 99995.0, 9999.5, 999999.5, 999999.4, 1e-5, 5e-324, 1.7e308]
    numbers += [sign * (1 - 10 ** rng.uniform(-16, -3)) for sign in (-1, 1) for _ in range(500)]
    numbers += [sign * math.nextafter(1, side) for sign in (-1, 1) for side in (0, 2)]
    script = page_script("").partition("// Both passes")[0]
    tab = chromium.new_page()
    found = tab.evaluate(f"numbers => {{ {script} return numbers.map((x) => formatNumber(x)) }}", numbers)
    tab.close()
    assert found == [format_number(x) for x in numbers]


@pytest.mark.parametrize(
    "output",
    [
        lambda: Value(1, "x") ** Value(math.inf, "y"),
        lambda: Value(-1, "x") ** -math.inf,
        lambda: Value(1.7e308, "x").arctan2(Value(1.7e308, "y")),
        lambda: Value(1.7e308, "x").hypot(Value(1.7e308, "y")),
        lambda: Value(math.inf, "x") ** 0.0,
        lambda: (Value(5e307, "x") * 1.0).tanh(),
        lambda: Value(-0.0, "x") * 1e300 * 1e300,
        lambda: Value(1e-320, "x").log(),
        lambda: Value(2, "x") * 3 + (Value(4, "x") - 4) / 7,
        lambda: Value(3, "x"),
        lambda: Constant(2) * Constant(3) + Value(1, "x"),
    ],
)
def test_numbers_at_the_edge_are_those_of_steps(shown, output):
    check_page(shown(play(output())), output())


@pytest.mark.parametrize("seed", range(3))
def test_a_steps_explanation_is_that_of_steps(shown, seed):
    output = example() if seed == 0 else random_graph(seed, ARITHMETIC + FUNCTIONS, size=12)[0]
    output.zero_grad()
    tab = shown(play(output))
    for walk in (steps(output, forward=True), steps(output)):
        for step in walk:
            do(tab, "next")
            rows = tab.eval_on_selector_all(
                "#explanation .rule",
                "rows => rows.map(r => [...r.children].map(c => c.textContent).join(' '))",
            )
            expected = re.sub(r"^ *\d+/\d+ ", "", str(step))
            if not walk.forward and step.index > 1:
                expected = expected.partition("\n")[2] if "\n" in expected else ""
            expected = expected.replace(f"{walk.names[output]} = {format_number(output.data)} every", "every")
            words = " ".join(" ".join(rows).split())
            expected = " ".join(expected.split())
            if step.index == 1 and not walk.forward:
                expected = expected[expected.index("every") :]
            assert words == expected


def test_a_sum_over_uses_is_that_of_this_pass_alone(shown):
    q = Value(2, "q")
    total = q * 3 + q * 4 + q * q
    q.grad = 1e17
    walk = steps(total)
    walk.run()
    assert "the sum over all: 2 + 2 + 4 + 3 = 11" in shown(walk.play()).inner_text("#explanation")


def test_the_complement_of_the_error_function_is_0_far_out(chromium):
    script = page_script(operations_script([OPERATIONS["erfc"]])).partition("// Both passes")[0]
    points = [27.0, 29.0, 1e30, 1e300, math.inf, -1e300, -math.inf]
    found = chromium.new_page().evaluate(f"points => {{ {script} return points.map(erfc); }}", points)
    assert found == pytest.approx([math.erfc(x) for x in points], rel=1e-9, abs=0)


@pytest.mark.parametrize("x", [-2.0, 0.0, math.nan])
def test_the_case_of_a_step_is_that_of_steps(shown, x):
    functions = (
        Value.relu,
        abs,
        Value.elu,
        lambda x: x.maximum(0.0),
        lambda x: Constant(0).maximum(x),
        lambda x: x.minimum(Value(-2, "y")),
    )
    for f in functions:
        walk = steps(f(Value(x, "x")))
        walk.run()
        header = str(walk.history[-1]).partition("\n")[0]
        case = header.partition("), ")[2]
        text = shown(walk.play()).inner_text("#explanation p:first-child")
        assert text.partition(" Here ")[2] == f"{case}." * bool(case), header
