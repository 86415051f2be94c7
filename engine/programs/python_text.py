"""A tape as the text of a Python module, line by line.

There are three such texts: the whole program, its forward pass alone, and the
whole as a generator over many rows of inputs. Each is a list of lines of text,
with the tape's Line in it or None, so that an error leads back to its Line.
"""

import math
import textwrap
from collections.abc import Iterable, Sequence
from itertools import dropwhile
from typing import TypeVar

from engine.errors import counted
from engine.formula import Formula
from engine.programs.tape import Line, Tape
from engine.rules import OWN, RULES

TextLine = tuple[str, Line | None]
T = TypeVar("T")

MOST_LINES = 40  # of each pass that a bare `program` shows, and half as many
MOST_NAMES = 4  # lines of names


def program_text(tape: Tape, short: bool = False) -> list[TextLine]:
    """The function of inputs and parameters to output and derivatives.

    If it is to be `short`, many lines are left out from the middle of each
    pass, and of the names that the function takes and returns.

    >>> from engine.programs.tape import record_tape
    >>> from engine.value import Value
    >>> x, w = Value(2, "x"), Value(-3, "w")
    >>> tape, _ = record_tape((w * x).exp(), [x])
    >>> print(joined(program_text(tape)), end="")
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
    most = MOST_LINES if short else None
    body = [("# forward", None), *_printed(tape.forward, most)]
    if tape.shape:  # a forward pass is all there is
        body = _printed(tape.forward, most)
    elif tape.parameters:
        body += [("# backward", None), *_printed(tape.backward, most)]
    body += wrapped(f"return {result_text(tape.outputs, tape.gradient, tape.shape)}", 4, short)
    lines = tape.forward + tape.backward
    return module_text(tape, [*tape.inputs, *tape.parameters], body, lines, short)


def forward_text(tape: Tape) -> list[TextLine]:
    """The same function without backward pass, which returns no derivatives.

    >>> from engine.programs.tape import record_tape
    >>> from engine.value import Value
    >>> tape, _ = record_tape(Value(2, "x") * 3)
    >>> print(joined(forward_text(tape)), end="")
    def f(x):
        v1 = x * 3.0
        return v1, ()
    """
    result = nested_text(tape.outputs, tape.shape)
    body = [*_printed(tape.forward), *wrapped(f"return {result}, ()", 4)]
    return module_text(tape, [*tape.inputs, *tape.parameters], body, tape.forward)


def function_text(tape: Tape) -> list[TextLine]:
    """The function of inputs and parameters to all outputs."""
    body = [*_printed(tape.forward), (f"return {tuple_text(tape.outputs)}", None)]
    return module_text(tape, [*tape.inputs, *tape.parameters], body, tape.forward)


def generator_text(tape: Tape) -> list[TextLine]:
    """A generator, of rows and parameters, that yields each row's results.

    Its loop inside the function takes half the time of a loop around one.

    >>> from engine.programs.tape import record_tape
    >>> from engine.value import Value
    >>> x, w = Value(2, "x"), Value(-3, "w")
    >>> tape, _ = record_tape(w * x, [x])
    >>> print(joined(generator_text(tape)), end="")
    def f(_rows, w):
        for (x,) in _rows:
            v1 = w * x
            d_w = x
            yield v1, (d_w,)
    """
    lines = tape.forward + tape.backward
    inner = [*_printed(lines), *wrapped(f"yield {tape.output}, {tuple_text(tape.gradient)}", 8)]
    body = [
        (f"for {tuple_text(tape.inputs)} in _rows:", None),
        *((f"    {text}", line) for text, line in inner),
    ]
    return module_text(tape, ["_rows", *tape.parameters], body, lines)


def result_text(outputs: Sequence[object], gradient: Sequence[object], shape: tuple[int, ...]) -> str:
    """What a program returns: output and gradient, or the outputs in lists."""
    result = nested_text(outputs, shape)
    return result if shape else f"{result}, {tuple_text(gradient)}"


def nested_text(names: Sequence[object], shape: tuple[int, ...]) -> str:
    """Names in lists of lists of this shape; one name if it is ().

    >>> nested_text("abcdef", (2, 3))
    '[[a, b, c], [d, e, f]]'
    """
    if not shape:
        return str(names[0])
    size = len(names) // shape[0]
    parts = [nested_text(names[i * size : (i + 1) * size], shape[1:]) for i in range(shape[0])]
    return f"[{', '.join(parts)}]"


def joined(lines: Iterable[TextLine]) -> str:
    """The lines as one text."""
    return "".join(f"{text}\n" for text, _ in lines)


def helpers(formulas: Iterable[Formula]) -> list[str]:
    """The table's own functions that these formulas call, and those these call.

    Each comes after those that it needs, as in the table.
    """
    needed = {name for formula in formulas for name in formula.names}
    for op in reversed(RULES):
        if op in needed and op in OWN:
            needed.update(Formula(RULES[op].expression).names)
    return [op for op in RULES if op in needed and op in OWN]


def module_text(
    tape: Tape,
    arguments: Iterable[str],
    body: Iterable[TextLine],
    lines: Iterable[Line],
    short: bool = False,
) -> list[TextLine]:
    """The imports and helpers that the lines need, then the tape's function."""
    functions = helpers({line.formula for line in lines})
    formulas = {line.formula for line in lines} | {Formula(RULES[op].expression) for op in functions}
    names = {name for formula in formulas for name in formula.names}
    numbers = [x for line in lines for x in line.operands] + list(tape.outputs)
    names |= {repr(abs(x)) for x in numbers if isinstance(x, float)}  # inf and nan, if any
    imports = sorted(name for name in names - OWN if hasattr(math, name))
    head = [f"from math import {', '.join(imports)}", "", ""] if imports else []
    for op in functions:
        rule = RULES[op]
        head += [
            f"def {rule.rendered(*rule.operands)}:",
            f"    return {rule.expression}",
            "",
            "",
        ]
    signature = wrapped(f"def {tape.name}({', '.join(arguments)}):", 0, short)
    return [*((text, None) for text in head), *signature, *((f"    {text}", line) for text, line in body)]


def roles(tape: Tape) -> dict[str, str]:
    """What names are in a program, for its colours in a notebook."""
    found = {line.target: "gradient" for line in tape.backward}
    found |= {name: "output" for name in tape.outputs if isinstance(name, str)}
    found |= dict.fromkeys(tape.inputs, "input")
    return found | dict.fromkeys(tape.parameters, "parameter")


def ends(things: Sequence[T], most: int | None) -> tuple[Sequence[T], int, Sequence[T]]:
    """The first and the last of things, and how many are left out between.

    >>> ends("abcdefg", 3), ends("abc", 3), ends("abc", None)
    (('ab', 4, 'g'), ('abc', 0, ''), ('abc', 0, ''))
    """
    if most is None or len(things) <= most:
        return things, 0, things[:0]
    last = len(things) - most // 2
    return things[: most - most // 2], len(things) - most, things[last:]


def shortened(
    texts: Sequence[str], most: int | None, mark: str = "#", inside: tuple[str, ...] = ()
) -> list[str]:
    """So many lines of text at most, with a comment for those left out.

    After it no line begins as those `inside` of a loop or function do, up to
    the next head: that of their own is not there, and they would seem to stand
    under another.

    >>> shortened(["for i:", " a", "for j:", " b", "c"], 4, inside=(" ",))
    ['for i:', ' a', '# … 2 more lines: print(...) shows all', 'c']
    """
    first, count, last = ends(texts, most)
    outside = list(dropwhile(lambda text: text.startswith(inside), last))
    return [*first, *_left_out(count + len(last) - len(outside), mark), *outside]


def _left_out(count, mark="#"):
    return [f"{mark} … {counted(count, 'more line')}: print(...) shows all"] * bool(count)


def _printed(lines, most=None):
    first, count, last = ends(lines, most)
    note = [(text, None) for text in _left_out(count)]
    return [*map(_text_line, first), *note, *map(_text_line, last)]


def _text_line(line):
    return f"{line.target} {line.sign} {line.expression}", line


def tuple_text(names: Sequence[object]) -> str:
    """A tuple of names: (a, b), (a,), ()."""
    return f"({', '.join(map(str, names))}{',' * (len(names) == 1)})"


def wrapped(text: str, indent: int, short: bool = False) -> list[TextLine]:
    """A long line of text as several, of 100 columns once they are indented."""
    margin = " " * (4 if indent else 8)
    texts = textwrap.wrap(
        text, 100 - indent, subsequent_indent=margin, break_long_words=False, break_on_hyphens=False
    )
    texts = shortened(texts, MOST_NAMES if short else None, f"{margin}#")
    return [(each, None) for each in texts]
