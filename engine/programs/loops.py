"""Loops: a tape rolled up, as Python to read and as a function to call."""

from collections import Counter
from collections.abc import Callable
from itertools import chain
from operator import sub
from typing import Any, NamedTuple

from engine.errors import counted
from engine.lazy import cached_property
from engine.notebook import code_block
from engine.programs.arrays import COUNTERS, Array, accesses, affine, named_arrays, still
from engine.programs.merged import ARRAYS, D, G, Merged, N, W, X
from engine.programs.python_text import (
    MOST_LINES,
    TextLine,
    joined,
    module_text,
    result_text,
    shortened,
    wrapped,
)
from engine.programs.rolled import Loop, rolled, with_growths
from engine.programs.tape import Tape
from engine.source import compile_module


class Loops:
    """A program's lines with `for` loops where they repeat: `program.loops`.

    Nobody says where: the lines of a layer, one for each product, become the
    loops that a lecture writes as z = Wx. Operations and their order are the
    program's, so the numbers are too, to the last bit. A line stands further
    below where that brings the lines of one sum together.

    Printed, it is a module that runs by itself. Its function, `on_arrays`, has
    an argument for each array: w1[i][j] where the labels of parameters are
    w1_1_1, w1_1_2 and so on, else w[i]; indices begin at 0. `function` takes
    and returns plain numbers, as that of the program does.

    >>> from engine import Program, Value
    >>> x = [Value(i, f"x{i}") for i in range(1, 5)]
    >>> places = [[f"w_{i}_{j}" for j in range(1, 5)] for i in range(1, 4)]
    >>> w = [[Value(1, place) for place in row] for row in places]
    >>> z = [sum(wij * xj for wij, xj in zip(row, x)) for row in w]
    >>> L = sum(each.exp() for each in z)
    >>> L.label = "L"
    >>> program = Program(L, inputs=x)
    >>> print(program.loops)
    from math import exp
    <BLANKLINE>
    <BLANKLINE>
    def L(x, w):
        # forward
        v1 = [0.0] * 3
        v2 = [0.0] * 3
        for i in range(3):
            v1[i] = w[i][0] * x[0]
            for j in range(1, 4):
                v1[i] += w[i][j] * x[j]
            v2[i] = exp(v1[i])
        L = v2[0]
        L += v2[1]
        L += v2[2]
        # backward
        d_w = [[0.0] * 4 for _ in range(3)]
        for i in reversed(range(3)):
            for j in reversed(range(4)):
                d_w[i][j] = v2[i] * x[j]
        return L, (d_w,)
    >>> program.loops.function(*range(16)) == program.function(*range(16))
    True
    """

    def __init__(self, tape: Tape, merged: Merged) -> None:
        self.tape, self.merged = tape, merged
        count = self.merged.forward_count
        self.forward = rolled(self.merged.steps[:count])
        self.backward = rolled(self.merged.steps[count:])

    @cached_property
    def arrays(self) -> list[Array]:
        """The names that the source has for all places."""
        return named_arrays(self.merged, [*self.forward, *self.backward])

    @cached_property
    def source(self) -> str:
        """The loops as a Python module."""
        return joined(_Text(self).lines())

    @cached_property
    def on_arrays(self) -> Callable[..., Any]:
        """The function that is printed, whose arguments are lists of lists."""
        return compile_module(self, self.source, f"loops {self.tape.name}")[self.tape.name]

    @cached_property
    def function(self) -> Callable[..., Any]:
        """The loops as a function of the inputs, then the parameters.

        Each is a number of its own, in the order of the program's. It returns
        what that does: the output and the gradient, a tuple, or the outputs.
        """
        on_arrays = self.on_arrays
        arguments = [array for array in self.arrays if array.kind in (X, W)]
        gradients = [array for array in self.arrays if array.kind == G]
        inputs, number = len(self.tape.inputs), len(self.tape.inputs + self.tape.parameters)
        order = self.merged.order

        def function(*numbers):
            if len(numbers) != number:
                raise TypeError(
                    f"{self.tape.name} takes {counted(number, 'number')}, inputs and then parameters, not {len(numbers)} "
                    "(on_arrays takes lists)"
                )
            given = {X: numbers[:inputs], W: [numbers[inputs + i] for i in order]}
            lists = [
                _filled(array, {point: given[kind][i] for (kind, i), point in array.points.items()})
                for array in arguments
            ]
            if self.tape.shape:
                return on_arrays(*lists)
            output, found = on_arrays(*lists)
            gradient = [0.0] * (number - inputs)
            for array, numbers in zip(gradients, found):
                for (_, i), point in array.points.items():
                    gradient[order[i]] = _element(numbers, point)
            return output, tuple(gradient)

        return function

    def __str__(self) -> str:
        return self.source.rstrip("\n")

    def __repr__(self) -> str:
        return self._short

    @cached_property
    def _short(self):
        return joined(_Text(self).lines(short=True)).rstrip("\n")

    def _repr_html_(self) -> str:
        kinds = {X: "input", W: "parameter", G: "gradient", D: "gradient"}
        return code_block(repr(self), {array.name: kinds.get(array.kind, "") for array in self.arrays})


def _filled(array, numbers, start=()):
    """Nested lists with numbers at points; 0 where the array has no place."""
    if len(start) == len(array.shape):
        return numbers.get(start, 0.0)
    return [_filled(array, numbers, (*start, i)) for i in range(array.shape[len(start)])]


def _element(numbers, point):
    for i in point:
        numbers = numbers[i]
    return numbers


class _Counter(NamedTuple):
    """A loop's counter: it starts at `start`, and goes up or down by one."""

    name: str
    start: int
    step: int
    turns: int

    def __str__(self):
        if self.step > 0:
            return f"range({f'{self.start}, ' * bool(self.start)}{self.start + self.turns})"
        low = self.start - self.turns + 1
        return f"reversed(range({f'{low}, ' * bool(low)}{self.start + 1}))"


class _Text:
    """The Python text of loops."""

    def __init__(self, loops):
        self.loops, self.arrays = loops, loops.arrays
        self.at = {place: (array, point) for array in self.arrays for place, point in array.points.items()}
        self.made = {array.name for array in self.arrays if array.kind in (X, W) or not array.shape}

    def lines(self, short: bool = False) -> list[TextLine]:
        """The lines of the module; if `short`, not all of many."""
        tape = self.loops.tape
        body = self.shortened(self.loops.forward, short)
        if not tape.shape:
            body.insert(0, "# forward")
            if tape.parameters:
                body += ["# backward", *self.shortened(self.loops.backward, short)]
        outputs = [
            self.element(still(output), []) if isinstance(output, tuple) else output
            for output in self.loops.merged.outputs
        ]
        gradient = [array.name for array in self.arrays if array.kind == G]
        result = result_text(outputs, gradient, tape.shape)
        text = [*((line, None) for line in body), *wrapped(f"return {result}", 4, short)]
        arguments = [array.name for array in self.arrays if array.kind in (X, W)]
        return module_text(tape, arguments, text, tape.forward + tape.backward, short)

    def shortened(self, terms, short):
        """The lines of terms; if `short`, not all of many."""
        return shortened(list(self.terms(terms)), MOST_LINES if short else None, inside=(" ",))

    def terms(self, terms):
        """The lines of terms, each after the lists that it is first to fill."""
        for term in terms:
            for access in chain.from_iterable(accesses([term])):
                array, _ = self.at[access.array, access.first]
                if array.name not in self.made:
                    self.made.add(array.name)
                    yield f"{array.name} = {_zeros(array.shape)}"
            yield from self.inside([term], [], [])

    def inside(self, terms, growths, counters):
        """The lines of terms inside loops, of which these are the counters."""
        margin = "    " * len(counters)
        for term, here in with_growths(terms, growths):
            if isinstance(term, Loop):
                counter = self.counter(term, here, [counter.turns for counter in counters])
                yield f"{margin}for {counter.name} in {counter}:"
                yield from self.inside(term.body, [*here, term.growth], [*counters, counter])
                continue
            [line] = accesses([term], here, [counter.turns for counter in counters])
            reached = iter(line)
            target, *operands = [
                self.element(next(reached), counters) if array in ARRAYS else array
                for array in term.statement.arrays
            ]
            yield f"{margin}{target} {term.statement.sign} {term.statement.formula.python(*operands)}"

    def counter(self, loop, growths, counts):
        """A counter with which most subscripts are the counter alone."""
        votes = Counter({(1, 0): 0})
        for access in chain.from_iterable(
            accesses(loop.body, [*growths, loop.growth], (*counts, loop.turns))
        ):
            _, first, steps = self.subscripts(access)
            votes.update((step, start) for step, start in zip(steps[len(counts)], first) if abs(step) == 1)
        [((step, start), _)] = votes.most_common(1)
        return _Counter(COUNTERS[len(counts)], start, step, loop.turns)

    def subscripts(self, access):
        """An access's array, its point in the first turn of all loops, and how
        far the point moves with each loop's turns.
        """
        array, first = self.at[access.array, access.first]
        points = [self.at[access.array, access.first + growth][1] for growth in access.growths]
        return array, first, [tuple(map(sub, point, first)) for point in points]

    def element(self, access, counters):
        """An access as text, such as w1[i][2 * j + 1]."""
        array, first, steps = self.subscripts(access)
        text = array.name
        for dimension, number in enumerate(first):
            terms = []
            for counter, step in zip(counters, steps):
                factor = step[dimension] * counter.step
                number -= factor * counter.start
                if factor:
                    terms.append((factor, counter.name))
            index = affine(terms, number)
            text += index if array.kind == N else f"[{index}]"
        return text


def _zeros(shape):
    text = f"[0.0] * {shape[-1]}"
    for size in reversed(shape[:-1]):
        text = f"[{text} for _ in range({size})]"
    return text
