"""The table of a model's parameters that print shows, and Jupyter."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from engine import Frozen, Value, counted, format_number, html_block, plain_text

MOST_ROWS = 40  # further ones are counted
LONGEST = {"title": 60, "group": 78, "place": 22, "label": 20}  # characters


def one_line(text: str, most: int = 24) -> str:
    """A text in one line of so many characters; without its middle if longer.

    >>> one_line("a name as long as a line", 16)
    'a name a… a line'
    """
    text = text if text.isprintable() else repr(text)[1:-1]
    return text if len(text) <= most else f"{text[: most - 8]}…{text[-7:]}"


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
        return [
            one_line(self.place, LONGEST["place"]),
            one_line(str(p.label), LONGEST["label"]),
            *numbers,
            frozen,
        ]


@dataclass(frozen=True, eq=False, repr=False)
class Table:
    """What `print(model)` shows: its named parameters, in groups of a module.

    The first ones, that is. The numbers are those of the moment when it is
    printed.

    >>> Table("Line", [("slope", Value(2, "w")), ("inner.offset", Frozen(1))])
    Line: 2 parameters
                 data  grad
      slope   w     2     0
    inner
      offset        1     0  frozen
    """

    title: str
    named: Sequence[tuple[str, Value]]

    def __repr__(self) -> str:
        return plain_text(self._lines())

    def _repr_html_(self) -> str:
        return html_block(self._lines())

    def _lines(self) -> Iterator[list[tuple[str, str]]]:
        head = ["", "", "data", "grad", ""]
        table = [head, *(row.cells for _, rows in self._groups() for row in rows)]
        widths = [max(map(len, column)) for column in zip(*table)]
        yield [
            (f"{one_line(self.title, LONGEST['title'])}: {counted(len(self.named), 'parameter')}", "strong")
        ]
        if self.named:
            yield [("".join(text for text, _ in _line(head, widths)), "quiet")]
        for group, rows in self._groups():
            if group:
                yield [(one_line(group, LONGEST["group"]), "")]
            yield from (_line(row.cells, widths) for row in rows)
        more = len(self.named) - MOST_ROWS
        if more > 0:
            yield [(f"… and {more:,} more; .state() has all", "quiet")]

    def _groups(self) -> Iterator[tuple[str, list[Row]]]:
        rows = [_row(name, parameter) for name, parameter in self.named[:MOST_ROWS]]
        for group, rows_of_group in groupby(rows, lambda row: row.group):
            yield group, list(rows_of_group)


def _row(name, parameter):
    """Its group is the path of the module that holds a parameter.

    A key of a dict, which may hold any character, belongs to the place.
    """
    group = re.match(r"([^.[]+(\[\d+\])*\.)*", name)[0]
    return Row(group.removesuffix("."), name[len(group) :], parameter)


def _line(cells, widths):
    place, label, data, grad, frozen = cells
    left, middle, *right = widths
    return [
        (f"  {place:{left}}  ", ""),
        (label, "parameter"),
        (f"{'':{middle - len(label)}}  {data:>{right[0]}}", ""),
        (f"  {grad:>{right[1]}}", "gradient"),
        (f"  {frozen}", "quiet"),
    ]
