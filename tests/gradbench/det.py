"""det: a determinant by expansion by minors, and its gradient.

Sizes: ℓ = 5, 6, …, 11.
"""

import random
from functools import cache


def det(matrix):
    """The determinant of a list of rows.

    Expanded along the first row that is left. A minor of the same columns
    occurs many times, and is one node of the graph: so there are n 2ⁿ products,
    and not n! of them.
    """

    @cache
    def minor(columns):
        row = matrix[-len(columns)]
        if len(columns) == 1:
            return row[columns[0]]
        total = 0
        for i, column in enumerate(columns):
            product = row[column] * minor(columns[:i] + columns[i + 1 :])
            total = total - product if i % 2 else total + product
        return total

    return minor(tuple(range(len(matrix))))


def data(size):
    """A matrix of numbers between 0 and 1."""
    rng = random.Random(31337)
    return [[rng.random() for _ in range(size)] for _ in range(size)]
