"""A text of a tape, compiled; its function, and the line at which it failed."""

from collections.abc import Callable, Mapping
from typing import Any

from engine.programs.python_text import TextLine, joined
from engine.programs.tape import Line, Tape
from engine.source import compile_module


class Compiled:
    """The function of one of the texts in `python_text`: `program_text`, say.

    >>> from engine.programs.python_text import program_text
    >>> from engine.programs.tape import record_tape
    >>> from engine.value import Value
    >>> tape, _ = record_tape(Value(2, "x").log())
    >>> compiled = Compiled(tape, program_text)
    >>> compiled.function(1.0)
    (0.0, (1.0,))
    >>> try:
    ...     compiled.function(-1.0)
    ... except ValueError as error:
    ...     line, numbers = compiled.failure(error)
    >>> print(line, numbers)
    v1 = log(x) {'x': -1.0}
    """

    def __init__(self, tape: Tape, text: Callable[[Tape], list[TextLine]]) -> None:
        self.tape, self.text = tape, text
        self.function = compile_module(self, joined(text(tape)), f"program {tape.name}")[tape.name]

    def failure(self, error: Exception) -> tuple[Line, Mapping[str, Any]]:
        """The tape's line at which the function failed, and its variables."""
        trace: Any = error.__traceback__
        while trace.tb_frame.f_code is not self.function.__code__:
            trace = trace.tb_next
        _, line = self.text(self.tape)[trace.tb_lineno - 1]
        assert line is not None
        return line, trace.tb_frame.f_locals
