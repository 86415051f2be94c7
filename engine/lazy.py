"""cached_property as it is from Python 3.12 on: without a lock."""

import functools
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, TypeVar

T = TypeVar("T")


class cached_property(functools.cached_property[T]):
    """An attribute that is computed when it is first read, then kept.

    That of Python 3.11 locks all objects' attributes of a name while it
    computes one: other threads wait, and a process that is forked meanwhile
    waits for ever. Here two threads may compute the same twice.

    >>> class Circle:
    ...     radius = 2
    ...     @cached_property
    ...     def area(self):
    ...         return 3.14 * self.radius**2
    >>> Circle().area
    12.56
    """

    def __init__(self, compute: Callable[[Any], T]) -> None:
        super().__init__(compute)
        self.lock = nullcontext()
