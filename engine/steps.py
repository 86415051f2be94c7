"""A backward pass, or a forward one, that you drive: a node at a time, explained, and undone at will."""

from bisect import bisect_left
from collections import defaultdict
from copy import copy

from engine.explanation import Contribution, Step
from engine.notation import derivative, formula, names, number
from engine.refusals import refusal
from engine.value import Constant, Value, search


def steps(output, forward=False):
    """The steps of the backward pass from `output`, none of them run yet; or of the forward pass to it.

    `next` runs a step and shows it. The first sets ∂output/∂output = 1. Each further one is the chain rule
    at one node, whose gradient is complete by then: `operand.grad += node.grad × ∂node/∂operand`. After
    the last one the gradients are those of `output.backward()`.

    >>> a, b = Value(2, "a"), Value(-3, "b")
    >>> walk = steps(a * b + b**3)
    >>> next(walk)
    1/4  v3 = -33    every backward pass starts here: ∂v3/∂v3 = 1
    >>> next(walk)
    2/4  v3 = v1 + v2
         v1.grad += v3.grad × ∂v3/∂v1 = 1 × 1 = 1   0 → 1
         v2.grad += v3.grad × ∂v3/∂v2 = 1 × 1 = 1   0 → 1
    >>> next(walk)
    3/4  v2 = b ** 3
         b.grad += v2.grad × ∂v2/∂b = 1 × (3 * (b * b)) = 1 × 27 = 27   0 → 27 → …
    >>> next(walk)
    4/4  v1 = a * b
         a.grad += v1.grad × ∂v1/∂a = 1 × b = 1 × -3 = -3   0 → -3
         b.grad += v1.grad × ∂v1/∂b = 1 × a = 1 × 2  = 2    0 → 27 → 29

    The dots after 27 say that more is to come: b is used twice, and its gradient is the sum of both uses.

    >>> steps(a * b, forward=True).run()
    1/1  v1 = a * b = 2 * (-3) = -6

    Raises TypeError if `output` is not a Value.
    """
    if not isinstance(output, Value):
        raise TypeError(f"steps() starts from a Value, not from {type(output).__name__}")
    return Walk(output, forward)


class Walk:
    """A pass over a graph and how far it has come; `taken` holds the steps that were run.

    >>> x = Value(3, "x")
    >>> walk = steps(x * x)
    >>> walk
    backward from v1: 0 of 2 steps done
    next: v1.grad = 1, where every backward pass starts
    >>> walk.run()
    2/2  v1 = x * x
         x.grad += v1.grad × ∂v1/∂x = 1 × x = 1 × 3 = 3   0 → 3 → …
         x.grad += v1.grad × ∂v1/∂x = 1 × x = 1 × 3 = 3   0 → 3 → 6
    >>> walk.back()
    backward from v1: 1 of 2 steps done
    next: v1 = x * x, which hands v1.grad = 1 on to x
    >>> x.grad
    0.0
    """

    def __init__(self, output, forward):
        self.output, self.forward, self.taken = output, forward, []
        leaves, operations = search(output)
        self.nodes = leaves + operations
        self.names = {node: name.replace("\n", "\\n") for node, name in names(self.nodes).items()}
        # a backward pass is at its output twice: to set its gradient, and to hand it on
        self.order = tuple(operations) if forward else (output, *reversed(operations))
        # where each node's number comes from: a step, and backward also the place among its operands
        self._arrivals = defaultdict(list)
        for index, node in enumerate(self.order, 1):
            if forward or index == 1:
                self._arrivals[node].append((index, 0))
            else:
                for which in varying(node):
                    self._arrivals[node.parents[which]].append((index, which))
        self._undo = []  # for each step taken, how the numbers were that it changed
        self._earlier, self._gained = {}, {}  # parts of a gradient: from before this pass, and from it

    def __iter__(self):
        return self

    def __next__(self):
        """Run the next step and return it.

        Raises StopIteration after the last one, and what the pass itself would raise; either changes nothing.
        """
        index = len(self.taken) + 1
        if index > len(self.order):
            raise StopIteration(f"all {len(self.order)} steps are done: back() undoes one, reset() all")
        node, contributions = self.order[index - 1], []
        before = node.data if self.forward else node.grad
        if self.forward:
            self._compute(node)
        elif index == 1:
            self._start(node)
        else:
            contributions = self._hand_on(node, index)
        operands = tuple(parent.data for parent in node.parents)
        self.taken.append(
            Step(
                self.order, index, self.forward, self.names, before,
                node.data, node.grad, operands, tuple(contributions),
            )
        )  # fmt: skip
        return self.taken[-1]

    def _compute(self, node):
        """A forward step: the data of a node from its operands'."""
        try:
            data = node.operation.value(*[parent.data for parent in node.parents])
        except (ValueError, ArithmeticError) as error:
            raise refusal(error, node.operation, node.parents) from None
        self._undo.append([(node, node.data, 0.0)])
        node.data = data

    def _start(self, output):
        """The first backward step: ∂output/∂output = 1; leaves keep what they have, interior nodes do not."""
        self._undo.append([(node, node.grad, 0.0) for node in self.nodes])
        for node in self.nodes:
            if node.operation is not None:
                node.grad = 0.0
            self._earlier[node], self._gained[node] = node.grad, 0.0
        self._gain(output, 1.0)

    def _hand_on(self, node, index):
        """Any other backward step: the chain rule at a node."""
        for parent in (node, *node.parents):
            if parent.grad != self._earlier[parent] + self._gained[parent]:
                raise ValueError(
                    f"{self.names[parent]}.grad was changed since this pass began: reset() it first"
                )
        try:
            amounts = pulled(node)
            derivatives = {which: derivative(node, which, self.names) for which in varying(node)}
        except (ValueError, ArithmeticError) as error:
            raise refusal(error, node.operation, node.parents, "the derivative of ") from None
        self._undo.append([(parent, parent.grad, self._gained[parent]) for parent in node.parents])
        contributions = []
        for which, (parent, amount) in enumerate(zip(node.parents, amounts)):
            before, arrivals = parent.grad, self._arrivals[parent]
            self._gain(parent, amount)
            if which in derivatives:
                symbol, local = derivatives[which]
                contributions.append(
                    Contribution(
                        parent, symbol, local, amount, self._earlier[parent], before, parent.grad,
                        arrival=bisect_left(arrivals, (index, which)) + 1, arrivals=len(arrivals),
                    )
                )  # fmt: skip
        return contributions

    def _gain(self, node, amount):
        # summed from zero before it joins the earlier gradient, as backward() does, to the last bit
        self._gained[node] += amount
        node.grad = self._earlier[node] + self._gained[node]

    def run(self, to=None):
        """Run the steps that are left; or those until the number of `to`, a node or its name, is complete.

        That number is the gradient in a backward pass, the data in a forward one. Returns the last step run.
        Raises ValueError if no step computes that number, or none that is left.

        >>> a, b = Value(2, "a"), Value(-3, "b")
        >>> walk = steps((a * b + b).tanh())
        >>> walk.run(to="v2")
        2/4  v3 = tanh(v2)
             v2.grad += v3.grad × ∂v3/∂v2 = 1 × (1 - v3 * v3)
                      = 1 × 6.092e-08 = 6.092e-08   0 → 6.092e-08
        """
        last = len(self.order) if to is None else self._completion(to)
        while len(self.taken) < last:
            next(self)
        return self.taken[-1] if self.taken else None

    def _completion(self, to):
        """The index of the step after which the number of a node is complete."""
        by_name = {name: node for node, name in self.names.items()}
        node = by_name.get(to) if isinstance(to, str) else to
        if not isinstance(node, Value) or node not in self.names:
            raise ValueError(f"{self.names[self.output]} is not computed from {to!r}: no step gets there")
        name, what = self.names[node], "data" if self.forward else "gradient"
        if node not in self._arrivals:
            kind = "constant" if type(node) is Constant else "leaf"
            raise ValueError(f"no step computes the {what} of {name}: it is a {kind}")
        last = self._arrivals[node][-1][0]
        if last <= len(self.taken):
            raise ValueError(f"the {what} of {name} is complete since step {last}: back() or reset() first")
        return last

    def back(self):
        """Undo the last step: each number that it changed is what it was. Raises IndexError at the start."""
        if not self.taken:
            raise IndexError("nothing to undo: no step has been run")
        self.taken.pop()
        for node, before, gained in self._undo.pop():
            setattr(node, "data" if self.forward else "grad", before)
            self._gained[node] = gained
        return self

    def reset(self):
        """Undo every step."""
        while self.taken:
            self.back()
        return self

    def __repr__(self):
        done, total, name = len(self.taken), len(self.order), self.names[self.output]
        where = f"forward to {name}" if self.forward else f"backward from {name}"
        if done == total:
            return f"{where}: all {total} steps done"
        return f"{where}: {done} of {total} steps done\nnext: {self._ahead(self.order[done])}"

    def _ahead(self, node):
        """What the next step does, at `node`."""
        name = self.names[node]
        if not self.forward and not self.taken:
            return f"{name}.grad = 1, where every backward pass starts"
        what = f"{name} = {formula(node, self.names)}"
        operands = dict.fromkeys(self.names[node.parents[which]] for which in varying(node))
        if self.forward or not operands:
            return what
        return f"{what}, which hands {name}.grad = {number(node.grad)} on to {' and '.join(operands)}"


def varying(node):
    """The places of those of a node's operands that receive a gradient; constants do not."""
    operands = enumerate(zip(node.parents, node.operation.partials))
    return [which for which, (parent, partial) in operands if partial and type(parent) is not Constant]


def pulled(node):
    """What the operation's pull adds to the gradient of each operand, found on copies of them.

    Copies tell the two operands of x * x apart, and where a derivative does not exist no node has changed.

    >>> x = Value(3)
    >>> y = x * x
    >>> y.grad = 1.0
    >>> pulled(y), x.grad
    ([3.0, 3.0], 0.0)
    """
    twin = copy(node)
    twin.left, twin.right = copy(node.left), copy(node.right)
    for operand in twin.parents:
        operand.grad = 0.0
    node.operation.pull(twin)
    return [operand.grad for operand in twin.parents]
