"""A graph as data: what a page knows of it. The page computes the rest."""

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from engine.errors import no_derivative
from engine.notation import format_number, formula, in_names, names_on_a_line, node_kind, node_names
from engine.operation import Operation
from engine.programs.tape import record_steps
from engine.value import Constant, Frozen, Value, leaves_and_operations, topological_order
from engine.views.javascript import explanations
from engine.views.kinks import borders, case_texts, partial_for_people
from engine.views.planes import hidden_pair, network_output


def copied(output: Value, depth: int | None = None) -> dict[Value, Value]:
    """A copy of each node of a graph, connected as these are.

    With `depth`, the copy of the output reaches so many operations back. What
    lies further back is cut off: a node there becomes a leaf with its number,
    and all nodes are labelled with their names in the whole graph.

    >>> x = Value(3, "x")
    >>> y = x * x + 1
    >>> [parent.label for parent in copied(y, depth=1)[y].parents]
    ['v1', '']
    """
    leaves, operations = leaves_and_operations(output)
    kept = set(operations) if depth is None else within(output, depth - 1)
    names = {} if depth is None else node_names(leaves + operations)
    copies: dict[Value, Value] = {}
    for node in leaves + operations:
        if type(node) is Constant:
            copies[node] = Constant(node.data, node.label)
            continue
        kind = Frozen if type(node) is Frozen else Value
        copies[node] = twin = kind(node.data, names.get(node, node.label))
        if node in kept and node.operation is not None:
            twin.operation = node.operation
            twin.left, twin.right = ([copies[parent] for parent in node.parents] + [None])[:2]
    return copies


def within(output: Value, depth: int) -> set[Value]:
    """The nodes that are at most `depth` operations from the output.

    >>> x = Value(3, "x")
    >>> y = x * x
    >>> [x in within(y + 1, depth) for depth in (1, 2, 10**30)]
    [False, True, True]
    """
    level, found = {output}, {output}
    while level and depth > 0:
        level = {parent for node in level for parent in node.parents} - found
        found |= level
        depth -= 1
    return found


def lesson(
    output: Value, inputs: Collection[Value] = (), start: Mapping[Value, float] | None = None
) -> tuple[dict[str, Any], list[Operation]]:
    """The data of a page, for JSON, and the operations that it refers to.

    `start` has the leaves' gradients from before the pass, where not zero.

    >>> x = Value(3, "x")
    >>> data, operations = lesson(x * x)
    >>> [node["name"] for node in data["nodes"]], data["nodes"][1]["parents"]
    (['x', 'v1'], [0, 0])
    >>> for line in data["lines"]:
    ...     print(line["step"], line["text"])
    1 v1 = x * x
    2 d_v1 = 1.0
    3 d_x = x
    3 d_x += x
    """
    leaves, operations = leaves_and_operations(output)
    order = leaves + operations
    names = names_on_a_line(order)
    place = {node: i for i, node in enumerate(order)}
    kinds = list(dict.fromkeys(node.operation for node in operations))
    nodes = []
    for node in order:
        found: dict[str, Any] = {"name": names[node], "kind": node_kind(node, output, inputs)}
        if node.operation is None:
            found |= {"data": _json(node.data), "start": _json((start or {}).get(node, 0.0))}
            if type(node) is Constant and node.label:
                found["formula"] = format_number(node.data)
        else:
            rule = node.operation.rule
            found["parents"] = [place[parent] for parent in node.parents]
            found["operation"] = kinds.index(node.operation)
            found["formula"] = formula(node, names)
            found["rendered"] = rule.rendered(*("{0}", "{1}")[: len(node.parents)])
            found["signs"] = not rule.is_function
            found["derivatives"] = [
                [in_names(case, node, names) for case in explanations(rule, which)]
                for which in range(len(rule.partials))
            ]
            partials = [partial_for_people(rule, which) for which in range(len(rule.partials))]
            if any(map(borders, partials)):
                found["cases"] = [case_texts(partial, node, names) for partial in partials]
        nodes.append(found)
    forward, backward = record_steps(output)
    count = len(operations)  # steps forward, and as many backward after the output's first
    step = {node: i for i, node in enumerate(operations, 1)}
    lines = [{"text": str(line), "node": place[at], "step": step[node]} for line, node, at in forward]
    for i, (line, node, at) in enumerate(backward):
        number = 2 * count + 2 - step[node] if i else count + 1
        lines.append({"text": str(line), "node": place[at], "step": number})
    return {"nodes": nodes, "lines": lines, "forward": count}, kinds


def texts_at(output: Value, step: int, start: Mapping[Value, float]) -> list[tuple[str, str]]:
    """Each node's data and gradient after a step, as a picture has them.

    They are in topological order; "·" has not arrived, "27 → …" is a part of a
    sum. The graph loses its gradients. Raises what a derivative raises that
    does not exist.

    >>> x = Value(3, "x")
    >>> [texts_at(x * x, step, {})[0] for step in (1, 2, 3)]
    [('3', '·'), ('3', '·'), ('3', '6')]
    """
    leaves, operations = leaves_and_operations(output)
    handed_on = operations[::-1][: max(0, step - len(operations) - 1)]
    uses, received = (
        Counter(node.parents[which] for node in nodes for which in active_operands(node))
        for nodes in (operations, handed_on)
    )
    output.zero_grad()
    if step > len(operations):
        uses[output] = received[output] = 1
        output.grad = 1.0
    for node in handed_on:
        try:
            node.operation.pullback(node)
        except (ValueError, ArithmeticError) as error:
            raise no_derivative(error, node) from None
    computed = {*leaves, *operations[:step]}
    texts = []
    for node in leaves + operations:
        grad = format_number(start.get(node, 0.0) + node.grad) if received[node] else "·"
        more = " → …" * (0 < received[node] < uses[node])
        texts.append((format_number(node.data) if node in computed else "·", grad + more))
    return texts


def active_operands(node: Value) -> list[int]:
    """The indices of the operands that receive a gradient; constants do not."""
    operands = enumerate(zip(node.parents, node.operation.partials))
    return [which for which, (parent, partial) in operands if partial and type(parent) is not Constant]


def training(
    loss: Value, inputs: Sequence[Value], rows: Sequence[Sequence[float]], rate: float
) -> dict[str, Any]:
    """The data of a page's training: rows of inputs, and what planes show.

    Nodes are given by their place in the topological order. `weights` are what
    trains: all leaves but the inputs, the Constants and what is Frozen.

    >>> x, w, b = Value(3, "x"), Value(2, "w"), Frozen(1, "b")
    >>> found = training(w * x + b, [x], [[1.0], [2.0]], rate=0.5)
    >>> found["inputs"], found["weights"], found["frozen"]
    ([1], [0], [2])
    """
    place = {node: i for i, node in enumerate(topological_order(loss))}
    leaves, _ = leaves_and_operations(loss)
    given = set(inputs)
    others = [leaf for leaf in leaves if type(leaf) is not Constant and leaf not in given]
    found: dict[str, Any] = {
        "rows": [list(map(_json, row)) for row in rows],
        "rate": rate,
        "inputs": [place.get(leaf) for leaf in inputs],
        "weights": [place[leaf] for leaf in others if type(leaf) is not Frozen],
        "frozen": [place[leaf] for leaf in others if type(leaf) is Frozen],
    }
    node = network_output(loss, inputs)
    if node is not None:
        plane = inputs[:2]
        found["plane"] = {"node": place[node], "axes": [place[leaf] for leaf in plane]}
        if hidden := hidden_pair(node, plane):
            found["hidden"] = {"node": place[node], "axes": [place[unit] for unit in hidden]}
    return found


def _json(number):
    """A number for JSON, which has no infinity and no NaN."""
    return number if math.isfinite(number) else str(number).replace("inf", "Infinity").replace("nan", "NaN")
