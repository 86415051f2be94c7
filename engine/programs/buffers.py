"""The address of a Python buffer, for C to read, even one that is read-only."""

import ctypes
from typing import Any


class BufferAddress(ctypes.Structure):
    """`with BufferAddress(buffer) as address`: inside, the buffer stays put.

    The fields are those of Py_buffer
    (https://docs.python.org/3/c-api/buffer.html), which Python's own C code
    asks a buffer for.

    >>> text = memoryview(b"seven")
    >>> with BufferAddress(text) as address:
    ...     ctypes.string_at(address, 5)
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

    def __enter__(self) -> Any:
        return self.buf

    def __exit__(self, *_: object) -> None:
        _release(self)


_reference = ctypes.POINTER(BufferAddress)
_get = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.py_object, _reference, ctypes.c_int)(
    ("PyObject_GetBuffer", ctypes.pythonapi)
)
_release = ctypes.PYFUNCTYPE(None, _reference)(("PyBuffer_Release", ctypes.pythonapi))
