"""Elementwise: a formula on scalars, for every element of arrays at once."""

import inspect
import math
from array import array
from collections.abc import Callable, Sequence
from typing import Any

from engine.decisions import decisions
from engine.errors import check_number, in_words
from engine.lazy import cached_property
from engine.programs.python_text import function_text, joined
from engine.programs.rows import read_column
from engine.programs.rowwise import Rowwise, computed
from engine.programs.tape import other_leaves, record_function
from engine.value import Value


class Elementwise:
    """A function of scalars that takes arrays, and returns one for each result.

    Its positional parameters are elements, each of its own array; those after
    `*` are numbers, the same for all elements. It is called once, on Values,
    and what it computes is recorded: as an optimiser's formula is a function
    of a weight, its gradient, and numbers such as the rate. `compile` makes
    machine code of it, with the same results to the last bit.

    Raises TypeError if it is no function with named parameters; and, when it
    is first used, TypeError if it returns something else than numbers, and
    ValueError if it uses a Value of elsewhere, or if it compares, tests or
    converts an element: that would be recorded as the first element's.

    >>> descent = Elementwise(lambda w, g, *, rate: w - rate * g)
    >>> descent([1.0, 2.0], [0.5, 1.0], rate=0.5)
    (array('d', [0.75, 1.5]),)
    >>> print(descent)
    def f(w, g, rate):
        v1 = rate * g
        v2 = w - v1
        return (v2,)
    """

    def __init__(self, formula: Callable[..., Any]) -> None:
        if not callable(formula):
            raise TypeError(f"Elementwise takes a function of numbers, not {in_words(formula)}")
        self.formula = formula
        self._elements, self._shared = _names(formula)

    def __call__(self, *arrays: Sequence[float], **numbers: float) -> "tuple[array[float], ...]":
        """The arrays of results.

        Raises TypeError or ValueError if arrays or numbers are missing, too
        many or of different lengths; and what the formula's operations raise.
        """
        elements, shared = self._elements, self._shared
        numbers = self._defaults | numbers
        if len(arrays) != len(elements) or numbers.keys() != set(shared):
            raise TypeError(
                f"the formula has elements {', '.join(elements) or '(none)'} and numbers "
                f"{', '.join(shared) or '(none)'}; given are {len(arrays)} arrays and "
                f"{', '.join(numbers) or 'no numbers'}"
            )
        columns: Sequence[Any] = arrays
        if not {array}.issuperset(map(type, arrays)):
            columns = [read_column(each, name) for each, name in zip(arrays, elements)]
        floats = [numbers[name] for name in shared]
        if not {float}.issuperset(map(type, floats)):
            floats = list(map(check_number, shared, floats))
        given = len(columns[0]), floats
        if results := self._rowwise.native(columns, *given):  # which sees to the lengths
            return results
        if len(set(map(len, columns))) > 1:
            lengths = ", ".join(f"{len(each)} {name}" for name, each in zip(elements, columns))
            raise ValueError(f"arrays of different lengths: {lengths}")
        return tuple(self._rowwise(columns, *given))

    def compile(self) -> None:
        """Compile it to machine code, which calls run from then on.

        Raises NoCompiler.
        """
        self._rowwise.compile()

    @property
    def source(self) -> str:
        """The function of scalars as a Python module."""
        return joined(function_text(self._tape))

    @cached_property
    def _defaults(self):
        parameters = inspect.signature(self.formula).parameters.values()
        given = {each.name: each.default for each in parameters if each.default is not each.empty}
        return {name: given[name] for name in self._shared if name in given}

    @cached_property
    def _rowwise(self):
        return Rowwise(self._tape, "element")

    @cached_property
    def _tape(self):
        # Only the form of what they compute counts: of NaN, nothing is out of a
        # domain.
        elements = {name: Value(math.nan, name) for name in self._elements}
        shared = {name: Value(math.nan, name) for name in self._shared}
        with decisions() as found:
            try:
                results = self.formula(*elements.values(), **shared)
            except ValueError as error:  # int() refuses NaN, and an index does
                if not found:
                    raise ValueError(f"the formula is recorded at NaN, where it raises: {error}") from error
        if found:
            raise ValueError(
                f"the formula takes an element's number in {found[0]}: a branch for one element would be "
                "every element's; relu, abs, maximum and minimum decide for each"
            )
        results = results if isinstance(results, tuple) else (results,)
        outputs = [_output(result) for result in results]
        if strangers := other_leaves(outputs, [*elements.values(), *shared.values()]):
            raise ValueError(
                f"the formula uses {in_words(strangers[0])}, which is none of its parameters: "
                "make it one, after *, or use its number"
            )
        return record_function("f", outputs, list(elements.values()), list(shared.values()))

    def __reduce__(self) -> Any:
        return Elementwise, (self.formula,)

    def __str__(self) -> str:
        return self.source.rstrip("\n")

    def __repr__(self) -> str:
        return f"<Elementwise of {', '.join(self._elements)}; {', '.join(self._shared)}>"


def _names(formula):
    """The names of a formula's elements, and those of its numbers."""
    try:
        parameters = inspect.signature(formula).parameters.values()
    except ValueError:  # of some that are written in C
        what = in_words(formula)
        raise TypeError(f"Elementwise takes a function whose parameters have names, not {what}") from None
    shared = [each.name for each in parameters if each.kind is each.KEYWORD_ONLY]
    elements = [each.name for each in parameters if each.name not in shared]
    if not elements:
        raise TypeError("an elementwise formula has one element at least, before its numbers")
    return elements, shared


def _output(result):
    """What the formula returned, or one part of that, as an operation."""
    if not isinstance(result, Value):
        result = check_number("what the formula returns", result)
    return computed(result)
