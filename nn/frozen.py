"""Frozen parameters: what training leaves as it is."""

from collections.abc import Iterable
from typing import Any

from engine import Value, short_repr


class Frozen(Value):
    """A parameter that training leaves as it is. `Module.freeze` makes it.

    It is a Value as any other: it has a gradient, and its data may be set.

    >>> Frozen(2, "w")
    Frozen(data=2.0, grad=0.0, label='w')
    """

    __slots__ = ()

    def __reduce__(self) -> Any:  # for pickle and copy
        return _copy, (self.data, self.grad, self.label)

    def __repr__(self) -> str:
        return super().__repr__().replace("Value", "Frozen", 1)


def _copy(data, grad, label):
    frozen = Frozen(data, label)
    frozen.grad = grad
    return frozen


def check_unfrozen(parameters: Iterable[Value]) -> None:
    """Raise ValueError that names the first of these that is frozen, if any."""
    for parameter in parameters:
        if type(parameter) is Frozen:
            raise ValueError(
                f"{short_repr(parameter)} does not train; model.parameters() lists what does: make "
                "the optimiser after freeze(), or call unfreeze()"
            )
