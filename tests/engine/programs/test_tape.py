"""The tape: a graph's lines as data, which every text of a program prints."""

import pickle

import pytest

from engine import Program, Value
from engine.programs.tape import record_tape
from tests.graphs import eager, random_graph, random_rows


@pytest.mark.parametrize("seed", range(20))
def test_the_printed_lines_are_those_of_the_tape(seed):
    output, inputs, _ = random_graph(seed)
    tape, _ = record_tape(output, inputs)
    body = Program(output, inputs).source.partition("    # forward\n")[2].splitlines()
    printed = [line.strip() for line in body if "=" in line]
    assert printed == [str(line) for line in tape.forward + tape.backward]


@pytest.mark.parametrize("seed", range(20))
def test_line_by_line_is_a_call_to_the_last_bit(seed):
    output, inputs, _ = random_graph(seed)
    program, [row] = Program(output, inputs), random_rows(seed, 1)
    expected, gradient = eager(output, inputs, program.parameters, row)
    numbers = {line.target: number for line, number in program.line_by_line(*row)}
    assert numbers[program.tape.output] == expected
    assert [numbers[name] for name in program.tape.gradient] == gradient


def test_line_by_line_names_the_line_that_fails_and_changes_nothing():
    x, w = Value(1, "x"), Value(2, "w")
    program = Program((x * w).log(), [x])
    with pytest.raises(ValueError, match=r"^line 7, v2 = log\(v1\) where v1 = -2.0: ") as caught:
        program.line_by_line(-1)
    with pytest.raises(ValueError) as called:
        program(-1)
    assert str(caught.value) == str(called.value)
    with pytest.raises(ValueError, match=r"2 numbers given for 1 input \(x\)"):
        program.line_by_line(1, 2)
    program.line_by_line(3)
    assert (x.data, w.data, x.grad, w.grad) == (1, 2, 0, 0)


def test_lines_of_one_shape_share_their_formula():
    w = [Value(i, f"w{i}") for i in range(50)]
    tape, _ = record_tape(sum(v * v * 3 for v in w))
    shapes = {line.formula for line in tape.forward + tape.backward}
    assert len(tape.forward + tape.backward) > 200 and len(shapes) < 12


def test_many_distinct_constants_keep_one_shape():
    w = Value(0.5, "w")
    tape, _ = record_tape(sum((w * (i + 0.25)).tanh() for i in range(100)))
    products = {line.formula.text for line in tape.backward if line.target == "d_w"}
    assert products == {"g * b"}


def test_a_tape_pickles():
    output, inputs, _ = random_graph(3)
    tape, _ = record_tape(output, inputs)
    assert pickle.loads(pickle.dumps(tape)) == tape
