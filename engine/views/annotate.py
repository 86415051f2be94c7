"""annotate: a function's own source, with each line's values and gradients."""

import inspect
import re
import sys
import sysconfig
import textwrap
from collections.abc import Collection
from functools import cache, partial
from itertools import chain
from numbers import Integral, Real
from pathlib import Path
from typing import Any

from engine.errors import check_flag, in_words, short_repr
from engine.value import Value
from engine.views.annotation import Annotation, Listing, SourceLine
from engine.views.lesson import copied
from engine.views.tracing import Binding, Run, changes, trace

ENGINE = Path(__file__).resolve().parents[1]
LIBRARY = Path(sysconfig.get_path("stdlib")).resolve()
NEEDS_INT = re.compile(r"\bint(eger)?s?\b|not (list|tuple|str)\b")  # range(n), [0] * n
UNTRACED = -1, 0  # instead of the lines of a function's arguments and of its return
LAZY = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR


def annotate(
    function: Any,
    /,
    *args: Any,
    limit: int = 4,
    follow: bool = False,
    keep: str | Collection[str] = (),
    **kwargs: Any,
) -> Annotation:
    """Run a function on Values; show its source with values and gradients.

    Numbers among the arguments, also those in lists, tuples and dicts, become
    Values; defaults stay as they are. Beside a line stand the Values that it
    assigned, and the derivative of the function's result with respect to each:
    for `limit` times that the line ran, the last of them included, and the
    first `limit` elements of a list. With `follow`, functions of yours that
    were called are shown too: those of the function's file, and all that are
    not in Python's library or among installed packages. Gradients of leaves
    that were there before are added to, as by `backward`, when all else is
    done.

    >>> def loss(w, x, b, y):
    ...     z = w * x + b
    ...     p = z.sigmoid()
    ...     return (p - y) ** 2
    >>> annotate(loss, w=0.5, x=2.0, b=-1.0, y=1.0)
    def loss(w, x, b, y):     w = 0.5       ∂/∂w = -0.5
                              x = 2         ∂/∂x = -0.125
                              b = -1        ∂/∂b = -0.25
                              y = 1         ∂/∂y = 1
        z = w * x + b         z = 0         ∂/∂z = -0.25
        p = z.sigmoid()       p = 0.5       ∂/∂p = -1
        return (p - y) ** 2   loss = 0.25   ∂/∂loss = 1

    `keep` names the parameters whose arguments stay as they are, since the
    function needs plain numbers there. (A parameter of the function that is
    called `limit`, `follow` or `keep` is given by its position.)

    >>> def power(x, n):
    ...     y = 1
    ...     for _ in range(n):
    ...         y = y * x
    ...     return y
    >>> annotate(power, 5, 2, keep="n")
    def power(x, n):          x = 5        ∂/∂x = 10
        y = 1
        for _ in range(n):
            y = y * x         y = 5        ∂/∂y = 5
                              y = 25       ∂/∂y = 1
        return y              power = 25   ∂/∂power = 1

    Where a number leaves the graph, no gradient comes back:

    >>> import math
    >>> def leaving(x):
    ...     y = x * x
    ...     return x * math.sin(y)
    >>> annotate(leaving, 3)
    def leaving(x):              x = 3             ∂/∂x = 0.4121
        y = x * x                y = 9             ∂/∂y = 0
        return x * math.sin(y)   leaving = 1.236   ∂/∂leaving = 1
                                 y leaves the graph here: no gradient comes back

    Where there is no source to show, the values stand alone:

    >>> annotate(abs, -3)
    No source to show: abs is not written in Python.
    By variable:
       x = -3    ∂/∂x = -1
       abs = 3   ∂/∂abs = 1

    Raises TypeError if this is no function of these arguments, or it does not
    return one Value, ValueError for a name in `keep` that is no parameter or a
    `limit` below 1, and whatever the function itself raises. Then no gradient
    has changed.
    """
    _check(function, limit)
    check_flag("follow", follow)
    python = _in_python(function)
    code = python.__code__ if python else None
    name = code.co_name.strip("<>") if code else getattr(function, "__name__", short_repr(function))
    arguments, whole = _arguments(function, name, args, kwargs, keep)

    def should_trace(frame):
        if frame.f_code is code:
            return not code.co_flags & LAZY
        return follow and code and _plain(frame.f_code) and _users_own(frame.f_code, code)

    try:
        output, records, complete = trace(lambda: function(*arguments.args, **arguments.kwargs), should_trace)
    except TypeError as error:
        if whole and NEEDS_INT.search(str(error)):
            ways = " or ".join(f'keep="{each}"' for each in whole)
            error.add_note(f"annotate() makes Values of numbers: {ways} keeps an argument as it is")
        raise
    if not isinstance(output, Value):
        left = dict.fromkeys(str(each) for runs in records.values() for run in runs for each in run.left)
        where = f": a number left the graph in {'; and in '.join(list(left)[:limit])}" if left else ""
        raise TypeError(
            f"annotate() goes backward from the Value that a function returns, and {name} returned "
            f"{in_words(output)}{where}"
        )
    if code not in records:
        made = changes(arguments.arguments, {})[0], [Binding(name, output, output.data)]
        records = {code: [Run(line, found, []) for line, found in zip(UNTRACED, made)]}
    records = {code: records[code]} | records  # the function first, then those that it called
    listings = [_listing(code.co_name if code else name, code, runs) for code, runs in records.items()]
    _add_gradients(output, listings)
    return Annotation(output, listings, limit, complete)


def _check(function, limit):
    """Raise for what is no function that could return a Value, or no limit."""
    if isinstance(function, Value):
        raise TypeError(
            f"annotate() runs a function, not {function}: steps() and tree() show a Value's graph"
        )
    if not callable(function):
        raise TypeError(f"annotate() runs a function, as in annotate(f, 2, 3), not {in_words(function)}")
    name = getattr(function, "__name__", short_repr(function))
    if inspect.isclass(function):
        raise TypeError(
            f"annotate() runs a function that returns a Value, and {name} is a class: "
            f"give a function, a method, or an object that can be called"
        )
    lazy = inspect.isgeneratorfunction, inspect.iscoroutinefunction, inspect.isasyncgenfunction
    if any(is_lazy(function) for is_lazy in lazy):
        raise TypeError(
            f"annotate() runs a function that returns a Value, and {name} is a generator or coroutine, "
            f"which runs later and in pieces: give a function that uses it"
        )
    if isinstance(limit, bool) or not isinstance(limit, Integral):
        raise TypeError(f"limit is how many runs of a line to show, an int, not {in_words(limit)}")
    if limit < 1:
        raise ValueError(f"limit is how many runs of a line to show, at least 1, not {limit}")


def _arguments(function, name, args, kwargs, keep):
    """The arguments bound to the parameters, with Values for numbers.

    And the parameters for which a Value stands in for an int.
    """
    try:
        signature = inspect.signature(function)
    except ValueError:  # some builtins do not tell their parameters
        signature = inspect.signature(lambda *args, **kwargs: None)
    parameters = ", ".join(signature.parameters)
    try:
        bound = signature.bind(*args, **kwargs)
    except TypeError as error:
        raise TypeError(f"{name}({parameters}): {error}") from None
    kept = {keep} if isinstance(keep, str) else _names(keep)
    unknown = sorted(kept - signature.parameters.keys())
    if unknown:
        raise ValueError(f"keep names parameters of {name}({parameters}), and {unknown[0]!r} is none")
    plain = {each: thing for each, thing in bound.arguments.items() if each not in kept}
    bound.arguments |= {each: _valued(thing, each) for each, thing in plain.items()}
    return bound, [each for each, thing in plain.items() if _has_int(thing)]


def _names(keep):
    """The names in a collection of names."""
    names = list(keep) if isinstance(keep, Collection) else [keep]
    for each in names:
        if not isinstance(each, str):
            raise TypeError(
                f'keep is a parameter\'s name or a list of names, as in keep="n", not {in_words(keep)}'
            )
    return set(names)


def _has_int(thing):
    """Whether it is an int, or has one inside."""
    if type(thing) in (list, tuple, dict):
        return any(map(_has_int, thing.values() if type(thing) is dict else thing))
    return isinstance(thing, Integral) and not isinstance(thing, bool)


def _valued(thing, name):
    """`thing` with Values for its numbers, labelled after their place."""
    if isinstance(thing, Real) and not isinstance(thing, bool):
        return Value(thing, name)
    if type(thing) is dict:
        return {key: _valued(inner, f"{name}[{key!r}]") for key, inner in thing.items()}
    if type(thing) in (list, tuple):
        return type(thing)(_valued(inner, f"{name}[{i}]") for i, inner in enumerate(thing))
    return thing


def _in_python(function):
    """The Python function that a call of `function` runs; None without one."""
    function = inspect.unwrap(function)
    while isinstance(function, partial):
        function = inspect.unwrap(function.func)
    candidates = function, getattr(function, "__func__", None), type(function).__call__
    return next(filter(inspect.isfunction, candidates), None)


def _users_own(called, code):
    """Whether code that was called is the user's, or in the same file."""
    return called.co_filename == code.co_filename or not _in_library(called.co_filename)


@cache
def _in_library(file):
    """Whether a file is the engine's, Python's or a package's, or generated.

    A prompt's and a notebook's, `<stdin>` and the like, are none of these.
    """
    if file.startswith("<"):
        return file.startswith(("<frozen", "<linegrad"))
    path = Path(file).resolve()
    installed = not {"site-packages", "dist-packages"}.isdisjoint(path.parts)
    return installed or path.is_relative_to(ENGINE) or path.is_relative_to(LIBRARY)


def _plain(code):
    """Whether it is a function's: no class body, comprehension, generator."""
    return code.co_flags & inspect.CO_OPTIMIZED and not code.co_flags & LAZY and code.co_name[0] != "<"


def _add_gradients(output, listings):
    """Give the bindings ∂output/∂value; leaves accumulate, as by backward."""
    twins = copied(output)  # with gradients from zero
    twins[output].backward()
    for binding in chain.from_iterable(listing.bindings for listing in listings):
        if binding.value in twins:
            binding.grad = twins[binding.value].grad
    output.backward()


def _listing(name, code, runs):
    """A function's source with each line's runs; or these by time, and why."""
    source, why = _source(name, code, {run.line for run in runs})
    if why:
        lines = [SourceLine(run.line, "", [run]) for run in runs]
        return Listing(name, lines, f"No source to show: {why}.\nBy variable:")
    lines = {number: SourceLine(number, text, []) for number, text in source.items()}
    head = _head(name, source)
    for run in runs:  # the arguments stand below the decorators
        lines[head if run.line == code.co_firstlineno else run.line].runs.append(run)
    return Listing(name, list(lines.values()), "")


def _source(name, code, lines):
    """The source as {line number: text}, and why it is missing, or ""."""
    if code is None:
        return {}, f"{name} is not written in Python"
    if code.co_name == "<lambda>":
        return {}, "a lambda has no lines of its own"
    if code.co_flags & LAZY:
        return {}, f"{name} is a generator or coroutine, which runs in pieces"
    if not lines.isdisjoint(UNTRACED):
        return {}, f"{name} ran where tracing is off, as at a debugger's prompt"
    try:
        text, first = inspect.getsourcelines(code)
    except OSError:
        if code.co_filename == "<stdin>" and sys.version_info < (3, 13):
            return {}, f"{name} was typed at a prompt, which Python keeps since 3.13"
        return {}, f"{name} is in no file that could be found"
    source = dict(enumerate(textwrap.dedent("".join(text)).splitlines(), first))
    if _head(name, source) is None or not lines <= source.keys():
        return {}, f"the file of {name} has changed since it was imported"
    return source, ""


def _head(name, source):
    """The number of the line with `def`, below the decorators; None without."""
    return next((number for number, text in source.items() if re.match(rf"def {name}\b", text)), None)
