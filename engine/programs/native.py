"""Native: a program compiled by the machine's own C compiler."""

import ctypes
from array import array
from collections.abc import Callable, Sequence
from typing import Any

from engine.errors import check_flag, in_words
from engine.lazy import cached_property
from engine.notebook import code_block
from engine.programs.c_text import c_text, each_c, program_c
from engine.programs.line_by_line import LineByLine
from engine.programs.loops import Loops
from engine.programs.machine_code import DONE, UNREADABLE, machine_code
from engine.programs.merged import Merged
from engine.programs.program import Program
from engine.programs.python_text import MOST_LINES, shortened
from engine.programs.rows import read_row, read_rows
from engine.programs.rowwise import Rowwise
from engine.programs.tape import Tape
from engine.value import Value


class Native:
    """A Program as machine code, called as a Program is: `program.native()`.

    It has all that a Program has; its `source` is C, though. It computes many
    rows at a time, each with Python's arithmetic. Where Python's `math` is the
    C library's, its results are the program's to the last bit. Where a function
    or a division gives what is not finite, the Python program runs instead, so
    that it raises the graph's error, with the row, the line and the numbers.

    With `fast_math` the compiler may reorder sums, fuse products with them and
    take the vector forms of exp, tanh and the like. Then the last digits
    differ, from the graph's and from machine to machine.

    Raises NoCompiler if there is no C compiler (`c_compiler()` is None), or if
    it fails.

    >>> from engine import Program, Value, c_compiler
    >>> x, w = Value(2, "x"), Value(3, "w")
    >>> program = Program(w * x, inputs=[x])
    >>> fastest = program.native() if c_compiler() else program
    >>> fastest.batch([[1], [3]]), w.grad
    (6.0, 2.0)
    """

    def __init__(self, program: Program, fast_math: bool = False) -> None:
        if not isinstance(program, Program):
            hint = ": Native(Program(output))" if isinstance(program, Value) else ""
            raise TypeError(f"Native compiles a Program, not {in_words(program)}{hint}")
        check_flag("fast_math", fast_math)
        self.program, self.fast_math = program, fast_math
        self._rowwise: dict[tuple[str, ...], Rowwise] = {}
        if program.tape.shape:  # no gradient: `each` is all there is
            self.rowwise(())
            return
        self._call = machine_code(
            program.source,
            lambda: c_text(program.tape, program.merged),
            [ctypes.py_object, ctypes.c_long, ctypes.py_object, ctypes.py_object, ctypes.c_int],
            fast_math,
        )
        self._size = len(program.parameters) + 1  # of a gradient, and the mean output after it

    def __call__(self, *inputs: float) -> Any:
        """Run forward and backward: add the gradient to the parameters' own."""
        if self.program.tape.shape:
            return self.value(*inputs)
        row = array("d", read_row(inputs, self.program.tape.inputs))
        status, output, gradient = self._mean(row, 1, self.program._data())
        if status != DONE:
            return self.program(*inputs)
        self.program._accumulate(gradient)
        return output

    def value(self, *inputs: float) -> Any:
        """The output or outputs, by the forward pass alone."""
        if self.program.tape.shape:
            return self.each([inputs]).tolist()[0]
        row = array("d", read_row(inputs, self.program.tape.inputs))
        status, output, _ = self._mean(row, 1, self.program._data(), backward=False)
        return output if status == DONE else self.program.value(*inputs)

    def batch(self, rows: Any) -> float:
        """The mean output over rows; accumulate the mean gradient."""
        mean, gradient = self.value_and_gradient(rows)
        self.program._accumulate(gradient)
        return mean

    def value_and_gradient(
        self, rows: Any, parameters: Sequence[float] | None = None
    ) -> "tuple[float, array[float]]":
        """The mean output over rows, and its gradient in order of `parameters`.

        To train fast, keep the rows in a buffer of float64 and the parameters
        in an array('d'): to read them from lists and Values, one by one, takes
        longer than to compute with them.
        """
        self.program.tape.check_one_output()
        if type(rows) is memoryview and type(parameters) is array:  # C sees if it can read them
            found = _ZERO * self._size
            if self._call(rows, -1, parameters, found, True) == DONE:
                return found.pop(), found
        flat, count = read_rows(rows, self.program.tape.inputs)
        data = self.program._data(parameters)
        status, mean, gradient = self._mean(flat, count, data)
        if status == UNREADABLE:  # numbers at odd addresses
            status, mean, gradient = self._mean(array("d", flat), count, data)
        return (mean, gradient) if status == DONE else self.program._mean(flat, count, data)

    def each(
        self,
        rows: Any,
        leaves: "Sequence[Value | str] | None" = None,
        parameters: Sequence[float] | None = None,
    ) -> Any:
        """The output or outputs at every row, and derivatives: see `Program`.

        Which derivatives there are is compiled once for each list of leaves.
        """
        return self.program._each(rows, leaves, parameters, self.rowwise)

    def rowwise(self, names: tuple[str, ...]) -> Rowwise:
        """What computes the outputs, and derivatives by these leaves."""
        if names not in self._rowwise:
            rowwise = Rowwise(self.program.rowwise(names).tape)
            rowwise.compile(self.fast_math)
            self._rowwise[names] = rowwise
        return self._rowwise[names]

    def _mean(self, flat, count, data, backward=True):
        """What C says of it, the mean output, and its gradient."""
        found = _ZERO * self._size
        status = self._call(flat, count, data, found, backward)
        return status, found.pop(), found

    @property
    def source(self) -> str:
        """The whole C file. (`program.source` is Python.)"""
        program = self.program
        if program.tape.shape:
            return self._rowwise[()].c
        return c_text(program.tape, program.merged)

    # The rest of Program's interface is the program's own.

    @property
    def tape(self) -> Tape:
        """The program's lines."""
        return self.program.tape

    @property
    def name(self) -> str:
        """The name of the program's function."""
        return self.program.name

    @property
    def inputs(self) -> list[str]:
        """The inputs' names in the program."""
        return self.program.inputs

    @property
    def parameters(self) -> list[Value]:
        """The leaves whose gradient it computes."""
        return self.program.parameters

    def to_array(self) -> "array[float]":
        """The parameters' numbers in an array: see `Program`."""
        return self.program.to_array()

    def from_array(self, numbers: Any) -> None:
        """Set the parameters' data to such numbers: see `Program`."""
        self.program.from_array(numbers)

    def places(self, leaves: Sequence[Value]) -> list[int]:
        """Where leaves stand in `parameters`: see `Program`."""
        return self.program.places(leaves)

    def line_by_line(self, *inputs: float) -> LineByLine:
        """Every line of the program, with the number that it computes."""
        return self.program.line_by_line(*inputs)

    def native(self, fast_math: bool = False) -> "Native":
        """The program as machine code, of this kind or the other."""
        return self.program.native(fast_math)

    @property
    def loops(self) -> Loops:
        """The program's lines with `for` loops, which the C has too."""
        return self.program.loops

    @property
    def merged(self) -> Merged:
        """The program's lines made fewer, of which the C is made."""
        return self.program.merged

    @property
    def function(self) -> Callable[..., Any]:
        """The program as a Python function."""
        return self.program.function

    def __reduce__(self) -> Any:
        return Native, (self.program, self.fast_math)

    def __str__(self) -> str:
        program = self.program
        if program.tape.shape:
            rowwise = self._rowwise[()]
            return _WORDS + each_c(rowwise.tape, rowwise.merged)
        return _WORDS + program_c(program.tape, program.merged)

    def __repr__(self) -> str:
        return self._short

    @cached_property
    def _short(self):
        lines = [line if len(line) <= WIDTH else f"{line[:WIDTH]} …" for line in str(self).splitlines()]
        return "\n".join(shortened(lines, 2 * MOST_LINES, "//", inside=(" ", "{", "}")))

    def _repr_html_(self) -> str:
        return code_block(repr(self), _ROLES)


_ZERO = array("d", [0.0])
WIDTH = 120  # of lines at a prompt: lists of places may be far longer
_ROLES = {"X": "input", "W": "parameter", "D": "gradient", "ADD": "gradient"}  # in C
# What a reader of the program's own part has to know.
_WORDS = """\
// X(i), an input, T(i), a value, and D(i), its gradient, are vectors, with a
// number for each of several rows; so are the variables. SPLAT(W(i)) is parameter
// i for all rows. EACH: for each of several vectors. ADD(i, ...) adds the numbers
// of all rows to the gradient of parameter i, or to the output if i is SUMS.
// SELECT(test, yes, no) chooses row by row. native.source is the whole file.

"""
