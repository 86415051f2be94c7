"""Module: anything with parameters, to list, clear, save and load."""

import json
import math
import reprlib
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any
from uuid import uuid4

from engine import Constant, Value, assign


class Module:
    """A function with parameters: the Values among its attributes.

    The parameters of modules among its attributes are its own too. Attributes
    are searched in the order in which they were set, lists, tuples and dicts
    in theirs. A parameter that stands in two places (a shared weight) is
    listed once, under its first name.

    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope, self.offset = Value(2), Value(1)
    ...     def __call__(self, x):
    ...         return self.slope * x + self.offset
    >>> line = Line()
    >>> line(3).data, line.parameters()
    (7.0, [Value(data=2.0, grad=0.0), Value(data=1.0, grad=0.0)])
    >>> line.state()
    {'slope': 2.0, 'offset': 1.0}
    """

    def named_parameters(self) -> list[tuple[str, Value]]:
        """A list of (name, parameter); a name is a path, layers[0].w[1]."""
        found: dict[Value, str] = {}
        _collect(vars(self).items(), found, set())
        return [(name, parameter) for parameter, name in found.items()]

    def parameters(self) -> list[Value]:
        """All parameters, each once."""
        return [parameter for _, parameter in self.named_parameters()]

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to zero."""
        parameters = self.parameters()
        assign(parameters, "grad", [0.0] * len(parameters))

    def state(self) -> dict[str, float]:
        """The parameters' numbers by name, as a plain dict."""
        return {name: parameter.data for name, parameter in self.named_parameters()}

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Set the parameters to the numbers of such a dict.

        Raises ValueError that names each name that is missing or unknown, and
        each number that is none; then no parameter has changed.

        >>> from nn import Neuron
        >>> Neuron(1).load_state({"w[0]": 0.5, "w": 2})
        Traceback (most recent call last):
            ...
        ValueError: the state does not fit Neuron(1, relu): missing b; unknown w
        """
        parameters = dict(self.named_parameters())
        wrong = []
        for what, names in (("missing", parameters.keys() - state), ("unknown", state.keys() - parameters)):
            if names:
                wrong.append(f"{what} {_some(sorted(map(str, names)))}")
        numbers = {}
        for name in parameters.keys() & state:
            try:
                numbers[name] = Value(state[name]).data
            except (TypeError, OverflowError):
                numbers[name] = math.nan
            if not math.isfinite(numbers[name]):
                wrong.append(f"{name} is {reprlib.repr(state[name])}, not a number")
        if wrong:
            raise ValueError(f"the state does not fit {self}: {'; '.join(wrong)}")
        assign([parameters[name] for name in numbers], "data", numbers.values())

    def save(self, path: str | PathLike[str]) -> None:
        """Write the state to a JSON file, whole or not at all.

        Raises ValueError if a parameter is infinite or not a number, OSError
        if something else than a file has the path (a folder, a device).
        """
        path = Path(path).resolve()  # writes what a link stands for; the link stays
        if path.exists() and not path.is_file():
            raise OSError(f"{path} is not a file, and stays as it is")
        text = json.dumps(self.state(), indent=1, allow_nan=False)
        temporary = path.with_name(f".{path.name[:40]}.{uuid4().hex}")
        try:
            temporary.write_text(text, encoding="utf-8")
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)

    def load(self, path: str | PathLike[str]) -> None:
        """Read the state from a JSON file that `save` wrote.

        Raises ValueError, and changes nothing, if the file holds anything else.
        """
        try:
            state = json.loads(Path(path).read_text(encoding="utf-8"))
        except (ValueError, RecursionError) as error:
            raise ValueError(f"{path} is not a saved state: {error}") from None
        if not isinstance(state, dict):
            raise ValueError(
                f"{path} is not a saved state: it holds a {type(state).__name__}, not names and numbers"
            )
        self.load_state(state)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.parameters())} parameters)"


def _collect(places, found, seen):
    for name, thing in places:
        if isinstance(thing, Value):
            if type(thing) is not Constant and thing.operation is None:
                found.setdefault(thing, name)
        elif id(thing) not in seen:
            seen.add(id(thing))
            if isinstance(thing, Module):
                _collect([(f"{name}.{key}", inner) for key, inner in vars(thing).items()], found, seen)
            elif isinstance(thing, (list, tuple)):
                _collect([(f"{name}[{i}]", inner) for i, inner in enumerate(thing)], found, seen)
            elif isinstance(thing, dict):
                _collect([(f"{name}[{key!r}]", inner) for key, inner in thing.items()], found, seen)


def _some(names):
    shown = ", ".join(names[:5])
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more"
