"""What forms compute, what the graph itself makes of it, and comparison."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from engine import Constant, Program, Value, topological_order

# What operations raise where they have no number.
NO_NUMBER = (ValueError, ArithmeticError)
# Every gradient from before the passes: one that hides no other zero's sign.
START = -0.0


class Disagreement(AssertionError):
    """A form does not do what the graph does."""


class Outcome(NamedTuple):
    """Numbers by name, and the error that ended the passes, if one did.

    "out" is the output, "∂x0" the gradient of the first leaf, "∂∂x0" that
    after a second pass; "n3" and "∂n3" are those of any node, by its place in
    topological order.
    """

    numbers: dict[str, float]
    error: type[Exception] | None = None


@dataclass(frozen=True)
class Case:
    """What forms compute: a function of Values, and points for its arguments.

    Its graph is built at the first point. The arguments get `labels`, and the
    first `inputs` of them are the inputs of its programs.
    """

    function: Callable[..., Value]
    labels: tuple[str, ...]
    inputs: int
    points: tuple[tuple[float, ...], ...]

    def graph(self, point: tuple[float, ...] | None = None) -> tuple[Value, list[Value]]:
        """The output and the leaves of a new graph."""
        leaves = [Value(number, label) for number, label in zip(point or self.points[0], self.labels)]
        return self.function(*leaves), leaves

    @cached_property
    def program(self) -> tuple[Program, list[int]]:
        """Its program, and which of the leaves the parameters are."""
        output, leaves = self.graph()
        program = Program(output, leaves[: self.inputs])
        return program, [[leaf is each for each in leaves].index(True) for leaf in program.parameters]

    @cached_property
    def differentiates_constants(self) -> bool:
        """Whether an operation is on Constants as if they were Values.

        Then the backward pass may fail at a derivative that nobody needs.
        """
        return any(
            type(parent) is Constant and partial is not None
            for node in topological_order(self.graph()[0])
            if node.operation is not None
            for parent, partial in zip(node.parents, node.operation.partials)
        )

    @cached_property
    def expected(self) -> list[Outcome]:
        """What the graph itself finds, which all forms are compared with."""
        output, leaves = self.graph()
        found = []
        for point in self.points:
            put(leaves, point)
            found.append(both_passes(output, leaves))
        return found


def put(leaves: Sequence[Value], point: tuple[float, ...]) -> None:
    for leaf, number in zip(leaves, point):
        leaf.data = number


def both_passes(output: Value, leaves: Sequence[Value], *passes: Callable[[Value], Any]) -> Outcome:
    """What a graph finds: forward, and backward twice.

    `passes` are other ways to go forward and backward.
    """
    forward, backward = passes or (Value.forward, Value.backward)
    nodes = topological_order(output)
    active = {f"n{i}": node for i, node in enumerate(nodes) if type(node) is not Constant}
    active |= {f"x{i}": leaf for i, leaf in enumerate(leaves) if leaf in set(nodes)}
    numbers: dict[str, float] = {}
    try:
        with unchanged_on_error(nodes):
            forward(output)
        numbers |= {"out": output.data} | {name: node.data for name, node in active.items()}
        output.zero_grad()
        for leaf in leaves:
            leaf.grad = START
        for sign in ("∂", "∂∂"):
            with unchanged_on_error(nodes):
                backward(output)
            numbers |= {sign + name: node.grad for name, node in active.items()}
    except NO_NUMBER as error:
        return Outcome(numbers, type(error))
    for name in active:
        if name[0] == "x" and not same(numbers[f"∂∂{name}"], 2 * numbers[f"∂{name}"]):
            raise Disagreement(f"a second pass adds to ∂{name} = {numbers[f'∂{name}']} something else")
    return Outcome(numbers)


def same(a: float, b: float) -> bool:
    """Whether two numbers have the same bits. (NaN is NaN.)"""
    return repr(a) == repr(b)


def compare(expected: Outcome, found: Outcome) -> None:
    """Raise Disagreement if a form's numbers or error are not the graph's.

    Only what both have is compared.
    """
    if found.error is not expected.error:
        raise Disagreement(f"error {found.error}, and that of the graph is {expected.error}")
    for name, number in found.numbers.items():
        if name in expected.numbers and not same(number, expected.numbers[name]):
            raise Disagreement(f"{name} is {number!r}, and that of the graph is {expected.numbers[name]!r}")


def numbers_of(nodes: Sequence[Value]) -> list[tuple[float, float]]:
    return [(node.data, node.grad) for node in nodes]


def require(nodes: Sequence[Value], before: list[tuple[float, float]], what: str) -> None:
    if repr(numbers_of(nodes)) != repr(before):
        raise Disagreement(f"{what}, but data and grad of nodes were {before} and are {numbers_of(nodes)}")


@contextmanager
def unchanged_on_error(nodes: Sequence[Value]) -> Iterator[None]:
    """Raise Disagreement if what raises an error has changed a node."""
    before = numbers_of(nodes)
    try:
        yield
    except NO_NUMBER:
        require(nodes, before, "it raised")
        raise
