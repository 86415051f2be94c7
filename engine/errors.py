"""Error messages: they say what was given and what is wanted.

Those of an operation name it, its operands and their numbers.
"""

import operator
import reprlib
from collections.abc import Iterable, Mapping
from numbers import Complex, Real
from pathlib import Path
from typing import Any


class _Short(reprlib.Repr):
    def __init__(self) -> None:
        super().__init__()
        self.maxother = 50  # characters, of a Value for instance

    def repr_instance(self, x: Any, level: int) -> str:
        return f"<{type(x).__name__}>" if _is_view(x) else super().repr_instance(x, level)

    def repr_int(self, x: int, level: int) -> str:
        try:
            return super().repr_int(x, level)
        except ValueError:  # Python writes no int of more than 4300 digits
            return "thousands of digits"


_short = _Short()


def short_repr(thing: Any) -> str:
    """The repr of something, cut if it is long, for a message.

    >>> short_repr(list(range(1000))), short_repr("w" * 1000)
    ('[0, 1, 2, 3, 4, 5, ...]', "'wwwwwwwwwwww...wwwwwwwwwwwww'")
    """
    return _short.repr(thing)


def in_words(thing: Any) -> str:
    """What was given, for a message: its repr, cut if it is long, and its type.

    >>> [in_words(thing) for thing in (3, None, int, as_float)]
    ['3 (int)', 'None (NoneType)', 'the class int', 'the function as_float']
    """
    kind = type(thing).__name__
    if isinstance(thing, type):
        return f"the class {thing.__name__}"
    if kind in ("function", "method", "builtin_function_or_method"):
        return f"the function {thing.__name__}"
    if hasattr(thing, "operation"):
        return f"the {kind} {short_repr(_described(thing))[1:-1]}"
    if _is_view(thing):
        return f"an object of class {kind}"
    return f"{' '.join(short_repr(thing).split())} ({kind})"  # an array has lines


def _is_view(thing):
    """Whether it is made to be looked at: a message has no room for it."""
    return hasattr(type(thing), "_repr_html_") and "\n" in repr(thing)


def counted(count: int, noun: str) -> str:
    """So many of what a noun names.

    >>> counted(1, "node"), counted(2410, "node")
    ('1 node', '2,410 nodes')
    """
    return f"{count:,} {noun}{'s' * (count != 1)}"


def is_list(things: Any) -> bool:
    """Whether things are in an order: a list or the like, no set and no text.

    >>> [is_list(things) for things in ([1, 2], range(2), {1, 2}, "ab", 3)]
    [True, True, False, False, False]
    """
    unordered = str, bytes, set, frozenset, Mapping
    return isinstance(things, Iterable) and not isinstance(things, unordered)


def check_number(name: str, number: Any) -> float:
    """A number as a float, or a TypeError that names it.

    OverflowError for an int that is larger than any float.

    >>> check_number("rate", "3")
    Traceback (most recent call last):
    TypeError: rate is '3' (str), not a real number
    """
    try:
        return as_float(number)
    except OverflowError as error:
        raise OverflowError(f"{name}: {error}") from None
    except TypeError:
        raise TypeError(f"{name} is {in_words(number)}, not a real number") from None


def check_count(name: str, number: Any, what: str, least: int = 1) -> int:
    """An argument that counts something, as an int.

    Raises TypeError if it is no whole number, ValueError if it is too small.

    >>> check_count("limit", "3", "how many rows to show")
    Traceback (most recent call last):
    TypeError: limit is how many rows to show, a whole number, not '3' (str)
    """
    try:
        if isinstance(number, bool):
            raise TypeError
        count = operator.index(number)
    except TypeError:
        raise TypeError(f"{name} is {what}, a whole number, not {in_words(number)}") from None
    if count < least:
        raise ValueError(f"{name} is {what}, {least} or more, not {short_repr(count)}")
    return count


def check_path(what: str, path: Any) -> Path:
    """A file's path, or a TypeError that says what file it is.

    ValueError for a name that no file can have.

    >>> check_path("a page's file", 3)
    Traceback (most recent call last):
    TypeError: a page's file is a path, as a text, not 3 (int)
    """
    try:
        if "\0" in str(path):
            raise ValueError(f"{what} is a path, and {path!r} is none: it holds a character 0")
        return Path(path)
    except TypeError:
        raise TypeError(f"{what} is a path, as a text, not {in_words(path)}") from None


def check_flag(name: str, flag: Any) -> None:
    """Raise TypeError if an argument is neither True nor False."""
    if type(flag).__name__ not in ("bool", "bool_"):  # the latter is NumPy's
        raise TypeError(f"{name} is True or False, not {in_words(flag)}")


def as_float(data: Any, what: str = "a Value holds") -> float:
    """The float that `data` stands for, or a TypeError that says what it is.

    OverflowError for a number that is larger than any float.
    """
    if not isinstance(data, (float, int)):
        numeric = hasattr(type(data), "__float__") and not isinstance(data, (str, bytes, bytearray))
        imaginary = isinstance(data, Complex) and not isinstance(data, Real)
        if not numeric or imaginary or getattr(data, "ndim", 0) > 0:
            raise TypeError(f"{what} one real number, not {in_words(data)}")
    try:
        return float(data)
    except OverflowError:
        raise OverflowError(f"{in_words(data)} is beyond the largest float, 1.8e308") from None


def unsupported_operand(operation: Any, left: Any, right: Any, wrong: Any) -> Any:
    """Raise TypeError for an operand, left or right, that is wrong.

    Return NotImplemented for what may be an array, which knows how to combine
    with a Value.
    """
    if type(wrong).__module__ != "builtins" and not operation.rule.is_function:
        return NotImplemented
    operands = [short_repr(x) if x is wrong else repr(x) for x in (left, right)]
    raise TypeError(
        f"{operation.rule.rendered(*operands)}: a Value combines with a Value or a real number, "
        f"not {type(wrong).__name__}"
    ) from None


def explained(error: Exception, operation: Any, operands: Any, what: str = "") -> Exception:
    """The same kind of error, naming the operation and its numbers."""
    rule = operation.rule
    names = [_described(operand) for operand in operands]
    terms = _as_terms(rule, names)
    numbers = dict.fromkeys(
        f"{name} = {x.data}" for name, x in zip(names, operands) if x.label or x.operation
    )
    where = f" where {', '.join(numbers)}" if numbers else ""
    return type(error)(f"{what}{rule.rendered(*terms)}{where}: {reason(error, rule.op, operands[-1].data)}")


def reason(error: Exception, op: str, last: Any) -> str:
    """Why an operation whose `last` operand is this number has no result."""
    return f"not a whole number from 0 to {_exactly(last - 1)}" if op == "checked_index" else str(error)


def no_derivative(error: Exception, node: Any) -> Exception:
    """The same kind of error, naming the node that has no derivative."""
    operation, parents = node.operation, node.parents
    if operation.rule.op == "**" and operation.partials[1] is not None and parents[0].data < 0:
        base, exponent = parents
        error = type(error)(
            f"∂/∂{exponent.label or 'exponent'} has log({_exactly(base.data)}), and a negative number has no "
            f"logarithm. A constant exponent, as in x ** {_exactly(exponent.data)}, needs no such derivative"
        )
    return explained(error, operation, parents, "the derivative of ")


def shown(operand: Any) -> str:
    """An operand in a message: a Value's label or number, or what it is."""
    return _described(operand) if hasattr(operand, "operation") else short_repr(operand)


def _described(node, depth=1):
    """A node's label, or number, or how it was computed, so far back."""
    if node.label:
        return str(node.label)
    if node.operation is None:
        return _exactly(node.data)
    return node.operation.rule.rendered(*_operands(node, depth)) if depth else "…"


def _operands(node, depth):
    return [_described(parent, depth - 1) for parent in node.parents]


def computed(node: Any) -> str:
    """How a node is computed, two operations back from it."""
    rule = node.operation.rule
    return rule.rendered(*_as_terms(rule, _operands(node, 2)))


def _as_terms(rule, texts):
    """Texts in parentheses where a sign beside them needs these."""
    return [
        f"({text})" if not rule.is_function and (" " in text or text[0] == "-") else text for text in texts
    ]


def on_a_line(text: str) -> str:
    """A text without what is invisible or ends a line, escaped as in Python.

    >>> on_a_line("two" + chr(10) + "lines")
    'two\\\\nlines'
    """
    return text if text.isprintable() else repr(text)[1:-1]


def _exactly(number):
    """A number that is out of a domain by the last of its digits, maybe."""
    return repr(number).removesuffix(".0")
