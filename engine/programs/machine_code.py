"""C texts as functions of this process; the last few are kept."""

import ctypes
import os
import threading
from collections.abc import Callable
from typing import Any

from engine.programs.compiler import c_compiler, compile_c

# What the functions return, as `buffers.c` has it.
DONE, NOT_FINITE, UNREADABLE = range(3)
# The functions of Python's C interface that `buffers.c` takes, in that order.
_INTERFACE = [
    "PyObject_GetBuffer",
    "PyBuffer_Release",
    "PyErr_Clear",
    "PyTuple_GetItem",
    "PyEval_SaveThread",
    "PyEval_RestoreThread",
]

CACHE_SIZE = 16  # how many functions to keep
_functions: dict[Any, Any] = {}
_lock = threading.Lock()


def machine_code(key: str, text: Callable[[], str], arguments: list[Any], fast_math: bool = False) -> Any:
    """The function `call` of a C text, compiled once whoever asks for it.

    What has the same `key` has the same text. `arguments` are types of ctypes.
    It returns DONE, NOT_FINITE or UNREADABLE. Raises NoCompiler.
    """
    whole_key = key, fast_math, str(c_compiler())
    with _lock:
        function = _functions.pop(whole_key, None)
        if function is None:
            library = compile_c(text(), fast_math)
            interface = [ctypes.cast(getattr(ctypes.pythonapi, name), ctypes.c_void_p) for name in _INTERFACE]
            library.connect((ctypes.c_void_p * len(interface))(*interface))
            function = library.call
            function.restype, function.argtypes = ctypes.c_int, arguments
        _functions[whole_key] = function
        too_many = max(0, len(_functions) - CACHE_SIZE)
        # (the jump of a `while` is outside of `with` in Python 3.13)
        for oldest in list(_functions)[:too_many]:
            del _functions[oldest]
    return function


def _unlock():
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):  # a forked process has the lock, but not the thread to release it
    os.register_at_fork(after_in_child=_unlock)
