"""Optimisers: how a gradient changes the parameters. `fit` descends with them.

An optimiser's `update(weights, gradient)` is its formula, on plain numbers: it
returns the new weights. `step()` applies it to the parameters' data and
gradients.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Protocol

from engine import Value


class Optimizer(Protocol):
    """What fit and its users need of an optimiser."""

    parameters: list[Value]
    rate: float

    def update(self, weights: Sequence[float], gradient: Sequence[float]) -> list[float]: ...


def take_step(optimizer: Optimizer) -> None:
    """Update every parameter of an optimiser from its gradient."""
    parameters = optimizer.parameters
    new = optimizer.update([p.data for p in parameters], [p.grad for p in parameters])
    for parameter, data in zip(parameters, new):
        parameter.data = data


def clear_gradients(optimizer: Optimizer) -> None:
    """Set the gradient of every parameter of an optimiser to zero."""
    for parameter in optimizer.parameters:
        parameter.grad = 0.0


class GradientDescent:
    """W ← W - α ∇L(W): a step against the gradient, of learning rate α.

    With L the mean of the losses over n examples, this is
    W ← W - α/n · Σᵢ ∇L(f(xᵢ), yᵢ). With a momentum μ the step is against
    V ← μ V + ∇L(W), which remembers earlier gradients and so is faster along a
    valley (Polyak, 1964).

    >>> from engine import Value
    >>> w = Value(3)
    >>> descent = GradientDescent([w], rate=0.1)
    >>> for _ in range(50):
    ...     descent.zero_grad()
    ...     (w * w).backward()
    ...     descent.step()
    >>> abs(w.data) < 1e-4
    True
    """

    def __init__(self, parameters: Iterable[Value], rate: float, momentum: float = 0.0) -> None:
        self.parameters = list(parameters)
        self.rate, self.momentum = rate, momentum
        self.velocity = [0.0] * len(self.parameters)

    def update(self, weights: Sequence[float], gradient: Sequence[float]) -> list[float]:
        """The weights after a step against this gradient."""
        if self.momentum:
            self.velocity = [self.momentum * v + g for v, g in zip(self.velocity, gradient)]
            gradient = self.velocity
        rate = self.rate
        return [w - rate * g for w, g in zip(weights, gradient)]

    step, zero_grad = take_step, clear_gradients


class Adam:
    """W ← W - α m / (√v + ε): a step whose size adapts to each parameter.

    m and v are decaying averages of the gradient and of its square,
    m ← β₁ m + (1 - β₁) g and v ← β₂ v + (1 - β₂) g². Both are corrected for
    having started at zero: divided by 1 - βᵗ at step t (Kingma and Ba, 2015).

    >>> from engine import Value
    >>> w = Value(3)
    >>> adam = Adam([w], rate=0.1)
    >>> (w * w).backward()
    >>> adam.step()
    >>> round(w.data, 6)  # the first step is α in size, whatever the gradient's
    2.9
    """

    def __init__(
        self,
        parameters: Iterable[Value],
        rate: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
    ) -> None:
        self.parameters = list(parameters)
        self.rate, self.betas, self.epsilon = rate, betas, epsilon
        self.m = [0.0] * len(self.parameters)
        self.v = [0.0] * len(self.parameters)
        self.t = 0

    def update(self, weights: Sequence[float], gradient: Sequence[float]) -> list[float]:
        """The weights after a step against this gradient."""
        (b1, b2), self.t = self.betas, self.t + 1
        self.m = [b1 * m + (1 - b1) * g for m, g in zip(self.m, gradient)]
        self.v = [b2 * v + (1 - b2) * g * g for v, g in zip(self.v, gradient)]
        c1, c2, rate, epsilon, sqrt = 1 - b1**self.t, 1 - b2**self.t, self.rate, self.epsilon, math.sqrt
        return [w - rate * (m / c1) / (sqrt(v / c2) + epsilon) for w, m, v in zip(weights, self.m, self.v)]

    step, zero_grad = take_step, clear_gradients
