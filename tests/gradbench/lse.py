"""lse: log Σᵢ exp(xᵢ), which is smooth and almost max(x).

Sizes: n = 2,500, 5,000, …, 1,280,000.
"""

import math
import random
from array import array
from functools import reduce

from engine import Elementwise, Program, Value, grad


def lse(x):
    """The maximum is taken out, lest exp overflows."""
    largest = reduce(lambda a, b: a.maximum(b), x)
    return largest + sum((each - largest).exp() for each in x).log()


def gradient(compiled=Program.native):
    """lse and its gradient as a function of an array of numbers, by one term.

    The term is e = exp(x - a) / S. Over all rows, with S = 1, it adds up to the
    S of lse = a + log S. And ∂lse/∂x is ∂e/∂x with that S: 1/S is the
    derivative of log S.
    """
    x, a, total = Value(0, "x"), Value(0, "a"), Value(1, "S")
    terms = compiled(Program(term(x, a, total), inputs=[x], parameters=[a, total]))
    slope = Elementwise(lambda x, *, a, total: grad(term(x, a, total), [x])[0])
    if compiled is Program.native:
        slope.compile()

    def value_and_gradient(numbers):
        largest, column = max(numbers), memoryview(numbers).cast("B").cast("d", (len(numbers), 1))
        mean, _ = terms.value_and_gradient(column, array("d", [largest, 1.0]))
        whole = mean * len(numbers)
        return largest + math.log(whole), slope(numbers, a=largest, total=whole)[0]

    return value_and_gradient


def term(x, a, total):
    return (x - a).exp() / total


def data(n):
    """An array of n numbers between 0 and 1."""
    rng = random.Random(31337)
    return array("d", [rng.random() for _ in range(n)])
