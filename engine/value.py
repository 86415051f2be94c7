"""Value: a number that remembers how it was computed, and can therefore be differentiated.

Arithmetic on Values records a graph, in which every result knows its operands. `backward` walks the
graph from the result to the leaves and applies the chain rule at each node. The derivatives themselves
are in `engine.rules`.
"""

import operator
from functools import partial

from engine.operations import NAMES, OPERATIONS, SMALL_POWERS
from engine.operators import binary, comparison, reflected, unary
from engine.refusals import incompatible, real, refusal


class Value:
    """A node of a computation graph: a number, and its place in how the output was computed.

    `data` is the number and `grad` the derivative of the output with respect to it, which `backward`
    fills in; both can be assigned. `label` is a name for people, `op` the sign or name of the operation
    that made this node ("" for a leaf), `parents` its operands in order, repeated ones repeated.

    Raises TypeError if `data` is not one real number. Where an operation has no real result (log of -1,
    1 / 0, exp of 1000) it raises what Python's `math` raises; sums, products and small powers beyond the
    largest float are inf, as Python's are.

    >>> a, b = Value(2, "a"), Value(-3, "b")
    >>> d = a * b + 10
    >>> d
    Value(data=4.0, grad=0.0)
    >>> d.backward()
    >>> a, b
    (Value(data=2.0, grad=-3.0, label='a'), Value(data=-3.0, grad=2.0, label='b'))
    """

    __slots__ = ("data", "grad", "label", "operation", "left", "right", "__weakref__")

    def __init__(self, data, label=""):
        self.data = data if type(data) is float else real(data)
        self.grad, self.label = 0.0, label
        self.operation = self.left = self.right = None

    @property
    def op(self):
        return "" if self.operation is None else self.operation.rule.op

    @property
    def parents(self):
        if self.left is None:
            return ()
        return (self.left,) if self.right is None else (self.left, self.right)

    def backward(self):
        """Add ∂self/∂leaf to the grad of every leaf, and set ∂self/∂node as the grad of every other node.

        By the chain rule, a node's gradient is the sum over its children c of ∂self/∂c · ∂c/∂node. In
        reverse topological order every child has its gradient before it hands it on. All start from zero,
        and what a leaf held before is added at the end, so that every call adds exactly the same.

        Raises ValueError or ArithmeticError, and leaves all gradients as they were, where a derivative
        does not exist (the square root's at 0).

        >>> x = Value(3, "x")
        >>> y = x * x
        >>> y.backward(); x.grad
        6.0
        >>> y.backward(); x.grad
        12.0
        """
        leaves, operations = search(self)
        before = [node.grad for node in leaves], [node.grad for node in operations]
        try:
            for node in leaves:
                node.grad = 0.0
            for node in operations:
                node.grad = 0.0
            self.grad = 1.0
            for node in reversed(operations):
                node.operation.pull(node)
            for leaf, grad in zip(leaves, before[0]):
                leaf.grad = 0.0 if type(leaf) is Constant else leaf.grad + grad
        except BaseException as error:  # an interrupt too
            if isinstance(error, (ValueError, ArithmeticError)):
                error = refusal(error, node.operation, node.parents, "the derivative of ")
            for node, grad in zip(leaves + operations, before[0] + before[1]):
                node.grad = grad
            raise error from None

    def forward(self):
        """Recompute the graph's data from its leaves' current data, without recording it anew.

        Raises what the operations raise, and then leaves the data of interior nodes as they were.

        >>> x = Value(3)
        >>> y = x * x + 1
        >>> x.data = 5.0
        >>> y.forward(); y.data
        26.0
        """
        _, operations = search(self)
        before = [node.data for node in operations]
        try:
            for node in operations:
                node.data = node.operation.value(*[parent.data for parent in node.parents])
        except BaseException as error:
            if isinstance(error, (ValueError, ArithmeticError)):
                error = refusal(error, node.operation, node.parents)
            for node, data in zip(operations, before):
                node.data = data
            raise error from None

    # arithmetic, with a Value or a number on either side
    __add__ = binary("__add__", "+")
    __sub__, __rsub__ = binary("__sub__", "-"), reflected("__rsub__", "-")
    __mul__, __rmul__ = binary("__mul__", "*"), reflected("__rmul__", "*")
    __truediv__, __rtruediv__ = binary("__truediv__", "/"), reflected("__rtruediv__", "/")
    __pow__, __rpow__ = binary("__pow__", "**"), reflected("__rpow__", "**")
    __neg__, __abs__ = unary("__neg__", "neg"), unary("__abs__", "abs")

    def __radd__(self, left):
        """left + self, where left is a plain number; the 0 that sum() starts from adds no node."""
        return self if type(left) is int and left == 0 else operate(OPERATIONS["+"], left, self)

    def __pos__(self):
        return self

    # functions, named as NumPy's are
    exp, expm1, log, log1p, sqrt = map(unary, ("exp", "expm1", "log", "log1p", "sqrt"))
    sin, cos, tan = map(unary, ("sin", "cos", "tan"))
    arcsin, arccos, arctan = map(unary, ("arcsin", "arccos", "arctan"))
    sinh, cosh, tanh = map(unary, ("sinh", "cosh", "tanh"))
    sigmoid, relu, softplus, erf = map(unary, ("sigmoid", "relu", "softplus", "erf"))
    maximum, minimum = map(binary, ("maximum", "minimum"))

    # by data: comparisons, truth, conversion; by identity: hashing
    __eq__, __ne__ = comparison(operator.eq), comparison(operator.ne)
    __lt__, __le__ = comparison(operator.lt), comparison(operator.le)
    __gt__, __ge__ = comparison(operator.gt), comparison(operator.ge)
    __hash__ = object.__hash__

    def __bool__(self):
        return self.data != 0

    def __float__(self):
        return float(self.data)

    def __format__(self, spec):
        return format(self.data, spec) if spec else repr(self)

    def __repr__(self):
        label = f", label={self.label!r}" if self.label else ""
        return f"Value(data={self.data}, grad={self.grad}{label})"


class Constant(Value):
    """A number that stood in an expression: a leaf that has no gradient.

    >>> two = (Value(3) * 2).parents[1]
    >>> two
    Constant(2.0)
    """

    __slots__ = ()

    def __repr__(self):
        return f"Constant({self.data})"


def topological_order(output):
    """All nodes that `output` is computed from, parents before children: the leaves, then the operations.

    Each comes in the order in which Python met it while it evaluated the expression; `output` is last.

    >>> a, b = Value(2, "a"), Value(3, "b")
    >>> [node.label or node.op for node in topological_order(a * a + b)]
    ['a', 'b', '*', '+']
    """
    leaves, operations = search(output)
    return leaves + operations


def search(output):
    """The leaves and the operations of the graph below `output`, both in topological order.

    The search goes depth first, left operands before right ones. Its path is a list instead of a
    recursion, so that memory alone bounds the depth of a graph.
    """
    leaves, operations, seen, path = [], [], set(), []
    node = output
    while True:
        while node not in seen:  # down, from left operand to left operand
            seen.add(node)
            if node.left is None:
                leaves.append(node)
                break
            path.append(node)
            node = node.left
        while path:  # up, to where a right operand is left to search
            node = path.pop()
            if node.right is not None and node.right not in seen:
                path.append(node)
                node = node.right
                break
            operations.append(node)
        else:
            return leaves, operations


def operate(operation, left, right):
    """The node for an operation with a plain number on one side, which becomes a Constant."""
    try:
        if not isinstance(left, Value):
            left = Constant(left)
        if not isinstance(right, Value):
            right = Constant(right)
    except TypeError:
        return incompatible(operation, left, right)
    if type(right) is Constant:
        operation = operation.with_constant_right
        if operation.rule.op == "**":
            operation = SMALL_POWERS.get(right.data, operation)
    elif type(left) is Constant:
        operation = operation.with_constant_left
    try:
        data = operation.value(left.data, right.data)
    except (ValueError, ArithmeticError) as error:
        raise refusal(error, operation, (left, right)) from None
    out = new()
    out.data, out.grad, out.label = data, 0.0, ""
    out.operation, out.left, out.right = operation, left, right
    return out


new = partial(object.__new__, Value)
NAMES.update(Value=Value, new=new, operate=operate, refusal=refusal)
