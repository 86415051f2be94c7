"""Attention: every element of a sequence looks at all of them."""

import math
import random
from collections.abc import Sequence
from operator import mul
from typing import Any

from engine import Value
from nn.checks import check_inputs, check_list, check_positive, check_rng
from nn.layers import name_inputs
from nn.losses import softmax
from nn.module import Module


class Attention(Module):
    """One head of scaled dot-product self-attention, on vectors x_1 to x_n:

        q_i, k_i, v_i = Q x_i, K x_i, V x_i    query, key, value of x_i
        a_i = softmax(q_i · k_1 / √d, ..., q_i · k_n / √d)
        out_i = a_i1 v_1 + ... + a_in v_n

    So out_i is a weighted mean of the values, and the weights say how well
    their keys match the query of x_i. A vector has `nin` numbers; queries,
    keys and values have d = `size`. The weights Q, K, V start as normal random
    numbers with variance 1 / nin. The order of the sequence is not seen: in
    another order the results are the same, in that order.

    Raises ValueError where a vector has another size, or there is none. From
    Vaswani et al., Attention is all you need (2017).

    >>> head = Attention(2, 3, random.Random(0))
    >>> head, len(head.parameters())
    (Attention(2, 3), 18)
    >>> out = head([[1, 0], [0, 1], [1, 1], [0, 0]])
    >>> len(out), len(out[0])
    (4, 3)
    >>> [a.data for a in head.weights([[1, 0], [1, 0]])[0]]
    [0.5, 0.5]
    """

    def __init__(self, nin: int, size: int, rng: random.Random | None = None) -> None:
        self.nin = check_positive(nin, "a vector for attention has numbers")
        self.size = check_positive(size, "the queries and keys of attention have numbers")
        check_rng(rng)
        self.query, self.key, self.value = (self._matrix(name, rng or random) for name in "QKV")

    def weights(self, vectors: Sequence[Sequence[Any]]) -> list[list[Value]]:
        """The a_ij: row i says how much x_i looks at each x_j, in sum 1."""
        return self._weights(self._named(vectors))

    def __call__(self, vectors: Sequence[Sequence[Any]]) -> list[list[Value]]:
        vectors = self._named(vectors)
        weights, values = self._weights(vectors), _product(self.value, vectors)
        columns = list(zip(*values))
        return [[_dot(row, column) for column in columns] for row in weights]

    def architecture(self) -> dict[str, Any]:
        return {"inputs": self.nin, "size": self.size}

    def __repr__(self) -> str:
        return f"Attention({self.nin}, {self.size})"

    def _matrix(self, name, rng):
        """`size` × `nin` parameters; row i and column j have label Qi_j."""
        scale, columns = 1 / math.sqrt(self.nin), range(1, self.nin + 1)
        return [
            [Value(rng.gauss(0, scale), f"{name}{i}_{j}") for j in columns] for i in range(1, self.size + 1)
        ]

    def _named(self, vectors):
        """The vectors as lists; plain numbers are called x1_1, x1_2, ..."""
        vectors = check_list(vectors, "Attention takes a list of vectors")
        check_positive(len(vectors), "Attention takes a list of vectors")
        checked = [check_inputs(x, self.nin, self, "a vector of ") for x in vectors]
        return [name_inputs(x, f"x{i}_") for i, x in enumerate(checked, 1)]

    def _weights(self, vectors):
        queries, keys = _product(self.query, vectors), _product(self.key, vectors)
        scale = 1 / math.sqrt(self.size)
        return [softmax([_dot(q, k) * scale for k in keys]) for q in queries]


def _dot(x, y):
    return sum(map(mul, x, y))


def _product(matrix, vectors):
    """The matrix times every vector."""
    return [[_dot(row, x) for row in matrix] for x in vectors]
