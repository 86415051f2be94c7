"""The address of a Python buffer, for C to read, even one that is read-only."""

import ctypes
from typing import Any


def exported(buffer: Any) -> tuple[int, Any]:
    """Where a buffer is, and what to hold so that it stays there.

    >>> text = bytearray(b"seven")
    >>> address, hold = exported(text)
    >>> ctypes.string_at(address, 5)
    b'seven'
    >>> text.pop()
    Traceback (most recent call last):
    BufferError: Existing exports of data: object cannot be re-sized
    """
    try:  # a writable buffer that is not empty: faster
        hold = _from_buffer(buffer)
    except (TypeError, ValueError):
        address = BufferAddress(buffer)
        return address.buf, address
    return _address_of(hold), hold


class BufferAddress(ctypes.Structure):
    """A buffer's address `buf`; the buffer stays put as long as this is held.

    The fields are those of Py_buffer
    (https://docs.python.org/3/c-api/buffer.html), which Python's own C code
    asks a buffer for.

    >>> text = BufferAddress(b"seven")
    >>> ctypes.string_at(text.buf, 5)
    b'seven'
    """

    _fields_ = [
        *((name, ctypes.c_void_p) for name in ("buf", "obj")),
        *((name, ctypes.c_ssize_t) for name in ("len", "itemsize")),
        *((name, ctypes.c_int) for name in ("readonly", "ndim")),
        *((name, ctypes.c_void_p) for name in ("format", "shape", "strides", "suboffsets", "internal")),
    ]

    def __init__(self, buffer: Any) -> None:
        _get(buffer, self, 0)

    def __del__(self) -> None:
        _release(self)


_from_buffer, _address_of = ctypes.c_char.from_buffer, ctypes.addressof
_reference = ctypes.POINTER(BufferAddress)
_get = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.py_object, _reference, ctypes.c_int)(
    ("PyObject_GetBuffer", ctypes.pythonapi)
)
_release = ctypes.PYFUNCTYPE(None, _reference)(("PyBuffer_Release", ctypes.pythonapi))
