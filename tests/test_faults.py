"""Interrupted or failing at any moment, everything is as before or complete."""

import ast
import dis
import json
import subprocess
import sys

import pytest

from engine import Value, assign
from nn import MLP, Adam, GradientDescent, fit, mean_squared_error
from tests.changes import CHANGES, numbers
from tests.faults import ROOT, Change, Fault, interrupted, with_fault

QUICK = [name for name in CHANGES if not name.startswith(("fit: native", "Elementwise", "define", "each"))]


@pytest.mark.parametrize("name", QUICK)
def test_an_interrupt_at_some_lines(name):
    assert list(interrupted(CHANGES[name], most=10))


@pytest.mark.slow
@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
def test_an_error_at_every_line_or_many(name, error):
    assert list(interrupted(CHANGES[name], error, most=200 if error is KeyboardInterrupt else 30))


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no interval timer")
def test_real_signals_at_random_moments():
    command = [sys.executable, "-m", "tests.faults", "--seconds", "0.25"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr[-5000:]
    counts = {name: each for line in run.stdout.splitlines() for name, each in json.loads(line).items()}
    print(run.stdout)
    assert counts.keys() == CHANGES.keys()
    assert all(sum(each.values()) > 2 for each in counts.values()), counts  # on a busy machine, too


# The harness itself finds what it should.


def pair():
    return [Value(1), Value(2)]


def half_done(values):
    assign(values[:1], "grad", [5.0])
    assign(values[1:2], "grad", [5.0])


def forgetful(values):
    """Whole each time, but it loses what it needs to begin again."""
    grads = values.pop() if len(values) > 2 else [0.0, 0.0]
    assign(values, "grad", grads)


@pytest.mark.parametrize(("operation", "when"), [(half_done, "after"), (forgetful, "once more after")])
def test_an_operation_that_is_half_done_or_cannot_begin_again_is_found(operation, when):
    change = Change(lambda: [*pair(), [5.0, 5.0]], operation, lambda values: numbers(values[:2]))
    with pytest.raises(AssertionError, match=f"^{when} a fault at"):
        list(interrupted(change))


def test_every_line_has_its_turn():
    whole = Change(pair, lambda values: assign(values, "grad", [5.0, 5.0]), numbers)
    attempts = list(interrupted(whole))
    assert len({each.place for each in attempts}) == len(attempts) > 2
    assert all("unchanged.py" in each.place and each.found == "before" for each in attempts)


def functions(code):
    """The code of functions, without comprehensions, in some code."""
    for each in code.co_consts:
        if hasattr(each, "co_code"):
            yield from functions(each)
            if each.co_name[0] != "<":
                yield each


@pytest.mark.parametrize("path", sorted([*ROOT.glob("engine/**/*.py"), *ROOT.glob("nn/*.py")]), ids=str)
def test_loops_in_a_try_or_with_are_part_of_it(path):
    """Signals are handled where a loop jumps back. Since Python 3.12 that jump
    is outside of the try if the loop ends with an `if`; since 3.13 also if it
    is a `while`. (So Ctrl-C left fit and `reset` of steps half done, and
    the lock of compiled programs locked.)
    """
    text = path.read_text(encoding="utf-8")
    tries = [each for each in ast.walk(ast.parse(text)) if isinstance(each, (ast.Try, ast.With))]
    bodies = [range(each.body[0].lineno, each.body[-1].end_lineno + 1) for each in tries]
    for code in functions(compile(text, path, "exec")):
        instructions = list(dis.get_instructions(code))
        lines = {each.offset: each.positions.lineno for each in instructions}
        covered = dis._parse_exception_table(code)
        for jump in instructions:
            if jump.opname == "JUMP_BACKWARD":
                ends = {jump.positions.lineno, lines[jump.argval]}
                inside = any(ends <= {*body} and body[0] >= code.co_firstlineno for body in bodies)
                assert not inside or any(each.start <= jump.offset < each.end for each in covered), ends


# Optimisers and fit


class Remembering:
    """One's own optimiser: its memory begins at the first step, and is changed
    in place.
    """

    def __init__(self, parameters, fails=False):
        self.parameters, self.fails = parameters, fails

    def update(self, weights, gradient):
        if not hasattr(self, "velocity"):
            self.velocity = [0.0] * len(weights)
        for i, each in enumerate(gradient):
            self.velocity[i] = 0.9 * self.velocity[i] + each
        if self.fails:
            raise OverflowError("too far")
        return [w - 0.1 * v for w, v in zip(weights, self.velocity)]


ROWS, TARGETS = [[0.5], [-1.0]], [0.3, 0.1]


@pytest.mark.parametrize("engine", ["graph", "python"])
def test_fit_undoes_what_a_failed_update_of_ones_own_optimiser_remembers(engine):
    network = MLP(1, [1], activation="tanh")
    optimizer = Remembering(network.parameters(), fails=True)
    before = numbers(network.parameters())
    for steps_before in (0, 1):
        with pytest.raises(OverflowError):
            fit(network, ROWS, TARGETS, mean_squared_error, optimizer, 5, engine=engine)
        assert numbers(network.parameters()) == before
        assert hasattr(optimizer, "velocity") == bool(steps_before)
        if steps_before == 0:
            optimizer.fails = False
            fit(network, ROWS, TARGETS, mean_squared_error, optimizer, 1, engine=engine)
            before, velocity = numbers(network.parameters()), optimizer.velocity[:]
            optimizer.fails = True
    assert optimizer.velocity == velocity


class Counting(Adam):
    """An optimiser with a rule, and a memory of its own."""

    def __init__(self, parameters):
        super().__init__(parameters)
        self.lengths = []

    def update(self, weights, gradient):
        self.lengths.append(sum(each * each for each in gradient))
        if len(self.lengths) == 3:
            raise KeyboardInterrupt
        return super().update(weights, gradient)


def test_what_an_optimiser_with_a_rule_adds_is_restored_too():
    w = Value(3, "w")
    optimizer = Counting([w])
    for _ in range(2):
        (w * w).backward()
        optimizer.step()
    before = w.data, w.grad, list(optimizer.lengths), list(optimizer.m)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            optimizer.step()
    assert before == (w.data, w.grad, optimizer.lengths, list(optimizer.m))


def test_fit_takes_an_optimiser_that_has_slots_alone():
    class Plain:
        __slots__ = ("parameters",)

        def update(self, weights, gradient):
            return [w - 0.1 * g for w, g in zip(weights, gradient)]

    network, twin = MLP(1, [1]), MLP(1, [1])
    twin.load_state(network.state())
    plain = Plain()
    plain.parameters = network.parameters()
    one, other = (
        fit(model, ROWS, TARGETS, mean_squared_error, optimizer, 3, engine="python")
        for model, optimizer in ((network, plain), (twin, GradientDescent(twin.parameters(), rate=0.1)))
    )
    assert one == other and network.state() == twin.state()


def test_what_each_changes_is_kept_also_when_it_ends_the_descent():
    network = MLP(1, [1])
    adam = Adam(network.parameters(), rate=0.1)

    def each(epoch, loss, model):
        adam.rate = 0.05
        assign(model.parameters(), "data", [0.25, 0.5])
        return epoch == 2

    fit(network, ROWS, TARGETS, mean_squared_error, adam, 5, engine="python", each=each)
    assert adam.t == 2 and adam.rate == 0.05
    assert [each.data for each in network.parameters()] == [0.25, 0.5]


def test_ctrl_c_in_each_keeps_the_step_that_was_complete(capsys):
    network = MLP(1, [1], activation="tanh")
    adam, seen = Adam(network.parameters(), rate=0.1), []

    def each(epoch, loss, model):
        seen.append((numbers(model.parameters()), adam.t, adam.m[:]))
        if epoch == 3:
            raise KeyboardInterrupt

    fit(network, ROWS, TARGETS, mean_squared_error, adam, 5, engine="python", each=each)
    assert "kept" in capsys.readouterr().err
    assert (numbers(network.parameters()), adam.t, adam.m) == seen[-1]


def test_a_step_with_a_wrong_number_of_weights_changes_nothing():
    class Short(GradientDescent):
        def update(self, weights, gradient):
            return super().update(weights, gradient)[:-1]

    w = [Value(1), Value(2)]
    with pytest.raises(ValueError, match="1 number given for 2"):
        Short(w, rate=0.1).step()
    assert [each.data for each in w] == [1, 2]


def test_a_fault_leaves_the_tracer_that_was_there():
    before = sys.gettrace()
    with_fault(Fault(1, MemoryError), lambda: assign(pair(), "grad", [1, 2]))
    assert sys.gettrace() is before
