"""Rows of inputs, read and checked: sequences of numbers, or a buffer of float64, which is not copied."""

import reprlib
from array import array

from engine.refusals import real


def row(numbers, inputs, where=""):
    """The numbers of one row as floats, one for each of the named inputs.

    Raises TypeError or ValueError that names the row and the input if there are more or fewer numbers than
    inputs, or if one is not a real number or is NaN.

    >>> row([1, True], ["x", "y"])
    [1.0, 1.0]
    >>> row([1, "2"], ["x", "y"], "row 3: ")
    Traceback (most recent call last):
    TypeError: row 3: input y is '2' (str), not a real number
    """
    _refuse_count(numbers, inputs, where)
    floats = []
    for name, number in zip(inputs, numbers):
        try:
            floats.append(real(number))
        except (TypeError, OverflowError):
            given = f"{reprlib.repr(number)} ({type(number).__name__})"
            raise TypeError(f"{where}input {name} is {given}, not a real number") from None
        if floats[-1] != floats[-1]:
            raise ValueError(f"{where}input {name} is NaN")
    return floats


def table(rows, inputs):
    """All the rows' numbers, one row after the other, as a flat buffer of float64; and how many rows.

    A C-contiguous buffer of float64 in two dimensions is read where it is. Raises what `row` raises,
    except for NaN, which `refuse_nan` looks for, and ValueError if there are no rows.

    >>> table([(1, 2), (3, 4)], ["x", "y"])
    (array('d', [1.0, 2.0, 3.0, 4.0]), 2)
    >>> table([[1, 2], [3]], ["x", "y"])
    Traceback (most recent call last):
    ValueError: row 1: 1 number given for 2 inputs (x, y)
    """
    matrix = _matrix(rows)
    if matrix is None:
        flat, count = _copied(rows, inputs)
    else:
        count, width = matrix.shape
        if width != len(inputs):
            raise ValueError(f"rows of {width} numbers given for {described(inputs)}")
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
        _refuse_count(numbers, inputs, where)
        try:
            flat.fromlist(numbers)
        except (TypeError, OverflowError):
            row(numbers, inputs, where)  # tells which number is not one
            raise
        count += 1
    return flat, count


def _sequence(numbers, what, of):
    try:
        return list(numbers)
    except TypeError:
        given = f"{reprlib.repr(numbers)} ({type(numbers).__name__})"
        raise TypeError(f"{what} {given}, not a sequence of {of}") from None


def _refuse_count(numbers, inputs, where):
    if len(numbers) != len(inputs):
        count = f"{len(numbers)} number{'s' * (len(numbers) != 1)}"
        raise ValueError(f"{where}{count} given for {described(inputs)}")


def refuse_nan(flat, inputs):
    """Raise ValueError, with the row and the input, if there is a NaN among the rows' numbers."""
    total = sum(flat)
    if total != total:
        for place, number in enumerate(flat):
            if number != number:
                raise ValueError(f"row {place // len(inputs)}: input {inputs[place % len(inputs)]} is NaN")


def described(inputs):
    """The inputs, counted and named: '2 inputs (x, y)'."""
    some = ", ".join(inputs[:6]) + ", ..." * (len(inputs) > 6)
    return f"{len(inputs)} input{'s' * (len(inputs) != 1)}" + f" ({some})" * bool(inputs)
