"""What a function binds to its variables, line by line, found out while it runs."""

import dis
import sys
from dataclasses import dataclass

from engine.notation import places
from engine.value import Value


@dataclass(eq=False)
class Binding:
    """A Value bound to a name: its data at that time, and a place for its gradient once it is known."""

    name: str
    value: Value
    data: float
    grad: float = 0.0


def bindings(namespace):
    """A Binding for each Value in a namespace; one in a list has a name like `w[0]`."""
    made = [(name, value) for name, value in places(namespace) if hasattr(value, "data")]
    return [Binding(name, value, value.data) for name, value in made]


def traced(call, wanted):
    """The result of `call()`, what was bound in functions whose frames are `wanted`, and whether that is all.

    What was bound is {code: {line: [bindings of one run of the line, ...]}}. A function's arguments are bound
    on its first line, and what it returns to its name. It is not all if a debugger that was started meanwhile
    took over the tracing.

    No tracing stays behind. A debugger or coverage tool that was tracing before goes on, also meanwhile.

    >>> def double(x):
    ...     y = x + x
    ...     return y
    >>> result, records, complete = traced(lambda: double(Value(3)), lambda frame: frame.f_code is double.__code__)
    >>> [(each.name, each.data) for runs in records[double.__code__].values() for [each] in runs]
    [('x', 3.0), ('y', 6.0), ('double', 6.0)]
    """
    previous, records = sys.gettrace(), {}

    def on_call(frame, event, arg):
        theirs = previous and previous(frame, event, arg)
        if sys.gettrace() is not on_call:  # a tracer written in C puts itself in our place
            sys.settrace(on_call)
        return _watch(frame, records.setdefault(frame.f_code, {}), theirs) if wanted(frame) else theirs

    sys.settrace(on_call)
    try:
        result = call()
        return result, records, sys.gettrace() is on_call
    finally:
        if sys.gettrace() in (on_call, None):  # not that of a debugger started by breakpoint()
            sys.settrace(previous)


def _watch(frame, lines, theirs):
    """The trace function for one run of a function; `theirs` is that of whoever was tracing before."""
    code = frame.f_code
    comprehensions, variables = _comprehensions(code), code.co_varnames + code.co_cellvars
    line, known = code.co_firstlineno, {}

    def record(found):
        if found:
            lines.setdefault(line, []).append(found)

    def on_event(frame, event, arg):
        nonlocal theirs, line, known
        if theirs and event != "call":
            theirs = theirs(frame, event, arg) or theirs
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
    """The stretches of bytecode in which comprehensions run: since Python 3.12 they do so in their function.

    Their variables hide the function's there, from setting those aside to restoring them.
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
