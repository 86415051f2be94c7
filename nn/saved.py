"""The file of a saved model: what it is made of, and its parameters.

    {
     "linegrad": 1,
     "model": {
      "class": "MLP", "inputs": 2, "layers": [3, 1], "activation": "relu"
     },
     "parameters": {"layers[0].neurons[0].w[0]": 0.5, ...}
    }

Files of the first version hold no more than the parameters, {name: number}.
"""

import json
from collections.abc import Iterator
from os import PathLike
from typing import Any, NamedTuple

from engine import check_path, short_repr, write_file

FORMAT = 1


class Saved(NamedTuple):
    """What a file holds; `model` is None in one of the first version."""

    model: dict[str, Any] | None
    parameters: dict[str, Any]


def write_model(path: str | PathLike[str], saved: Saved) -> None:
    """Write a model to a JSON file, whole or not at all."""
    content = {"linegrad": FORMAT, "model": saved.model, "parameters": saved.parameters}
    write_file(path, json.dumps(content, indent=1, allow_nan=False))


def read_model(path: str | PathLike[str]) -> Saved:
    """The model in a JSON file that `write_model` wrote.

    Raises ValueError that names the path if the file holds anything else.
    """
    file = check_path("a file", path)
    try:
        content = json.loads(
            file.read_text(encoding="utf-8"), object_pairs_hook=_each_once, parse_constant=_no_number
        )
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is not a saved state: {error}") from None
    if not isinstance(content, dict):
        raise ValueError(
            f"{path} is not a saved state: it holds {short_repr(content)}, not names and numbers"
        )
    if not isinstance(content.get("parameters"), dict):
        return Saved(None, content)
    version, model = content.get("linegrad"), content.get("model")
    if type(version) is not int or version != FORMAT:
        raise ValueError(
            f'{path} is not a saved state: its "linegrad" is {short_repr(version)}, not {FORMAT}'
        )
    if not isinstance(model, dict):
        raise ValueError(f'{path} is not a saved state: its "model" is {short_repr(model)}')
    unknown = content.keys() - {"linegrad", "model", "parameters"}
    if unknown:
        raise ValueError(f"{path} is not a saved state: it has an unknown {short_repr(min(unknown))}")
    return Saved(model, content["parameters"])


def _each_once(pairs):
    found = {}
    for key, thing in pairs:
        if key in found:
            raise ValueError(f"it has {short_repr(key)} twice")
        found[key] = thing
    return found


def _no_number(name):
    raise ValueError(f"it has {name}, which is no number")


def differences(saved: Any, own: Any, place: str = "") -> Iterator[str]:
    """How the model in a file differs from a model: a text for each difference.

    >>> neuron = {"class": "Neuron", "inputs": 2, "activation": "tanh"}
    >>> list(differences(neuron, neuron | {"inputs": 3}))
    ['inputs is 2 in the file, 3 in the model']
    >>> list(differences(neuron, {"class": "Perceptron", "inputs": 3}))
    ["class is 'Neuron' in the file, 'Perceptron' in the model"]
    """
    if isinstance(saved, dict) and isinstance(own, dict):
        other_class = saved.get("class") != own.get("class")
        for key in ["class"] if other_class else {**own, **saved}:
            name = key if key in own else short_repr(key)
            yield from differences(saved.get(key), own.get(key), f"{place}.{name}" if place else name)
    elif isinstance(saved, list) and isinstance(own, list) and len(saved) == len(own):
        for i, (theirs, ours) in enumerate(zip(saved, own)):
            yield from differences(theirs, ours, f"{place}[{i}]")
    elif type(saved) is not type(own) or saved != own:  # 1, 1.0 and true differ
        yield f"{place} is {short_repr(saved)} in the file, {short_repr(own)} in the model"
