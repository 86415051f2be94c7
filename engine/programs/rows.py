"""Rows of inputs, read and checked.

They are sequences of numbers, or a buffer of float64, which is not copied.
"""

import reprlib
from array import array
from collections.abc import Sequence
from typing import Any

from engine.errors import as_float


def read_row(numbers: Sequence[Any], inputs: Sequence[str], where: str = "") -> list[float]:
    """The numbers of one row as floats, one for each of the named inputs.

    Raises TypeError or ValueError that names the row and the input if there
    are more or fewer numbers than inputs, or if one is not a real number or is
    NaN.

    >>> read_row([1, True], ["x", "y"])
    [1.0, 1.0]
    >>> read_row([1, "2"], ["x", "y"], "row 3: ")
    Traceback (most recent call last):
    TypeError: row 3: input y is '2' (str), not a real number
    """
    _check_count(numbers, inputs, where)
    floats = []
    for name, number in zip(inputs, numbers):
        try:
            floats.append(as_float(number))
        except (TypeError, OverflowError):
            given = f"{reprlib.repr(number)} ({type(number).__name__})"
            raise TypeError(f"{where}input {name} is {given}, not a real number") from None
        if floats[-1] != floats[-1]:
            raise ValueError(f"{where}input {name} is NaN")
    return floats


def read_rows(rows: Any, inputs: Sequence[str]) -> tuple[Any, int]:
    """All numbers, row by row, as a flat buffer of float64; and how many rows.

    A C-contiguous buffer of float64 in two dimensions is read where it is.
    Raises what `read_row` raises, except for NaN, which `check_no_nan` looks
    for, and ValueError if there are no rows.

    >>> read_rows([(1, 2), (3, 4)], ["x", "y"])
    (array('d', [1.0, 2.0, 3.0, 4.0]), 2)
    >>> read_rows([[1, 2], [3]], ["x", "y"])
    Traceback (most recent call last):
    ValueError: row 1: 1 number given for 2 inputs (x, y)
    """
    matrix = _matrix(rows)
    if matrix is None:
        flat, count = _copied(rows, inputs)
    else:
        count, width = matrix.shape
        if width != len(inputs):
            raise ValueError(f"rows of {width} numbers given for {describe_inputs(inputs)}")
        flat = matrix.cast("B").cast("d") if matrix.nbytes else array("d")
    if not count:
        raise ValueError("there are no rows to take the mean of")
    return flat, count


def _matrix(rows):
    """A view of the rows if they are a buffer to be read as it is, or None."""
    try:
        view = memoryview(rows)
    except TypeError:
        return None
    return view if view.ndim == 2 and view.format == "d" and view.c_contiguous else None


def _copied(rows, inputs):
    flat, count = array("d"), 0
    if isinstance(rows, memoryview):
        rows = rows.tolist()
    for numbers in _sequence(rows, "the rows are", "rows"):
        numbers = _sequence(numbers, f"row {count} is", "numbers")
        where = f"row {count}: "
        _check_count(numbers, inputs, where)
        try:
            flat.fromlist(numbers)
        except (TypeError, OverflowError):
            read_row(numbers, inputs, where)  # tells which number is not one
            raise
        count += 1
    return flat, count


def _sequence(numbers, what, of):
    try:
        return list(numbers)
    except TypeError:
        given = f"{reprlib.repr(numbers)} ({type(numbers).__name__})"
        raise TypeError(f"{what} {given}, not a sequence of {of}") from None


def _check_count(numbers, inputs, where):
    if len(numbers) != len(inputs):
        count = f"{len(numbers)} number{'s' * (len(numbers) != 1)}"
        raise ValueError(f"{where}{count} given for {describe_inputs(inputs)}")


def check_no_nan(flat: Any, inputs: Sequence[str]) -> None:
    """Raise ValueError that names the row and the input if a number is NaN."""
    total = sum(flat)
    if total != total:
        for place, number in enumerate(flat):
            if number != number:
                row, column = divmod(place, len(inputs))
                raise ValueError(f"row {row}: input {inputs[column]} is NaN")


def describe_inputs(inputs: Sequence[str]) -> str:
    """The inputs, counted and named: '2 inputs (x, y)'."""
    some = ", ".join(inputs[:6]) + ", ..." * (len(inputs) > 6)
    return f"{len(inputs)} input{'s' * (len(inputs) != 1)}" + f" ({some})" * bool(inputs)
