"""Frozen parameters: what training leaves as it is."""

from collections.abc import Iterable

from engine import Frozen, Value, short_repr


def check_unfrozen(parameters: Iterable[Value]) -> None:
    """Raise ValueError that names the first of these that is frozen, if any."""
    for parameter in parameters:
        if type(parameter) is Frozen:
            raise ValueError(
                f"{short_repr(parameter)} does not train; model.parameters() lists what does: make "
                "the optimiser after freeze(), or call unfreeze()"
            )
