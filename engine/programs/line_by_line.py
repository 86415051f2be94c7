"""The lines of a program beside the numbers that they compute."""

from collections.abc import Iterator
from dataclasses import dataclass

from engine.notation import format_number
from engine.programs.tape import Line


@dataclass(frozen=True, eq=False, repr=False)
class LineByLine:
    """What `Program.line_by_line` shows: pairs of a Line and its number.

    The first `forward_count` of them are the forward pass.
    """

    pairs: list[tuple[Line, float]]
    forward_count: int

    def __iter__(self) -> Iterator[tuple[Line, float]]:
        return iter(self.pairs)

    def __len__(self) -> int:
        return len(self.pairs)

    def __repr__(self) -> str:
        margin = max((len(str(line)) for line, _ in self), default=0)
        rows = [f"{line!s:{margin}}   {format_number(number)}" for line, number in self]
        backward = ["# backward", *rows[self.forward_count :]] if len(self) > self.forward_count else []
        return "\n".join(["# forward", *rows[: self.forward_count], *backward])
