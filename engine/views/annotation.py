"""What annotate found: a function's lines with their values, as text."""

from dataclasses import dataclass
from itertools import groupby

from engine.notation import format_number, parenthesized
from engine.value import Constant, Value
from engine.views.step import WIDTH
from engine.views.tracing import Binding


@dataclass(frozen=True, eq=False)
class SourceLine:
    """A line of source, and the Bindings that each of its runs made."""

    number: int
    source: str
    runs: list[list[Binding]]

    def texts(self, limit: int) -> list[tuple[str, str]]:
        """The bindings as pairs of texts, value and gradient.

        They are those of `limit` runs, and of `limit` elements a list. The
        last run is among them, for there a loop's backward pass begins.
        """
        texts = [text for run in self.runs[: limit - 1] for text in _of_run(run, limit)]
        if len(self.runs) > limit:
            texts.append((f"… {len(self.runs) - limit} more", ""))
        return texts + [text for run in self.runs[limit - 1 :][-1:] for text in _of_run(run, limit)]


def _of_run(bindings, limit):
    for variable, elements in groupby(bindings, lambda binding: binding.name.partition("[")[0]):
        elements = list(elements)
        yield from map(_texts, elements[:limit])
        if len(elements) > limit:
            yield f"… {len(elements) - limit} more of {variable}", ""


def _texts(binding):
    value = f"{binding.name} = {format_number(binding.data)}"
    gradient = f"∂/∂{parenthesized(binding.name)} = {format_number(binding.grad)}"
    return value, "" if type(binding.value) is Constant else gradient


@dataclass(frozen=True, eq=False)
class Listing:
    """The lines of one function; `note` says what is missing, if anything."""

    name: str
    lines: list[SourceLine]
    note: str

    @property
    def bindings(self) -> list[Binding]:
        """All that was bound, by line and then by time."""
        return [binding for line in self.lines for run in line.runs for binding in run]

    def text(self, limit: int) -> str:
        """The lines with their values and gradients beside them, in columns."""
        texts = [line.texts(limit) for line in self.lines]
        pairs = [pair for line in texts for pair in line]
        left = max((len(value) for value, _ in pairs), default=0)
        right = max((len(gradient) for _, gradient in pairs), default=0)
        margin = max((len(line.source) for line, texts in zip(self.lines, texts) if texts), default=0)
        margin = min(margin, WIDTH - 6 - left - right)
        rows = [self.note] if self.note else []
        for line, pairs in zip(self.lines, texts):
            source = line.source
            if pairs and len(source) > margin:  # no room beside it
                rows.append(source)
                source = ""
            for value, gradient in pairs or [("", "")]:
                rows.append(f"{source.ljust(margin)}   {value.ljust(left)}   {gradient}".rstrip())
                source = ""
        return "\n".join(rows)


@dataclass(frozen=True, eq=False, repr=False)
class Annotation:
    """What annotate shows: its text is the source with the values beside it.

    `output` is the Value that the function returned. `listings` holds the
    function's Listing and those of the functions that were followed. In each,
    `lines` has for every line of source the Bindings of its runs: name, value,
    data and grad. `limit` shortens the text alone. It is not `complete` if a
    debugger that was started meanwhile took over the tracing.
    """

    output: Value
    listings: list[Listing]
    limit: int
    complete: bool

    def __repr__(self) -> str:
        texts = [listing.text(self.limit) for listing in self.listings]
        if not self.complete:
            texts.append("A debugger took over meanwhile: nothing is shown from there on.")
        return "\n\n".join(texts)
