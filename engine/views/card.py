"""card: what a drawing writes in a node, and how its kind looks."""

from collections.abc import Mapping, Sequence

from engine.notation import format_number
from engine.value import Constant, Value
from engine.views.drawing import html_label
from engine.views.fold import drawn_formula
from engine.views.moment import TO_COME, Moment

# The kinds differ in shape and in lightness, so that grey shows them too.
STYLES = {
    "input": {"shape": "ellipse", "fillcolor": "#e3f1fd", "margin": "0"},
    "parameter": {"shape": "box", "style": "filled,rounded", "fillcolor": "#f6cd8f"},
    "constant": {"shape": "plaintext", "fillcolor": "white", "margin": "0.03", "width": "0", "height": "0"},
    "operation": {"shape": "box", "fillcolor": "white"},
    "output": {"shape": "box", "fillcolor": "#9cc796", "peripheries": "2"},
}
GREY = "#767676"
MOST_ROWS = 6  # of leaves in a box
TABLE = '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="{}">'


def card(box: Sequence[Value], names: Mapping[Value, str], is_stale: bool, moment: Moment | None) -> str:
    """A box's label: how it is computed, and its data and gradients."""
    node = box[-1]
    if type(node) is Constant:  # with a name it is an input without a gradient
        number = f"<BR/>data {format_number(node.data)}" if node.label else ""
        return f"<{html_label(names[node])}{number}>"
    title = f"<B>{html_label(names[node])}</B>"
    if node.operation is not None:
        title += f"&#160;= {html_label(drawn_formula(box, names))}"
    leaves = [leaf for leaf in box[:-1] if is_row(leaf)]
    mark = " (stale)" * is_stale
    if not leaves:
        cells = [
            title,
            f"{_shown(node, 'data', moment, 'data ')}{mark}",
            _shown(node, "grad", moment, "grad "),
        ]
        return f"<{TABLE.format(1)}{''.join(f'<TR><TD>{cell}</TD></TR>' for cell in cells)}</TABLE>>"
    rows = [f'<TR><TD COLSPAN="3">{title}</TD></TR>', _row(["", "data", "grad"])]
    for each in [node, *leaves[:MOST_ROWS]]:
        data = _shown(each, "data", moment) + (mark if each is node else "")
        color = STYLES["parameter"]["fillcolor"] if each is not node else ""
        rows.append(_row([html_label(names[each]), data, _shown(each, "grad", moment)], color))
    if leaves[MOST_ROWS:]:
        rows.append(f'<TR><TD COLSPAN="3">… and {len(leaves) - MOST_ROWS} more</TD></TR>')
    return f"<{TABLE.format(2)}{''.join(rows)}</TABLE>>"


def number(node: Value, what: str, moment: Moment | None) -> str:
    """A node's data or gradient as a text, at a moment of a pass or now.

    >>> number(Value(3), "data", None)
    '3'
    """
    if moment is None:
        return format_number(getattr(node, what))
    outside = (TO_COME if moment.forward else format_number(node.data), TO_COME)
    return moment.texts.get(node, outside)[what == "grad"]


def _shown(node, what, moment, title=""):
    """A number in a label: bold if it arrives now, grey if it is to come."""
    text = number(node, what, moment)
    if text == TO_COME:
        return f'<FONT COLOR="{GREY}">{title}{TO_COME}</FONT>'
    arrives = moment is not None and node in moment.arriving and moment.forward == (what == "data")
    return f"<B>{title}{html_label(text)}</B>" if arrives else f"{title}{html_label(text)}"


def is_row(node: Value) -> bool:
    """Whether a node within a box has a row: a leaf does, no constant does."""
    return node.operation is None and type(node) is not Constant


def _row(cells, color=""):
    background = f' BGCOLOR="{color}"' if color else ""
    return f"<TR>{''.join(f'<TD{background}>{cell}</TD>' for cell in cells)}</TR>"
