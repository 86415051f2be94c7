"""moment: which numbers of a graph a pass has computed at one of its steps."""

from collections.abc import Mapping, Set
from typing import NamedTuple

from engine.notation import format_number
from engine.value import Value
from engine.views.lesson import active_operands, copied, texts_at
from engine.views.step import Contribution, Step
from engine.views.steps import Pass

TO_COME = "·"  # a number that has not arrived


class Moment(NamedTuple):
    """A pass after a step, or before the first.

    `node` is the step's, and None before the first. `done` are the nodes that
    were computed, or handed their gradient on, before; `arriving` those that
    get their number now. `contributions` are given by the operand's index.
    `texts` are each node's data and gradient: a number, TO_COME, or a part of a
    sum, as 27 → … is.
    """

    forward: bool
    node: Value | None
    done: Set[Value]
    arriving: Set[Value]
    contributions: Mapping[int, Contribution]
    texts: Mapping[Value, tuple[str, str]]


def moment(at: Step | Pass) -> Moment:
    """What a pass has computed at a step of it; of a pass, at its last step.

    >>> from engine.views.steps import steps
    >>> x = Value(3, "x")
    >>> walk = steps(x * x + x)
    >>> walk.run(to=walk.output).index
    1
    >>> moment(walk).texts[x], moment(next(walk)).texts[x]
    (('3', '·'), ('3', '0 → 1 → …'))
    """
    step = at if isinstance(at, Step) else at.history[-1] if at.history else None
    before_first = 0 if at.forward else len(at.order) - 1  # a backward pass comes after the forward one
    if step is None:
        return Moment(at.forward, None, set(), set(), {}, _texts(at.output, before_first, {}))
    texts = _texts(step.output, before_first + step.index, step.start)
    # What the step says is what it computed, even if a leaf changed since.
    texts[step.node] = (format_number(step.data), TO_COME if step.forward else format_number(step.grad))
    contributions, arriving = {}, {step.node}
    if not step.forward and step.index > 1:
        contributions = dict(zip(active_operands(step.node), step.contributions))
        arriving = {c.operand for c in step.contributions}
    for c in step.contributions:
        texts[c.operand] = (texts[c.operand][0], c.growth)
    return Moment(step.forward, step.node, step.done, arriving, contributions, texts)


def _texts(output, place, start):
    """Each node's data and gradient at a place in both passes."""
    twins = copied(output)
    texts = texts_at(twins[output], place, {twins[node]: grad for node, grad in start.items()})
    return dict(zip(twins, texts))
