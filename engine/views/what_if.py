"""what_if: a graph's numbers before and after some leaves change."""

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, SupportsFloat
from unicodedata import normalize

from engine.errors import as_float, check_flag, counted, in_words
from engine.notation import format_number, formula, names_on_a_line
from engine.notebook import Pieces, html_block, plain_text
from engine.unchanged import assign, restorer
from engine.value import Constant, Value, topological_order
from engine.views.lesson import copied
from engine.views.stale import differ
from engine.views.step import WIDTH

MOST_ROWS = 200  # of a text


class Change(NamedTuple):
    """A number before and after."""

    before: float
    after: float

    @property
    def texts(self) -> tuple[str, str]:
        """Both numbers for people; the second is "" if they are the same."""
        return format_number(self.before), format_number(self.after) if differ(*self) else ""


@dataclass(frozen=True, eq=False)
class Row:
    """A node whose data or grad changes.

    `formula` says how it is computed: "" for a leaf.
    """

    node: Value
    name: str
    formula: str
    data: Change
    grad: Change

    @property
    def text(self) -> str:
        return f"{self.name} = {self.formula}" if self.formula else self.name


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """What what_if shows: a Row for each node that changes, leaves first.

    `name` is the output's, and `data` its data before and after.
    """

    output: Value
    name: str
    data: Change
    rows: list[Row]

    def __repr__(self) -> str:
        return plain_text(self._lines())

    def _repr_html_(self) -> str:
        return html_block(self._lines())

    def _lines(self) -> Iterator[Pieces]:
        if self.rows:
            yield from self._table()
        before, after = self.data.texts
        last = f"{self.name} stays {before}"
        if after:
            difference = format_number(self.data.after - self.data.before)
            last = f"{self.name} changes by {difference}, from {before} to {after}"
        yield [(last, "strong")]

    def _table(self) -> Iterator[Pieces]:
        shown = self.rows[:MOST_ROWS]
        data = _aligned([("data", ""), ("before", "after"), *(row.data.texts for row in shown)])
        grad = _aligned([("grad", ""), ("before", "after"), *(row.grad.texts for row in shown)])
        margin = min(max(len(row.text) for row in shown), WIDTH - 6 - len(data[0]) - len(grad[0]))
        for head in zip(data[:2], grad):
            yield [(" " * margin + "".join(f"   {text}" for text in head), "quiet")]
        for row, number, gradient in zip(shown, data[2:], grad[2:]):
            text, role = row.text, "" if row.formula else "parameter"
            if len(text) > margin:  # no room beside it
                yield from ([(line, role)] for line in textwrap.wrap(text, WIDTH, subsequent_indent="  "))
                text = ""
            yield [
                (text, role),
                (f"{'':{margin - len(text)}}   {number}   ", ""),
                (gradient, "gradient"),
            ]
        if self.rows[MOST_ROWS:]:
            more = f"… and {counted(len(self.rows) - MOST_ROWS, 'node')} more; .rows has all"
            yield [(more, "quiet")]


def _aligned(pairs):
    """Pairs of texts as `before → after`, with the arrows in a column."""
    left, right = (max(map(len, texts)) for texts in zip(*pairs))
    return [f"{before:>{left}} {'→' if after else ' '} {after:{right}}" for before, after in pairs]


def what_if(
    output: Value,
    /,
    changes: Mapping[Value, SupportsFloat] | None = None,
    *,
    keep: bool = False,
    **by_label: SupportsFloat,
) -> Comparison:
    """What changes in a graph, forward and backward, if leaves change.

    A leaf is given by its label, or in `changes` as {leaf: number}. Both passes
    run from the leaves' data of now and then from the new numbers, each time
    with gradients from zero. The graph stays as it is; but with `keep`, it has
    the new data and gradients afterwards. (Those of leaves are not added to
    what they had accumulated: they replace it.)

    >>> a, b = Value(2, "a"), Value(-3, "b")
    >>> d = a * b + b**3
    >>> what_if(d, a=10)
                     data             grad
                   before → after   before → after
    a                   2 → 10          -3
    b                  -3               29 → 37
    v1 = a * b         -6 → -30          1
    v3 = v1 + v2      -33 → -57          1
    v3 changes by -24, from -33 to -57
    >>> a.data, d.data
    (2.0, -33.0)

    Raises TypeError if `output` is not a Value or a new number is not one;
    ValueError if nothing is given to change, or what is given is not one leaf
    of this graph; and what the operations raise. Then nothing changes.
    """
    if not isinstance(output, Value):
        raise TypeError(f"what_if() starts from a Value, not from {in_words(output)}")
    check_flag("keep", keep)
    order = topological_order(output)
    names = names_on_a_line(order)
    new = _new_numbers(names, {} if changes is None else changes, by_label)
    twins = copied(output)
    before = _both_passes(output, twins)
    for leaf, number in new.items():
        twins[leaf].data = number
    after = _both_passes(output, twins)
    rows = []
    for node in order:
        data, grad = map(Change, before[node], after[node])
        if differ(*data) or differ(*grad):
            text = "" if node.operation is None else formula(node, names)
            rows.append(Row(node, names[node], text, data, grad))
    comparison = Comparison(output, names[output], Change(before[output][0], after[output][0]), rows)
    if keep:
        restore = restorer((order, "data"), (order, "grad"))
        try:
            assign(order, "data", [after[node][0] for node in order])
            assign(order, "grad", [after[node][1] for node in order])
        except BaseException:
            restore()
            raise
    return comparison


def _both_passes(output, twins):
    """Each node's data and grad, computed on its copy."""
    twin = twins[output]
    twin.zero_grad()
    twin.forward()
    twin.backward()
    return {node: (twin.data, twin.grad) for node, twin in twins.items()}


def _new_numbers(names, changes, by_label):
    """The leaves to change, each with its new number."""
    leaves = _listed([name for node, name in names.items() if _is_changeable(node)])
    if not isinstance(changes, Mapping):
        raise TypeError(f"changes is a dict, {{leaf: number}}, not {in_words(changes)}")
    if not changes and not by_label:
        raise ValueError(f"what_if() needs a leaf and its new number. The leaves: {leaves}")
    labelled = _labelled(names) if by_label else {}
    given = list(changes.items())
    for label, number in by_label.items():
        nodes = labelled.get(label, [])
        nodes = [node for node in nodes if _is_changeable(node)] or nodes
        if not nodes:
            raise ValueError(f"no leaf is labelled {label!r}. The leaves: {leaves}")
        if len(nodes) > 1:
            raise ValueError(f"{len(nodes)} nodes are labelled {label!r}: give one itself, {{leaf: number}}")
        given.append((nodes[0], number))
    new = {}
    for node, number in given:
        if not isinstance(node, Value):
            raise TypeError(f"changes has leaves as its keys, {{leaf: number}}, not {in_words(node)}")
        if node not in names:
            raise ValueError(f"{node!r} is not in this graph. Its leaves: {leaves}")
        if not _is_changeable(node):
            kind = "a constant" if type(node) is Constant else f"computed, as {formula(node, names)}"
            raise ValueError(f"{names[node]} is {kind}: only leaves can change. They are: {leaves}")
        if node in new:
            raise ValueError(f"{names[node]} is given twice")
        try:
            new[node] = as_float(number)
        except (TypeError, OverflowError) as error:
            raise type(error)(f"{names[node]}: {error}") from None
    return new


def _is_changeable(node):
    return node.operation is None and type(node) is not Constant


def _labelled(names):
    """The nodes of each label; a name that is no label counts as one.

    Python normalizes keywords: `ϕ=1` gives φ. So that counts too.
    """
    found = {}
    for node in names:
        if node.label:
            found.setdefault(str(node.label), []).append(node)
    for node, name in names.items():
        for alias in (name, normalize("NFKC", name)):
            found.setdefault(alias, [node])
    return found


def _listed(leaves):
    more = f" and {len(leaves) - 20} more" if len(leaves) > 20 else ""
    return ", ".join(leaves[:20]) + more if leaves else "none"
