"""Rows of inputs and numbers of parameters, read and checked.

Whatever a row may be, one number is refused for the same reason everywhere.
"""

import sys
from array import array
from collections.abc import Sequence
from typing import Any

from engine.errors import check_number, counted, in_words


def read_row(numbers: Sequence[Any], inputs: Sequence[str], where: str = "") -> list[float]:
    """The numbers of one row as floats, one for each of the named inputs.

    Raises an error that names the row and the input: ValueError if there are
    more or fewer numbers than inputs or one is NaN, TypeError if one is not a
    real number, OverflowError if it is an int beyond the largest float.

    >>> read_row([1, True], ["x", "y"])
    [1.0, 1.0]
    >>> read_row([1, "2"], ["x", "y"], "row 3: ")
    Traceback (most recent call last):
    TypeError: row 3: input y is '2' (str), not a real number
    """
    _check_count(numbers, inputs, where)
    floats = [check_number(f"{where}input {name}", number) for name, number in zip(inputs, numbers)]
    for name, number in zip(inputs, floats):
        if number != number:
            raise ValueError(f"{where}input {name} is NaN")
    return floats


def read_rows(rows: Any, inputs: Sequence[str]) -> tuple[Any, int]:
    """All numbers, row by row, as a flat buffer of float64; and how many rows.

    Rows are sequences of numbers; or what has a buffer or an `__array__` in
    two dimensions: a memoryview, a NumPy array, a tensor, a table. A buffer of
    float64, row after row, is read where it is. Raises what `read_row` raises,
    except for NaN, which `check_no_nan` looks for, and ValueError if there are
    no rows, or if numbers are masked.

    >>> read_rows([(1, 2), (3, 4)], ["x", "y"])
    (array('d', [1.0, 2.0, 3.0, 4.0]), 2)
    >>> read_rows([[1, 2], [3]], ["x", "y"])
    Traceback (most recent call last):
    ValueError: row 1: 1 number given for 2 inputs (x, y)
    """
    if not isinstance(inputs, (list, tuple)):
        raise TypeError(f"inputs is a list of names, not {in_words(inputs)}")
    matrix = _numbers(rows, 2, inputs)
    if matrix is None:
        flat, count = _copied(rows, inputs)
    else:
        flat, (count, width) = matrix
        if width != len(inputs):
            raise ValueError(f"rows of {counted(width, 'number')} given for {describe_inputs(inputs)}")
    if not count:
        raise ValueError("there are no rows")
    return flat, count


def read_parameters(numbers: Any, parameters: Sequence[str]) -> "array[float]":
    """A number for each of the named parameters, in an array.

    (An array of floats that is given is returned itself.) Raises the errors of
    `read_row`, naming the parameter.

    >>> read_parameters([1, 2.5], ["w", "b"])
    array('d', [1.0, 2.5])
    >>> read_parameters(b"12345678", ["w"])
    Traceback (most recent call last):
    TypeError: the parameters are b'12345678' (bytes), not a sequence of numbers
    """
    if type(numbers) is array and numbers.typecode == "d" and len(numbers) == len(parameters):
        return numbers
    floats = array("d")
    if (vector := _numbers(numbers, 1, parameters)) is not None:
        floats.frombytes(memoryview(vector[0]).cast("B"))
    else:
        given = _sequence(numbers, "the parameters are", "numbers")
        names = [f"parameter {name}" for name in parameters] + ["one number more"] * len(given)
        floats.fromlist([check_number(name, number) for name, number in zip(names, given)])
    if len(floats) != len(parameters):
        raise ValueError(
            f"{counted(len(floats), 'number')} given for {counted(len(parameters), 'parameter')}"
        )
    return floats


def read_column(numbers: Any, name: str) -> "array[float]":
    """The numbers of one named array, in an array of floats.

    (An array that is given is returned itself.) Raises TypeError that names it.

    >>> read_column([1, 2.5], "w")
    array('d', [1.0, 2.5])
    >>> read_column([1, "2"], "w")
    Traceback (most recent call last):
    TypeError: w[1] is '2' (str), not a real number
    """
    if type(numbers) is array:
        return numbers
    if (vector := _numbers(numbers, 1, [name])) is not None:
        return array("d", memoryview(vector[0]).cast("B").tobytes())
    listed = _sequence(numbers, f"{name} is", "numbers")
    return array("d", [check_number(f"{name}[{i}]", number) for i, number in enumerate(listed)])


def _numbers(given, dimensions, names):
    """The numbers of a buffer or array as a flat buffer, and its shape.

    None if it has other dimensions, or other things than real numbers.
    """
    if type(given) is memoryview:
        view = given
    elif isinstance(given, (list, tuple, bytes, bytearray)):
        return None
    else:
        _check_unmasked(given, names)
        try:
            view = memoryview(given)
        except (TypeError, ValueError, BufferError):
            view = None
    if view is None or view.format != "d" or not view.c_contiguous:
        if type(given) is not memoryview and hasattr(given, "__array__"):
            numbers = given.__array__()
            _check_unmasked(numbers, names)
            if getattr(getattr(numbers, "dtype", None), "kind", "") not in ("b", "i", "u", "f"):
                return None
            view = memoryview(numbers.astype("float64", order="C"))
        elif view is not None and view.nbytes:
            view = _of_floats(view)
    if view is None or view.ndim != dimensions:
        return None
    return view.cast("B").cast("d") if view.nbytes else array("d"), view.shape


def _of_floats(view):
    """A memoryview's numbers as float64, or None if they are not numbers."""
    order, code = ("@" + view.format)[-2:] if view.format else ""
    if code not in "bBhHiIlLqQfd" or len(view.format) > 2:
        return None
    numbers = array(code, view.tobytes())
    if numbers.itemsize != view.itemsize:  # a standard size that is not the machine's
        return None
    if order in "<>!" and (order == "<") != (sys.byteorder == "little"):
        numbers.byteswap()
    floats = array("d", numbers)
    return memoryview(floats).cast("B").cast("d", view.shape)


def _check_unmasked(given, names):
    """Raise ValueError if numbers of a masked array are masked."""
    if all(kind.__name__ != "MaskedArray" for kind in type(given).__mro__) or not given.ndim:
        return
    mask = given.mask
    for place, masked in enumerate(mask.ravel().tolist() if mask.any() else ()):
        if masked:
            row, column = divmod(place, given.shape[-1])
            name = names[column] if column < len(names) else f"number {column}"
            raise ValueError(f"{f'row {row}: ' * (given.ndim == 2)}{name} is masked")


def _copied(rows, inputs):
    flat, count = array("d"), 0
    for numbers in _sequence(rows, "the rows are", "rows"):
        numbers = _sequence(numbers, f"row {count} is", "numbers")
        where = f"row {count}: "
        _check_count(numbers, inputs, where)
        if {float, int}.issuperset(map(type, numbers)):
            try:
                flat.fromlist(numbers)
            except OverflowError:
                read_row(numbers, inputs, where)  # tells which number is too large
                raise
        else:
            flat.fromlist(read_row(numbers, inputs, where))
        count += 1
    return flat, count


def _sequence(numbers, what, of):
    try:
        if isinstance(numbers, (bytes, bytearray, set, frozenset, dict)):  # has items, but no rows
            raise TypeError
        return numbers.tolist() if isinstance(numbers, memoryview) else list(numbers)
    except (TypeError, NotImplementedError):  # the latter from a memoryview of what it cannot read
        raise TypeError(f"{what} {in_words(numbers)}, not a sequence of {of}") from None


def _check_count(numbers, inputs, where):
    if len(numbers) != len(inputs):
        raise ValueError(f"{where}{counted(len(numbers), 'number')} given for {describe_inputs(inputs)}")


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
    return counted(len(inputs), "input") + f" ({some})" * bool(inputs)
