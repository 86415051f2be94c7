"""Module: anything with parameters, to list, clear, save and load."""

import math
from array import array
from collections.abc import Mapping, Sequence
from numbers import Integral
from os import PathLike
from typing import Any

from engine import Constant, Frozen, Value, assign, counted, read_column, short_repr
from nn.saved import Saved, differences, read_model, write_model
from nn.table import Table


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
        """A list of (name, parameter); a name is a path, layers[0].w[1].

        It has the frozen ones, too, as all but `parameters` do.
        """
        found: dict[Value, str] = {}
        _collect(vars(self).items(), found, set())
        return [(name, parameter) for parameter, name in found.items()]

    def parameters(self) -> list[Value]:
        """The parameters that train, each once: all that are not frozen."""
        return [parameter for parameter in _every(self) if type(parameter) is not Frozen]

    def freeze(self, parameters: Sequence[Value] | None = None) -> None:
        """Leave all parameters as they are in training, or a list of them.

        `parameters` lists them no longer, so that optimisers don't get them.
        An optimiser that has them already raises an error instead of a step.
        Nor does a page that `engine.play` makes train them. They still have
        gradients, and everything else has them: `zero_grad`, `state`, and
        files, which don't say what is frozen. A parameter that stands in
        several modules is frozen in all of them. Copies of frozen ones are
        frozen.

        Raises ValueError if one of the list is none of the module's, or there
        is none, TypeError for anything but plain Values in a list.

        >>> from nn import MLP
        >>> network = MLP(2, [3, 1])
        >>> network.layers[0].freeze()
        >>> [parameter.label for parameter in network.parameters()]
        ['w2_1_1', 'w2_1_2', 'w2_1_3', 'b2_1']
        >>> network.freeze([network.layers[1].neurons[0].b])
        >>> len(network.parameters())
        3
        """
        _set_kind(self, Frozen, parameters)

    def unfreeze(self, parameters: Sequence[Value] | None = None) -> None:
        """Train all parameters again, or a list of them.

        An optimiser needs to be made anew to train them. Raises what `freeze`
        raises.
        """
        _set_kind(self, Value, parameters)

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to zero."""
        parameters = _every(self)
        assign(parameters, "grad", [0.0] * len(parameters))

    def to_array(self) -> "array[float]":
        """The numbers of `parameters()` in an array, in their order.

        So the frozen ones are not in it. It is for what computes with arrays,
        and comes back by `from_array`. SciPy takes it as x0, and NumPy without
        a copy: `numpy.asarray(model.to_array())`. (+ and * of an array itself
        are those of a list.) Programs have an order of their own: see
        `Program.places`.

        >>> from nn import Neuron
        >>> neuron = Neuron(2)
        >>> neuron.from_array([0.5, -1, 2])
        >>> neuron.to_array(), neuron.b.data
        (array('d', [0.5, -1.0, 2.0]), 2.0)
        >>> neuron.from_array([0.5, -1])
        Traceback (most recent call last):
            ...
        ValueError: 2 numbers given for the 3 parameters of Neuron(2, relu)
        """
        return array("d", [parameter.data for parameter in self.parameters()])

    def from_array(self, numbers: Any) -> None:
        """Set the data of `parameters()` to such numbers, in their order.

        They are an array, a list, a tensor, or any other sequence. Raises
        TypeError if they are not real numbers, ValueError if they are not as
        many as the parameters, and then changes nothing.
        """
        found, parameters = read_column(numbers, "numbers"), self.parameters()
        if len(found) != len(parameters):
            others = len(_every(self)) - len(parameters)
            frozen = f" ({others:,} more {'is' if others == 1 else 'are'} frozen)" if others else ""
            raise ValueError(
                f"{counted(len(found), 'number')} given for the {counted(len(parameters), 'parameter')} of "
                f"{self!r}{frozen}"
            )
        assign(parameters, "data", found)

    def state(self) -> dict[str, float]:
        """The parameters' numbers by name, as a plain dict."""
        return {name: parameter.data for name, parameter in self.named_parameters()}

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Set the parameters to the numbers of such a dict.

        Raises ValueError that names each name that is missing or unknown, and
        each number that is none, and TypeError if `state` is no dict; then no
        parameter has changed.

        >>> from nn import Neuron
        >>> Neuron(1).load_state({"w[0]": 0.5, "w": 2})
        Traceback (most recent call last):
            ...
        ValueError: the state does not fit Neuron(1, relu): missing b; unknown w
        """
        if not isinstance(state, Mapping):
            raise TypeError(
                f"a state is a dict of the parameters' names and numbers, not {short_repr(state)}"
            )
        parameters = dict(self.named_parameters())
        wrong, bad = [], []
        for what, names in (("missing", parameters.keys() - state), ("unknown", state.keys() - parameters)):
            if names:
                wrong.append(f"{what} {_some(sorted(map(_shown, names)))}")
        numbers = {}
        for name in [name for name in parameters if name in state]:
            try:
                numbers[name] = math.nan if isinstance(state[name], bool) else Value(state[name]).data
            except (TypeError, OverflowError):
                numbers[name] = math.nan
            if not math.isfinite(numbers[name]):
                bad.append(f"{name} is {short_repr(state[name])}, not a number")
        if bad:
            wrong.append(_some(bad, "; "))
        if wrong:
            raise ValueError(f"the state does not fit {self!r}: {'; '.join(wrong)}")
        assign([parameters[name] for name in numbers], "data", numbers.values())

    def architecture(self) -> dict[str, Any]:
        """What a saved file says of the model, beside its class and parameters.

        These are the numbers, names, functions (by name) and modules by which
        it differs from others of its class, and lists and dicts of such. Here
        it is the attributes that are modules or hold some; a class of yours
        may say more.

        >>> from nn import MLP
        >>> MLP(2, [3, 1], "tanh").architecture()
        {'inputs': 2, 'layers': [3, 1], 'activation': 'tanh'}
        """
        return {name: thing for name, thing in vars(self).items() if _holds_modules(thing)}

    def save(self, path: str | PathLike[str]) -> None:
        """Write the model to a JSON file, whole or not at all.

        It holds the architecture and the parameters' numbers, all digits of
        them. An existing file keeps its permissions.

        Raises ValueError if a parameter is infinite or not a number, OSError
        that names the path if it cannot be written, or if something else than
        a file has it (a folder, a device).
        """
        state = self.state()
        wrong = [f"{name} is {number}" for name, number in state.items() if not math.isfinite(number)]
        if wrong:
            raise ValueError(f"{path} can hold finite numbers only, but {_some(wrong)}")
        write_model(path, Saved(_described(self), state))

    def load(self, path: str | PathLike[str]) -> None:
        """Read the parameters from a JSON file that `save` wrote.

        Raises ValueError, and changes nothing, if the file holds anything else
        or a model of another architecture; then it names the difference. (A
        file of the first version says no architecture; its numbers' names have
        to be the model's.) `nn.load` makes an MLP from a file.
        """
        load_saved(self, path, read_model(path))

    def __str__(self) -> str:
        return repr(Table(repr(self), self.named_parameters()))

    def _repr_html_(self) -> str:
        return Table(repr(self), self.named_parameters())._repr_html_()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({counted(len(_every(self)), 'parameter')})"


def load_saved(model: Module, path: str | PathLike[str], saved: Saved) -> None:
    """Give a model the parameters that the file at this path holds.

    Raises what `Module.load` raises.
    """
    if saved.model is not None:
        found = list(differences(saved.model, _described(model)))
        if found:
            raise ValueError(f"{path} does not fit {model!r}: {_some(found, '; ')}")
    try:
        model.load_state(saved.parameters)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def _every(model):
    """All parameters, the frozen ones too."""
    return [parameter for _, parameter in model.named_parameters()]


def _set_kind(model, kind, chosen):
    """Freeze or unfreeze some of a model's parameters, or all."""
    parameters = _every(model)
    if chosen is None:
        chosen = parameters
    elif not isinstance(chosen, (list, tuple)) or not all(isinstance(each, Value) for each in chosen):
        raise TypeError(
            f"a list of parameters is (un)frozen, as by freeze([neuron.b]), not {short_repr(chosen)}"
        )
    elif not chosen:  # as the parameters() of a frozen layer are
        raise ValueError("the list of parameters to (un)freeze is empty; without a list, all are meant")
    own = set(parameters)
    for each in chosen:
        if each not in own:
            raise ValueError(f"{short_repr(each)} is no parameter of {short_repr(model)}")
    changed = [each for each in chosen if isinstance(each, Frozen) != (kind is Frozen)]
    for each in changed:
        if type(each) not in (Value, Frozen):
            raise TypeError(
                f"plain Values can be frozen, not {short_repr(each)}, of class {type(each).__name__}"
            )
    # A parameter's class says it, to whoever has the parameter: optimisers too.
    assign(changed, "__class__", [kind] * len(changed))


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


def _holds_modules(thing):
    if isinstance(thing, (list, tuple, dict)):
        return any(isinstance(x, Module) for x in (thing.values() if isinstance(thing, dict) else thing))
    return isinstance(thing, Module)


def _described(thing, around=()):
    """What something in an architecture is, in JSON; `around` holds it."""
    if any(thing is each for each in around):
        return "itself"
    around = (*around, thing)
    if isinstance(thing, Module):
        parts = {name: _described(part, around) for name, part in type(thing).architecture(thing).items()}
        return {"class": type(thing).__name__, **parts}
    if isinstance(thing, (list, tuple)):
        return [_described(each, around) for each in thing]
    if isinstance(thing, dict):
        return {str(key): _described(each, around) for key, each in thing.items()}
    if isinstance(thing, Integral) and not isinstance(thing, bool):
        return int(thing)
    if isinstance(thing, float) and not math.isfinite(thing):
        return str(thing)  # JSON has no such numbers
    if thing is None or isinstance(thing, (str, float, bool)):
        return thing
    if callable(thing):
        return f"function {getattr(thing, '__name__', type(thing).__name__)}"
    return f"object of {type(thing).__name__}"


def _some(names, between=", "):
    shown = between.join(names[:5])
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more"


def _shown(name):
    """A name of a parameter, which may come from a file."""
    name = str(name)
    return name if name.isprintable() and len(name) < 80 else short_repr(name)
