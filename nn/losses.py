"""Losses: how far a prediction is from its target.

A prediction is a Value, a target a number or a Value. Losses of one output
also take a list of predictions and a list of as many targets, and return the
mean; ValueError says where the two differ in length, TypeError what is neither.
"""

from collections.abc import Callable, Sequence
from functools import reduce, wraps
from operator import mul
from typing import Any

from engine import Value, short_repr
from engine import one_hot as one_hot_values
from nn.checks import check_positive, is_number, is_scalar


def mean_over_examples(loss: Callable[[Any, Any], Value]) -> Callable[[Any, Any], Value]:
    """A loss of one example, also as the mean over lists of them."""

    @wraps(loss)
    def mean(prediction, target):
        try:
            if not isinstance(prediction, (list, tuple)):
                return loss(prediction, target)
            check_targets(loss, prediction, "predictions", target)
            return sum(map(loss, prediction, target)) / len(prediction)
        except (TypeError, AttributeError) as error:
            raise _explained(error, loss, prediction, target) from None

    return mean


def _explained(error, loss, prediction, target):
    """An error that names the wrong prediction or target; else the same one."""
    several = isinstance(prediction, (list, tuple))
    for y, t in zip(prediction, target) if several else [(prediction, target)]:
        if not isinstance(y, Value):
            return TypeError(f"a prediction of {loss.__name__} is a Value, not {short_repr(y)}")
        if not is_scalar(t):
            return TypeError(f"a target of {loss.__name__} is a number, not {short_repr(t)}")
    return error


def check_targets(loss: Any, predictions: Sequence[Any], what: str, targets: Any) -> None:
    """Raise ValueError unless there is a target for every prediction."""
    given: int | str
    if isinstance(targets, (str, bytes, dict, set)):
        given = short_repr(targets)
    elif hasattr(targets, "__len__"):
        given = len(targets)
    elif is_scalar(targets):
        given = "one number"
    else:
        given = short_repr(targets)
    if given != len(predictions):
        raise ValueError(f"{loss.__name__} of {len(predictions)} {what} needs as many targets, not {given}")
    if given == 0:
        raise ValueError(f"{loss.__name__} of no {what}: there is one at least")


@mean_over_examples
def mean_squared_error(prediction: Any, target: Any) -> Value:
    """(ŷ - y)², the loss of regression.

    >>> from engine import Value
    >>> mean_squared_error([Value(1), Value(3)], [1, 1]).data
    2.0
    """
    return (prediction - target) ** 2


@mean_over_examples
def binary_cross_entropy(logit: Any, target: Any) -> Value:
    """-y log σ(z) - (1 - y) log(1 - σ(z)) for a logit z and y in [0, 1].

    Computed as softplus(z) - y z, which is the same and neither overflows nor
    takes the log of 0.

    >>> from engine import Value
    >>> binary_cross_entropy(Value(0), 1).data          # log 2
    0.6931471805599453
    >>> binary_cross_entropy(Value(-1000), 1).data
    1000.0
    """
    return logit.softplus() - target * logit


@mean_over_examples
def hinge(score: Any, target: Any) -> Value:
    """max(0, 1 - y s) for a score s and a target y of -1 or 1 (maximum margin).

    >>> from engine import Value
    >>> hinge([Value(0.25), Value(2)], [1, 1]).data
    0.375
    """
    return (1 - target * score).relu()


def softmax(logits: Sequence[Value]) -> list[Value]:
    """exp(zᵢ) / Σⱼ exp(zⱼ) for a list of logits z: positive, and the sum is 1.

    The largest logit is subtracted from all of them first, which changes
    nothing but that no power overflows.

    >>> from engine import Value
    >>> [p.data for p in softmax([Value(1000), Value(1000)])]
    [0.5, 0.5]
    """
    check_logits("softmax", logits)
    largest = reduce(Value.maximum, logits)
    powers = [(logit - largest).exp() for logit in logits]
    total = sum(powers)
    return [power / total for power in powers]


def check_logits(function: str, logits: Any) -> None:
    """Raise TypeError unless it is a list of Values, ValueError if empty."""
    if isinstance(logits, (list, tuple)) and logits and isinstance(logits[0], Value):
        return
    wanted = f"{function} takes a list of logits, a Value for each class"
    if isinstance(logits, Value):
        raise TypeError(
            f"{wanted}, not one Value: a model of one output has binary_cross_entropy, and its probability "
            "is z.sigmoid()"
        )
    listed = hasattr(logits, "__len__") and hasattr(logits, "__getitem__")
    if isinstance(logits, (str, bytes, dict)) or not listed:
        raise TypeError(f"{wanted}, not {short_repr(logits)}")
    if not len(logits):
        raise ValueError(f"{wanted}, one at least, not []")
    if not isinstance(logits[0], Value):
        raise TypeError(f"{wanted}; the first is {short_repr(logits[0])}")


def cross_entropy(logits: Sequence[Value], target: Any) -> Value:
    """-Σᵢ yᵢ log softmax(z)ᵢ for logits z and as many target probabilities y.

    Computed as log Σⱼ exp(zⱼ - max z) + max z - Σᵢ yᵢ zᵢ. A target that is one
    number or Value is the class: k stands for `one_hot(k, classes)`, and the
    sum is zₖ. A network of one output has no classes to choose from: its loss
    is `binary_cross_entropy`.

    >>> from engine import Value
    >>> cross_entropy([Value(0), Value(0), Value(1000)], [0, 0, 1]).data
    0.0
    >>> round(cross_entropy([Value(2), Value(2)], 1).data, 12)  # log 2
    0.69314718056
    """
    check_logits("cross_entropy", logits)
    if isinstance(target, Value):
        target = one_hot(target, len(logits))
    if is_scalar(target):
        chosen = logits[check_class(target, len(logits))]
    else:
        check_targets(cross_entropy, logits, "logits", target)
        chosen = sum(map(mul, target, logits))
    largest = reduce(Value.maximum, logits)
    total: Any = sum((logit - largest).exp() for logit in logits)
    return total.log() + largest - chosen


def one_hot(k: Any, classes: int) -> list[Any]:
    """The target of class k: 1 in its place, 0 in all others.

    That of a Value is a list of Values, so that a program has the class as an
    input: see `engine.one_hot`.

    >>> one_hot(1, 3)
    [0, 1, 0]
    """
    check_positive(classes, "one_hot has classes")
    if isinstance(k, Value):
        return one_hot_values(k, classes)
    k = check_class(k, classes)
    return [int(i == k) for i in range(classes)]


def check_class(k: Any, classes: int) -> int:
    """Class k as an int, if it is one of 0 to classes - 1; else an error.

    >>> check_class("1", 3)
    Traceback (most recent call last):
    TypeError: a class is a number from 0 to 2, not '1'
    """
    if not is_number(k):
        raise TypeError(f"a class is a number from 0 to {classes - 1}, not {short_repr(k)}")
    if k not in range(classes):
        raise ValueError(f"class {short_repr(k)} is not one of 0 to {classes - 1}")
    return int(k)
