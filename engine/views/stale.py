"""stale: the nodes whose numbers are older than their leaves' data."""

from collections.abc import Set

from engine.value import Value, leaves_and_operations


def stale(output: Value) -> set[Value]:
    """The nodes that would have another number, computed from the leaves now.

    A node whose operation raises at the leaves' data is stale, and so is each
    that is computed from it. After `output.forward()` none is.

    >>> x = Value(3, "x")
    >>> square = x * x
    >>> y = square.relu()
    >>> x.data = -3.0
    >>> stale(y)
    set()
    >>> x.data = 5.0
    >>> stale(y) == {square, y}
    True
    >>> y.forward()
    >>> stale(y)
    set()
    """
    leaves, operations = leaves_and_operations(output)
    now = {leaf: leaf.data for leaf in leaves}
    found = set()
    for node in operations:
        try:
            now[node] = node.operation.forward(*[now[parent] for parent in node.parents])
        except (ValueError, ArithmeticError, KeyError):  # the last: an operand raised
            found.add(node)
        else:
            if differ(now[node], node.data):
                found.add(node)
    return found


def differ(x: float, y: float) -> bool:
    """Whether these are different numbers; NaN is the same as NaN.

    >>> nan = float("nan")
    >>> differ(nan, nan), differ(nan, 1.0), differ(0.0, -0.0)
    (False, True, False)
    """
    return x != y and (x == x or y == y)


def stale_note(output: Value, found: Set[Value]) -> str:
    """What to say of a graph's stale nodes: a line, or "" if there are none.

    >>> y = Value(3, "x") * 2
    >>> y.label = "y"
    >>> stale_note(y, {y})
    '1 node is stale: its leaves give another number. y.forward() updates it'
    """
    if not found:
        return ""
    nodes, its, them = "1 node is", "its", "it"
    if len(found) > 1:
        nodes, its, them = f"{len(found)} nodes are", "their", "them"
    name = output.label if str(output.label).isidentifier() else "output"
    return f"{nodes} stale: {its} leaves give another number. {name}.forward() updates {them}"
