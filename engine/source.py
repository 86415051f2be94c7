"""Generated Python as functions whose source one can read and step through."""

import linecache
from typing import Any


def compile_function(name: str, source: str, filename: str, namespace: dict[str, Any]) -> Any:
    """The function `name` that `source` defines, with `namespace` for globals.

    `linecache` gets the source under `filename`, which is the trick of the
    attrs library: pdb shows the lines, a traceback quotes them, and
    `inspect.getsource` returns them, although no file holds them.

    >>> source = "def double(a):\\n    return a + a\\n"
    >>> double = compile_function("double", source, "<an example>", {})
    >>> double(4)
    8
    >>> import inspect
    >>> print(inspect.getsource(double), end="")
    def double(a):
        return a + a
    """
    defined: dict[str, Any] = {}
    exec(_code(source, filename), namespace, defined)
    return defined[name]


def compile_module(source: str, filename: str) -> dict[str, Any]:
    """All that a module's source defines, by name; `linecache` gets it too.

    >>> source = "two = 2\\ndef double(a):\\n    return two * a\\n"
    >>> compile_module(source, "<an example>")["double"](4)
    8
    """
    defined: dict[str, Any] = {}
    exec(_code(source, filename), defined)
    return defined


def _code(source, filename):
    lines = source.splitlines(keepends=True)
    linecache.cache[filename] = (len(source), None, lines, filename)
    return compile(source, filename, "exec")
