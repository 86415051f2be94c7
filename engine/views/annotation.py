"""What annotate found: a function's lines with their values, as text."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from engine.errors import shown
from engine.notation import format_number, formula, parenthesized, printable
from engine.notebook import Pieces, html_block, plain_text
from engine.value import Constant, Value
from engine.views.step import WIDTH
from engine.views.tracing import Binding, Run


@dataclass(frozen=True, eq=False)
class SourceLine:
    """A line of source, and those of its runs that have something to show."""

    number: int
    source: str
    runs: list[Run]


@dataclass(frozen=True, eq=False)
class Listing:
    """The lines of one function; `note` says what is missing, if anything.

    Without source (`note` says why) there is a line for each run, in the order
    of time.
    """

    name: str
    lines: list[SourceLine]
    note: str

    @property
    def bindings(self) -> list[Binding]:
        """All that was bound, by line and then by time."""
        return [binding for line in self.lines for run in line.runs for binding in run.bindings]

    def pieces(self, limit: int) -> Iterator[Pieces]:
        """The lines with their values and gradients beside them, in columns."""
        names = {binding.value: binding.name for binding in self.bindings}
        blocks = [(line.source, line.runs) for line in self.lines]
        if self.note:
            blocks = [("", [run for line in self.lines for run in line.runs])]
        texts = [(source, list(_texts(runs, names, limit))) for source, runs in blocks]
        pairs = [pair for _, pairs in texts for pair in pairs]
        left = max((len(value) for value, gradient in pairs if gradient), default=0)
        right = max((3 + len(gradient) for _, gradient in pairs if gradient), default=0)
        width = max((len(value) for value, gradient in pairs if not gradient), default=0)
        margin = max((len(source) for source, pairs in texts if pairs), default=0)
        margin = min(margin, WIDTH - 3 - max(width, left + right))
        if self.note:
            yield [(self.note, "quiet")]
        for source, pairs in texts:
            if pairs and len(source) > margin:  # no room beside it
                yield [(source, "")]
                source = ""
            for value, gradient in pairs or [("", "")]:
                yield [
                    (f"{source.ljust(margin)}   ", ""),
                    (value.ljust(left), "" if gradient else "quiet"),
                    (f"   {gradient}", "gradient"),
                ]
                source = ""


def _texts(runs: list[Run], names: dict[Value, str], limit: int) -> Iterator[tuple[str, str]]:
    """What to show of runs in the order of time: pairs, value and gradient.

    Of each line these are `limit` runs, and `limit` elements a list. The last
    run is among them, for there a loop's backward pass begins. Below it is
    what left the graph in the line.
    """
    last = {run.line: run for run in runs}
    last_bound = {run.line: run for run in runs if run.bindings}
    left: dict[int, list[str]] = {run.line: [] for run in runs}
    for run in runs:
        left[run.line] += [_name(decision.node, names) for decision in run.left]
    times: Counter[int] = Counter()
    hidden = 0
    for run in runs:
        times[run.line] += bool(run.bindings)
        if times[run.line] < limit or run is last_bound.get(run.line):
            if hidden:
                yield f"… {hidden} more", ""
            hidden = 0
            yield from _of_run(run, limit)
        else:
            hidden += bool(run.bindings)
        if run is last[run.line] and left[run.line]:
            yield _leaving(left[run.line]), ""


def _of_run(run, limit):
    for variable, elements in groupby(run.bindings, _variable):
        elements = list(elements)
        yield from map(_pair, elements[:limit])
        if len(elements) > limit:
            yield f"… {len(elements) - limit} more of {variable}", ""


def _variable(binding):
    return binding.name.partition("[")[0]


def _pair(binding):
    value = f"{binding.name} = {format_number(binding.data)}"
    gradient = f"∂/∂{parenthesized(binding.name)} = {format_number(binding.grad)}"
    return value, "" if type(binding.value) is Constant else gradient


def _name(node, names, depth=2):
    """A node's variable, or its label; or how it was computed, not too long."""
    if node in names:
        return names[node]
    if node.label or node.operation is None:
        return printable(shown(node)).replace("\n", "\\n")
    if depth == 0:
        return "…"
    return formula(node, {parent: _name(parent, names, depth - 1) for parent in node.parents})


def _leaving(names):
    """What there is to say of Values that left the graph."""
    first, *others = dict.fromkeys(names)
    if not others:
        return f"{first} leaves the graph here: no gradient comes back"
    rest = others[0] if len(others) == 1 else f"{len(others)} more"
    return f"{first} and {rest} leave the graph here: no gradient comes back"


@dataclass(frozen=True, eq=False, repr=False)
class Annotation:
    """What annotate shows: its text is the source with the values beside it.

    `output` is the Value that the function returned. `listings` holds the
    function's Listing and those of the functions that were followed. In each,
    `lines` has for every line of source its runs, and a run has its `bindings`
    (name, value, data and grad) and what `left` the graph. `limit` shortens
    the text alone. It is not `complete` if a debugger that was started
    meanwhile took over the tracing.
    """

    output: Value
    listings: list[Listing]
    limit: int
    complete: bool

    def __repr__(self) -> str:
        return plain_text(self._lines())

    def _repr_html_(self) -> str:
        return html_block(self._lines())

    def _lines(self) -> Iterator[Pieces]:
        for place, listing in enumerate(self.listings):
            if place:
                yield []
            yield from listing.pieces(self.limit)
        if not self.complete:
            yield []
            yield [("A debugger took over meanwhile: nothing is shown from there on.", "wrong")]
