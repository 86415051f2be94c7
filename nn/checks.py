"""Checks of arguments: each says what was given, and what is wanted.

A wrong kind of argument is a TypeError, a wrong value a ValueError.
"""

import math
from collections.abc import Iterable, Set
from numbers import Integral
from typing import Any

from engine import Constant, Value, counted, short_repr
from nn.frozen import check_unfrozen
from nn.module import Module


def check_positive(count: Any, what: str) -> int:
    """`count` as an int, if it is a whole number and 1 at least; else an error.

    >>> check_positive(2.5, "a neuron has inputs")
    Traceback (most recent call last):
        ...
    TypeError: a neuron has inputs, a whole number of them, not 2.5
    """
    if not is_integer(count):
        raise TypeError(f"{what}, a whole number of them, not {short_repr(count)}")
    if count < 1:
        raise ValueError(f"{what}, one at least, not {short_repr(count)}")
    return int(count)


def is_integer(x: Any) -> bool:
    """Whether `x` is a whole number: an int, or a NumPy one, and no bool."""
    return isinstance(x, Integral) and not isinstance(x, bool)


def check_epochs(epochs: Any) -> int:
    """`epochs` as an int, if it is a whole number and 0 at least."""
    if not is_integer(epochs):
        raise TypeError(f"epochs is a whole number, not {short_repr(epochs)}")
    if epochs < 0:
        raise ValueError(f"epochs is at least 0, not {short_repr(epochs)}")
    return int(epochs)


def check_number(number: Any, what: str, below: float = math.inf) -> float:
    """`number` as a float, if it is at least 0 and less than `below`.

    >>> check_number("0.1", "a learning rate")
    Traceback (most recent call last):
        ...
    TypeError: a learning rate is a number, not '0.1'
    """
    if not is_number(number):
        raise TypeError(f"{what} is a number, not {short_repr(number)}")
    try:
        found = float(number)
    except OverflowError:
        found = math.inf
    if not 0 <= found < below:
        wanted = "finite" if below == math.inf else f"less than {below}"
        raise ValueError(f"{what} is at least 0 and {wanted}, not {short_repr(number)}")
    return found


def is_number(x: Any) -> bool:
    """Whether `x` is one number: a float, int or NumPy scalar, and no bool."""
    numeric = hasattr(type(x), "__float__") and not isinstance(x, (bool, Value))
    return numeric and getattr(x, "ndim", 0) == 0


def is_scalar(x: Any) -> bool:
    """Whether `x` is one number, or a bool or Value, which stand for one."""
    return isinstance(x, (bool, Value)) or is_number(x)


def check_function(function: Any, what: str) -> None:
    """Raise TypeError unless it can be called, or if it is a layer's class."""
    if isinstance(function, type) and issubclass(function, Module):
        raise TypeError(f"{what}, not the class {function.__name__}: make one, {function.__name__}(...)")
    if not callable(function):
        raise TypeError(f"{what}, not {short_repr(function)}")


def check_rng(rng: Any) -> None:
    """Raise TypeError unless it is None, or makes numbers as random.Random."""
    if rng is not None and (isinstance(rng, type) or not (hasattr(rng, "gauss") and hasattr(rng, "shuffle"))):
        raise TypeError(f"rng makes random numbers, as random.Random(0) does, not {short_repr(rng)}")


def check_list(things: Any, what: str) -> list[Any]:
    """`things` as a list; TypeError for a string, dict, set or no iterable."""
    if isinstance(things, Iterable) and not isinstance(things, (str, bytes, dict, Set, type)):
        return list(things)
    raise TypeError(f"{what}, not {short_repr(things)}")


def check_inputs(x: Any, count: int, layer: object, place: str = "") -> list[Any]:
    """`x` as a list of `count` inputs, or an error that names the layer."""
    try:
        x = list(x)
    except TypeError:
        raise TypeError(f"{place}{layer!r} takes a list of {counted(count, 'input')}, not {x!r}") from None
    if len(x) != count:
        raise ValueError(f"{place}{layer!r} takes {counted(count, 'input')}, not {len(x)}")
    return x


def check_numbers(x: list[Any], what: object) -> list[Any]:
    """The same list, if it holds numbers and Values only; else TypeError."""
    for number in x:
        if not is_scalar(number):
            raise TypeError(f"{_named(what)} takes numbers, not {short_repr(number)}")
    return x


def _named(what):
    return what if isinstance(what, str) else repr(what)  # a model's str is a table


def check_floats(x: list[Any], what: object) -> list[float]:
    """The numbers and Values in a list as floats; else an error.

    >>> check_floats([1, True], "Perceptron(2)")
    [1.0, 1.0]
    """
    try:
        return list(map(float, check_numbers(x, what)))
    except OverflowError:
        raise OverflowError(
            f"{_named(what)} takes numbers up to 1.8e308, not all of {short_repr(x)}"
        ) from None


def check_interval(pair: Any, what: str) -> tuple[float, float]:
    """Two numbers, the lower one first, as floats; else an error.

    >>> check_interval((1, 1), "limits are an interval, as (0, 1)")
    Traceback (most recent call last):
        ...
    ValueError: limits are an interval, as (0, 1), not (1, 1)
    """
    ends = check_floats(check_list(pair, what), "an interval")
    if len(ends) != 2 or not 0 < ends[1] - ends[0] < math.inf:
        raise ValueError(f"{what}, not {short_repr(pair)}")
    return ends[0], ends[1]


def check_scalar(answer: Any, function: object, to: str) -> Any:
    """What a function answers, if it is one number or Value; else TypeError.

    `to` says what it is an answer to.

    >>> check_scalar([1, 2], "the model", "to [0, 0]")
    Traceback (most recent call last):
        ...
    TypeError: the model answers one number, not [1, 2] to [0, 0]
    """
    if not is_scalar(answer):
        raise TypeError(f"{_named(function)} answers one number, not {short_repr(answer)} {to}")
    return answer


def check_answer(answer: Any, function: object, to: str) -> float:
    """The same as a float; ValueError if it is infinite or not a number."""
    [number] = check_floats([check_scalar(answer, function, to)], function)
    if not math.isfinite(number):
        raise ValueError(f"{_named(function)} answers {number} {to}")
    return number


def check_parameters(parameters: Any, optimizer: str) -> list[Value]:
    """An optimiser's parameters as a list, or an error that names it.

    >>> check_parameters(3, "Adam")
    Traceback (most recent call last):
        ...
    TypeError: Adam takes parameters, as in Adam(network.parameters()), not 3
    """
    wanted = f"{optimizer} takes parameters, as in {optimizer}(network.parameters())"
    if isinstance(parameters, Module):
        raise TypeError(f"{wanted}, not the model {parameters!r}")
    listed = check_list(parameters, wanted)
    check_unfrozen(listed)
    # Of thousands of plain Values only those that are computed need a look.
    plain = {*map(type, listed)} == {Value}
    for parameter in [each for each in listed if each.operation] if plain else listed:
        if not isinstance(parameter, Value):
            raise TypeError(f"{wanted}; one of them is {short_repr(parameter)}")
        if isinstance(parameter, Constant) or parameter.operation is not None:
            raise ValueError(f"{wanted}; one of them, {parameter}, is a constant or computed from others")
    return listed
