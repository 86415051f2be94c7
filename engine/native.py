"""A program compiled by the machine's C compiler: the graph's numbers, thousands of times as fast."""

import ctypes
import os
import threading
from array import array

from engine.buffers import Memory
from engine.c_module import c_module
from engine.compiler import compiled
from engine.rows import row, table


class Native:
    """A Program in machine code, with the same interface; `program.native()` makes one.

    It computes eight rows at a time, each with Python's arithmetic, line by line: where Python's `math` is
    the C library's, its results are the program's to the last bit. Where one is not finite, the program
    itself is asked, and refuses what the graph would refuse, telling the row, the line and the numbers.

    With `fast_math` the compiler may reorder sums, fuse products with them and take the vector forms of
    exp, tanh and the like. Then the last digits differ, from the graph's and from machine to machine.

    Raises NoCompiler if there is no C compiler; then `c_compiler()` is None.

    >>> from engine import Program, Value, c_compiler
    >>> x, w = Value(2, "x"), Value(3, "w")
    >>> program = Program(w * x, inputs=[x])
    >>> fastest = program.native() if c_compiler() else program
    >>> fastest.batch([[1], [3]]), w.grad
    (6.0, 2.0)
    """

    def __init__(self, program, fast_math=False):
        self.program, self.fast_math = program, fast_math
        self.inputs, self.parameters = program.inputs, program.parameters
        self._run = _function(program.source, fast_math)

    def __call__(self, *inputs):
        """Run forward and backward: add to the gradient of every parameter, and return the output."""
        output, gradient = self._mean(array("d", row(inputs, self.inputs)), 1, self.program.data())
        if output != output:
            return self.program(*inputs)
        self.program.add(gradient)
        return output

    def value(self, *inputs):
        """The output, by the forward pass alone."""
        flat = array("d", row(inputs, self.inputs))
        output, _ = self._mean(flat, 1, self.program.data(), backward=False)
        return self.program.value(*inputs) if output != output else output

    def batch(self, rows):
        """The mean output over rows of inputs; the mean gradient is added to the parameters' own."""
        mean, gradient = self.gradient(rows)
        self.program.add(gradient)
        return mean

    def gradient(self, rows, parameters=None):
        """The mean output over rows, and its gradient as an array('d') in the order of `parameters`.

        To train fast, keep the rows in a buffer of float64 and the parameters in an array('d'): to get them
        out of lists and Values, one by one, takes longer than to compute with them.
        """
        flat, count = table(rows, self.inputs)
        data = self.program.data(parameters)
        mean, gradient = self._mean(flat, count, data)
        return self.program._mean(flat, count, data) if mean != mean else (mean, gradient)

    def _mean(self, flat, count, data, backward=True):
        """The mean output, NaN if a number on the way to it was not finite, and the mean gradient."""
        gradient = array("d", bytes(data.itemsize * len(data)))
        into = gradient.buffer_info()[0] if backward else None
        with Memory(flat) as address:
            return self._run(address, count, data.buffer_info()[0], into), gradient

    @property
    def source(self):
        """The program in C."""
        return c_module(self.program.source)

    def __reduce__(self):
        return Native, (self.program, self.fast_math)

    def __str__(self):
        return self.source

    def __repr__(self):
        return f"<Native of {self.program!r}>"


KEPT = 16  # functions, those of the programs asked for last
_functions, _lock = {}, threading.Lock()


def _function(source, fast_math):
    """The machine code of a program's source: compiled once in a process, whoever else asks for it."""
    key = source, fast_math
    with _lock:
        function = _functions.pop(key, None)
        if function is None:
            function = compiled(c_module(source), fast_math)["run"]
            function.restype = ctypes.c_double
            function.argtypes = [ctypes.c_void_p, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
        _functions[key] = function
        while len(_functions) > KEPT:
            del _functions[next(iter(_functions))]
    return function


def _unlock():
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):  # a forked process has the lock, but not the thread that would release it
    os.register_at_fork(after_in_child=_unlock)
