"""A product of matrices of Values by NumPy's object arrays, and by list
comprehensions.
"""

import random
from operator import mul

from engine import Value


def task(*shapes):
    """Two matrices of Values, as lists of rows."""
    rng = random.Random(0)
    return [[[Value(rng.gauss(0, 1)) for _ in range(n)] for _ in range(m)] for m, n in shapes]


def list_comprehension(task):
    rows, columns = task[0], list(zip(*task[1]))
    return lambda: [[sum(map(mul, row, column)) for column in columns] for row in rows], data


def numpy_operator(task):
    import numpy as np

    A, B = map(np.array, task)
    return lambda: A @ B, data


def numpy_dot(task):
    import numpy as np

    A, B = map(np.array, task)
    return lambda: np.dot(A, B), data


def numpy_einsum(task):
    import numpy as np

    A, B = map(np.array, task)
    return lambda: np.einsum("ij,jk->ik", A, B), data


def data(matrix):
    return [value.data for row in matrix for value in row]
