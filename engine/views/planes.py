"""What a training page draws in planes: a network's output and hidden units.

A graph does not say which of its nodes are a network's output. These functions
find them by the paths of the graph: what all paths lead through.
"""

from collections.abc import Collection, Sequence

from engine.value import Value, topological_order


def network_output(loss: Value, inputs: Sequence[Value]) -> Value | None:
    """The node that a loss compares with a target, for a network of two inputs.

    That is the last node that depends on the first two inputs and no other,
    and that all their paths to the loss lead through. A third input may be the
    target. None if there is no such node, or if there are more inputs.

    >>> x1, x2, y = Value(1, "x1"), Value(0, "x2"), Value(1, "y")
    >>> z = x1 * 2 + x2 * 3
    >>> network_output((z.sigmoid() - y) ** 2, [x1, x2, y]).op
    'sigmoid'
    """
    if len(inputs) not in (2, 3):
        return None
    order, plane = topological_order(loss), set(inputs[:2])
    below = _inputs_below(order, inputs)
    for node in reversed(order):
        if below[node] == plane and not any(_reaches(order, leaf, loss, node) for leaf in plane):
            return node
    return None


def hidden_pair(node: Value, plane: Collection[Value]) -> list[Value] | None:
    """The two hidden units that a network's output is made of, if two.

    They are the functions of the inputs in β₁ z₁ + β₂ z₂ + b, of which `node`
    is a function.

    >>> x = [Value(1, "x1"), Value(0, "x2")]
    >>> z1, z2 = (x[0] + x[1]).tanh(), (x[0] - x[1]).tanh()
    >>> hidden_pair((z1 * 2 + z2 * 3 + 1).sigmoid(), x) == [z1, z2]
    True
    """
    order = topological_order(node)
    below = _inputs_below(order, plane)
    while len(node.parents) == 1:  # the output unit's activation
        node = node.parents[0]
    units, todo = set(), [node]
    while todo:
        node = todo.pop()
        active = [parent for parent in node.parents if below[parent]]
        sums = node.op in ("+", "-") or (node.op in ("*", "/") and len(active) == 1)
        if sums:
            todo += active
        elif node.operation is None:
            return None  # an input itself
        else:
            units.add(node)
    return [node for node in order if node in units] if len(units) == 2 else None


def _inputs_below(order, inputs):
    """For each node, the inputs that it depends on."""
    below = {}
    for node in order:
        below[node] = {node} if any(node is leaf for leaf in inputs) else set()
        for parent in node.parents:
            below[node] |= below[parent]
    return below


def _reaches(order, leaf, output, around):
    """Whether a path leads from a leaf to the output around a node."""
    reached = {leaf}
    for node in order:
        if node is not around and any(parent in reached for parent in node.parents):
            reached.add(node)
    return output in reached
