"""Derivatives that are Values: to look at, to compute with, to differentiate.

`backward` computes numbers. `grad` takes the same steps and writes them down
as a graph, from the same formulas of the table, so that a derivative has
derivatives. `tangent` goes the other way, from the leaves to the output.
"""

from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from typing import Any, overload

from engine.algebra import Algebra, Term, as_value
from engine.decisions import decisions
from engine.errors import check_number, in_words, is_list, shown
from engine.value import Constant, Value, leaves_and_operations, new, topological_order

Rows = list[list[Value]]


def grad(output: Value, inputs: Sequence[Value]) -> list[Value]:
    """∂output/∂x for each x of the inputs, as Values.

    Each is a graph on the nodes of the output's own, so that it changes with
    them (`forward`) and can be differentiated again. It has no factor 1 and no
    term 0, and may be a node that was there before: ∂(x y)/∂x is y. Inputs may
    be any nodes; the derivative with respect to one that the output does not
    depend on is 0, and so is that to a Constant. No gradient is changed.

    Raises TypeError if something is not a Value, and ValueError or
    ArithmeticError where a derivative does not exist.

    >>> x = Value(2, "x")
    >>> [slope] = grad(x**3 + x.sin(), [x])
    >>> slope.data == 3 * 2**2 + x.cos().data
    True
    >>> [curvature] = grad(slope, [x])
    >>> from engine import tree
    >>> tree(curvature)
          data        grad
         11.09           0  v4 = v2 - v3
            12           0  ├─ v2 = 3 * v1
             3              │  ├─ 3
             4           0  │  └─ v1 = 2 * x
             2              │     ├─ 2
             2           0  │     └─ x
        0.9093           0  └─ v3 = sin(x)
                               └─ x: see above
    """
    if not isinstance(output, Value):
        others = "jacobian() takes a list of them, and gradient() a function"
        raise TypeError(f"grad() starts from one Value, not from {in_words(output)}: {others}")
    return jacobian([output], inputs)[0]


def jacobian(outputs: Sequence[Value], inputs: Sequence[Value]) -> Rows:
    """The Jacobian matrix, a row for each output: ∂outputs[i]/∂inputs[j].

    One backward pass for each output, on nodes that all of them share. Raises
    what `grad` raises.

    >>> r, t = Value(2, "r"), Value(0, "t")
    >>> J = jacobian([r * t.cos(), r * t.sin()], [r, t])
    >>> [[entry.data for entry in row] for row in J]
    [[1.0, -0.0], [0.0, 2.0]]
    """
    outputs, inputs = list_of_values(outputs, "outputs"), list_of_values(inputs, "inputs")
    _, operations = leaves_and_operations(*outputs)
    return jacobian_by(Algebra(operations), outputs, inputs)


def jacobian_by(algebra: Algebra, outputs: Sequence[Value], inputs: Sequence[Value]) -> Rows:
    """The Jacobian matrix, of nodes that the algebra finds or builds."""
    _, operations = leaves_and_operations(*outputs)
    active = _depending(operations, inputs)
    found = []
    for output in outputs:
        gradients: dict[Value, Term] = {output: 1.0} if output in active else {}
        below = leaves_and_operations(output)[1] if gradients else []  # not all: many outputs share little
        for node in reversed(below):
            factor = gradients.get(node, 0.0)
            if node not in active or (type(factor) is float and factor == 0):
                continue
            for which, parent in enumerate(node.parents):
                if parent in active:
                    amount = algebra.chain_rule(node, which, factor)
                    gradients[parent] = algebra.operate("+", gradients.get(parent, 0.0), amount)
        found.append([as_value(gradients.get(node, 0.0)) for node in inputs])
    return found


def tangent(output: Any, directions: Mapping[Value, Any]) -> Any:
    """The derivative of an output, or of each of several, along directions.

    That is Σ ∂output/∂x · directions[x], as a Value: by forward mode, in one
    pass from the leaves to the output, however many leaves and outputs there
    are. A direction's component is a number or a Value. With gradients for
    outputs this is a Hessian times a vector. Raises what `grad` raises.

    >>> x, y = Value(3, "x"), Value(4, "y")
    >>> r = (x * x + y * y).sqrt()
    >>> tangent(r, {x: 0.6, y: 0.8}).data
    1.0
    >>> [each.data for each in tangent(grad(x * y, [x, y]), {x: 1, y: 2})]
    [2.0, 1.0]
    """
    if isinstance(output, Value):
        [result] = tangent([output], directions)
        return result
    outputs = list_of_values(output, "output")
    if not isinstance(directions, Mapping):
        raise TypeError(f"directions is a dict, {{x: 1.0}}, not {in_words(directions)}")
    list_of_values(list(directions), "list(directions)")
    _, operations = leaves_and_operations(*outputs)
    algebra = Algebra(operations)
    tangents: dict[Value, Term] = {
        node: _term(part, f"directions[{shown(node)}]")
        for node, part in directions.items()
        if type(node) is not Constant
    }
    for node in operations:
        total = tangents.get(node, 0.0)
        for which, parent in enumerate(node.parents):
            factor = tangents.get(parent, 0.0)
            if isinstance(factor, Value) or factor != 0:
                total = algebra.operate("+", total, algebra.chain_rule(node, which, factor))
        tangents[node] = total
    return [as_value(tangents.get(node, 0.0)) for node in outputs]


@overload
def hessian(output: Value, inputs: Sequence[Value]) -> Rows: ...
@overload
def hessian(output: Callable[..., Any]) -> Callable[..., list[list[float]]]: ...
def hessian(output: Any, inputs: Any = None) -> Any:
    """The matrix of second derivatives: ∂²output/∂inputs[i]∂inputs[j].

    Of a Value it is a list of rows of Values. Of a function, it is a function:
    see `gradient`.

    >>> x, y = Value(2, "x"), Value(3, "y")
    >>> [[entry.data for entry in row] for row in hessian(x * x * y, [x, y])]
    [[6.0, 4.0], [4.0, 0.0]]
    >>> hessian(lambda x, y: x * x * y)(2, 3)
    [[6.0, 4.0], [4.0, 0.0]]
    """
    if isinstance(output, Value):
        inputs = list_of_values(inputs, "inputs")
        return jacobian(grad(output, inputs), inputs)
    _check_function("hessian", output)
    if inputs is not None:
        raise TypeError("hessian() of a function takes no inputs: hessian(f)(2, 3) is at x = 2, y = 3")
    return _of_function("hessian", output, lambda outputs, inputs: hessian(outputs[0], inputs), list)


def derivative(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The derivative of a function of one number, f′, which is one as well.

    >>> slope = derivative(lambda x: x**3)
    >>> slope(2.0), derivative(slope)(2.0), derivative(derivative(slope))(2.0)
    (12.0, 12.0, 6.0)

    The function is written for numbers, with Value's functions: x.sin(), or
    NumPy's. Raises ValueError if it takes the number of x out of the graph, as
    math.sin(x) does, because the derivative would be wrong.
    """

    _check_function("derivative", f)

    def slope(x: Any) -> Any:
        [[found]] = _differentiated(f, jacobian, [x], list)
        return found

    return slope


def gradient(f: Callable[..., Any]) -> Callable[..., list[float]]:
    """The gradient of a function of several numbers, as a function: ∇f.

    It takes what f takes: numbers, or one sequence of them, a list or a NumPy
    array. It returns a list. (If one of the numbers is a Value, so are all
    derivatives. So are those that depend on the argument of another function
    that is being differentiated.) Raises what `derivative` raises.

    >>> gradient(lambda x, y: x * x * y)(2, 3)
    [12.0, 4.0]
    >>> gradient(lambda x: x[0] * x[0] * x[1])([2, 3])
    [12.0, 4.0]
    """
    return _of_function("gradient", f, jacobian, lambda rows: rows[0])


def _check_function(name, f):
    """Raise TypeError if f is no function: a Value, most often."""
    if not callable(f):
        hint = ": grad(y, [x]) is the derivative of a Value" if isinstance(f, Value) else ""
        raise TypeError(f"{name}() differentiates a function, not {in_words(f)}{hint}")


def _of_function(name, f, differentiate, shape):
    """The function of numbers that differentiates f at them."""
    _check_function(name, f)

    def differentiated(*point: Any) -> Any:
        one = len(point) == 1 and hasattr(point[0], "__len__") and getattr(point[0], "ndim", 1) != 0
        numbers = point[0] if one else point
        if not is_list(numbers):
            raise TypeError(f"{name}(f) takes numbers, or one list of them, not {in_words(numbers)}")
        arguments = list if numbers is point else lambda leaves: [_like(numbers, leaves)]
        return shape(_differentiated(f, differentiate, numbers, arguments))

    return differentiated


# The leaves of the functions that are being differentiated now.
_arguments: ContextVar[frozenset[Value]] = ContextVar("arguments", default=frozenset())


def _differentiated(f, differentiate, point, arguments):
    """Rows of derivatives of f, at leaves of its own for the point.

    A Value in the point may occur in f, or be given twice, and that is held
    fixed. So it takes its leaf's place only in the result.
    """
    leaves = [_leaf(each, f"x{i}" if len(point) > 1 else "x") for i, each in enumerate(point)]
    outer = _arguments.get()
    token = _arguments.set(outer.union(leaves))
    try:
        rows = differentiate([_called(f, arguments(leaves), leaves)], leaves)
    finally:
        _arguments.reset(token)
    places = {leaf: each for leaf, each in zip(leaves, point) if isinstance(each, Value)}
    below, operations = leaves_and_operations(*(each for row in rows for each in row))
    if not places and outer.isdisjoint(below):
        return [[float(each.data) for each in row] for row in rows]
    for node in operations:
        left, right = (places.get(each, each) for each in (node.left, node.right))
        if left is not node.left or right is not node.right:
            places[node] = copy = new()
            copy.data, copy.grad, copy.label = node.data, 0.0, node.label
            copy.operation, copy.left, copy.right = node.operation, left, right
    return [[places.get(each, each) for each in row] for row in rows]


def _leaf(number, label):
    """A leaf of its own for a number or a Value."""
    return Value(number.data, number.label) if isinstance(number, Value) else Value(number, label)


def _like(point, leaves):
    """The leaves as a list, or as an array if the point is one."""
    if not hasattr(point, "astype"):
        return leaves
    array = point.astype(object)
    array[:] = leaves
    return array


def _called(f, arguments, leaves):
    """What f returns for these arguments, as a Value.

    Raises ValueError if f took a number out of the graph that comes from one of
    the leaves.
    """
    with decisions() as found:
        output = f(*arguments)
    conversions = [each for each in found if each.how == "converted"]
    for converted in conversions:
        if set(leaves).isdisjoint(topological_order(converted.node)):
            continue
        raise ValueError(
            f"the function takes the number of {converted.node.label or 'a Value'} out of the graph, so its "
            f"derivative would be wrong: {converted}. Use Value's own functions, x.sin() instead of math.sin(x)"
        )
    if isinstance(output, Value):
        return output
    try:
        return Constant(output)
    except TypeError:
        raise TypeError(f"the function returns {in_words(output)}, and not one number") from None


def list_of_values(nodes: Any, what: str) -> list[Value]:
    """Several Values in a list, or a TypeError that names what they are."""
    if isinstance(nodes, Value):
        raise TypeError(f"{what} is a list of Values, not {in_words(nodes)}: write [{nodes.label or 'x'}]")
    if not is_list(nodes):
        raise TypeError(f"{what} is a list of Values, not {in_words(nodes)}")
    nodes = list(nodes)
    for i, node in enumerate(nodes):
        if not isinstance(node, Value):
            raise TypeError(f"{what}[{i}] is {in_words(node)}, not a Value")
    return nodes


def _depending(operations, inputs):
    """The inputs but constants, and all nodes that are computed from one."""
    found = {node for node in inputs if type(node) is not Constant}
    for node in operations:
        if node.left in found or node.right in found:
            found.add(node)
    return found


def _term(number, name):
    return number if isinstance(number, Value) else check_number(name, number)
