"""Generated Python as functions whose source one can read and step through."""

import linecache
import weakref
from itertools import count
from typing import Any

_serial = count(1)


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


def compile_module(owner: Any, source: str, title: str) -> dict[str, Any]:
    """All that a module's source defines, by name.

    `linecache` has the source too, under a file name with the title, as long
    as the owner lives.

    >>> class Owner: pass
    >>> owner = Owner()
    >>> source = "two = 2\\ndef double(a):\\n    return two * a\\n"
    >>> compile_module(owner, source, "an example")["double"](4)
    8
    """
    filename = f"<{title} {next(_serial)}>"
    defined: dict[str, Any] = {}
    exec(_code(source, filename), defined)
    weakref.finalize(owner, linecache.cache.pop, filename, None)
    return defined


def _code(source, filename):
    lines = source.splitlines(keepends=True)
    linecache.cache[filename] = (len(source), None, lines, filename)
    return compile(source, filename, "exec")
