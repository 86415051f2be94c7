"""Attention: every element of a sequence looks at all of them."""

import math
import random
from collections.abc import Sequence
from itertools import chain
from operator import mul
from typing import Any

from engine import Value, short_repr
from nn.checks import check_inputs, check_list, check_numbers, check_positive, check_rng, is_integer
from nn.layers import name_inputs
from nn.losses import softmax
from nn.module import Module


class Attention(Module):
    """Scaled dot-product self-attention, on vectors x_1 to x_n:

        q_i, k_i, v_i = Q x_i, K x_i, V x_i    query, key, value of x_i
        a_i = softmax(q_i · k_1 / √d, ..., q_i · k_n / √d)
        out_i = a_i1 v_1 + ... + a_in v_n

    So out_i is a weighted mean of the values, and the weights say how well
    their keys match the query of x_i. A vector has `nin` numbers; queries,
    keys and values have d = `size`. The weights Q, K, V start as normal random
    numbers with variance 1 / nin. The order of the sequence is not seen: in
    another order the results are the same, in that order.

    With several `heads`, each has Q, K and V of its own, `size` rows of the
    whole, and out_i is the list of what they give, head after head: `heads`
    times `size` numbers, which a layer may mix. With `causal`, x_i looks at
    none that comes after it, as where x_{i+1} is to be guessed: a_i ends with
    a_ii.

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
    >>> attention = Attention(2, 3, heads=4, causal=True)
    >>> len(attention([[1, 0], [0, 1]])[0])
    12
    >>> [len(row) for row in attention.weights([[1, 0], [0, 1]], head=3)]
    [1, 2]
    """

    def __init__(
        self, nin: int, size: int, rng: random.Random | None = None, heads: int = 1, causal: bool = False
    ) -> None:
        self.nin = check_positive(nin, "a vector for attention has numbers")
        self.size = check_positive(size, "the queries and keys of attention have numbers")
        check_rng(rng)
        self.heads = check_positive(heads, "attention has heads")
        if not isinstance(causal, bool):
            raise TypeError(f"causal is True or False, not {short_repr(causal)}")
        self.causal = causal
        self.query, self.key, self.value = (self._matrix(name, rng or random) for name in "QKV")

    def weights(self, vectors: Sequence[Sequence[Any]], head: int = 0) -> list[list[Value]]:
        """The a_ij: row i says how much x_i looks at each x_j, in sum 1.

        They are those of one head; the first is 0. Raises ValueError if there
        is no such head.
        """
        if not is_integer(head) or head not in range(self.heads):
            raise ValueError(f"{self!r} has heads 0 to {self.heads - 1}, not {short_repr(head)}")
        return self._weights(head, self._named(vectors))

    def __call__(self, vectors: Sequence[Sequence[Any]]) -> list[list[Value]]:
        vectors = self._named(vectors)
        heads = [self._head(head, vectors) for head in range(self.heads)]
        return [list(chain(*outs)) for outs in zip(*heads)]

    def architecture(self) -> dict[str, Any]:
        return {"inputs": self.nin, "size": self.size, **self._options()}

    def __repr__(self) -> str:
        options = "".join(f", {name}={option}" for name, option in self._options().items())
        return f"Attention({self.nin}, {self.size}{options})"

    def _options(self):
        """Those that differ from one head that looks at all."""
        options = {"heads": self.heads} if self.heads > 1 else {}
        return options | {"causal": True} if self.causal else options

    def _matrix(self, name, rng):
        """`size` × `nin` parameters a head; row i, column j has label Qi_j."""
        scale, rows, columns = 1 / math.sqrt(self.nin), self.heads * self.size, range(1, self.nin + 1)
        return [[Value(rng.gauss(0, scale), f"{name}{i}_{j}") for j in columns] for i in range(1, rows + 1)]

    def _named(self, vectors):
        """The vectors as lists; plain numbers are called x1_1, x1_2, ..."""
        vectors = check_list(vectors, "Attention takes a list of vectors")
        check_positive(len(vectors), "Attention takes a list of vectors")
        checked = [check_numbers(check_inputs(x, self.nin, self, "a vector of "), self) for x in vectors]
        return [name_inputs(x, f"x{i}_") for i, x in enumerate(checked, 1)]

    def _head(self, head, vectors):
        weights, values = self._weights(head, vectors), self._product(self.value, head, vectors)
        columns = list(zip(*values))
        return [[_dot(row, column) for column in columns] for row in weights]

    def _weights(self, head, vectors):
        queries, keys = (self._product(matrix, head, vectors) for matrix in (self.query, self.key))
        scale = 1 / math.sqrt(self.size)
        seen = [keys[:i] if self.causal else keys for i in range(1, len(keys) + 1)]
        return [softmax([_dot(q, k) * scale for k in keys]) for q, keys in zip(queries, seen)]

    def _product(self, matrix, head, vectors):
        """A head's rows of the matrix times every vector."""
        rows = matrix[head * self.size : (head + 1) * self.size]
        return [[_dot(row, x) for row in rows] for x in vectors]


def _dot(x, y):
    return sum(map(mul, x, y))
