"""fold: a graph in few boxes, with a sum of products or a neuron in one each.

A box is a list of nodes in topological order. It is drawn as its last node, the
only one that is used outside of it, or that is the output.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence, Set

from engine.errors import no_derivative
from engine.notation import derivative, formula, parenthesized
from engine.value import Value
from engine.views.lesson import active_operands

# What needs no parentheses as the left and as the right operand of a sign.
WITHOUT_PARENTHESES = {"+": ("+-*", "+-*"), "-": ("-*", "*"), "*": ("*", "*")}
FIRST_TERMS, MOST_TERMS, LINE = 3, 6, 40  # the last in characters


def folded(order: Sequence[Value], visible: Set[Value], inputs: Collection[Value]) -> list[list[Value]]:
    """The boxes of a graph's visible nodes.

    A sum takes in its terms, a product its factors, and a function or a power
    the sum that it is applied to, if they are used once and have no label. A
    leaf is in the box that has all of its uses, unless it is one of `inputs`.

    >>> from engine.value import topological_order
    >>> x, w, b = Value(2, "x"), Value(3, "w"), Value(-1, "b")
    >>> order = topological_order((w * x + b).tanh())
    >>> first, second = folded(order, set(order), [x])
    >>> [node.label or node.op for node in first + second]
    ['x', 'w', 'b', '*', '+', 'tanh']
    """
    uses = defaultdict(list)
    for node in order:
        for which, parent in enumerate(node.parents):
            uses[parent].append((node, which))
    inputs = set(inputs)
    box_of: dict[Value, Value] = {}
    for node in reversed(order):  # after all nodes that use it
        if node not in visible:
            continue
        boxes = {box_of.get(user, user) for user, _ in uses[node]}
        is_part = len(boxes) == 1 and uses[node][0][0] in visible
        if node.operation is None:
            is_part = is_part and node not in inputs
        else:
            is_part = is_part and len(uses[node]) == 1 and not node.label and _joins(node, *uses[node][0])
        box_of[node] = boxes.pop() if is_part else node
    members: dict[Value, list[Value]] = {node: [] for node in order if box_of.get(node) is node}
    for node in order:
        if node in visible:
            members[box_of[node]].append(node)
    return list(members.values())


def _joins(node, user, which):
    """Whether an operation is written into the one that uses it."""
    if user.op in WITHOUT_PARENTHESES:
        return node.op in WITHOUT_PARENTHESES[user.op][which]
    is_function = len(user.parents) == 1 and user.operation.rule.is_function
    return node.op in ("+", "-") and (is_function or (user.op == "**" and which == 0))


def drawn_formula(box: Sequence[Value], names: Mapping[Value, str]) -> str:
    """How a box is computed, as drawings write it: with σ, and products short.

    A long sum is in several lines, and the middle of a very long one left out.

    >>> from engine.notation import node_names
    >>> from engine.value import topological_order
    >>> x, w, b = Value(2, "x"), Value(3, "w"), Value(-1, "b")
    >>> order = topological_order((w * x + b).sigmoid())
    >>> names = node_names(order)
    >>> drawn_formula(order, names), drawn_formula(order[-1:], names)
    ('σ(w·x + b)', 'σ(v2)')
    """
    node, inside = box[-1], set(box)
    if len(box) > 1 and node.op in ("+", "-", "*"):
        return _sum(node, inside, names)
    texts = {
        parent: _sum(parent, inside, names) if parent in inside and parent.op else names[parent]
        for parent in node.parents
    }
    return with_symbols(formula(node, texts), texts.values())


def with_symbols(text: str, names: Iterable[str]) -> str:
    """A formula in some names with σ for sigmoid, unless a name looks like it.

    >>> with_symbols("v1 * sigmoid(-z)", ["v1", "z"])
    'v1 * σ(-z)'
    """
    if any("sigmoid(" in name for name in names):
        return text
    return re.sub(r"\bsigmoid\(", "σ(", text)


def _sum(node, inside, names):
    terms = []
    for sign, term in _operands(node, ("+", "-"), inside):
        factors = [parenthesized(names[factor]) for _, factor in _operands(term, ("*",), inside)]
        terms.append(f"{sign} {'·'.join(factors)}" if terms else "·".join(factors))
    if len(terms) > MOST_TERMS:
        terms = [*terms[:FIRST_TERMS], f"+ … ({len(terms)} terms)", terms[-1]]
    lines = terms[:1]
    for term in terms[1:]:
        if len(lines[-1]) + len(term) < LINE:
            lines[-1] += f" {term}"
        else:
            lines.append(term)
    return "\n".join(lines)


def _operands(node, signs, inside):
    """What these signs connect within a box, each with the sign before it."""
    todo = [("", node)]
    while todo:
        sign, node = todo.pop()
        if node in inside and node.op in signs:
            todo += [(node.op, node.right), (sign, node.left)]
        else:
            yield sign, node


def box_derivatives(box: Sequence[Value], names: Mapping[Value, str]) -> dict[Value, float]:
    """∂box/∂operand, each the sum over all paths, by the chain rule.

    No operand is there that was recorded as a constant. Raises, with the node's
    name, what a derivative raises that does not exist.

    >>> from engine.notation import node_names
    >>> from engine.value import topological_order
    >>> x, w = Value(2, "x"), Value(3, "w")
    >>> order = topological_order((w * x) ** 2)
    >>> box_derivatives(order, node_names(order))[x]
    36.0
    """
    slopes = {box[-1]: 1.0}
    for node in reversed(box):
        for which in active_operands(node) if node in slopes and node.operation is not None else ():
            slope = slopes[node] * _derivative(node, which, names)
            slopes[node.parents[which]] = slopes.get(node.parents[which], 0.0) + slope
    return slopes


def _derivative(node, which, names):
    try:
        return derivative(node, which, names)[1]
    except (ValueError, ArithmeticError) as error:
        raise no_derivative(error, node) from None
