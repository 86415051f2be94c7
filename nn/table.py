"""The table of a model's parameters that print shows, and Jupyter."""

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from engine import Value, counted, format_number
from nn.frozen import Frozen

MOST_ROWS = 40  # further ones are counted
LONGEST = {"title": 60, "group": 78, "place": 22, "label": 20}  # characters


class Row(NamedTuple):
    """A parameter: w[0] is its place in its group, layers[0].neurons[1]."""

    group: str
    place: str
    parameter: Value

    @property
    def cells(self) -> list[str]:
        """Its place, label, data, gradient, and whether it is frozen."""
        p = self.parameter
        numbers = [format_number(p.data), format_number(p.grad)]
        frozen = "frozen" if isinstance(p, Frozen) else ""
        return [_cut(self.place, "place"), _cut(str(p.label), "label"), *numbers, frozen]


@dataclass(frozen=True, eq=False, repr=False)
class Table:
    """What `print(model)` shows: the first rows of its parameters.

    The numbers are those of the moment when it is printed.
    """

    title: str
    rows: list[Row]

    def __repr__(self) -> str:
        table = [["", "", "data", "grad", ""], *(row.cells for _, rows in self._groups() for row in rows)]
        widths = [max(map(len, column)) for column in zip(*table)]
        lines = iter([_line(cells, widths) for cells in table])
        texts = [self._head, next(lines)] if self.rows else [self._head]
        for group, rows in self._groups():
            texts += [_cut(group, "group")] * bool(group)
            texts += [next(lines) for _ in rows]
        return "\n".join([*texts, *self._rest])

    def _repr_html_(self) -> str:
        parts = [f"<caption>{html.escape(self._head)}</caption>"]
        parts += [_html_row(["", "", "data", "grad", ""], "th")]
        for group, rows in self._groups():
            title = html.escape(_cut(group, "group"))
            parts += [f'<tr><th colspan="5" style="text-align: left">{title}</th></tr>'] * bool(group)
            parts += [_html_row(row.cells, "td") for row in rows]
        parts += [f'<tr><td colspan="5">{html.escape(text)}</td></tr>' for text in self._rest]
        return f"<table>{''.join(parts)}</table>"

    def _groups(self) -> Iterator[tuple[str, list[Row]]]:
        for group, rows in groupby(self.rows[:MOST_ROWS], lambda row: row.group):
            yield group, list(rows)

    @property
    def _head(self):
        return f"{_cut(self.title, 'title')}: {counted(len(self.rows), 'parameter')}"

    @property
    def _rest(self):
        more = len(self.rows) - MOST_ROWS
        return [f"… and {more:,} more; .state() has all"] if more > 0 else []


def table(title: str, named: Sequence[tuple[str, Value]]) -> Table:
    """The table of named parameters, in groups of those of one module.

    >>> table("Line", [("slope", Value(2, "w")), ("inner.offset", Frozen(1))])
    Line: 2 parameters
                 data  grad
      slope   w     2     0
    inner
      offset        1     0  frozen
    """
    parts = [(*_split(name), parameter) for name, parameter in named]
    return Table(title, [Row(group, place, parameter) for group, place, parameter in parts])


def _split(name):
    """The path of the module that holds a parameter, and its place there.

    A key of a dict, which may hold any character, belongs to the place.
    """
    path = name.split("['", 1)[0].split('["', 1)[0]
    group = path.rpartition(".")[0]
    return group, name[len(group) :].removeprefix(".")


def _cut(text, what):
    """A text in one line, without its middle if it is long."""
    text = text if text.isprintable() else repr(text)[1:-1]
    most = LONGEST[what]
    return text if len(text) <= most else f"{text[: most - 8]}…{text[-7:]}"


def _line(cells, widths):
    place, label, data, grad, frozen = widths
    shape = f"  {{:{place}}}  {{:{label}}}  {{:>{data}}}  {{:>{grad}}}  {{:{frozen}}}"
    return shape.format(*cells).rstrip()


def _html_row(cells, tag):
    place, label, *numbers, frozen = (html.escape(cell) for cell in cells)
    left = "".join(f'<{tag} style="text-align: left">{cell}</{tag}>' for cell in (place, label))
    right = "".join(f"<{tag}>{cell}</{tag}>" for cell in (*numbers, frozen))
    return f"<tr>{left}{right}</tr>"
