"""What a function binds to its variables, recorded while it runs."""

import dis
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import CodeType, FrameType
from typing import Any

from engine.notation import find_values
from engine.value import Value


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


Records = dict[CodeType | None, dict[int, list[list[Binding]]]]


def trace(call: Callable[[], Any], should_trace: Callable[[FrameType], Any]) -> tuple[Any, Records, bool]:
    """The result of `call()`, the bindings recorded, whether all of them.

    The bindings are {code: {line: [those of one run of the line, ...]}}, of
    the functions whose frames `should_trace`. A function's arguments are bound
    on its first line, and what it returns to its name. Not all were recorded
    if a debugger that was started meanwhile took over the tracing.

    No tracing stays behind. A debugger or coverage tool that was tracing
    before goes on, also meanwhile.

    >>> def double(x):
    ...     y = x + x
    ...     return y
    >>> code = double.__code__
    >>> result, records, complete = trace(
    ...     lambda: double(Value(3)), lambda frame: frame.f_code is code
    ... )
    >>> found = [each for runs in records[code].values() for [each] in runs]
    >>> [(each.name, each.data) for each in found]
    [('x', 3.0), ('y', 6.0), ('double', 6.0)]
    """
    previous = sys.gettrace()
    records: Records = {}

    def on_call(frame, event, arg):
        outer = previous and previous(frame, event, arg)
        if sys.gettrace() is not on_call:  # a tracer written in C puts itself in our place
            sys.settrace(on_call)
        if not should_trace(frame):
            return outer
        return _trace_frame(frame, records.setdefault(frame.f_code, {}), outer)

    sys.settrace(on_call)
    try:
        result = call()
        return result, records, sys.gettrace() is on_call
    finally:
        if sys.gettrace() in (on_call, None):  # not that of a debugger started by breakpoint()
            sys.settrace(previous)


def _trace_frame(frame, lines, outer_tracer):
    """The trace function for a run of a function; calls outer_tracer too."""
    code = frame.f_code
    comprehensions, variables = _comprehensions(code), code.co_varnames + code.co_cellvars
    line, known = code.co_firstlineno, {}

    def record(found):
        if found:
            lines.setdefault(line, []).append(found)

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
