"""A tape in C: its lines as functions of bounded length, on eight rows at once.

What never changes is in `run.c`, which runs those functions on all rows.
"""

import math
from collections import ChainMap
from importlib.resources import files

from engine.formula import Formula
from engine.programs.c_formula import c_template, divisors, must_be_lanewise
from engine.programs.python_text import helpers
from engine.programs.tape import Line, Tape
from engine.rules import RULES

# Lines of a function: for twice the length, a compiler takes more than twice
# the time.
LINES = 500
INCLUDE = '#include "program.c"\n'


def c_text(tape: Tape) -> str:
    """The whole C file for a tape; `run.c` describes its function `run`.

    A variable has its own name with an underscore after it, which no name of
    C's ends with; a parameter is w[0], w[1], ...
    """
    frame = files("engine.programs").joinpath("run.c").read_text("ascii")
    before, include, after = frame.partition(INCLUDE)
    assert include
    return before + program_c(tape) + after


def program_c(tape: Tape) -> str:
    """The part of the C that is this tape's own.

    >>> from engine.programs.tape import record_tape
    >>> from engine.value import Value
    >>> x, w = Value(2, "x"), Value(-3, "w")
    >>> tape, _ = record_tape((w * x).exp(), [x])
    >>> print(program_c(tape), end="")
    CHUNK(chunk0)
    {
        long long nonfinite[1] = {0};
        lanes v1_ = SPLAT(w[0]) * workspace[0];
        lanes v2_; FOR_LANES v2_[i] = finite(exp(v1_[i]), nonfinite);
        workspace[1] = v2_;
        sums[0] += v2_;
        (*nonfinite_lanes)[0] |= *nonfinite;
    }
    <BLANKLINE>
    CHUNK(chunk1)
    {
        lanes d_v1_ = workspace[1];
        lanes d_w_ = d_v1_ * workspace[0];
        sums[1] += d_w_;
    }
    <BLANKLINE>
    CHUNK(forward)
    {
        chunk0(w, workspace, sums, nonfinite_lanes);
    }
    <BLANKLINE>
    CHUNK(backward)
    {
        chunk1(w, workspace, sums, nonfinite_lanes);
    }
    <BLANKLINE>
    enum { INPUTS = 1, WORKSPACE = 2, SUMS = 2 };
    """
    scalars = {name: f"w[{j}]" for j, name in enumerate(tape.parameters)}
    sums = {name: f"sums[{j}]" for j, name in enumerate(tape.gradient, 1)}
    forward = _chunks(tape.forward) or [()]
    chunks = forward + _chunks(tape.backward)
    last_use = {
        name: k for k, chunk in enumerate(chunks) for line in chunk for name in (line.target, *line.names)
    }
    places, size = _workspace(chunks, last_use, tape.inputs)

    functions = [_helper(op) for op in helpers(tape.forward + tape.backward)]
    for k, chunk in enumerate(chunks):
        here = {line.target: f"{line.target}_" for line in chunk}
        vectors = ChainMap(here, places)
        body = list(
            _statements(chunk, vectors, scalars, places, {name for name in here if last_use[name] > k}, sums)
        )
        if chunk is forward[-1]:
            output = Line("sums[0]", "+=", Formula("a"), (tape.output,))
            body.append(f"{output.target} += {_expression(output, vectors, scalars)};")
        functions.append(_function(f"chunk{k}", body, any(must_be_lanewise(line.formula) for line in chunk)))
    calls = [f"chunk{k}(w, workspace, sums, nonfinite_lanes);" for k in range(len(chunks))]
    functions.append(_function("forward", calls[: len(forward)]))
    functions.append(_function("backward", calls[len(forward) :]))
    sizes = f"enum {{ INPUTS = {len(tape.inputs)}, WORKSPACE = {size}, SUMS = {len(sums) + 1} }};\n"
    return "\n".join([*functions, sizes])


def _chunks(lines):
    return [lines[start : start + LINES] for start in range(0, len(lines), LINES)]


def _workspace(chunks, last_use, inputs):
    """Places in memory for what later chunks need, inputs first; and how many.

    A place is free again after the last chunk that needs what is there.
    """
    places, free, size = {name: f"workspace[{j}]" for j, name in enumerate(inputs)}, [], len(inputs)
    ending = [[] for _ in chunks]
    for k, chunk in enumerate(chunks):
        for name in (line.target for line in chunk):
            if last_use[name] > k and name not in places:
                if not free:
                    free.append(f"workspace[{size}]")
                    size += 1
                places[name] = free.pop()
                ending[last_use[name]].append(places[name])
        free += ending[k]
    return places, size


def _statements(chunk, vectors, scalars, places, needed, sums):
    """A chunk's lines in C.

    What is `needed` later goes to its place in the workspace, a complete
    derivative to its sum.
    """
    first = {line.target: line for line in reversed(chunk)}
    final = {line.target: line for line in chunk}
    for line in chunk:
        name = line.target
        expression = _expression(line, vectors, scalars)
        if must_be_lanewise(line.formula):
            statement, declaration = f"FOR_LANES {name}_[i] {line.sign} {expression};", f"lanes {name}_; "
        else:
            statement, declaration = f"{name}_ {line.sign} {expression};", "lanes "
        if line is first[name] and line.sign != "=":  # assigned in an earlier chunk
            yield f"lanes {name}_ = {places[name]};"
        elif line is first[name]:
            statement = declaration + statement
        yield statement
        if line is final[name] and name in needed:
            yield f"{places[name]} = {name}_;"
        elif line is final[name] and name in sums:
            yield f"{sums[name]} += {name}_;"


def _expression(line, vectors, scalars):
    """A line's expression, of vectors, or of the numbers in lane i."""
    formula, lanewise, names = line.formula, must_be_lanewise(line.formula), []
    for letter, operand in zip(formula.letters, line.operands):
        if isinstance(operand, str):
            number = scalars.get(operand)
        elif 0 < operand < math.inf and letter not in divisors(formula):
            number = repr(operand)
        else:
            formula = formula.put(letter, operand)
            continue
        if number is None:
            names.append(f"{vectors[operand]}[i]" if lanewise else vectors[operand])
        else:
            names.append(number if lanewise else f"SPLAT({number})")
    return c_template(formula, lanewise).format(*names)


def _function(name, body, lanewise=False):
    """A function in C; lane by lane, what is not finite is one number."""
    if lanewise:
        body = ["long long nonfinite[1] = {0};", *body, "(*nonfinite_lanes)[0] |= *nonfinite;"]
    return "\n".join([f"CHUNK({name})", "{", *(f"    {statement}" for statement in body), "}", ""])


def _helper(op):
    """One of the table's own functions, on numbers."""
    arguments = ", ".join(f"double {operand}_" for operand in RULES[op].operands)
    formula = Formula(RULES[op].expression)
    value = c_template(formula, lanewise=True).format(*(f"{letter}_" for letter in formula.letters))
    return f"static double {op}_({arguments}, long long *nonfinite)\n{{\n    return {value};\n}}\n"
