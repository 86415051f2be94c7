"""Every form of a graph that Python alone computes.

A form takes a Case and gives an Outcome for each of its points, or None where
it promises nothing. What it finds wrong itself it raises as Disagreement.
"""

import copy
import math
import pickle
import random
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from engine import Constant, Value, annotate, grad, steps, topological_order
from tests.fuzz import locally
from tests.fuzz.case import (
    NO_NUMBER,
    START,
    Case,
    Disagreement,
    Outcome,
    both_passes,
    compare,
    numbers_of,
    put,
    require,
    unchanged_on_error,
)

Form = Callable[[Case], Iterator[Outcome | None]]


def rebuilt(case: Case) -> Iterator[Outcome | None]:
    """A graph that is built anew at each point."""
    for point, expected in zip(case.points, case.expected):
        try:
            output, leaves = case.graph(point)
        except NO_NUMBER as error:
            yield when_building(case, expected, error)
        else:
            yield both_passes(output, leaves, lambda output: None, Value.backward)


def when_building(case: Case, expected: Outcome, error: Exception) -> Outcome | None:
    """An error while a graph is built.

    Of two it may be another than that of `forward`, which takes topological
    order. And grad computes what the graph may not need.
    """
    excused = expected.error or "grad" in case.function.__code__.co_names
    return None if excused else Outcome({}, type(error))


def judged(case: Case) -> Iterator[None]:
    """The graph's numbers, by the table's texts."""
    output, leaves = case.graph()
    nodes = topological_order(output)
    for point, expected in zip(case.points, case.expected):
        if expected.error is None:
            put(leaves, point)
            output.forward()
            output.zero_grad()
            output.backward()
            data = {node: node.data for node in nodes}
            locally.check_data(nodes, data)
            locally.check_gradients(nodes, data, {node: node.grad for node in nodes})
        yield None


def slopes(case: Case) -> Iterator[None]:
    """The derivatives by `grad` and by `each` are the same, rounded."""
    output, leaves = case.graph()
    program, places = case.program
    derivatives = grad(output, leaves) if case.expected[0].error is None else []
    for point, expected in zip(case.points, case.expected):
        if expected.error is None:
            found = []
            put(leaves, point)
            for i, slope in enumerate(derivatives):
                slope.forward()
                found.append((i, slope.data))
            if places and not any(map(math.isnan, point[: case.inputs])):
                data = [point[place] for place in places]
                _, row = program.each([point[: case.inputs]], program.parameters, data)
                found += zip(places, row.tolist()[0])
            output.forward()
            order = topological_order(output)
            sizes = locally.sizes(order, {node: node.data for node in order})
            for i, slope in found:
                number = expected.numbers.get(f"∂x{i}", math.nan)
                if math.isfinite(number) and abs(slope - number) > 1e-12 * sizes[leaves[i]]:
                    raise Disagreement(f"∂x{i} at {point} is {slope!r}, and that of the graph is {number!r}")
        yield None


def walked(case: Case) -> Iterator[Outcome]:
    """steps, in both directions, with turns back on the way."""
    output, leaves = case.graph()
    rng = random.Random(repr(case.points))
    for point in case.points:
        put(leaves, point)
        yield both_passes(output, leaves, partial(walk, rng, True), partial(walk, rng, False))


def walk(rng: random.Random, forward: bool, output: Value) -> None:
    """Run a pass step by step; a step that fails leaves all as it was."""
    nodes, passing = topological_order(output), steps(output, forward)
    before = numbers_of(nodes)
    try:
        for _ in range(2 * len(passing.order)):
            remaining = passing.order[len(passing.history) :]
            turn = rng.random()
            if turn < 0.1 and passing.history:
                passing.back()
            elif turn < 0.13:
                passing.reset()
            elif not remaining:
                break
            elif turn < 0.3 and (to := reached(rng.choice(remaining), forward or not passing.history)):
                passing.run(to=to)
            else:
                with unchanged_on_error(nodes):
                    next(passing)
        passing.run()
    except NO_NUMBER:
        passing.reset()
        require(nodes, before, "the pass was reset")
        raise
    after = numbers_of(nodes)
    passing.reset()
    require(nodes, before, "the pass was reset")
    passing.run()
    require(nodes, after, "the pass was run again")


def reached(node: Value, itself: bool) -> Value | None:
    """A node whose number is complete at the step of `node`, or later."""
    if itself:
        return node
    operands = zip(node.parents, node.operation.partials)
    return next((parent for parent, active in operands if active and type(parent) is not Constant), None)


def annotated(case: Case) -> Iterator[Outcome | None]:
    """annotate of the function that builds the graph."""
    names = case.function.__code__.co_varnames[: len(case.labels)]
    for point, expected in zip(case.points, case.expected):
        try:
            found = annotate(case.function, *point)
        except NO_NUMBER as error:
            yield when_building(case, expected, error)
        else:
            gradient = {each.name: each.grad for each in found.listings[0].bindings}
            numbers = {f"∂x{i}": gradient[name] for i, name in enumerate(names)}
            yield Outcome({"out": found.output.data} | numbers)


def deep_copied(case: Case) -> Iterator[Outcome]:
    return of_copies(case, copy.deepcopy)


def pickled(case: Case) -> Iterator[Outcome]:
    return of_copies(case, lambda graph: pickle.loads(pickle.dumps(graph)))


def of_copies(case: Case, copied: Callable[[Any], Any]) -> Iterator[Outcome]:
    output, leaves = copied(case.graph())
    for point in case.points:
        put(leaves, point)
        yield both_passes(output, leaves)


def by_program(run: Callable[..., tuple[Any, Sequence[float]]]) -> Form:
    """The form that calls a program: `run` gives its output and gradient."""

    def form(case: Case) -> Iterator[Outcome | None]:
        program, places = case.program
        for point in case.points:
            inputs = point[: case.inputs]
            for leaf, place in zip(program.parameters, places):
                leaf.data, leaf.grad = point[place], START
            data = [leaf.data for leaf in program.parameters]
            try:
                with unchanged_on_error(program.parameters):
                    output, gradient = run(program, inputs, data)
            except NO_NUMBER as error:
                refused = str(error).endswith("is NaN") and any(map(math.isnan, inputs))
                yield None if refused else Outcome({}, type(error))
            else:
                # (what is -0.0 alone is 0.0 in a sum that began with that)
                found = {f"∂x{place}": 0.0 + x for place, x in zip(places, gradient)}
                yield Outcome({"out": output} | found)

    return form


def call(program, inputs, data):
    output = program(*inputs)
    return output, [leaf.grad for leaf in program.parameters]


def batch(program, inputs, data):
    output = program.batch([inputs])
    return output, [leaf.grad for leaf in program.parameters]


def lines(program, inputs, data):
    tape, numbers = program.tape, {line.target: x for line, x in program.line_by_line(*inputs)}
    known = dict(zip(tape.inputs + tape.parameters, (*inputs, *data))) | numbers
    return known.get(tape.output, tape.output), [known.get(name, 0.0) for name in tape.gradient]


def module(program, inputs, data):
    defined: dict[str, Any] = {}
    exec(program.source, defined)
    return defined[program.name](*inputs, *data)


FORMS: dict[str, Form] = {
    "rebuilt": rebuilt,
    "judged": judged,
    "slopes": slopes,
    "walked": walked,
    "annotated": annotated,
    "deep_copied": deep_copied,
    "pickled": pickled,
    "call": by_program(call),
    "value": by_program(lambda program, inputs, data: (program.value(*inputs), ())),
    "batch": by_program(batch),
    "value_and_gradient": by_program(
        lambda program, inputs, data: program.value_and_gradient([inputs], data)
    ),
    "each": by_program(lambda program, inputs, data: (program.each([inputs]).tolist()[0], ())),
    "lines": by_program(lines),
    "loops": by_program(lambda program, inputs, data: program.loops.function(*inputs, *data)),
    "module": by_program(module),
    "pickled_program": by_program(
        lambda program, inputs, data: pickle.loads(pickle.dumps(program)).value_and_gradient([inputs], data)
    ),
}
BY_PROGRAM = [name for name, form in FORMS.items() if form.__qualname__.startswith("by_program")]


def check_form(name: str, case: Case) -> None:
    """Raise Disagreement if a form does not find what the graph finds."""
    # A program leaves derivatives out that nobody asks for, and their errors.
    asks_for_less = name in BY_PROGRAM and (case.inputs > 0 or case.differentiates_constants)
    for point, expected, found in zip(case.points, case.expected, FORMS[name](case), strict=True):
        if "out" in expected.numbers and name in ("value", "each"):
            expected = expected._replace(error=None)
        if name == "loops" and found and found.error and expected.error:
            continue  # whose lines have another order: of two errors, another is the first
        if found is None or ("out" in expected.numbers and expected.error and asks_for_less):
            continue
        try:
            compare(expected, found)
        except Disagreement as wrong:
            raise Disagreement(f"{name} at {point}: {wrong}") from None
