"""The outputs of a tape for every row: by Python, or by machine code."""

import ctypes
import math
from array import array
from collections.abc import Sequence
from itertools import repeat
from typing import Any

from engine.algebra import Algebra, Term, as_value
from engine.calculus import jacobian_by
from engine.lazy import cached_property
from engine.programs.c_text import each_text
from engine.programs.compiled import Compiled
from engine.programs.machine_code import DONE, machine_code
from engine.programs.merged import Merged, merged
from engine.programs.python_text import function_text
from engine.programs.tape import Tape, line_formula, record_function
from engine.rules import POWERS, RULES
from engine.value import Constant, Value

_ZERO = array("d", [0.0])


class Rowwise:
    """A forward tape, called with a column for each input.

    It gives a column for each output. `row` is what errors call a row.

    >>> x, w = Value(2, "x"), Value(3, "w")
    >>> tape = record_function("f", [w * x, x.exp()], [x], [w])
    >>> Rowwise(tape)([array("d", [0.0, 1.0])], 2, [5.0])
    [array('d', [0.0, 5.0]), array('d', [1.0, 2.718281828459045])]
    """

    def __init__(self, tape: Tape, row: str = "row") -> None:
        self.tape, self.row = tape, row
        self._each: Any = None  # its machine code
        self._order: list[int] = []  # in which that takes the parameters

    @cached_property
    def merged(self) -> Merged:
        """The lines made fewer, on numbered places."""
        return merged(self.tape)

    @property
    def c(self) -> str:
        """The whole C file."""
        return each_text(self.tape, self.merged)

    def compile(self, fast_math: bool = False) -> None:
        """Make machine code, which calls run from then on.

        Raises NoCompiler.
        """
        text, self._order = self.c, self.merged.order
        self._each = machine_code(text, lambda: text, [ctypes.py_object, ctypes.py_object], fast_math)

    def native(
        self, columns: Sequence[Any], count: int, parameters: Sequence[float]
    ) -> "tuple[array[float], ...] | None":
        """The outputs' columns by machine code.

        None if there is none yet, or where Python may raise an error.
        """
        if not self._each:
            return None
        results = tuple([_ZERO * count for _ in self.tape.outputs])
        given = array("d", map(parameters.__getitem__, self._order))
        return results if self._each((*columns, *results), given) == DONE else None

    def __call__(
        self, columns: Sequence[Any], count: int, parameters: Sequence[float]
    ) -> "list[array[float]]":
        """The outputs' columns, of `count` rows.

        Raises what the tape's operations raise, and names the row.
        """
        if results := self.native(columns, count, parameters):
            return list(results)
        compiled, rows = self._compiled, []  # another thread may put a second one there
        try:
            for numbers in zip(*columns) if columns else repeat((), count):
                rows.append(compiled.function(*numbers, *parameters))
        except (ValueError, ArithmeticError) as error:
            line, numbers = compiled.failure(error)
            raise type(error)(f"{self.row} {len(rows)}: {line.failure(error, numbers)}") from None
        return [array("d", column) for column in zip(*rows)] or [array("d") for _ in self.tape.outputs]

    @cached_property
    def _compiled(self):
        return Compiled(self.tape, function_text)


def with_jacobian(tape: Tape, leaves: Sequence[str]) -> Tape:
    """A forward tape of the same outputs, and their derivatives after these.

    The first output's with respect to each of the leaves, then the second's.

    >>> x, w = Value(2, "x"), Value(3, "w")
    >>> tape = record_function("f", [w * x], [x], [w])
    >>> for line in with_jacobian(tape, ["x", "w"]).forward:
    ...     print(line)
    v1 = w * x
    v2 = -0.0 + w
    v3 = -0.0 + x
    """
    # Only the graph's form counts: nothing is computed, or out of a domain.
    named = {name: Value(math.nan, name) for name in tape.inputs + tape.parameters}
    terms: dict[str, Term] = dict(named)
    algebra = Algebra([], data=False)
    # Lines are the operations that they were: with these come the table's
    # derivatives at ties. Simpler ones would not have their NaNs and errors.
    rules = {line_formula(rule): rule for rule in reversed(RULES.values())}
    powers = {line_formula(rule): float(n) for n, rule in POWERS.items()}
    for line in tape.forward:
        formula, target = line.formula, line.target
        operands = [terms[each] if isinstance(each, str) else each for each in line.operands]
        given = dict(zip(formula.letters, operands))
        rule = rules.get(formula)
        if formula in powers:
            terms[target] = algebra.unsimplified("**", given["a"], powers[formula])
        elif rule is not None and given.keys() == set(rule.operands):
            if rule.op == "**" and not isinstance(given["b"], Value) and given["b"] in powers.values():
                given["b"] = computed(given["b"])  # from constants: x ** 2 is x * x, with other bits
            terms[target] = algebra.unsimplified(rule.op, *(given[letter] for letter in rule.operands))
        else:
            terms[target] = algebra.evaluate(formula, given)
    outputs = [as_value(terms[output] if isinstance(output, str) else output) for output in tape.outputs]
    rows = jacobian_by(algebra, outputs, [named[name] for name in leaves])
    outputs += [entry for row in rows for entry in row]
    inputs, parameters = ([named[name] for name in names] for names in (tape.inputs, tape.parameters))
    return record_function(tape.name, list(map(computed, outputs)), inputs, parameters)


def computed(output: Any) -> Value:
    """An output as an operation; a leaf or a number becomes -0.0 plus it.

    (That is the same number, where 0.0 plus -0.0 is not.)
    """
    return output if isinstance(output, Value) and output.operation else Constant(-0.0) + output


def matrix(columns: "Sequence[array[float]]", shape: tuple[int, ...]) -> "memoryview[float]":
    """Columns as a memoryview of this shape, row by row.

    >>> matrix([array("d", [1, 2]), array("d", [3, 4])], (2, 2)).tolist()
    [[1.0, 3.0], [2.0, 4.0]]
    """
    flat = array("d", bytes(8 * len(columns) * len(columns[0])))
    for i, column in enumerate(columns):
        flat[i :: len(columns)] = column
    return memoryview(flat).cast("B").cast("d", shape)
