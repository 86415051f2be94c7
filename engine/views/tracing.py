"""What a function binds, and what leaves the graph, recorded as it runs."""

import dis
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import compress, count
from operator import is_not
from types import CodeType, FrameType
from typing import Any

from engine.decisions import Decision, decision
from engine.notation import contents
from engine.value import Value, observers


@dataclass(eq=False)
class Binding:
    """A Value bound to a name: its data then; later also its gradient."""

    name: str
    value: Value
    data: float
    grad: float = 0.0


# By name: a Value, or what a list holds, and which of that holds others.
Known = dict[str, Any]


def changes(namespace: Mapping[str, Any], known: Known) -> tuple[list[Binding], Known]:
    """The bindings in a namespace that are not `known`, and all that now is.

    A binding of `w[0]` is one of the first item of the list `w`. (Every line is
    followed by a look at all that its function has. So lists are compared by
    functions written in C.)

    >>> w = [Value(2), Value(3)]
    >>> found, known = changes({"w": w}, {})
    >>> w[1] *= 5
    >>> [(each.name, each.data) for each in changes({"w": w}, known)[0]]
    [('w[1]', 15.0)]
    """
    found, now, seen = [], Known(), {}
    todo = list(namespace.items())[::-1]
    while todo:
        name, thing = todo.pop()
        before = known.get(name)
        if isinstance(thing, Value):
            if hasattr(thing, "data"):  # not one that is still in its __init__
                now[name] = thing
                if before is not thing:
                    found.append(Binding(name, thing, thing.data))
        elif id(thing) in seen:
            continue
        elif type(thing) in (list, tuple):
            items = tuple(thing)
            old, nested = before if type(before) is tuple else ((), ())
            new = *compress(count(), map(is_not, items, old)), *range(len(old), len(items))
            nested = [i for i in {*nested, *new} if i < len(items) and _holds_others(items[i])]
            todo += [(f"{name}[{i}]", items[i]) for i in sorted({*nested, *new}, reverse=True)]
            now[name] = items, nested
        else:
            todo += reversed(contents(name, thing))
        seen[id(thing)] = thing  # held, so that no other object gets its id
    return found, now


def _holds_others(thing):
    return isinstance(thing, (list, tuple, dict)) or hasattr(thing, "dtype")


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
            found, known = changes({name: values[name] for name in variables if name in values}, known)
            record(found)
            line = frame.f_lineno
        if event == "return":
            record(changes({code.co_name.strip("<>"): arg}, {})[0])
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
