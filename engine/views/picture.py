"""A graph as SVG, with data and gradients, that a page's script can change."""

import html
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from engine.views.layout import lay_out

# In pixels, for text of 15 pixels in a font whose letters are all 9 wide.
LETTER, LINE, MARGIN = 9, 22, 12
LONGEST = 24  # letters of a title
NUMBERS = 15  # letters of a number that is no more than 4 digits, or a change
LABEL = (17 * LETTER, 2 * LINE)


def picture(nodes: Sequence[dict[str, Any]], texts: Sequence[tuple[str, str]]) -> str:
    """The nodes of a lesson, with texts of data and gradient, as SVG.

    It has no styles of its own. Every text is in it as it is, cut if long.

    >>> from engine.value import Value
    >>> from engine.views.lesson import lesson
    >>> svg = picture(lesson(Value(3, "<x>"))[0]["nodes"], [("3", "·")])
    >>> "&lt;x&gt;" in svg, "<x>" in svg
    (True, False)
    """
    titles = [_title(node) for node in nodes]
    sizes = [_size(node, title) for node, title in zip(nodes, titles)]
    edges = [(parent, i) for i, node in enumerate(nodes) for parent in node.get("parents", ())]
    layout = lay_out(sizes, edges, LABEL)
    width, height = layout.width + 2 * MARGIN, layout.height + 2 * MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="graph" role="group" aria-label="The graph" '
        f'viewBox="{-MARGIN} {-MARGIN} {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}">',
        "<defs>",
        *(
            f'<marker id="{name}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="13" markerHeight="13" '
            f'markerUnits="userSpaceOnUse" orient="auto-start-reverse"><path d="M 0 0 L 10 5 L 0 10 z"/></marker>'
            for name in ("tip", "mark", "hot")
        ),
        "</defs>",
    ]
    for (tail, head), points in zip(edges, layout.arrows):
        (x, y), *curve = points
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in curve)
        parts.append(
            f'<path class="arrow" data-from="{tail}" data-to="{head}" d="M {x:.1f},{y:.1f} C {path}"/>'
        )
    for i, node in enumerate(nodes):
        parts.append(_card(i, node, titles[i], texts[i], layout.boxes[i], sizes[i]))
    for (tail, head), (x, y) in zip(edges, layout.labels):
        if nodes[tail]["kind"] != "constant":
            parts.append(
                f'<text class="product" data-from="{tail}" data-to="{head}" y="{y:.1f}">'
                f'<tspan x="{x:.1f}"></tspan><tspan x="{x:.1f}" dy="{LINE - 3}"></tspan></text>'
            )
    return "\n".join([*parts, "</svg>"])


def _title(node):
    title = node["name"]
    if "formula" in node and len(f"{title} = {node['formula']}") <= LONGEST:
        title = f"{title} = {node['formula']}"
    return title if len(title) <= LONGEST else f"{title[: LONGEST - 1]}…"


def _size(node, title):
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in title)
    length = len(title) + wide
    if node["kind"] == "constant":
        return (length * LETTER + 16, LINE + 6)
    return (max(length, NUMBERS) * LETTER + 16, 3 * LINE + 10)


def _card(i, node, title, numbers, centre, size):
    """A node: its box, and in it title, data and gradient."""
    name, kind = html.escape(node["name"]), node["kind"]
    texts, full, clickable = [("title", _isolated(title))], name, ""
    if "formula" in node:
        full = f"{name} = {html.escape(node['formula'])}"
    if kind != "constant":
        texts += zip(("data", "grad"), numbers)
        clickable = ' role="button" tabindex="0"'
    top = 5 - LINE * (len(texts) - 1) / 2
    parts = [
        f'<g class="node {kind}" data-node="{name}" data-index="{i}"{clickable} '
        f'transform="translate({centre[0]:.1f} {centre[1]:.1f})"><title>{full}</title>',
        _box(size, {"parameter": 10, "input": size[1] / 2}.get(kind, 2)),
    ]
    if kind == "output":
        parts.append(_box((size[0] - 6, size[1] - 6), 0, "border"))
    for j, (what, text) in enumerate(texts):
        parts.append(
            f'<text class="{what}" aria-hidden="true" y="{top + j * LINE:.1f}">{html.escape(text)}</text>'
        )
    return "".join([*parts, "</g>"])


def _isolated(title):
    """Names from right to left as parts of their own, which turn no others."""
    return re.sub(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]+", "\u2068\\g<0>\u2069", title)


def _box(size, corners, style="box"):
    width, height = size
    return (
        f'<rect class="{style}" x="{-width / 2:.1f}" y="{-height / 2:.1f}" '
        f'width="{width:.1f}" height="{height:.1f}" rx="{corners}"/>'
    )
