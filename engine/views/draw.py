"""draw: the graph of a computation as a picture."""

from collections.abc import Collection, Set

from engine.calculus import list_of_values
from engine.errors import check_count, check_flag, in_words, no_derivative
from engine.notation import derivative, format_number, formula, node_kind, node_names
from engine.value import Constant, Value, topological_order
from engine.views.drawing import Drawing, html_label
from engine.views.lesson import within
from engine.views.stale import stale, stale_note
from engine.views.step import Step

# The kinds differ in shape and in lightness, so that grey shows them too.
STYLES = {
    "input": {"shape": "ellipse", "fillcolor": "#cfe8fc", "margin": "0"},
    "parameter": {"shape": "box", "style": "filled,rounded", "fillcolor": "#fde2b8"},
    "constant": {"shape": "plaintext", "fillcolor": "white", "margin": "0.02"},
    "operation": {"shape": "box", "fillcolor": "white"},
    "output": {"shape": "box", "fillcolor": "#b7d8b0", "peripheries": "2"},
}
STALE = {"style": "filled,dashed", "penwidth": "2"}
DIRECTIONS = ("LR", "RL", "TB", "BT")
TEXT = {"fontname": "Helvetica", "fontsize": "11"}


def draw(
    output: Value,
    inputs: Collection[Value] = (),
    derivatives: bool = False,
    at: Step | None = None,
    depth: int | None = None,
    rankdir: str = "LR",
    limit: int = 500,
) -> Drawing:
    """The graph that computes `output`, as a picture with data and gradients.

    Leaves in `inputs` are ellipses, other leaves (parameters) rounded boxes,
    constants bare numbers, operations boxes, and the output has a double
    border. With `derivatives`, every edge has the local derivative
    ∂child/∂parent, as a formula and as a number. `at` is a step of
    `steps(output)`: its node is marked, with the edges that its numbers
    travel, and what is still to come is dashed and grey. `depth` draws only
    so many operations back from the output. `rankdir` is graphviz's ("LR" is
    left to right, "BT" upwards). Data from before a leaf changed are marked
    as stale, with a thick dashed border, and the picture's title says so.

    Raises TypeError or ValueError that names the argument if one is wrong,
    ValueError if the picture would have more than `limit` nodes, or if the
    step is of another graph.

    >>> from engine import Value
    >>> a, b = Value(2, "a"), Value(-3, "b")
    >>> drawing = draw(a * b + 10, inputs=[a])
    >>> repr(drawing).partition(":")[0]
    '<a graph of 5 nodes'
    """
    if not isinstance(output, Value):
        raise TypeError(f"draw() starts from a Value, not from {in_words(output)}")
    inputs = list_of_values(list(inputs) if isinstance(inputs, Set) else inputs, "inputs")
    check_flag("derivatives", derivatives)
    if at is not None and not isinstance(at, Step):
        raise TypeError(f"at is a step of steps(output), as next(walk) returns one, not {in_words(at)}")
    if depth is not None:
        depth = check_count("depth", depth, "how many operations to show", least=0)
    if not isinstance(rankdir, str) or rankdir not in DIRECTIONS:
        raise ValueError(f"rankdir is one of {', '.join(DIRECTIONS)}, not {in_words(rankdir)}")
    limit = check_count("limit", limit, "how many nodes to show")
    order = topological_order(output)
    visible = set(order) if depth is None else within(output, depth)
    shown = [node for node in order if node in visible]
    if len(shown) > limit:
        raise ValueError(
            f"this graph has {len(shown)} nodes, too many to read: draw(output, depth=3) draws its end, "
            f"draw(node) what one of its nodes is computed from, limit={len(shown)} all of it"
        )
    names = node_names(order)
    if at is not None and at.node not in names:
        raise ValueError(f"the step is at {at.names[at.node]}, which is not in this graph")
    identity = {node: f"n{i}" for i, node in enumerate(order)}
    found = stale(output) & visible
    drawing = Drawing(format="svg", comment=f"a graph of {len(shown)} nodes")
    drawing.attr(rankdir=rankdir)
    if found:
        drawing.comment += f", {len(found)} of them stale"
        drawing.attr(label=f"<{html_label(stale_note(output, found))}>", labelloc="t", **TEXT)
    drawing.attr("node", style="filled", margin="0.1,0.05", **TEXT)
    drawing.attr("edge", fontname="Helvetica", fontsize="9", arrowsize="0.6", color="#555555")
    for node in shown:
        kind = node_kind(node, output, inputs)
        style = STYLES[kind] | (STALE if node in found else {}) | _node_at(node, at)
        drawing.node(identity[node], _card(node, names, node in found), **style)
        cut = [parent for parent in node.parents if parent not in visible]
        if cut:
            drawing.node(f"cut{identity[node]}", "…", shape="plaintext", style="")
            drawing.edge(f"cut{identity[node]}", identity[node], style="dashed")
        for which, parent in enumerate(node.parents):
            if parent in visible:
                text = _edge_text(node, which, names) if derivatives else ""
                drawing.edge(identity[parent], identity[node], label=text, **_edge_at(parent, node, at))
    return drawing


def _node_at(node, at):
    """A node at a step: marked if it is its own, grey if its own is to come."""
    if at is None or node.operation is None or node in at.done:
        return {}
    if node is at.node:
        return {"color": "#d95f02", "penwidth": "3"}
    return {"style": "filled,dashed", "color": "#999999", "fontcolor": "#777777"}


def _edge_at(parent, node, at):
    """An edge at a step: marked if a number travels it, grey if one will."""
    if at is None or node in at.done:
        return {}
    if node is at.node and (at.forward or any(parent is c.operand for c in at.contributions)):
        return {"color": "#d95f02", "penwidth": "2.5", "dir": "forward" if at.forward else "back"}
    return {"style": "dashed", "color": "#bbbbbb"}


def _card(node, names, is_stale):
    """A node's text: its name, how it is computed, data and gradient."""
    if type(node) is Constant:
        number = f"<BR/>{format_number(node.data)}" if node.label else ""
        return f"<{html_label(names[node])}{number}>"
    title = f"<B>{html_label(names[node])}</B>"
    if node.operation is not None:
        title += f"&#160;= {html_label(formula(node, names))}"
    return (
        f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1"><TR><TD>{title}</TD></TR>'
        f"<TR><TD>data {format_number(node.data)}{' (stale)' * is_stale}</TD></TR><TR><TD>grad {format_number(node.grad)}</TD></TR></TABLE>>"
    )


def _edge_text(node, which, names):
    try:
        local = derivative(node, which, names)
    except (ValueError, ArithmeticError) as error:
        raise no_derivative(error, node) from None
    if local is None:
        return ""
    text, value = local
    return (
        f"<{html_label(text)}>"
        if text == format_number(value)
        else f"<{html_label(text)} = {format_number(value)}>"
    )
