"""Where Python takes the number of a Value: compares, tests or converts it.

What follows from the number is not in the graph. `if z > 0` takes one branch,
and a program recorded from the graph has that branch for all numbers.
"""

import linecache
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

from engine.value import Value, observers

HERE = f"{Path(__file__).parent}{os.sep}"  # not a folder whose name only begins so


class Decision(NamedTuple):
    """The number of `node` was taken in a line of a function of a file.

    `text` is the line's, if it is known. `how` the number was taken is a word:
    "compared", "tested" (as in `if x`) or "converted" (as in `float(x)`).
    """

    node: Value
    file: str
    line: int
    function: str
    text: str
    how: str

    def __str__(self) -> str:
        where = f"{self.file}, line {self.line}, in {self.function}"
        return f"{where}: {self.text}" if self.text else where


@contextmanager
def decisions() -> Iterator[list[Decision]]:
    """Inside, this thread's comparisons, tests and conversions of Values.

    (Reading `z.data` is not noticed.)

    >>> def positive(z):
    ...     return z if z > 0 else 0 * z
    >>> with decisions() as found:
    ...     out = positive(Value(3, "z").relu())
    >>> [(each.function, each.node.op, each.how) for each in found]
    [('positive', 'relu', 'compared')]
    """
    found: list[Decision] = []
    thread = threading.get_ident()

    def notice(node, how):
        if threading.get_ident() != thread:
            return
        frame: Any = sys._getframe(2)
        while frame.f_back and frame.f_code.co_filename.startswith(HERE):
            frame = frame.f_back
        found.append(decision(frame, node, how))

    try:
        observers.append(notice)
        yield found
    finally:
        if notice in observers:
            observers.remove(notice)


def decision(frame: FrameType, node: Value, how: str) -> Decision:
    """The Decision that is made in the line that a frame is at."""
    file, line = frame.f_code.co_filename, frame.f_lineno
    text = linecache.getline(file, line, frame.f_globals).strip()
    return Decision(node, file, line, frame.f_code.co_name, text, how)
