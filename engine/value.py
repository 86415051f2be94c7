"""Value: a number that remembers how it was computed.

Arithmetic on Values records a graph, in which every result knows its operands.
`backward` walks the graph from the result to the leaves and applies the chain
rule at each node. The derivatives themselves are in `engine.rules`.
"""

import operator
from collections.abc import Callable
from functools import partial
from math import exp
from typing import Any, NoReturn, SupportsFloat

from engine.errors import (
    as_float,
    computed,
    explained,
    in_words,
    no_derivative,
    on_a_line,
    shown,
    unsupported_operand,
)
from engine.notebook import html_block
from engine.operation import BINARY, FUNCTIONS, OPERATIONS, REFLECTED, SMALL_POWERS, UNARY, Operation, method
from engine.unchanged import assign, restorer

MUL, EXP = OPERATIONS["*"], OPERATIONS["exp"]
# The globals of the generated methods; the end of this file adds what they
# need from here.
NAMES: dict[str, Any] = FUNCTIONS | {each.global_name: each for each in OPERATIONS.values()}


# What is called with each Value whose number Python takes, and how: compared,
# tested or converted. See engine.decisions.
observers: "list[Callable[[Value, str], None]]" = []


def unary(name: str, op: str = "") -> "Callable[[Value], Value]":
    """The method for an operation on one Value; `exp` below is one."""
    return method(UNARY, name, op or name, NAMES)


def binary(name: str, op: str = "") -> "Callable[[Value, Value | float], Value]":
    """The method for an operation on a Value and another or a number.

    `__mul__` below is one.
    """
    return method(BINARY, name, op or name, NAMES)


def reflected(name: str, op: str) -> "Callable[[Value, Value | float], Value]":
    """The method that Python calls where the left operand is no Value."""
    return method(REFLECTED, name, op, NAMES)


def jump(sign: str, reflected: bool = False) -> "Callable[[Value, object], NoReturn]":
    """The method for `%` or `//`, which raises TypeError and says why."""

    def jumps(self, other):
        left, right = (other, self) if reflected else (self, other)
        raise TypeError(
            f"{shown(left)} {sign} {shown(right)}: {sign} jumps, so a Value has no {sign}; "
            f"a.data {sign} b.data computes it outside of the graph"
        )

    return jumps


def comparison(compare: Callable[[Any, Any], bool]) -> "Callable[[Value, object], bool]":
    """The method for a comparison, which goes by data."""

    def compared(self, other):
        if observers:
            _observed("compared", self, other)
        return compare(self._data, other._data if isinstance(other, Value) else other)

    compared.__name__ = compared.__qualname__ = f"__{compare.__name__}__"
    return compared


class Value:
    """A node of a computation graph: a number, and how it was computed.

    `data` is the number, and `grad` the derivative of the output with respect
    to it, which `backward` computes; both can be assigned. `label` is a name
    for people. `op` is the sign or name of the operation that made this node
    ("" for a leaf). `parents` are its operands in order, repeated ones
    repeated (micrograd calls them children).

    Raises TypeError if `data` is not one real number, and OverflowError for an
    int beyond the largest float. Where an operation has no finite real result
    (log of -1, 1 / 0, exp of 1000) it raises what Python's `math` raises. But
    sums, products and quotients beyond the largest float are inf, as Python's
    are, and so are the powers 2, 3 and 4, which are products here.

    >>> a, b = Value(2, "a"), Value(-3, "b")
    >>> d = a * b + 10
    >>> d
    Value(data=4.0, grad=0.0)
    >>> d.backward()
    >>> a
    Value(data=2.0, grad=-3.0, label='a')
    >>> b
    Value(data=-3.0, grad=2.0, label='b')
    """

    __slots__ = ("_data", "_grad", "label", "operation", "left", "right", "__weakref__")

    _data: float  # behind the properties data and grad: what runs often takes these
    _grad: float
    label: str
    operation: Any  # the Operation that made this node; None for a leaf
    left: "Value | None"
    right: "Value | None"

    def __init__(self, data: "SupportsFloat", label: str = "") -> None:
        if label and not isinstance(label, str):
            raise TypeError(f"a Value's label is text, not {in_words(label)}")
        self._data = data if type(data) is float else as_float(data)
        self._grad, self.label = 0.0, label
        self.operation = self.left = self.right = None

    @property
    def data(self) -> float:
        """The number; one that is assigned becomes a float."""
        return self._data

    @data.setter
    def data(self, data: "SupportsFloat") -> None:
        self._data = data if type(data) is float else as_float(data)

    @property
    def grad(self) -> float:
        """The derivative of the output with respect to this node."""
        return self._grad

    @grad.setter
    def grad(self, grad: "SupportsFloat") -> None:
        self._grad = grad if type(grad) is float else as_float(grad, "a gradient is")

    @property
    def op(self) -> str:
        return "" if self.operation is None else self.operation.rule.op

    @property
    def parents(self) -> "tuple[Value, ...]":
        if self.left is None:
            return ()
        return (self.left,) if self.right is None else (self.left, self.right)

    @property
    def _prev(self) -> "set[Value]":
        """The operands, each once: micrograd's name."""
        return set(self.parents)

    @property
    def _op(self) -> str:
        """The sign or name of the operation, as `op`: micrograd's name."""
        return self.op

    def backward(self) -> None:
        """Compute ∂self/∂node for every node of the graph, into its `grad`.

        By the chain rule, a node's gradient is the sum of
        ∂self/∂use · ∂use/∂node over its uses, the nodes that it is an operand
        of. In reverse topological order each use has its whole gradient before
        its pullback hands it on. Leaves accumulate over calls, until
        `zero_grad`: what a leaf had before is added at the end, so that every
        call adds exactly the same. Other nodes start from zero each time.

        Raises ValueError or ArithmeticError where a derivative does not exist
        (the square root's at 0), and then changes nothing.

        >>> x = Value(3, "x")
        >>> y = x * x
        >>> y.backward(); x.grad
        6.0
        >>> y.backward(); x.grad
        12.0
        """
        leaves, operations = leaves_and_operations(self)
        nodes = leaves + operations
        earlier = [leaf._grad for leaf in leaves]
        restore = restorer((nodes, "grad"))
        try:
            for node in nodes:
                node._grad = 0.0
            self._grad = 1.0
            for node in reversed(operations):
                node.operation.pullback(node)
            for leaf, grad in zip(leaves, earlier):
                leaf._grad = 0.0 if type(leaf) is Constant else leaf._grad + grad
        except (ValueError, ArithmeticError) as error:
            restore()
            raise no_derivative(error, node) from None
        except BaseException:
            restore()
            raise

    def forward(self) -> None:
        """Recompute the graph's data from its leaves' current data.

        Raises what the operations raise, and then changes nothing.

        >>> x = Value(3)
        >>> y = x * x + 1
        >>> x.data = 5.0
        >>> y.forward(); y.data
        26.0
        """
        _, operations = leaves_and_operations(self)
        restore = restorer((operations, "data"))
        try:
            try:
                for node in operations:
                    node._data = node.operation.forward(*[parent._data for parent in node.parents])
            except (ValueError, ArithmeticError) as error:
                raise explained(error, node.operation, node.parents) from None
        except BaseException:
            restore()
            raise

    def zero_grad(self) -> None:
        """Set the gradient of every node of the graph to zero."""
        nodes = topological_order(self)
        assign(nodes, "grad", [0.0] * len(nodes))

    # Two operations written out, as the templates in engine.operation give all
    # others. (A test holds them to be the same.)

    def __mul__(self, other: "Value | float") -> "Value":
        """a * b, with derivatives ∂/∂a = b and ∂/∂b = a."""
        if type(other) is not Value:
            return record(MUL, self, other)
        a, b = self._data, other._data
        try:
            data = a * b
        except (ValueError, ArithmeticError) as error:
            raise explained(error, MUL, (self, other)) from None
        out = new()
        out._data, out._grad, out.label = data, 0.0, ""
        out.operation, out.left, out.right = MUL, self, other
        return out

    def exp(self) -> "Value":
        """exp(a), with derivative ∂/∂a = out."""
        a = self._data
        try:
            data = exp(a)
        except (ValueError, ArithmeticError) as error:
            raise explained(error, EXP, (self,)) from None
        out = new()
        out._data, out._grad, out.label = data, 0.0, ""
        out.operation, out.left, out.right = EXP, self, None
        return out

    # arithmetic, with a Value or a number on either side
    __add__ = binary("__add__", "+")
    __sub__ = binary("__sub__", "-")
    __truediv__ = binary("__truediv__", "/")
    __pow__ = binary("__pow__", "**")
    __rsub__ = reflected("__rsub__", "-")
    __rmul__ = reflected("__rmul__", "*")
    __rtruediv__ = reflected("__rtruediv__", "/")
    __rpow__ = reflected("__rpow__", "**")
    __neg__ = unary("__neg__", "neg")
    __abs__ = unary("__abs__", "abs")

    def __radd__(self, other: "Value | float") -> "Value":
        """a + b, where a is a plain number; the 0 of sum() adds no node."""
        return self if type(other) is int and other == 0 else record(OPERATIONS["+"], other, self)

    def __pos__(self) -> "Value":
        return self

    def conjugate(self) -> "Value":
        """The Value itself, which is real (NumPy's std and vdot ask for it)."""
        return self

    # what jumps, so that its derivative is 0 or does not exist
    __mod__ = jump("%")
    __rmod__ = jump("%", reflected=True)
    __floordiv__ = jump("//")
    __rfloordiv__ = jump("//", reflected=True)

    # functions, named as NumPy's are
    expm1 = unary("expm1")
    log = unary("log")
    log1p = unary("log1p")
    log2 = unary("log2")
    log10 = unary("log10")
    sqrt = unary("sqrt")
    cbrt = unary("cbrt")
    sin = unary("sin")
    cos = unary("cos")
    tan = unary("tan")
    arcsin = unary("arcsin")
    arccos = unary("arccos")
    arctan = unary("arctan")
    arctan2 = binary("arctan2")
    hypot = binary("hypot")
    sinh = unary("sinh")
    cosh = unary("cosh")
    tanh = unary("tanh")
    arcsinh = unary("arcsinh")
    arccosh = unary("arccosh")
    arctanh = unary("arctanh")
    erf = unary("erf")
    erfc = unary("erfc")
    sigmoid = unary("sigmoid")
    log_sigmoid = unary("log_sigmoid")
    softplus = unary("softplus")
    relu = unary("relu")
    leaky_relu = unary("leaky_relu")
    elu = unary("elu")
    silu = unary("silu")
    gelu = unary("gelu")
    maximum = binary("maximum")
    minimum = binary("minimum")

    # by data: comparisons, truth, conversion; by identity: hashing
    __eq__ = comparison(operator.eq)
    __ne__ = comparison(operator.ne)
    __lt__ = comparison(operator.lt)
    __le__ = comparison(operator.le)
    __gt__ = comparison(operator.gt)
    __ge__ = comparison(operator.ge)
    __hash__ = object.__hash__

    def __bool__(self) -> bool:
        if observers:
            _observed("tested", self)
        return self._data != 0

    def __float__(self) -> float:
        if observers:
            _observed("converted", self)
        return self._data

    def __int__(self) -> int:
        return int(float(self))

    def __round__(self, digits: int | None = None) -> float:
        return round(float(self), digits)

    def __format__(self, spec: str) -> str:
        return format(self.data, spec) if spec else repr(self)

    def __repr__(self) -> str:
        label = f", label={self.label!r}" if self.label else ""
        return f"Value(data={self.data}, grad={self.grad}{label})"

    def _repr_html_(self) -> str:
        name = str(self.label)
        if self.operation is None:
            pieces = [(on_a_line(name or type(self).__name__), "parameter")]
        else:
            pieces = [(on_a_line(f"{name} = {computed(self)}" if name else computed(self)), "")]
        numbers = [
            ("   data ", "quiet"),
            (str(self.data), "strong"),
            ("   grad ", "quiet"),
            (str(self.grad), "gradient"),
        ]
        return html_block([[*pieces, *numbers]])


class Constant(Value):
    """A number in an expression: a leaf that has no gradient.

    >>> two = (Value(3) * 2).parents[1]
    >>> two
    Constant(2.0)
    """

    __slots__ = ()

    def __pow__(self, other: "Value | float") -> Value:
        """a ** b without ∂/∂a: at 0 it may not exist, and nothing needs it."""
        return record(OPERATIONS["**"], self, other)

    def __repr__(self) -> str:
        return f"Constant({self.data})"

    def _repr_html_(self) -> str:
        return html_block([[(repr(self), "")]])


class Frozen(Value):
    """A leaf that training leaves as it is, as nn's `Module.freeze` makes it.

    It is a Value as any other: it has a gradient, and its data may be set.

    >>> Frozen(2, "w")
    Frozen(data=2.0, grad=0.0, label='w')
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return super().__repr__().replace("Value", "Frozen", 1)


def _observed(how, *nodes):
    """Tell the observers of Values among these."""
    for node in nodes:
        if isinstance(node, Value):
            for observer in tuple(observers):  # another thread may take its own away
                observer(node, how)


def topological_order(output: Value) -> list[Value]:
    """All nodes that `output` is computed from: leaves, then operations.

    Parents come before the nodes that use them, left operands before right
    ones; `output` is last.

    >>> a, b = Value(2, "a"), Value(3, "b")
    >>> [node.label or node.op for node in topological_order(a * a + b)]
    ['a', 'b', '*', '+']
    """
    if not isinstance(output, Value):
        raise TypeError(f"topological_order() starts from a Value, not from {in_words(output)}")
    leaves, operations = leaves_and_operations(output)
    return leaves + operations


def leaves_and_operations(*outputs: Value) -> tuple[list[Value], list[Value]]:
    """The leaves and the operations of a graph, both in topological order.

    A depth-first search, left operands before right ones. Its path is a list
    instead of a recursion, so that memory alone bounds the depth of a graph.
    """
    leaves: list[Value] = []
    operations: list[Value] = []
    path: list[Value] = []
    seen: set[Value] = set()
    for node in outputs:
        while True:
            while node not in seen:  # down, from left operand to left operand
                seen.add(node)
                if node.left is None:
                    leaves.append(node)
                    break
                path.append(node)
                node = node.left
            while path:  # up, to the next right operand
                node = path.pop()
                if node.right is not None and node.right not in seen:
                    path.append(node)
                    node = node.right
                    break
                operations.append(node)
            else:
                break
    return leaves, operations


def record(operation: Operation, left: Any, right: Any) -> Value:
    """The node for an operation; a plain number becomes a Constant."""
    given = left, right
    try:
        if not isinstance(left, Value):
            left = Constant(left)
        if not isinstance(right, Value):
            right = Constant(right)
    except TypeError:
        wrong = given[isinstance(left, Value)]  # the first that is no Value by now
        return unsupported_operand(operation, *given, wrong)
    operation = variant(operation, left, right)
    try:
        data = operation.forward(left._data, right._data)
    except (ValueError, ArithmeticError) as error:
        raise explained(error, operation, (left, right)) from None
    out = new()
    out._data, out._grad, out.label = data, 0.0, ""
    out.operation, out.left, out.right = operation, left, right
    return out


def variant(operation: Operation, left: Value, right: Value) -> Operation:
    """The operation itself, or its variant where an operand is a Constant."""
    if type(right) is Constant:
        operation = operation.with_constant_right
        return SMALL_POWERS.get(right._data, operation) if operation.rule.op == "**" else operation
    return operation.with_constant_left if type(left) is Constant else operation


new = partial(object.__new__, Value)
NAMES.update(Value=Value, new=new, record=record, explained=explained)
