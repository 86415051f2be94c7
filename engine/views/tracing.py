"""What a function binds, and what leaves the graph, recorded as it runs."""

import dis
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import CodeType, FrameType
from typing import Any

from engine.decisions import Decision, decision
from engine.notation import find_values
from engine.value import Value, observers


@dataclass(eq=False)
class Binding:
    """A Value bound to a name: its data then; later also its gradient."""

    name: str
    value: Value
    data: float
    grad: float = 0.0


def bindings(namespace: Mapping[str, Any]) -> list[Binding]:
    """A Binding for each Value in a namespace; `w[0]` is one in a list."""
    # (a Value that is still in its __init__ has no data)
    made = [(name, value) for name, value in find_values(namespace) if hasattr(value, "data")]
    return [Binding(name, value, value.data) for name, value in made]


@dataclass(eq=False)
class Run:
    """A run of a line: what it bound, and which Values left the graph in it."""

    line: int
    bindings: list[Binding]
    left: list[Decision]


Records = dict[CodeType | None, list[Run]]


def trace(call: Callable[[], Any], should_trace: Callable[[FrameType], Any]) -> tuple[Any, Records, bool]:
    """The result of `call()`, what was recorded, whether that is all.

    Recorded are the runs of lines in which something was bound or left the
    graph, in the order of time, by code, of the functions whose frames
    `should_trace`. A function's arguments are bound on its first line, and
    what it returns to its name. A Value leaves the graph in a function that
    converts it to a number, or that calls what does. Not all was recorded if a
    debugger that was started meanwhile took over the tracing.

    No tracing stays behind, also after an interrupt. A debugger or coverage
    tool that was tracing before goes on, also meanwhile.

    >>> def double(x):
    ...     y = x + x
    ...     return y
    >>> code = double.__code__
    >>> result, records, complete = trace(
    ...     lambda: double(Value(3)), lambda frame: frame.f_code is code
    ... )
    >>> found = [each for run in records[code] for each in run.bindings]
    >>> [(each.name, each.data) for each in found]
    [('x', 3.0), ('y', 6.0), ('double', 6.0)]
    """
    previous = sys.gettrace()
    records: Records = {}
    left: dict[FrameType, list[Decision]] = {}  # of the traced frames, in the line that they are at

    def on_call(frame, event, arg):
        outer = previous and previous(frame, event, arg)
        if sys.gettrace() is not on_call:  # a tracer written in C puts itself in our place
            sys.settrace(on_call)
        if not should_trace(frame):
            return outer
        return _trace_frame(frame, records.setdefault(frame.f_code, []), left, outer)

    def notice(node, how):
        frame: Any = sys._getframe(1)
        while frame and frame not in left:
            frame = frame.f_back
        if frame and how == "converted":
            left[frame].append(decision(frame, node, how))

    def observed():
        try:
            observers.append(notice)
            return call()
        finally:
            if notice in observers:
                observers.remove(notice)

    # Python raises an interrupt after a call, or on entering a function. So
    # putting the tracing back is one call, and comes first in its block.
    ended = None
    try:
        try:
            sys.settrace(on_call)
            result = observed()
        finally:
            ended = sys.gettrace()
    finally:
        if ended is on_call or ended is None:  # not a debugger that breakpoint() started
            sys.settrace(previous)
            for frame in left:  # what an interrupt ended; a traceback may keep it
                frame.f_trace = None
    return result, records, ended is on_call


def _trace_frame(frame, runs, left, outer_tracer):
    """The trace function for a run of a function; calls outer_tracer too."""
    code = frame.f_code
    comprehensions, variables = _comprehensions(code), code.co_varnames + code.co_cellvars
    line, known = code.co_firstlineno, {}
    left[frame] = []

    def record(found):
        if found or left[frame]:
            runs.append(Run(line, found, left[frame]))
            left[frame] = []

    def on_event(frame, event, arg):
        nonlocal outer_tracer, line, known
        if outer_tracer and event != "call":
            outer_tracer = outer_tracer(frame, event, arg) or outer_tracer
        if not any(frame.f_lasti in stretch for stretch in comprehensions):
            values = frame.f_locals
            now = bindings({name: values[name] for name in variables if name in values})
            record([each for each in now if known.get(each.name) is not each.value])
            line, known = frame.f_lineno, {each.name: each.value for each in now}
        if event == "return":
            record(bindings({code.co_name.strip("<>"): arg}))
            del left[frame]
            frame.f_trace = outer_tracer  # a traceback may keep the frame
            return outer_tracer
        return on_event

    return on_event(frame, "call", None)


def _comprehensions(code):
    """The stretches of a function's bytecode in which comprehensions run.

    Since Python 3.12 they run inside their function. There their variables
    hide the function's, from setting those aside to restoring them.
    """
    stretches, start, end = [], None, None
    for instruction in dis.get_instructions(code):
        op, offset = instruction.opname, instruction.offset
        if start is None and op == "LOAD_FAST_AND_CLEAR":
            start = offset
        elif start is not None and end is None and op == "FOR_ITER":
            end = instruction.argval
        elif end is not None and offset >= end and op.startswith("STORE_FAST"):
            stretches.append(range(start, offset + 1))
            start = end = None
    return stretches
