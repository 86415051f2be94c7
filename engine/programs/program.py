"""Program: a graph as a program, to read, to step through, to train with."""

from array import array
from collections.abc import Callable, Sequence
from itertools import repeat
from operator import add
from typing import TYPE_CHECKING, Any

from engine.calculus import list_of_values
from engine.errors import in_words, is_list, short_repr
from engine.lazy import cached_property
from engine.notebook import code_block
from engine.programs.compiled import Compiled
from engine.programs.line_by_line import LineByLine
from engine.programs.loops import Loops
from engine.programs.merged import Merged, merged
from engine.programs.python_text import forward_text, generator_text, joined, program_text, roles
from engine.programs.rows import check_no_nan, read_parameters, read_row, read_rows
from engine.programs.rowwise import Rowwise, matrix, with_jacobian
from engine.programs.tape import flat_outputs, other_leaves, record_function, record_tape
from engine.unchanged import assign
from engine.value import Constant, Value

if TYPE_CHECKING:
    from engine.programs.native import Native


class Program:
    """What a graph computes and its derivatives, line by line.

    `inputs` are the leaves whose numbers every call gives; all other leaves
    but constants are the program's `parameters`, those that are given first
    and in that order. A call does to them what `output.backward()` does, to the
    last bit, with their data of that moment and without the graph. `tape`
    holds the lines. `source` is a module that runs by itself, and `function`
    its function, which `pdb` steps through.

    A program is a recording. Which branch an `if` took and how often a loop
    ran while the graph was built is fixed in it, and so is a number that left
    the graph, as in `math.tanh(z)`: `engine.decisions` shows where that is.
    relu, abs, maximum and minimum decide anew at every call.

    With a list of outputs, or a list of such lists (a Jacobian, a Hessian), a
    call returns numbers in the same lists, by the forward pass alone: several
    outputs have no one gradient.

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

    def __init__(
        self,
        output: Value | Sequence[Any],
        inputs: Sequence[Value] = (),
        parameters: Sequence[Value] = (),
    ) -> None:
        outputs, shape = flat_outputs(output)
        check_inputs(inputs)
        parameters = list_of_values(parameters, "parameters")
        if not shape:
            self.tape, self.parameters = record_tape(outputs[0], inputs, parameters)
        else:
            self.parameters = other_leaves(outputs, inputs, parameters)
            self.tape = record_function("f", outputs, inputs, self.parameters, shape)
        self._input_leaves = list(inputs)
        self._rowwise: dict[tuple[str, ...], Rowwise] = {}

    @property
    def name(self) -> str:
        """The name of the program's function: the output's label, or f."""
        return self.tape.name

    @property
    def inputs(self) -> list[str]:
        """The inputs' names in the program."""
        return list(self.tape.inputs)

    def __call__(self, *inputs: float) -> Any:
        """Run forward and backward: add the gradient to the parameters' own.

        Returns the output. (Of several outputs it returns all, and there is no
        backward pass.) Raises TypeError or ValueError that names the
        input, if the inputs are too many or few, not numbers or NaN; and what
        an operation raises, with the line and its numbers. Then no gradient is
        changed.
        """
        if self.tape.shape:
            return self.value(*inputs)
        output, gradient = self._run(self._whole, read_row(inputs, self.tape.inputs))
        self._accumulate(gradient)
        return output

    def value(self, *inputs: float) -> Any:
        """The output or outputs, by the forward pass alone."""
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
        self.tape.check_one_output()
        flat, count = read_rows(rows, self.tape.inputs)
        return self._mean(flat, count, self._data(parameters))

    def each(
        self,
        rows: Any,
        leaves: "Sequence[Value | str] | None" = None,
        parameters: Sequence[float] | None = None,
    ) -> Any:
        """The output or outputs at every row; if asked, their derivatives too.

        `rows` has the inputs' numbers, as in `batch`; `parameters`, if given,
        are used instead of the parameters' own data. Returns a memoryview,
        which NumPy takes as an array, and whose numbers `.tolist()` shows: its
        first index is the row's, and several outputs add theirs. With `leaves`
        (inputs or parameters, or their names in the program) it returns a pair:
        that, and the derivatives with respect to them, whose last index is the
        leaf's. No Value changes. Raises what a call raises, and names the row.

        >>> x, w = Value(2, "x"), Value(3, "w")
        >>> program = Program(w * x * x, inputs=[x])
        >>> program.each([[1], [2]]).tolist()
        [3.0, 12.0]
        >>> outputs, slopes = program.each([[1], [2]], leaves=[x, w])
        >>> slopes.tolist()
        [[6.0, 1.0], [12.0, 4.0]]
        """
        return self._each(rows, leaves, parameters, self.rowwise)

    def _each(self, rows, leaves, parameters, rowwise):
        """The same, by the Rowwise that there is for names of leaves."""
        names = None if leaves is None else self._names(leaves)
        flat, count = read_rows(rows, self.tape.inputs)
        check_no_nan(flat, self.tape.inputs)
        width = len(self.tape.inputs)
        if type(flat) is not array:
            flat = array("d", flat.tobytes())
        columns = [flat[i::width] for i in range(width)]
        columns = rowwise(names or ())(columns, count, self._data(parameters))
        shape, size = (count, *self.tape.shape), len(self.tape.outputs)
        outputs = matrix(columns[:size], shape)
        if names is None:
            return outputs
        return outputs, matrix(columns[size:], (*shape, len(names)))

    def rowwise(self, names: tuple[str, ...]) -> Rowwise:
        """What computes the outputs, and derivatives by these leaves."""
        if names not in self._rowwise:
            self._rowwise[names] = Rowwise(with_jacobian(self.tape, names))
        return self._rowwise[names]

    def _names(self, leaves):
        """The names of leaves, which may be names already."""
        known: dict[Any, str] = dict(zip(self._input_leaves, self.tape.inputs))
        known |= dict(zip(self.parameters, self.tape.parameters))
        known |= {name: name for name in known.values()}
        names = list(leaves) if is_list(leaves) else []
        if not names:
            raise TypeError(f"leaves is a list of inputs or parameters, at least one, not {in_words(leaves)}")
        for leaf in names:
            if not isinstance(leaf, (str, Value)) or leaf not in known:
                shown = leaf if isinstance(leaf, str) else repr(getattr(leaf, "label", "") or leaf)
                raise ValueError(f"{shown} is neither an input nor a parameter of this program")
        return tuple([known[leaf] for leaf in names])

    def to_array(self) -> "array[float]":
        """The parameters' numbers in an array, in order of `parameters`.

        It is for what computes with arrays, and comes back by `from_array` or
        `value_and_gradient`. SciPy takes it as x0, and NumPy without a copy:
        `numpy.asarray(program.to_array())`. (+ and * of an array itself are
        those of a list.)

        >>> x, w, b = Value(0, "x"), Value(3, "w"), Value(1, "b")
        >>> program = Program((w * x + b) ** 2, [x], parameters=[w, b])
        >>> a = program.to_array()
        >>> a
        array('d', [3.0, 1.0])
        >>> program.value_and_gradient([[1], [-1]], a)
        (10.0, array('d', [6.0, 2.0]))
        >>> program.from_array([2.5, 0])
        >>> w.data, b.data
        (2.5, 0.0)
        """
        return self._data()

    def from_array(self, numbers: Any) -> None:
        """Set the parameters' data to such numbers: an array, a list, a tensor.

        Raises TypeError or ValueError if they are not as many real numbers as
        parameters, and then changes nothing.
        """
        assign(self.parameters, "data", read_parameters(numbers, self.tape.parameters))

    def places(self, leaves: Sequence[Value]) -> list[int]:
        """Where leaves, a model's for instance, stand in `parameters`.

        So numbers in order of the leaves, as `model.to_array()` has them, go to
        their places in an array of the program's, and derivatives come back. A
        program has other leaves too: those that are frozen, or not the model's.

        Raises ValueError that names a leaf if it is not among the parameters:
        an input, or a leaf that the output does not depend on.

        >>> x, w, b = Value(0, "x"), Value(3, "w"), Value(1, "b")
        >>> program = Program(b + w * x, inputs=[x])
        >>> places = program.places([w, b])
        >>> places
        [1, 0]
        >>> numbers = program.to_array()
        >>> for place, number in zip(places, [7.0, 8.0]):
        ...     numbers[place] = number
        >>> mean, slopes = program.value_and_gradient([[5]], numbers)
        >>> mean, [slopes[place] for place in places]
        (43.0, [5.0, 1.0])
        """
        known = {parameter: place for place, parameter in enumerate(self.parameters)}
        leaves = list_of_values(leaves, "leaves")
        for leaf in leaves:
            if leaf not in known:
                raise ValueError(
                    f"{short_repr(leaf.label or leaf)} is not among this program's parameters: it is an input, "
                    "or the output does not depend on it, or the program is a copy, which has its own leaves"
                )
        return [known[leaf] for leaf in leaves]

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
    def function(self) -> Callable[..., Any]:
        """The program as a function of its inputs, then its parameters.

        It returns the output and the gradient, a tuple; or the outputs.
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
            numbers = [parameter._data for parameter in self.parameters]
        return read_parameters(numbers, self.tape.parameters)

    def _accumulate(self, gradient):
        """Add a gradient, in the order of `parameters`, to their own."""
        # (0.0 + -0.0 is 0.0: a backward pass, too, adds up from 0.0)
        sums = [parameter._grad + (0.0 + each) for parameter, each in zip(self.parameters, gradient)]
        assign(self.parameters, "grad", sums)

    def _explained(self, error, line, numbers, where=""):
        """The same kind of error, naming row, printed line and numbers."""
        place = next(i for i, (_, each) in enumerate(program_text(self.tape), 1) if each is line)
        message = f"{where}line {place}, {line.failure(error, numbers)}"
        return type(error)(message).with_traceback(error.__traceback__)

    def __getstate__(self) -> dict[str, Any]:
        kept = "tape", "parameters", "_input_leaves"
        return {name: self.__dict__[name] for name in kept} | {"_rowwise": {}}

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
        return joined(program_text(self.tape, short=True)).rstrip("\n")

    def _repr_html_(self) -> str:
        return code_block(repr(self), roles(self.tape))


def check_inputs(inputs: Sequence[Value]) -> None:
    """Check that inputs are leaves whose data a call can give.

    Raises TypeError or ValueError that names the input.
    """
    if not isinstance(inputs, (list, tuple)):
        raise TypeError(f"inputs is a list of Values, not {in_words(inputs)}")
    given = set()
    for place, leaf in enumerate(inputs):
        if not isinstance(leaf, Value):
            raise TypeError(f"input {place} is {in_words(leaf)}, not a Value")
        name = f"input {place} ({leaf.label or leaf})"
        if type(leaf) is Constant:
            raise ValueError(f"{name} is a constant, and fixed in the program")
        if leaf.operation is not None:
            raise ValueError(f"{name} is computed from other Values; an input is a leaf")
        if leaf in given:
            raise ValueError(f"{name} is given twice")
        given.add(leaf)
