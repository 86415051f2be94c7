"""The memory of a Python buffer, for C to read, even where Python would not let C write to it."""

import ctypes


class Memory(ctypes.Structure):
    """A buffer's memory: `with Memory(buffer) as address`, in which time it stays where it is.

    The fields are those of Py_buffer (https://docs.python.org/3/c-api/buffer.html), which Python's own
    C code asks a buffer for.

    >>> text = memoryview(b"seven")
    >>> with Memory(text) as address:
    ...     ctypes.string_at(address, 5)
    b'seven'
    """

    _fields_ = [
        *((name, ctypes.c_void_p) for name in ("buf", "obj")),
        *((name, ctypes.c_ssize_t) for name in ("len", "itemsize")),
        *((name, ctypes.c_int) for name in ("readonly", "ndim")),
        *((name, ctypes.c_void_p) for name in ("format", "shape", "strides", "suboffsets", "internal")),
    ]

    def __init__(self, buffer):
        _get(buffer, self, 0)

    def __enter__(self):
        return self.buf

    def __exit__(self, *_):
        _release(self)


_reference = ctypes.POINTER(Memory)
_get = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.py_object, _reference, ctypes.c_int)(
    ("PyObject_GetBuffer", ctypes.pythonapi)
)
_release = ctypes.PYFUNCTYPE(None, _reference)(("PyBuffer_Release", ctypes.pythonapi))
