"""Changes that are made whole or not at all, also when Ctrl-C comes.

What changes numbers computes them first and then assigns them at once; what
cannot (a backward pass adds up in the nodes) puts everything back on the way
out. Both go through here.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import repeat
from operator import attrgetter
from typing import Any

# Where a Value keeps what its properties show.
SLOTS = {"data": "_data", "grad": "_grad"}


def assign(things: Sequence[Any], name: str, numbers: Iterable[float]) -> None:
    """Set an attribute of all `things`, Values mostly, to one number each.

    No signal comes between two of them. Raises ValueError if the numbers are
    not as many as the things, and then changes nothing.

    >>> from engine.value import Value
    >>> a, b = Value(1), Value(2)
    >>> assign([a, b], "grad", [3.0, 4.0])
    >>> a.grad, b.grad
    (3.0, 4.0)
    """
    numbers = list(map(float, numbers))
    if len(numbers) != len(things):
        raise ValueError(f"{len(numbers)} numbers given for {len(things)} Values")
    _set(things, name, numbers)


def _set(things, name, values):
    # One call of C code: Python handles signals between bytecodes. (setattr
    # returns None, so `any` goes through all of them.)
    any(map(setattr, things, repeat(SLOTS.get(name, name)), values))


class unchanged:
    """Restores attributes afterwards, whatever happened inside.

    It takes pairs of things and an attribute's name, and gives for each pair
    the list of what was there. `unchanged_on_error` restores them only after
    an error or interrupt.

    >>> from engine.value import Value
    >>> a, b = Value(1), Value(2)
    >>> with unchanged(([a, b], "data")) as [earlier]:
    ...     a.data = 5.0
    >>> a.data, earlier
    (1.0, [1.0, 2.0])
    """

    __slots__ = ("pairs", "only_on_error", "earlier")

    def __init__(self, *pairs: tuple[Sequence[Any], str], only_on_error: bool = False) -> None:
        self.pairs, self.only_on_error = pairs, only_on_error

    def __enter__(self) -> list[list[Any]]:
        self.earlier = [list(map(attrgetter(SLOTS.get(name, name)), things)) for things, name in self.pairs]
        return self.earlier

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None or not self.only_on_error:
            for (things, name), values in zip(self.pairs, self.earlier):
                _set(things, name, values)


unchanged_on_error = partial(unchanged, only_on_error=True)
