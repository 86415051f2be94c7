"""Losses: how far a prediction is from its target.

Each takes one prediction and its target, or a list of predictions and a list of as many targets, whose
mean it returns. A prediction is a Value; a target is a number or a Value.

Raises ValueError where there are more of one than of the other.
"""

from functools import wraps


def mean_over_examples(loss):
    @wraps(loss)
    def mean(prediction, target):
        if not isinstance(prediction, (list, tuple)):
            return loss(prediction, target)
        if len(prediction) != len(target):
            raise ValueError(
                f"{loss.__name__} of {len(prediction)} predictions needs as many targets, not {len(target)}"
            )
        return sum(map(loss, prediction, target)) / len(prediction)

    return mean


@mean_over_examples
def mean_squared_error(prediction, target):
    """(ŷ - y)², the loss of regression.

    >>> from engine import Value
    >>> mean_squared_error([Value(1), Value(3)], [1, 1]).data
    2.0
    """
    return (prediction - target) ** 2


@mean_over_examples
def binary_cross_entropy(logit, target):
    """-y log σ(z) - (1 - y) log(1 - σ(z)) for a logit z and a target y of 0 or 1, or in between.

    Computed as softplus(z) - y z, which is the same and neither overflows nor takes the log of 0.

    >>> from engine import Value
    >>> binary_cross_entropy(Value(0), 1).data          # log 2
    0.6931471805599453
    >>> binary_cross_entropy(Value(-1000), 1).data
    1000.0
    """
    return logit.softplus() - target * logit


@mean_over_examples
def hinge(score, target):
    """max(0, 1 - y s) for a score s and a target y of -1 or 1: the loss of a maximum margin.

    >>> from engine import Value
    >>> hinge([Value(0.25), Value(2)], [1, 1]).data
    0.375
    """
    return (1 - target * score).relu()
