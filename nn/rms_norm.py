"""RMSNorm: a vector brought to the size that the next layer expects."""

from collections.abc import Sequence
from operator import mul
from typing import Any

from engine import Value
from nn.checks import check_inputs, check_numbers, check_positive
from nn.layers import name_inputs
from nn.module import Module

EPSILON = 1e-8  # so that a vector of zeros has a norm, and derivatives


class RMSNorm(Module):
    """g_i x_i / RMS(x) for a vector x of `size` numbers and a gain g:

        RMS(x) = √((x_1² + ... + x_n²) / n)

    So the numbers have a mean square of 1, whatever the size of x, and then
    the gain, which is learned, scales each. It starts at 1. (Under the root
    1e-8 is added, for a vector of zeros: numbers should be larger than 0.001.
    The squares of numbers beyond 1e154 are too large for a float.)

    Raises ValueError where a vector has another size. From Zhang and Sennrich,
    Root mean square layer normalization (2019).

    >>> norm = RMSNorm(2)
    >>> norm, norm.parameters()[0].label
    (RMSNorm(2), 'g1')
    >>> [round(x.data, 6) for x in norm([1, 7])]
    [0.2, 1.4]
    >>> [round(x.data, 6) for x in norm([1000, 7000])]
    [0.2, 1.4]
    """

    def __init__(self, size: int) -> None:
        size = check_positive(size, "a vector for RMSNorm has numbers")
        self.gain = [Value(1, f"g{i}") for i in range(1, size + 1)]

    def __call__(self, x: Sequence[Any]) -> list[Value]:
        x = name_inputs(check_numbers(check_inputs(x, len(self.gain), self), self))
        rms = (sum(map(mul, x, x)) / len(x) + EPSILON) ** 0.5
        return [g * (number / rms) for g, number in zip(self.gain, x)]

    def architecture(self) -> dict[str, Any]:
        return {"size": len(self.gain)}

    def __repr__(self) -> str:
        return f"RMSNorm({len(self.gain)})"
