"""A tape as the text of a Python module, line by line.

There are three such texts: the whole program, its forward pass alone, and the
whole as a generator over many rows. Each is a list of rows of text, with the
tape's line in it or None, so that an error in any text is traced to its line.
"""

import math
import textwrap
from collections.abc import Iterable

from engine.formula import Formula
from engine.programs.tape import Line, Tape
from engine.rules import MATH, RULES

Row = tuple[str, Line | None]


def program_rows(tape: Tape) -> list[Row]:
    """The function of inputs and parameters to output and derivatives.

    >>> from engine.programs.tape import record_tape
    >>> from engine.value import Value
    >>> x, w = Value(2, "x"), Value(-3, "w")
    >>> tape, _ = record_tape((w * x).exp(), [x])
    >>> print(text(program_rows(tape)), end="")
    from math import exp
    <BLANKLINE>
    <BLANKLINE>
    def f(x, w):
        # forward
        v1 = w * x
        v2 = exp(v1)
        # backward
        d_v1 = v2
        d_w = d_v1 * x
        return v2, (d_w,)
    """
    rows = [("# forward", None), *_lines(tape.forward)]
    if tape.parameters:
        rows += [("# backward", None), *_lines(tape.backward)]
    rows.append((f"return {tape.output}, {_tuple(tape.gradient)}", None))
    return _module(tape, [*tape.inputs, *tape.parameters], rows, tape.forward + tape.backward)


def forward_rows(tape: Tape) -> list[Row]:
    """The same function without backward pass, which returns no derivatives.

    >>> from engine.programs.tape import record_tape
    >>> from engine.value import Value
    >>> tape, _ = record_tape(Value(2, "x") * 3)
    >>> print(text(forward_rows(tape)), end="")
    def f(x):
        v1 = x * 3.0
        return v1, ()
    """
    rows = [*_lines(tape.forward), (f"return {tape.output}, ()", None)]
    return _module(tape, [*tape.inputs, *tape.parameters], rows, tape.forward)


def generator_rows(tape: Tape) -> list[Row]:
    """A generator, of rows and parameters, that yields each row's results.

    Its loop inside the function takes half the time of a loop around one.

    >>> from engine.programs.tape import record_tape
    >>> from engine.value import Value
    >>> x, w = Value(2, "x"), Value(-3, "w")
    >>> tape, _ = record_tape(w * x, [x])
    >>> print(text(generator_rows(tape)), end="")
    def f(_rows, w):
        for (x,) in _rows:
            v1 = w * x
            d_w = x
            yield v1, (d_w,)
    """
    lines = tape.forward + tape.backward
    rows = [*_lines(lines), (f"yield {tape.output}, {_tuple(tape.gradient)}", None)]
    loop = (f"for {_tuple(tape.inputs)} in _rows:", None)
    body = [(f"    {row}", line) for row, line in rows]
    return _module(tape, ["_rows", *tape.parameters], [loop, *body], lines)


def text(rows: Iterable[Row]) -> str:
    """The rows as one text."""
    return "".join(f"{row}\n" for row, _ in rows)


def helpers(lines: Iterable[Line]) -> list[str]:
    """The table's own functions that these lines call, and those these call.

    Each comes after those that it needs, as in the table.
    """
    needed = {name for formula in {line.formula for line in lines} for name in formula.names}
    for op in reversed(RULES):
        if op in needed and op not in MATH:
            needed.update(Formula(RULES[op].expression).names)
    return [op for op in RULES if op in needed and op not in MATH]


def _module(tape, arguments, body, lines) -> list[Row]:
    """The imports and helpers that the lines need, then the function."""
    functions = helpers(lines)
    formulas = {line.formula for line in lines} | {Formula(RULES[op].expression) for op in functions}
    names = {name for formula in formulas for name in formula.names}
    numbers = [x for line in lines for x in line.operands] + [tape.output]
    names |= {repr(abs(x)) for x in numbers if isinstance(x, float)}  # inf and nan, if any
    imports = sorted(name for name in names if hasattr(math, name))
    rows = [f"from math import {', '.join(imports)}", "", ""] if imports else []
    for op in functions:
        rule = RULES[op]
        rows += [
            f"def {rule.rendered(*'ab'[: len(rule.partials)])}:",
            f"    return {rule.expression}",
            "",
            "",
        ]
    rows += _wrapped(f"def {tape.name}({', '.join(arguments)}):")
    found: list[Row] = [(row, None) for row in rows]
    for row, line in body:
        found += [(row, line) for row in _wrapped(f"    {row}")] if line is None else [(f"    {row}", line)]
    return found


def _lines(lines):
    return [(f"{line.target} {line.sign} {line.expression}", line) for line in lines]


def _tuple(names):
    return f"({', '.join(names)}{',' * (len(names) == 1)})"


def _wrapped(row):
    """A long row as several; no name is broken."""
    margin = " " * max(8, 4 + len(row) - len(row.lstrip()))
    options = {"break_long_words": False, "break_on_hyphens": False}
    return textwrap.wrap(row, 100, subsequent_indent=margin, **options)
