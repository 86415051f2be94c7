"""A graph as a straight-line Python program: to read, to step through, and to train with."""

import linecache
import re
import weakref
from array import array
from functools import cached_property
from itertools import count, repeat
from operator import add

from engine.listing import forward_alone, listing, over_rows
from engine.rows import described, refuse_nan, row, table
from engine.source import module
from engine.value import Constant, Value

_serial = count(1)


class Program:
    """What a graph computes and its derivatives, line by line: the forward pass, then the backward pass.

    `inputs` are the leaves whose numbers every call gives; all other leaves but constants are the program's
    `parameters`. A call does what `output.backward()` does to them, to the last bit, with their data of that
    moment and without the graph. `source` is a module that runs by itself, and `function` its function
    compiled, which `pdb` steps through.

    A program is a recording. Which branch an `if` took and how often a loop ran while the graph was built is
    fixed in it; relu, abs, maximum and minimum are not, they decide anew at every call.

    Raises TypeError or ValueError if an input is not a leaf, or is given twice.

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

    def __init__(self, output, inputs=()):
        if not isinstance(output, Value):
            raise TypeError(f"a program computes one Value, not a {type(output).__name__}")
        _check(inputs)
        self.name, self.source, self.inputs, self.parameters = listing(output, inputs)

    def __call__(self, *inputs):
        """Run forward and backward: add to the gradient of every parameter, and return the output.

        Raises TypeError or ValueError that names the input, if they are too many or few, not numbers or NaN;
        and what an operation raises, with the line and its numbers. Then no gradient is touched.
        """
        output, derivatives = self._run(self.function, row(inputs, self.inputs))
        self.add(derivatives)
        return output

    def value(self, *inputs):
        """The output, by the forward pass alone."""
        return self._run(self._forward, row(inputs, self.inputs))[0]

    def batch(self, rows):
        """The mean output over rows of inputs; the mean gradient is added to the parameters' own.

        `rows` is a sequence of sequences of numbers, or a C-contiguous buffer of float64 in two dimensions
        (a NumPy array, a memoryview), which is not copied. Raises what a call raises, naming the row.
        """
        mean, gradient = self.gradient(rows)
        self.add(gradient)
        return mean

    def gradient(self, rows, parameters=None):
        """The mean output over rows, and its gradient as an array('d') in the order of `parameters`.

        It touches no Value, and computes at the numbers in `parameters` if there are any, else at the
        parameters' own data: for a loop that keeps its parameters in an array, or a pool of processes.

        >>> w = Value(3, "w")
        >>> Program(w * w).gradient([[]], [5.0])
        (25.0, array('d', [10.0]))
        """
        flat, count = table(rows, self.inputs)
        return self._mean(flat, count, self.data(parameters))

    def _mean(self, flat, count, data):
        refuse_nan(flat, self.inputs)
        rows = zip(*[iter(flat)] * len(self.inputs)) if self.inputs else repeat((), count)
        # Eight sums in turn, as the native program adds, for the same bits; -0.0 + x is x, even for -0.0.
        sums, done = [[-0.0] * (1 + len(data))] * 8, 0
        try:
            for output, derivatives in self._over_rows(rows, *data):
                sums[done % 8] = list(map(add, sums[done % 8], (output, *derivatives)))
                done += 1
        except (ValueError, ArithmeticError) as error:
            raise self._refusal(error, self._over_rows, f"row {done}: ") from None
        means = [(a + b + c + d + e + f + g + h) / count for a, b, c, d, e, f, g, h in zip(*sums)]
        return means[0], array("d", means[1:])

    def data(self, numbers=None):
        """The parameters' data, or as many other numbers, in an array of its own."""
        if numbers is None:
            numbers = [parameter.data for parameter in self.parameters]
        if len(numbers) != len(self.parameters):
            raise ValueError(f"{len(numbers)} numbers given for {len(self.parameters)} parameters")
        return array("d", numbers)

    def add(self, gradient):
        """Add a gradient, in the order of `parameters`, to their own."""
        for parameter, derivative in zip(self.parameters, gradient):
            parameter.grad += derivative

    def native(self, fast_math=False):
        """The same program in machine code: see engine.native.Native."""
        from engine.native import Native

        return Native(self, fast_math)

    @cached_property
    def function(self):
        """The program as a Python function: (*inputs, *parameters) -> (output, derivatives)."""
        return self._compiled(self.source)

    @cached_property
    def _forward(self):
        return self._compiled(forward_alone(self.source))

    @cached_property
    def _over_rows(self):  # a loop inside the function, which takes half the time of one around it
        return self._compiled(over_rows(self.source, self.inputs))

    def _compiled(self, source):
        filename = f"<program {self.name} {next(_serial)}>"
        weakref.finalize(self, linecache.cache.pop, filename, None)
        return module(source, filename)[self.name]

    def _run(self, function, numbers):
        numbers += self.data()
        try:
            return function(*numbers)
        except (ValueError, ArithmeticError) as error:
            raise self._refusal(error, function) from None

    def _refusal(self, error, function, where=""):
        """The same kind of exception as `error`, telling the row, the line that failed, and its numbers."""
        trace = error.__traceback__
        while trace.tb_frame.f_code is not function.__code__:
            trace = trace.tb_next
        line, numbers = self.source.splitlines()[trace.tb_lineno - 1].strip(), trace.tb_frame.f_locals
        operands = [name for name in re.findall(r"\w+", line.partition("=")[2]) if name in numbers]
        known = ", ".join(f"{name} = {numbers[name]}" for name in dict.fromkeys(operands))
        message = f"{where}line {trace.tb_lineno}, {line} where {known}: {error}"
        return type(error)(message).with_traceback(error.__traceback__)

    def __getstate__(self):
        kept = ("name", "source", "inputs", "parameters")
        return {name: self.__dict__[name] for name in kept}

    def __str__(self):
        return self.source.rstrip("\n")

    def __repr__(self):
        lines = self.source.count("\n")
        return f"<Program {self.name}: {described(self.inputs)}, {len(self.parameters)} parameters, {lines} lines>"


def _check(inputs):
    """Refuse inputs that are not leaves whose data a call can give."""
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
