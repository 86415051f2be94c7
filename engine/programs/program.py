"""Program: a graph as a program, to read, to step through, to train with."""

from array import array
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import repeat
from operator import add
from typing import TYPE_CHECKING, Any

from engine.programs.compiled import Compiled
from engine.programs.line_by_line import LineByLine
from engine.programs.loops import Loops
from engine.programs.merged import Merged, merged
from engine.programs.python_text import forward_text, generator_text, joined, program_text
from engine.programs.rows import check_no_nan, describe_inputs, read_parameters, read_row, read_rows
from engine.programs.tape import record_tape
from engine.value import Constant, Value

if TYPE_CHECKING:
    from engine.programs.native import Native


class Program:
    """What a graph computes and its derivatives, line by line.

    `inputs` are the leaves whose numbers every call gives; all other leaves
    but constants are the program's `parameters`, those that are given first
    and in that order. A call does to them what
    `output.backward()` does, to the last bit but for the sign of a zero, with
    their data of that moment and without the graph. `tape` holds the lines.
    `source` is a module that runs by itself, and `function` its function,
    which `pdb` steps through.

    A program is a recording. Which branch an `if` took and how often a loop
    ran while the graph was built is fixed in it, and so is a number that left
    the graph, as in `math.tanh(z)`: `engine.decisions` shows where that is.
    relu, abs, maximum and minimum decide anew at every call.

    Raises TypeError or ValueError if an input is not a leaf or is given twice.

    >>> x, y, w, b = Value(2, "x"), Value(1, "y"), Value(-3, "w"), Value(4, "b")
    >>> L = (w * x + b - y) ** 2
    >>> L.label = "L"
    >>> program = Program(L, inputs=[x, y])
    >>> print(program)
    def L(x, y, w, b):
        # forward
        v1 = w * x
        v2 = v1 + b
        v3 = v2 - y
        L = v3 * v3
        # backward
        d_v3 = 2 * v3
        d_v2 = d_v3
        d_v1 = d_v2
        d_b = d_v2
        d_w = d_v1 * x
        return L, (d_w, d_b)
    >>> program(2, 1), w.grad, b.grad
    (9.0, -12.0, -6.0)
    >>> program.batch([[0, 0], [1, 1]])
    8.0
    """

    def __init__(self, output: Value, inputs: Sequence[Value] = (), parameters: Sequence[Value] = ()) -> None:
        if not isinstance(output, Value):
            raise TypeError(f"a program computes one Value, not a {type(output).__name__}")
        check_inputs(inputs)
        for place, parameter in enumerate(parameters):
            if not isinstance(parameter, Value):
                raise TypeError(f"parameter {place} is a {type(parameter).__name__}, not a Value")
        self.tape, self.parameters = record_tape(output, inputs, parameters)

    @property
    def name(self) -> str:
        """The name of the program's function: the output's label, or f."""
        return self.tape.name

    @property
    def inputs(self) -> list[str]:
        """The inputs' names in the program."""
        return list(self.tape.inputs)

    def __call__(self, *inputs: float) -> float:
        """Run forward and backward: add the gradient to the parameters' own.

        Returns the output. Raises TypeError or ValueError that names the
        input, if the inputs are too many or few, not numbers or NaN; and what
        an operation raises, with the line and its numbers. Then no gradient is
        changed.
        """
        output, gradient = self._run(self._whole, read_row(inputs, self.tape.inputs))
        self._accumulate(gradient)
        return output

    def value(self, *inputs: float) -> float:
        """The output, by the forward pass alone."""
        return self._run(self._forward, read_row(inputs, self.tape.inputs))[0]

    def batch(self, rows: Any) -> float:
        """The mean output over rows; accumulate the mean gradient.

        `rows` is a sequence of sequences of numbers, or anything with a buffer
        or an `__array__` of real numbers in two dimensions: a NumPy array, a
        tensor, a table. A C-contiguous buffer of float64 is not copied. Raises
        what a call raises, and names the row.
        """
        mean, gradient = self.value_and_gradient(rows)
        self._accumulate(gradient)
        return mean

    def value_and_gradient(
        self, rows: Any, parameters: Sequence[float] | None = None
    ) -> "tuple[float, array[float]]":
        """The mean output over rows, and its gradient in order of `parameters`.

        It changes no Value, and computes at the numbers in `parameters` if
        they are given, else at the parameters' own data: for a loop that keeps
        its parameters in an array, or a pool of processes.

        >>> w = Value(3, "w")
        >>> Program(w * w).value_and_gradient([[]], [5.0])
        (25.0, array('d', [10.0]))
        """
        flat, count = read_rows(rows, self.tape.inputs)
        return self._mean(flat, count, self._data(parameters))

    def line_by_line(self, *inputs: float) -> LineByLine:
        """Every line of both passes, with the number that it computes.

        After += and -= this is the sum so far. The result gives pairs of a
        Line and its number. No Value changes. Raises what a call raises.

        >>> x, w = Value(2, "x"), Value(-3, "w")
        >>> Program((w * x) ** 2, inputs=[x]).line_by_line(4)
        # forward
        v1 = w * x       -12
        v2 = v1 * v1     144
        # backward
        d_v1 = 2 * v1    -24
        d_w = d_v1 * x   -96
        """
        data = [*read_row(inputs, self.tape.inputs), *self._data()]
        numbers = dict(zip(self.tape.inputs + self.tape.parameters, data))
        found = []
        for line in self.tape.forward + self.tape.backward:
            try:
                number = line.number(numbers)
            except (ValueError, ArithmeticError) as error:
                raise self._explained(error, line, numbers) from None
            numbers[line.target] = number
            found.append((line, number))
        return LineByLine(found, len(self.tape.forward))

    def native(self, fast_math: bool = False) -> "Native":
        """The same program as machine code: see `Native`."""
        from engine.programs.native import Native

        return Native(self, fast_math)

    @cached_property
    def source(self) -> str:
        """The program as a Python module."""
        return joined(program_text(self.tape))

    @cached_property
    def loops(self) -> Loops:
        """The same lines with `for` loops where they repeat: see `Loops`."""
        return Loops(self.tape, self.merged)

    @cached_property
    def merged(self) -> Merged:
        """The lines made fewer, on numbered places: for the loops and the C."""
        return merged(self.tape)

    @cached_property
    def function(self) -> Callable[..., tuple[float, tuple[float, ...]]]:
        """The program as a function of its inputs, then its parameters.

        It returns the output and the gradient, a tuple.
        """
        return self._whole.function

    @cached_property
    def _whole(self):
        return Compiled(self.tape, program_text)

    @cached_property
    def _forward(self):
        return Compiled(self.tape, forward_text)

    @cached_property
    def _generator(self):
        return Compiled(self.tape, generator_text)

    def _run(self, compiled, numbers):
        """The results of a function at these inputs."""
        numbers += self._data()
        try:
            return compiled.function(*numbers)
        except (ValueError, ArithmeticError) as error:
            raise self._explained(error, *compiled.failure(error)) from None

    def _mean(self, flat, count, data):
        check_no_nan(flat, self.tape.inputs)
        width = len(self.tape.inputs)
        rows = zip(*[iter(flat)] * width) if width else repeat((), count)
        # Eight sums in turn, as the native program adds, for the same bits;
        # -0.0 + x is x, even for -0.0. (A sum is replaced, never changed.)
        sums, done = [[-0.0] * (1 + len(data))] * 8, 0
        generator = self._generator
        try:
            for output, gradient in generator.function(rows, *data):
                sums[done % 8] = list(map(add, sums[done % 8], (output, *gradient)))
                done += 1
        except (ValueError, ArithmeticError) as error:
            raise self._explained(error, *generator.failure(error), f"row {done}: ") from None
        means = [(((a + e) + (c + g)) + ((b + f) + (d + h))) / count for a, b, c, d, e, f, g, h in zip(*sums)]
        return means[0], array("d", means[1:])

    def _data(self, numbers=None):
        """The parameters' data, or other numbers for them, in a new array."""
        if numbers is None:
            numbers = [parameter.data for parameter in self.parameters]
        return read_parameters(numbers, self.tape.parameters)

    def _accumulate(self, gradient):
        """Add a gradient, in the order of `parameters`, to their own."""
        for parameter, derivative in zip(self.parameters, gradient):
            parameter.grad += derivative

    def _explained(self, error, line, numbers, where=""):
        """The same kind of error, naming row, printed line and numbers."""
        place = next(i for i, (_, each) in enumerate(program_text(self.tape), 1) if each is line)
        known = ", ".join(f"{name} = {numbers[name]}" for name in dict.fromkeys(line.names))
        message = f"{where}line {place}, {line}{f' where {known}' if known else ''}: {error}"
        return type(error)(message).with_traceback(error.__traceback__)

    def __getstate__(self) -> dict[str, Any]:
        return {"tape": self.tape, "parameters": self.parameters}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        for line in self.tape.forward + self.tape.backward:
            if len(line.formula.letters) > len(line.operands):  # a function's name is taken for one
                raise ValueError(
                    f"{line.formula.text} calls an operation that is not defined in this process: "
                    "define() it in a module that both processes import"
                )

    def __str__(self) -> str:
        return self.source.rstrip("\n")

    def __repr__(self) -> str:
        lines = self.source.count("\n")
        inputs = describe_inputs(self.tape.inputs)
        return f"<Program {self.name}: {inputs}, {len(self.parameters)} parameters, {lines} lines>"


def check_inputs(inputs: Sequence[Value]) -> None:
    """Check that inputs are leaves whose data a call can give.

    Raises TypeError or ValueError that names the input.
    """
    if not isinstance(inputs, (list, tuple)):
        raise TypeError(f"inputs is a list of Values, not a {type(inputs).__name__}")
    given = set()
    for place, leaf in enumerate(inputs):
        if not isinstance(leaf, Value):
            raise TypeError(f"input {place} is a {type(leaf).__name__}, not a Value")
        name = f"input {place} ({leaf.label or leaf})"
        if type(leaf) is Constant:
            raise ValueError(f"{name} is a constant, and fixed in the program")
        if leaf.operation is not None:
            raise ValueError(f"{name} is computed from other Values; an input is a leaf")
        if leaf in given:
            raise ValueError(f"{name} is given twice")
        given.add(leaf)
