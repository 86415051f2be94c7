"""Changes that are made whole or not at all, also when Ctrl-C comes.

What changes numbers computes them first and then assigns them at once; what
cannot (a backward pass adds up in the nodes) puts everything back after an
error. Both go through here.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import chain, repeat
from operator import attrgetter
from typing import Any

from engine.errors import as_float, counted

# Where a Value keeps what its properties show.
SLOTS = {"data": "_data", "grad": "_grad"}


def assign(things: Sequence[Any], name: str, values: Iterable[Any]) -> None:
    """Set an attribute of all `things` at once, data or grad of Values mostly.

    No signal comes between two of them. Raises ValueError if there are not as
    many values as things, TypeError for data or grad that are no numbers; then
    nothing changes.

    >>> from engine.value import Value
    >>> a, b = Value(1), Value(2)
    >>> assign([a, b], "grad", [3.0, 4.0])
    >>> a.grad, b.grad
    (3.0, 4.0)
    """
    values = list(values)
    if name in SLOTS and not {float}.issuperset(map(type, values)):
        values = list(map(as_float, values))
    if len(values) != len(things):
        raise ValueError(f"{counted(len(values), 'number')} given for {counted(len(things), 'Value')}")
    any(_setting(things, SLOTS.get(name, name), values))


def restorer(*pairs: tuple[Sequence[Any], str]) -> Callable[[], object]:
    """A function that gives attributes back the values that they have now.

    Each pair is some things and the name of their attribute. The function is
    called once, in the form below. There it cannot be interrupted: a second
    Ctrl-C comes when everything is as before.

    >>> from engine.value import Value
    >>> a, b = Value(1), Value(2)
    >>> restore = restorer(([a, b], "data"))
    >>> try:
    ...     a.data = 5.0
    ...     b.data = "7"
    ... except BaseException:
    ...     restore()
    ...     raise
    Traceback (most recent call last):
    TypeError: a Value holds one real number, not '7' (str)
    >>> a.data
    1.0
    """
    settings = []
    for things, name in pairs:
        slot = SLOTS.get(name, name)
        settings.append(_setting(things, slot, list(map(attrgetter(slot), things))))
    return partial(any, chain(*settings))


def _setting(things, slot, values):
    # Python handles signals when a function begins, after a call and where it
    # jumps back. What calls this iterator does none of these, and setattr
    # returns None, so that `any` goes through all of it.
    return map(setattr, things, repeat(slot), values)
