"""C texts as functions of this process; the last few are kept."""

import os
import threading
from collections.abc import Callable
from typing import Any

from engine.programs.compiler import c_compiler, compile_c

CACHE_SIZE = 16  # how many functions to keep
_functions: dict[Any, Any] = {}
_lock = threading.Lock()


def machine_code(
    name: str, key: str, text: Callable[[], str], result: Any, arguments: list[Any], fast_math: bool = False
) -> Any:
    """The function `name` of a C text, compiled once whoever asks for it.

    What has the same `key` has the same text. `result` and `arguments` are
    types of ctypes. Raises NoCompiler.
    """
    whole_key = name, key, fast_math, str(c_compiler())
    with _lock:
        function = _functions.pop(whole_key, None)
        if function is None:
            function = compile_c(text(), fast_math)[name]
            function.restype, function.argtypes = result, arguments
        _functions[whole_key] = function
        while len(_functions) > CACHE_SIZE:
            del _functions[next(iter(_functions))]
    return function


def _unlock():
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):  # a forked process has the lock, but not the thread to release it
    os.register_at_fork(after_in_child=_unlock)
