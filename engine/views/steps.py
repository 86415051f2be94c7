"""steps: a pass that you drive, node by node, with explanations."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Set
from dataclasses import replace

from engine.errors import check_flag, counted, explained, in_words, no_derivative
from engine.notation import derivative, format_number, formula, names_on_a_line
from engine.notebook import Pieces, html_block
from engine.unchanged import assign, restorer
from engine.value import Constant, Value, leaves_and_operations
from engine.views.lesson import active_operands
from engine.views.play import Page, play_step
from engine.views.stale import differ, stale, stale_note
from engine.views.step import Contribution, Step

NEAR = 6  # steps that a notebook shows before the last one, and after it


def steps(output: Value, forward: bool = False) -> "Pass":
    """The steps of the backward pass from `output`, or the forward pass to it.

    None of them has run yet: `next` runs a step and shows it, `run` runs those
    that remain, `back` undoes one and `reset` all. The first step sets
    ∂output/∂output = 1. Each further one is the chain rule at one node, whose
    gradient is complete by then: operand.grad += node.grad × ∂node/∂operand.
    After the last one the gradients are those of `output.backward()`.

    >>> a, b = Value(2, "a"), Value(-3, "b")
    >>> walk = steps(a * b + b**2)
    >>> next(walk)
    1/4  v3 = 3    every backward pass starts here: ∂v3/∂v3 = 1
    >>> next(walk)
    2/4  v3 = v1 + v2
         v1.grad += v3.grad × ∂v3/∂v1 = 1 × 1 = 1   0 → 1
         v2.grad += v3.grad × ∂v3/∂v2 = 1 × 1 = 1   0 → 1
    >>> next(walk)
    3/4  v2 = b ** 2
         b.grad += v2.grad × ∂v2/∂b = 1 × (2 * b) = 1 × -6 = -6   0 → -6 → …
    >>> next(walk)
    4/4  v1 = a * b
         a.grad += v1.grad × ∂v1/∂a = 1 × b = 1 × -3 = -3   0 → -3
         b.grad += v1.grad × ∂v1/∂b = 1 × a = 1 × 2  = 2    0 → -6 → -4

    The dots after -6 say that more is to come: b has two uses, and its
    gradient is the sum over both.

    >>> steps(a * b, forward=True).run()
    1/1  v1 = a * b = 2 * (-3) = -6
    1 step was run

    Raises TypeError if `output` is not a Value.
    """
    if not isinstance(output, Value):
        raise TypeError(f"steps() starts from a Value, not from {in_words(output)}")
    check_flag("forward", forward)
    return Pass(output, forward)


class Pass:
    """A pass over a graph; `history` is the list of its steps so far.

    In Jupyter it shows the steps before and after, and marks the last one.

    >>> x = Value(3, "x")
    >>> walk = steps(x * x)
    >>> walk
    backward from v1: 0 of 2 steps done
    next: v1.grad = 1, where every backward pass starts
    >>> walk.run()
    2/2  v1 = x * x
         x.grad += v1.grad × ∂v1/∂(first x)  = 1 × x = 1 × 3 = 3   0 → 3 → …
         x.grad += v1.grad × ∂v1/∂(second x) = 1 × x = 1 × 3 = 3   0 → 3 → 6
    2 steps were run
    >>> walk.back()
    backward from v1: 1 of 2 steps done
    next: v1 = x * x, which hands v1.grad = 1 on to x
    >>> x.grad
    0.0
    """

    def __init__(self, output: Value, forward: bool) -> None:
        self.output, self.forward = output, forward
        leaves, operations = leaves_and_operations(output)
        self.nodes = leaves + operations
        self.names = names_on_a_line(self.nodes)
        # A backward pass is at its output twice: to set its gradient, and to
        # hand it on.
        self.order = tuple(operations) if forward else (output, *reversed(operations))
        # For each node, the (step, operand index) pairs that contribute to it.
        self._uses = defaultdict(list)
        for index, node in enumerate(self.order, 1):
            if forward or index == 1:
                self._uses[node].append((index, 0))
            else:
                for which in active_operands(node):
                    self._uses[node.parents[which]].append((index, which))
        # How many steps are done. What follows may hold more than those: it is
        # written before a step counts, so that an interrupt loses nothing.
        self._done = 0
        self._steps: list[Step] = []
        # For each node, the sums of the contributions of its uses so far, and
        # its gradient before the pass: the leaves' own, zero for all others.
        self._sums: defaultdict[Value, list[float]] = defaultdict(list)
        self._initial: dict[Value, float] = {}
        # The gradients that `back` restores at the start, and the nodes that
        # were stale then.
        self._before: list[float] = []
        self._stale: Set[Value] = frozenset()

    @property
    def history(self) -> list[Step]:
        """The steps so far."""
        del self._steps[self._done :]
        return self._steps

    def __iter__(self) -> Iterator[Step]:
        return self

    def __next__(self) -> Step:
        """Run the next step and return it.

        Raises StopIteration after the last one, and what the pass itself would
        raise; either changes nothing, and so does an interrupt.
        """
        if self._done == len(self.order):
            # A traceback shows the line that raises, and then the message.
            message = f"{_all_steps(self._done)} done: back() undoes one, reset() starts again"
            raise StopIteration(message)
        node, contributions = self.order[self._done], ()
        if self.forward:
            before, data, grad = node.data, self._compute(node), node.grad
            changed = {node: data}
        else:
            before, data, grad = node.grad, node.data, node.grad
            if self._done:
                contributions = self._contributions(node)
                changed = {c.operand: c.after for c in contributions}
            else:
                changed = self._start()
                grad = changed[node]
        operands = tuple([parent.data for parent in node.parents])
        step = Step(
            self.order, self._done + 1, self.forward, self.names, before,
            data, grad, operands, tuple(contributions), self._initial,
            self._stale,
        )  # fmt: skip
        self._steps[self._done :] = [step]
        self._commit(changed, self._done + 1)
        return step

    def _commit(self, numbers, done):
        """Give nodes their new numbers; then so many steps are done."""
        nodes, what = list(numbers), "data" if self.forward else "grad"
        restore = restorer((nodes, what), ([self], "_done"))
        try:
            assign(nodes, what, numbers.values())
            self._done = done
        except BaseException:
            restore()
            raise

    def _compute(self, node):
        """A forward step: the data of a node from its operands'."""
        try:
            return node.operation.forward(*[parent.data for parent in node.parents])
        except (ValueError, ArithmeticError) as error:
            raise explained(error, node.operation, node.parents) from None

    def _start(self):
        """The gradients after the first backward step: ∂output/∂output = 1.

        Leaves keep the gradient that they have, other nodes start from zero.
        """
        self._stale = stale(self.output)
        self._before = [node.grad for node in self.nodes]
        self._initial = {node: node.grad if node.operation is None else 0.0 for node in self.nodes}
        self._sums[self.output] = [1.0]
        return self._initial | {self.output: self._initial[self.output] + 1.0}

    def _contributions(self, node):
        """Any other backward step: the chain rule at a node."""
        index = self._done + 1
        for each in (node, *node.parents):
            so_far = bisect_left(self._uses[each], (index, 0))
            if differ(each.grad, self._initial[each] + self._sum(each, so_far)):
                raise ValueError(
                    f"{self.names[each]}.grad was changed since this pass began: reset() it first"
                )
        try:
            amounts = pullback_amounts(node)
            derivatives = {which: derivative(node, which, self.names) for which in active_operands(node)}
        except (ValueError, ArithmeticError) as error:
            raise no_derivative(error, node) from None
        contributions: list[Contribution] = []
        for which, (symbol, local) in derivatives.items():
            parent, amount = node.parents[which], amounts[which]
            place, initial = bisect_left(self._uses[parent], (index, which)), self._initial[parent]
            before = contributions[0].after if contributions and parent is node.left else parent.grad
            # The sum starts from zero and the initial gradient joins it, as in
            # backward(), to the last bit.
            total = self._sum(parent, place) + amount
            self._sums[parent][place:] = [total]
            contributions.append(
                Contribution(
                    parent, symbol, local, amount, initial, before, initial + total,
                    use=place + 1, uses=len(self._uses[parent]),
                )
            )  # fmt: skip
        return contributions

    def _sum(self, node, uses):
        """What the first so many uses of a node have added to its gradient."""
        return self._sums[node][uses - 1] if uses else 0.0

    def run(self, to: "Value | str | None" = None) -> Step | None:
        """Run the remaining steps, or those until `to` has its number.

        `to` is a node or its name; its number is the gradient in a backward
        pass, the data in a forward one. Returns the last step, whose text says
        how many have been run. Raises ValueError if no step computes that
        number, or none that remains.

        >>> a, b = Value(2, "a"), Value(-3, "b")
        >>> walk = steps((a * b + b).tanh())
        >>> walk.run(to="v2")
        2/4  v3 = tanh(v2)
             v2.grad += v3.grad × ∂v3/∂v2 = 1 × (1 - v3 * v3)
                      = 1 × 6.092e-08 = 6.092e-08   0 → 6.092e-08
        2 steps were run
        """
        first, last = self._done, len(self.order) if to is None else self._completion(to)
        while self._done < last:
            next(self)
        return replace(self.history[-1], steps_run=self._done - first) if self._done else None

    def _completion(self, to):
        """The index of the step that completes the number of a node."""
        if not isinstance(to, (str, Value)):
            raise TypeError(f"to is a node of this graph, or its name, not {in_words(to)}")
        by_name = {name: node for node, name in self.names.items()}
        node = by_name.get(to) if isinstance(to, str) else to
        if node not in self.names:
            raise ValueError(f"{self.names[self.output]} is not computed from {to!r}: no step gets there")
        name, what = self.names[node], "data" if self.forward else "gradient"
        if node not in self._uses:
            kind = "constant" if type(node) is Constant else "leaf"
            raise ValueError(f"no step computes the {what} of {name}: it is a {kind}")
        last = self._uses[node][-1][0]
        if last <= self._done:
            raise ValueError(f"the {what} of {name} is complete since step {last}: back() or reset() first")
        return last

    def back(self) -> "Pass":
        """Undo the last step, so that each number is what it was before.

        Raises IndexError at the start.
        """
        if not self._done:
            raise IndexError("nothing to undo: no step has been run")
        step = self._steps[self._done - 1]
        if self.forward:
            changed = {step.node: step.before}
        elif step.index == 1:
            changed = dict(zip(self.nodes, self._before))
        else:  # (an operand that stands there twice: what it was before the first)
            changed = {c.operand: c.before for c in reversed(step.contributions)}
        self._commit(changed, self._done - 1)
        return self

    def reset(self) -> "Pass":
        """Undo every step."""
        restore = restorer((self.nodes, "data" if self.forward else "grad"), ([self], "_done"))
        try:
            for _ in range(self._done):  # (the jump of a `while` is outside of `try` in Python 3.13)
                self.back()
        except BaseException:
            restore()
            raise
        return self

    def play(self) -> Page:
        """The page at the step of this pass, from the leaves' data of now."""
        if self._done:
            return self.history[-1].play()
        if self.forward:
            return play_step(self.output, 0, {})
        return play_step(self.output, len(self.order) - 1, {node: node.grad for node in self.nodes})

    def _repr_html_(self) -> str:
        """The steps near the last one that was run, which is marked."""
        where, note = self._state()
        lines: list[Pieces] = [[(where, "strong")], *([[(note, "wrong")]] if note else [])]
        first = max(self._done - 1 - NEAR, 0)
        if first:
            lines.append([(f"… {counted(first, 'step')} before", "quiet")])
        start = len(lines)
        for step in self.history[first:]:
            start = len(lines)
            lines += step.lines
        current, total = range(start, len(lines)), len(self.order)
        for i, node in enumerate(self.order[self._done : self._done + NEAR]):
            what = self._computed(node) if i else self._ahead(node)
            lines.append([(f"{self._done + 1 + i:>{len(str(total))}}/{total}  {what}", "quiet")])
        if (left := total - self._done - NEAR) > 0:
            lines.append([(f"… {counted(left, 'step')} more", "quiet")])
        return html_block(lines, current)

    def __repr__(self) -> str:
        where, note = self._state()
        ahead = "" if self._done == len(self.order) else f"next: {self._ahead(self.order[self._done])}"
        return "\n".join(filter(None, [where, ahead, note]))

    def _state(self):
        """How far the pass is, and what is stale."""
        done, total, name = self._done, len(self.order), self.names[self.output]
        steps = f"{_all_steps(total)} done" if done == total else f"{done} of {counted(total, 'step')} done"
        if self.forward:
            return f"forward to {name}: {steps}", ""
        return f"backward from {name}: {steps}", stale_note(self.output, stale(self.output))

    def _ahead(self, node):
        """What the next step does, at `node`."""
        name = self.names[node]
        if not self.forward and not self._done:
            return f"{name}.grad = 1, where every backward pass starts"
        what = self._computed(node)
        operands = dict.fromkeys(self.names[node.parents[which]] for which in active_operands(node))
        if self.forward or not operands:
            return what
        grad = format_number(node.grad)
        return f"{what}, which hands {name}.grad = {grad} on to {' and '.join(operands)}"

    def _computed(self, node):
        """How a node is computed."""
        return f"{self.names[node]} = {formula(node, self.names)}"


def _all_steps(count):
    return "1 of 1 step" if count == 1 else f"all {count} steps"


def pullback_amounts(node: Value) -> list[float]:
    """What the pullback adds to each operand's gradient, computed on copies.

    Copies tell the two operands of x * x apart, and where a derivative does
    not exist no node has changed.

    >>> x = Value(3)
    >>> y = x * x
    >>> y.grad = 1.0
    >>> pullback_amounts(y), x.grad
    ([3.0, 3.0], 0.0)
    """
    left, right = (None if parent is None else Value(parent.data) for parent in (node.left, node.right))
    twin = Value(node.data)
    twin.grad, twin.operation, twin.left, twin.right = node.grad, node.operation, left, right
    node.operation.pullback(twin)
    return [operand.grad for operand in twin.parents]
