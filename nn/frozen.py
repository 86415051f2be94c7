"""Frozen parameters: what training leaves as it is."""

from collections.abc import Iterable

from engine import Frozen, Value, short_repr


def check_unfrozen(parameters: Iterable[Value]) -> None:
    """Raise ValueError that names the first of these that is frozen, if any."""
    for parameter in parameters:
        if type(parameter) is Frozen:
            name = short_repr(parameter.label)[1:-1] if parameter.label else short_repr(parameter)
            raise ValueError(
                f"{name} is frozen and does not train: make the optimiser of model.parameters(), which lists "
                "what trains, after freeze(); or call unfreeze()"
            )
