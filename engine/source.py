"""Generated Python made into functions whose source can be read, stepped through and quoted."""

import linecache


def define(name, source, filename, namespace):
    """The function `name` that the text `source` defines, with `namespace` for its globals.

    The text is registered under `filename`, so that pdb shows its lines, a traceback quotes them and
    `inspect.getsource` returns them, although no file holds them.

    >>> double = define("double", "def double(a):\\n    return a + a\\n", "<an example>", {})
    >>> double(4)
    8
    >>> import inspect
    >>> print(inspect.getsource(double), end="")
    def double(a):
        return a + a
    """
    defined = {}
    exec(_compiled(source, filename), namespace, defined)
    return defined[name]


def module(source, filename):
    """All that the text of a module defines, by name; its functions see each other.

    >>> module("two = 2\\ndef double(a):\\n    return two * a\\n", "<an example>")["double"](4)
    8
    """
    defined = {}
    exec(_compiled(source, filename), defined)
    return defined


def _compiled(source, filename):
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    return compile(source, filename, "exec")
