"""Where the boxes and arrows of a picture stand, in pixels."""

import json
import re
from collections.abc import Sequence
from typing import NamedTuple

import graphviz

from engine.views.drawing import Drawing

Point = tuple[float, float]
GAP = 24.0  # between boxes one above the other, in pixels
# Graphviz takes minutes for graphs with many long edges. Where these pass over
# so many columns in all, it tries less and draws straight lines.
TANGLED = 1500
QUICK = {"mclimit": "0.1", "nslimit": "0.5", "nslimit1": "0.5", "splines": "line"}


class Layout(NamedTuple):
    """A picture's size, the boxes' centres, and the arrows between boxes.

    `arrows` holds the control points of each arrow's Bézier curves, `labels`
    the centre of each arrow's label. y grows downwards.
    """

    width: float
    height: float
    boxes: list[Point]
    arrows: list[list[Point]]
    labels: list[Point]


def lay_out(sizes: Sequence[Point], edges: Sequence[tuple[int, int]], label: Point) -> Layout:
    """Boxes of these sizes, from left to right along the edges.

    An edge leads from one box to another, and has a label of size `label`.
    graphviz lays them out; where there is no program for that, they stand in
    columns.

    >>> lay_out([(90, 60), (90, 60)], [(0, 1)], (72, 18)).boxes[0][0]
    45.0
    """
    try:
        return _by_graphviz(sizes, edges, label)
    except graphviz.ExecutableNotFound:
        return in_columns(sizes, edges, label)


def _by_graphviz(sizes, edges, label):
    drawing = Drawing(graph_attr={"rankdir": "LR", "nodesep": "0.3", "ranksep": "0.3"})
    column = _columns(len(sizes), edges)
    if sum(column[head] - column[tail] for tail, head in edges) > TANGLED:
        drawing.attr(**QUICK)
    drawing.attr("node", shape="box", fixedsize="true", label="")
    drawing.attr("edge", dir="none")
    for i, (width, height) in enumerate(sizes):
        drawing.node(f"n{i}", width=f"{width / 72}", height=f"{height / 72}")
    width, height = label
    space = f'<<TABLE BORDER="0" FIXEDSIZE="TRUE" WIDTH="{width:.0f}" HEIGHT="{height:.0f}"><TR><TD></TD></TR></TABLE>>'
    for i, (tail, head) in enumerate(edges):
        drawing.edge(f"n{tail}", f"n{head}", label=space, id=f"e{i}")
    found = json.loads(drawing.pipe(format="json0", encoding="utf-8"))
    _, _, right, top = _numbers(found["bb"])

    def points(text):
        numbers = _numbers(text)
        return [(x, top - y) for x, y in zip(numbers[::2], numbers[1::2])]

    boxes = {each["name"]: points(each["pos"])[0] for each in found["objects"]}
    lines = {each["id"]: each for each in found.get("edges", ())}
    lines = [lines[f"e{i}"] for i in range(len(edges))]
    return Layout(
        right,
        top,
        [boxes[f"n{i}"] for i in range(len(sizes))],
        [points(line["pos"]) for line in lines],
        [points(line["lp"])[0] for line in lines],
    )


def _numbers(text):
    return [float(number) for number in re.findall(r"-?[\d.]+(?:e[-+]?\d+)?", text)]


def in_columns(sizes: Sequence[Point], edges: Sequence[tuple[int, int]], label: Point) -> Layout:
    """The same without graphviz: every box in a column right of its operands.

    Edges lead to boxes that come later, as in a topological order.

    >>> in_columns([(90, 60), (90, 60)], [(0, 1)], (72, 18)).boxes
    [(45.0, 30.0), (255.0, 30.0)]
    """
    column = _columns(len(sizes), edges)
    columns = [[i for i, at in enumerate(column) if at == c] for c in range(max(column) + 1)]
    heights = [sum(sizes[i][1] + GAP for i in members) - GAP for members in columns]
    boxes, left = [(0.0, 0.0)] * len(sizes), 0.0
    for members, height in zip(columns, heights):
        width = max(sizes[i][0] for i in members)
        top = (max(heights) - height) / 2
        for i in members:
            boxes[i] = (left + width / 2, top + sizes[i][1] / 2)
            top += sizes[i][1] + GAP
        left += width + label[0] + 2 * GAP
    arrows, labels = [], []
    for tail, head in edges:
        start = (boxes[tail][0] + sizes[tail][0] / 2, boxes[tail][1])
        end = (boxes[head][0] - sizes[head][0] / 2, boxes[head][1])
        middle = (start[0] + end[0]) / 2
        arrows.append([start, (middle, start[1]), (middle, end[1]), end])
        labels.append((middle, (start[1] + end[1] - label[1]) / 2))
    return Layout(left - label[0] - 2 * GAP, max(heights), boxes, arrows, labels)


def _columns(count, edges):
    """Each box's column: right of its operands, a leaf beside its first use."""
    column, uses = [0] * count, [[] for _ in range(count)]
    for tail, head in sorted(edges, key=lambda edge: edge[1]):
        column[head] = max(column[head], column[tail] + 1)
        uses[tail].append(head)
    heads = {head for _, head in edges}
    for i in range(count):
        if i not in heads and uses[i]:
            column[i] = min(column[head] for head in uses[i]) - 1
    return column
