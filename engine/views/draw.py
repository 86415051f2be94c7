"""draw: the graph of a computation as a picture."""

from collections import Counter
from collections.abc import Collection, Set
from itertools import pairwise

import graphviz

from engine.calculus import list_of_values
from engine.errors import check_count, check_flag, counted, in_words, no_derivative
from engine.notation import derivative, format_number, node_kind, node_names, parenthesized
from engine.value import Constant, Value, topological_order
from engine.views.card import GREY, STYLES, TABLE, card, is_row, number
from engine.views.drawing import Drawing, html_label
from engine.views.fold import box_derivatives, folded, with_symbols
from engine.views.lesson import within
from engine.views.moment import TO_COME, moment
from engine.views.stale import stale, stale_note
from engine.views.step import Step
from engine.views.steps import Pass

ORANGE = "#d95f02"
STALE = {"style": "filled,dashed", "penwidth": "2"}
DIRECTIONS = ("LR", "RL", "TB", "BT")
TEXT = {"fontname": "Helvetica", "fontsize": "11"}


def draw(
    output: Value,
    inputs: Collection[Value] = (),
    derivatives: bool = False,
    at: Step | Pass | None = None,
    depth: int | None = None,
    rankdir: str = "LR",
    limit: int = 500,
    fold: bool = False,
    legend: bool = False,
) -> Drawing:
    """The graph that computes `output`, as a picture with data and gradients.

    Leaves in `inputs` are ellipses, other leaves (parameters) rounded boxes,
    constants bare numbers, operations boxes, and the output has a double
    border; with `legend`, the picture says so. With `derivatives`, every edge
    has the local derivative ∂child/∂parent, as a formula and as a number.

    `at` is a step of `steps(output)`, or the walk itself: the step's node is
    marked, with the edges that its numbers travel, and the products of the
    chain rule on them. What arrives now is bold, and what is still to come is
    grey, with a dot for the number.

    With `fold`, a sum of products is one box, and so is a neuron, with the
    leaves that nothing else uses; operations with a label keep a box of their
    own. `depth` draws only so many operations back from the output. `rankdir`
    is graphviz's ("LR" is left to right, "BT" upwards). Data from before a
    leaf changed are marked as stale, with a thick dashed border, and the
    picture's title says so.

    Raises TypeError or ValueError that names the argument if one is wrong,
    ValueError if the picture would have more than `limit` nodes, or if the
    step is of another graph.

    >>> from engine import Value
    >>> a, b = Value(2, "a"), Value(-3, "b")
    >>> drawing = draw(a * b + 10, inputs=[a])
    >>> repr(drawing).partition(":")[0]
    '<a graph of 5 nodes'
    >>> repr(draw((a * b + 10).tanh(), inputs=[a], fold=True)).partition(":")[0]
    '<a graph of 6 nodes in 2 boxes'
    """
    if not isinstance(output, Value):
        raise TypeError(f"draw() starts from a Value, not from {in_words(output)}")
    inputs = list_of_values(list(inputs) if isinstance(inputs, Set) else inputs, "inputs")
    for name, flag in (("derivatives", derivatives), ("fold", fold), ("legend", legend)):
        check_flag(name, flag)
    if at is not None and not isinstance(at, (Step, Pass)):
        raise TypeError(
            f"at is steps(output), or a step of it, as next(walk) returns one, not {in_words(at)}"
        )
    if depth is not None:
        depth = check_count("depth", depth, "how many operations to show", least=0)
    if not isinstance(rankdir, str) or rankdir not in DIRECTIONS:
        raise ValueError(f"rankdir is one of {', '.join(DIRECTIONS)}, not {in_words(rankdir)}")
    limit = check_count("limit", limit, "how many nodes to show")
    order = topological_order(output)
    visible = set(order) if depth is None else within(output, depth)
    shown = [node for node in order if node in visible]
    apart = [node for node in shown if _kind(node, output, inputs) == "input"]
    boxes = folded(order, visible, apart) if fold else [[node] for node in shown]
    if len(boxes) > limit:
        raise ValueError(
            f"this graph has {len(boxes)} {'boxes' if fold else 'nodes'}, too many to read: "
            f"draw(output, depth=3) draws its end, draw(node) what one of its nodes is computed from, "
            f"limit={len(boxes)} all of it"
        )
    names = node_names(order)
    if at is not None and (where := at.node if isinstance(at, Step) else at.output) not in names:
        raise ValueError(f"the step is at {at.names[where]}, which is not in this graph")
    pass_at = None if at is None else moment(at)
    found = {node for node in stale(output) & visible if number(node, "data", pass_at) != TO_COME}
    drawing = Drawing(format="svg", comment=_comment(len(visible), len(boxes) if fold else 0, len(found)))
    drawing.attr(rankdir=rankdir)
    if found:
        drawing.attr(label=f"<{html_label(stale_note(output, found))}>", labelloc="t", **TEXT)
    drawing.attr("node", style="filled", margin="0.1,0.05", **TEXT)
    drawing.attr("edge", fontname="Helvetica", fontsize="9", arrowsize="0.6", color="#555555")
    identity = {node: f"n{i}" for i, node in enumerate(order)}
    users = Counter(parent for node in shown for parent in {*node.parents})
    for box in boxes:
        node = box[-1]
        style = STYLES[_kind(node, output, inputs)] | (STALE if found & set(box) else {})
        text = card(box, names, node in found, pass_at)
        drawing.node(identity[node], text, **style | _node_at(box, pass_at))
        if any(parent not in visible for part in box for parent in part.parents):
            drawing.node(f"cut{identity[node]}", "…", shape="plaintext", style="")
            drawing.edge(f"cut{identity[node]}", identity[node], style="dashed")
        slopes = box_derivatives(box, names) if fold and derivatives else {}
        for parent, uses in _edges(box, visible, fold):
            text = _local_derivative(uses[0], names) if derivatives and not fold else ""
            if parent in slopes:
                by = f"∂{parenthesized(names[node])}/∂{parenthesized(names[parent])}"
                text = f"{by} = {format_number(slopes[parent])}"
            drawing.edge(identity[parent], identity[node], **_edge(uses, text, pass_at))
            if not fold and _kind(parent, output, inputs) == "constant" and users[parent] == 1:
                _put_beside(drawing, identity[parent], identity[node])
    if legend:
        drawn = [node for box in boxes for node in box if node is box[-1] or is_row(node)]
        _add_legend(drawing, {_kind(node, output, inputs) for node in drawn}, pass_at)
    return drawing


def _kind(node, output, inputs):
    """A node's kind; a constant with a name is an input, as a network's x1."""
    return "input" if type(node) is Constant and node.label else node_kind(node, output, inputs)


def _comment(nodes, boxes, stale_nodes):
    in_boxes = f" in {boxes} box{'es' * (boxes != 1)}" if boxes else ""
    note = f", {stale_nodes} of them stale" if stale_nodes else ""
    return f"a graph of {counted(nodes, 'node')}{in_boxes}{note}"


def _edges(box, visible, fold):
    """What comes into a box: (node, its uses) pairs, a use being (user, index).

    With `fold` all uses of a node are one edge.
    """
    inside, found = set(box), {}
    uses = [(node, which, parent) for node in box for which, parent in enumerate(node.parents)]
    for node, which, parent in uses:
        if parent in visible and parent not in inside:
            found.setdefault(parent if fold else (node, which), (parent, []))[1].append((node, which))
    return found.values()


def _node_at(box, moment):
    """A box at a moment: marked if its step is now, grey if it is to come."""
    if moment is None or type(box[-1]) is Constant:
        return {}
    if any(node is moment.node for node in box):
        return {"color": ORANGE, "penwidth": "3"}
    if number(box[-1], "data" if moment.forward else "grad", moment) != TO_COME:
        return {}
    return {"color": GREY} | ({"fontcolor": GREY} if moment.forward else {})


def _edge(uses, text, moment):
    """An edge's attributes: its texts, and what travels it at a moment.

    The margin round the texts keeps the edge from crossing them.
    """
    lines, look = [html_label(text)] if text else [], {}
    if moment is not None and not all(node in moment.done for node, _ in uses):
        look = {"style": "dashed", "color": "#aaaaaa", "fontcolor": GREY}
        travelled = [which for node, which in uses if node is moment.node]
        products = [moment.contributions[which] for which in travelled if which in moment.contributions]
        if products or (travelled and moment.forward):
            look = {"color": ORANGE, "penwidth": "3", "dir": "forward" if moment.forward else "back"}
        for c in products:
            grad, local = moment.texts[moment.node][1], format_number(c.local)
            lines.append(f"<B>{html_label(grad)} × {local} = {format_number(c.amount)}</B>")
    if not lines:
        return look
    return look | {"label": f"<{TABLE.format(5)}<TR><TD>{'<BR/>'.join(lines)}</TD></TR></TABLE>>"}


def _local_derivative(use, names):
    """A derivative as a formula and a number, for its edge."""
    node, which = use
    try:
        found = derivative(node, which, names)
    except (ValueError, ArithmeticError) as error:
        raise no_derivative(error, node) from None
    if found is None:
        return ""
    text, value = (
        with_symbols(found[0], [names[each] for each in (node, *node.parents)]),
        format_number(found[1]),
    )
    return text if text == value else f"{text} = {value}"


def _add_legend(drawing, kinds, moment):
    """What the shapes and the emphasis of a drawing mean, in a frame."""
    legend = graphviz.Digraph("cluster_legend", graph_attr={"label": "", "color": "#aaaaaa", "margin": "6"})
    look = {"fontsize": "9", "margin": "0.05", "width": "0", "height": "0"}
    legend.attr("edge", style="invis")
    shown = [kind for kind in STYLES if kind in kinds]
    for kind in shown:
        legend.node(kind, **STYLES[kind] | look)
    if moment is not None:
        text = f"<<B>bold</B> arrives now<BR/>{TO_COME} is to come>"
        legend.node("moment", text, shape="plaintext", style="", **look)
        shown.append("moment")
    legend.edges(pairwise(shown))
    drawing.subgraph(legend)


def _put_beside(drawing, constant, node):
    """Draw a constant above or below the operation that uses it.

    They are of one rank, and in a frame that nothing else may come into.
    """
    rank = f"\t\t{{ rank=same; {constant}; {node} }}\n"
    attributes = {"peripheries": "0", "label": "", "margin": "2"}
    drawing.subgraph(graphviz.Digraph(f"cluster_{node}", graph_attr=attributes, body=[rank]))
