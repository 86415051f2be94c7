"""Rows of numbers in one buffer, which programs read without a copy."""

from array import array


def table(rows):
    """Rows as a memoryview of float64 in two dimensions."""
    rows = list(rows)
    flat = array("d", [number for row in rows for number in row])
    return memoryview(flat).cast("B").cast("d", (len(rows), len(rows[0])))


def from_columns(columns):
    """The same of columns, each a buffer of float64."""
    flat = array("d", bytes(8 * len(columns) * len(columns[0])))
    for i, column in enumerate(columns):
        flat[i :: len(columns)] = array("d", column)
    return memoryview(flat).cast("B").cast("d", (len(columns[0]), len(columns)))
