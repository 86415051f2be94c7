"""Signatures as help() shows them: short names, in lines of 80 columns.

pydoc writes a signature on one line, with `collections.abc.Sequence` and
`engine.value.Value` in full.
"""

import inspect
import re
from collections.abc import Iterable
from types import FunctionType
from typing import Any

FIRST, WIDTH = 48, 70  # columns; the first line has the function's name, too


class ShortSignature(inspect.Signature):
    """A signature whose text has no names of modules, and short lines."""

    __slots__ = ()

    def __str__(self) -> str:
        parameters = list(self.parameters.values())
        text = str(inspect.Signature(parameters, return_annotation=self.return_annotation))
        text = re.sub(r"(: |-> )(['\"])(.*?)\2", r"\1\3", text)  # what is annotated in quotes
        text = re.sub(r"('[^']*')|\b([a-z_]\w*\.)+(?=[A-Za-z])", r"\1", text)
        text = re.sub(r"<class '(\w+)'>|<function (\w+) at 0x\w+>", r"\1\2", text)
        lines, room = [""], FIRST
        for part in _parts(text):
            if len(lines[-1]) + len(part) > room:
                lines.append("    ")
                room = WIDTH
            lines[-1] += part
        return "\n".join(line.rstrip() for line in lines)

    def format(self, **_: Any) -> str:
        """The same text, for what asks for it in Python 3.13 and later."""
        return str(self)


def _parts(text):
    """The parts of a signature between which a line may end."""
    parts, depth = [""], 0
    for i, character in enumerate(text, 1):
        parts[-1] += character
        depth += (character in "([") - (character in ")]")
        if depth == 0 and character == " ":  # what is returned stays in one piece
            return [*parts, text[i:]]
        if depth == 1 and parts[-1].endswith(", "):
            parts.append("")
    return parts


def shorten_signatures(public: Iterable[object]) -> None:
    """Give these functions, and the methods of these classes, such signatures.

    >>> def scale(row: "Sequence[float]", by: float = 2) -> "list[float]":
    ...     return [by * x for x in row]
    >>> shorten_signatures([scale])
    >>> print(inspect.signature(scale))
    (row: Sequence[float], by: float = 2)
        -> list[float]
    """
    for thing in public:
        members = [thing, *vars(thing).values()] if isinstance(thing, type) else [thing]
        for member in members:
            function = getattr(member, "__func__", member)  # of a class or static method
            if isinstance(function, FunctionType):
                signature = inspect.signature(function)
                function.__signature__ = ShortSignature(  # type: ignore[attr-defined]
                    list(signature.parameters.values()), return_annotation=signature.return_annotation
                )
