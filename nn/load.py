"""load: a saved MLP, made again from its file alone."""

import random
from itertools import pairwise
from os import PathLike

from engine import short_repr
from nn.layers import ACTIVATIONS, MLP
from nn.module import load_saved
from nn.saved import read_model


def load(path: str | PathLike[str]) -> MLP:
    """The MLP that a file holds, which its `save` wrote.

    Raises ValueError that says what is needed where a file is not enough: one
    of the first version, which says no architecture, one of another model, or
    of an activation that is a function of yours. For these make the model, and
    call its `load(path)`.

    >>> import tempfile
    >>> network = MLP(2, [3, 1], "tanh")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     network.save(f"{folder}/network.json")
    ...     again = load(f"{folder}/network.json")
    >>> again, again.state() == network.state()
    (MLP(2, [3, 1], tanh), True)
    """
    saved = read_model(path)
    model, parameters = saved
    if model is None:
        raise ValueError(f"{path} does not say what model it is of: make the model, and call its load(path)")
    if model.get("class") != "MLP":
        raise ValueError(
            f"{path} holds a model of class {short_repr(model.get('class'))}, and nn.load makes MLPs only: "
            f"make the model, and call its load(path)"
        )
    sizes = _sizes(path, model, len(parameters))
    activation = model.get("activation")
    if isinstance(activation, str) and activation.startswith("function "):
        raise ValueError(
            f"{path} has the activation {short_repr(activation)}, and no file holds a function: "
            f"make MLP({sizes[0]}, {short_repr(sizes[1:])}, the function), and call its load(path)"
        )
    if not isinstance(activation, str) or activation not in ACTIVATIONS:
        known = ", ".join(ACTIVATIONS)
        raise ValueError(f"{path} has an unknown activation {short_repr(activation)}: {known} are known")
    network = MLP(sizes[0], sizes[1:], activation, random.Random(0))  # the global one stays as it is
    load_saved(network, path, saved)
    return network


def _sizes(path, model, parameters):
    """The sizes of its inputs and layers, if so many parameters fit them."""
    nin, nouts = model.get("inputs"), model.get("layers")
    sizes = [nin, *nouts] if isinstance(nouts, list) else []
    what = f"{path} is not a saved MLP: {short_repr(nin)} inputs and layers of {short_repr(nouts)}"
    if len(sizes) < 2 or not all(type(size) is int and size >= 1 for size in sizes):
        raise ValueError(f"{what}, which are no sizes")
    if sum((inputs + 1) * outputs for inputs, outputs in pairwise(sizes)) != parameters:
        raise ValueError(f"{what} have more or fewer parameters than the {parameters} that it holds")
    return sizes
