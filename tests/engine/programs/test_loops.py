"""Loops: the program's lines rolled up, with the same numbers."""

import math
import random
import subprocess
import sys

import pytest

from engine import Program, Value
from engine.programs.merged import merged
from engine.programs.rolled import Loop, rolled, unrolled
from nn import MLP, binary_cross_entropy, hinge
from tests.engine.programs.test_program import HOSTILE
from tests.graphs import networks, random_graph


def values(count, name):
    rng = random.Random(name)
    return [Value(rng.uniform(-1, 1), f"{name}{i}") for i in range(1, count + 1)]


def agrees(program, calls=3):
    """Whether the loops' function is the program's, bit for bit."""
    rng = random.Random(len(program.parameters))
    for _ in range(calls):
        numbers = [rng.uniform(-1, 1) for _ in range(len(program.inputs) + len(program.parameters))]
        found, expected = program.loops.function(*numbers), program.function(*numbers)
        if repr(found) != repr(expected):  # -0.0 is not 0.0 here
            return False
    return True


def depth(terms):
    return max((1 + depth(term.body) for term in terms if isinstance(term, Loop)), default=0)


def mlp(*sizes, loss=hinge, **options):
    x, y = values(sizes[0], "x"), Value(1, "y")
    return Program(loss(MLP(sizes[0], list(sizes[1:]), **options)(x), y), inputs=[*x, y])


@pytest.mark.parametrize("seed", [pytest.param(i, marks=[pytest.mark.slow] * (i > 19)) for i in range(60)])
def test_random_graphs(seed):
    output, inputs, _ = random_graph(seed, size=30 + 10 * seed)
    assert agrees(Program(output, inputs))
    assert agrees(Program(output))


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] * (name == "sum")) for name in networks()]
)
def test_networks_and_other_graphs(name):
    assert agrees(Program(*networks()[name]), 1)


@pytest.mark.parametrize("sizes", [(1, 1), (2, 2, 1), (3, 5, 4, 1), (2, 16, 16, 1)])
def test_perceptrons(sizes):
    assert agrees(mlp(*sizes))
    assert agrees(mlp(*sizes, activation="sigmoid"))
    assert agrees(mlp(*sizes, loss=binary_cross_entropy, activation="tanh"))


@pytest.mark.parametrize("number", [math.inf, -math.inf, math.nan, -0.0, 5e-324])
def test_numbers_that_are_not_ordinary(number):
    weights = values(5, "w")
    assert agrees(Program(sum(w * number + number for w in weights)))


def test_unrolled_they_are_the_lines_again():
    for seed in range(20):
        output, inputs, _ = random_graph(seed, size=500)
        steps = merged(Program(output, inputs).tape).steps
        assert list(unrolled(rolled(steps))) == steps
    steps = merged(mlp(4, 8, 8, 1).tape).steps
    terms = rolled(steps)
    assert list(unrolled(terms)) == steps and depth(terms) == 2 and len(terms) < len(steps) / 10


def test_the_loops_are_those_of_the_lectures_matrices():
    """z = Wx + b forward; backward dW = δxᵀ and the gradient Wᵀδ of x."""
    text = str(mlp(8, 5, 4, 1, activation="tanh").loops)
    assert "\ndef f(x, y, b1, w1, b2, w2, b3, w3):\n" in text
    assert (
        """
    for i in range(5):
        v1[i] = b1[i]
        for j in range(8):
            v1[i] += w1[i][j] * x[j]
        v2[i] = tanh(v1[i])
"""
        in text
    )
    assert "v3[i] += w2[i][j] * v2[j]\n" in text
    assert "d_w2[i][j] = d_b2[i] * v2[j]\n" in text
    assert "d_v2[i] += d_b2[j] * w2[j][i]\n" in text
    assert "return v7, (d_b1, d_w1, d_b2, d_w2, d_b3, d_w3)" in text


def test_the_module_runs_by_itself(tmp_path):
    program = mlp(3, 4, 1, activation="sigmoid")
    file = tmp_path / "loops.py"
    call = "print(f([1, 2, 3], 1, [1, 2, 3, 4], [[1, 2, 3]] * 4, [5], [[1, 2, 3, 4]]))"
    file.write_text(f"{program.loops}\n\n{call}\n", encoding="utf-8")
    run = subprocess.run([sys.executable, "-I", file], capture_output=True, text=True, check=True)
    order = [parameter.label for parameter in program.parameters]
    given = {f"b1_{i}": i for i in range(1, 5)} | {f"w1_{i}_{j}": j for i in range(1, 5) for j in range(1, 4)}
    given |= {"b2_1": 5} | {f"w2_1_{j}": j for j in range(1, 5)}
    expected, gradient = program.function(1, 2, 3, 1, *(given[label] for label in order))
    output, (d_b1, d_w1, d_b2, d_w2) = eval(run.stdout)
    assert output == expected
    found = dict(zip(order, gradient))
    assert d_b1 == [found[f"b1_{i}"] for i in range(1, 5)] and d_b2 == [found["b2_1"]]
    assert d_w1 == [[found[f"w1_{i}_{j}"] for j in range(1, 4)] for i in range(1, 5)]
    assert d_w2 == [[found[f"w2_1_{j}"] for j in range(1, 5)]]


def test_without_labels_an_array_is_w():
    weights = [Value(i) for i in range(50)]
    x = [Value(i) for i in range(50)]
    program = Program(sum(w * v for w, v in zip(weights, x)).tanh(), inputs=x)
    assert "    for i in range(1, 50):\n        v1 += w[i] * x[i]\n" in str(program.loops)
    assert agrees(program)


def test_labels_with_gaps_or_twice_are_an_array_w():
    gaps = [Value(i, f"p{i}") for i in range(0, 50, 7)]
    twice = [Value(i, "q1") for i in range(5)]
    program = Program(sum(v * v for v in gaps + twice))
    assert "w[" in str(program.loops) and "p[" not in str(program.loops)
    assert agrees(program)


def test_a_label_is_data_here_too():
    labels = [
        *HOSTILE,
        "i",
        "j",
        "i_1",
        "j_1_2",
        "def_1",
        "None",
        "v_1",
        "x[0]",
        "w[0]",
        "d_w",
        "exp_1",
        "range_1",
        "range",
    ]
    leaves = [Value(i / 100, label) for i, label in enumerate(labels * 2)]
    assert agrees(Program(sum(leaf.sigmoid() * leaf for leaf in leaves), leaves[:3]))


@pytest.mark.parametrize("label", ["range", "reversed", "f"])
def test_loops_have_what_they_call_whatever_the_labels(label):
    inputs = values(4, label)
    output = sum(w * x for w, x in zip(values(4, f"{label}_"), inputs))
    output.label = label
    assert agrees(Program(output, inputs))


def test_a_function_of_the_wrong_number_of_numbers_says_so():
    program = mlp(2, 3, 1)
    with pytest.raises(TypeError, match="f takes 16 numbers, inputs and then parameters, not 2"):
        program.loops.function(1, 2)


def test_lines_that_do_not_repeat_stay_as_they_are():
    rng = random.Random(0)
    nodes = values(20, "w")
    for _ in range(400):
        a, b = rng.choice(nodes), rng.choice(nodes)
        nodes.append(rng.choice([a + b, a * b, a - b, a.tanh()]) * 0.5)
    program = Program(sum(nodes[-40:]))
    assert len(rolled(merged(program.tape).steps)) > 300
    assert agrees(program)
