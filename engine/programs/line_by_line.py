"""The lines of a program beside the numbers that they compute."""

from collections.abc import Iterator
from dataclasses import dataclass

from engine.errors import counted
from engine.notation import format_number
from engine.notebook import Pieces, html_block, plain_text
from engine.programs.python_text import MOST_LINES, ends
from engine.programs.tape import Line


@dataclass(frozen=True, eq=False, repr=False)
class LineByLine:
    """What `Program.line_by_line` shows: pairs of a Line and its number.

    The first `forward_count` of them are the forward pass. The text shows no
    more of each pass than that of a bare `program`.
    """

    pairs: list[tuple[Line, float]]
    forward_count: int

    def __iter__(self) -> Iterator[tuple[Line, float]]:
        return iter(self.pairs)

    def __len__(self) -> int:
        return len(self.pairs)

    def __repr__(self) -> str:
        return plain_text(self._lines())

    def _repr_html_(self) -> str:
        return html_block(self._lines())

    def _lines(self) -> Iterator[Pieces]:
        forward, backward = self.pairs[: self.forward_count], self.pairs[self.forward_count :]
        shown = [("forward", "", ends(forward, MOST_LINES))]
        if backward:
            shown.append(("backward", "gradient", ends(backward, MOST_LINES)))
        lines = [line for *_, (first, _, last) in shown for line, _ in [*first, *last]]
        margin = max((len(str(line)) for line in lines), default=0)
        for name, role, (first, count, last) in shown:
            yield [(f"# {name}", "quiet")]
            yield from ([(f"{line!s:{margin}}   ", ""), (format_number(x), role)] for line, x in first)
            if count:
                yield [(f"# … {counted(count, 'more line')}; .pairs has all", "quiet")]
            yield from ([(f"{line!s:{margin}}   ", ""), (format_number(x), role)] for line, x in last)
