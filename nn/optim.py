"""Optimisers: how a gradient changes the parameters. `fit` descends with them.

An optimiser's formula is a function of one weight, its gradient, what the
optimiser remembers of it, and numbers; `update(weights, gradient)` applies it
to all weights and returns the new ones. `step()` does so to the parameters'
data and gradients.
"""

import math
from array import array
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from typing import Any, Protocol

from engine import Elementwise, Value, assign, counted, restorer
from nn.checks import check_list, check_number, check_parameters
from nn.frozen import check_unfrozen


class Optimizer(Protocol):
    """What fit and its users need of an optimiser.

    One with a `rule`, an Elementwise that it updates with, is faster: fit
    compiles it.
    """

    parameters: list[Value]

    def update(self, weights: Sequence[float], gradient: Sequence[float]) -> Sequence[float]: ...


def take_step(optimizer: Optimizer) -> None:
    """Update every parameter of an optimiser from its gradient.

    Raises ValueError if one of them is frozen.
    """
    parameters = optimizer.parameters
    check_unfrozen(parameters)
    restore = step_restorer(optimizer, (parameters, "data"))
    try:
        new = optimizer.update([p.data for p in parameters], [p.grad for p in parameters])
        assign(parameters, "data", new)
    except BaseException:
        restore()
        raise


def step_restorer(optimizer: Optimizer, *pairs: tuple[Sequence[Any], str]) -> Callable[[], object]:
    """A `restorer` that also restores an optimiser's attributes.

    The optimiser goes on with copies of them, so that an update may change its
    lists in place, or add an attribute. (Not the arrays of one with a rule,
    which returns new ones. Lists in lists and __slots__ are not restored.)
    """
    if not hasattr(optimizer, "__dict__"):
        return restorer(*pairs)
    restore = restorer(*pairs, ([optimizer], "__dict__"))
    fixed = (float, array) if isinstance(getattr(optimizer, "rule", None), Elementwise) else float
    optimizer.__dict__ = {
        name: thing
        if isinstance(thing, fixed) or name == "parameters" or not hasattr(thing, "__len__")
        else copy(thing)
        for name, thing in vars(optimizer).items()
    }
    return restore


def clear_gradients(optimizer: Optimizer) -> None:
    """Set the gradient of every parameter of an optimiser to zero."""
    assign(optimizer.parameters, "grad", [0.0] * len(optimizer.parameters))


def descent(w: Any, g: Any, *, rate: Any) -> Any:
    """A step of gradient descent.

    >>> descent(1.0, 0.5, rate=0.1)
    0.95
    """
    return w - rate * g


def momentum_descent(w: Any, g: Any, velocity: Any, *, rate: Any, momentum: Any) -> Any:
    """A step of gradient descent with momentum, and the new velocity."""
    velocity = momentum * velocity + g
    return w - rate * velocity, velocity


def adam(w: Any, g: Any, m: Any, v: Any, *, step: Any, scale: Any, b1: Any, b2: Any, epsilon: Any) -> Any:
    """A step of Adam, and the new averages of the gradient and its square.

    At step t, `step` is α / (1 - β₁ᵗ), and `scale` is 1 / √(1 - β₂ᵗ).
    """
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * g * g
    return w - step * m / (v.sqrt() * scale + epsilon), m, v


DESCENT, MOMENTUM, ADAM = Elementwise(descent), Elementwise(momentum_descent), Elementwise(adam)


class GradientDescent:
    """W ← W - α ∇L(W): a step against the gradient, of learning rate α.

    With L the mean of the losses over n examples, this is
    W ← W - α/n · Σᵢ ∇L(f(xᵢ), yᵢ). With a momentum μ the step is against
    V ← μ V + ∇L(W), which remembers earlier gradients and so is faster along a
    valley (Polyak, 1964).

    Raises TypeError if the parameters are no Values or the rate is no number,
    ValueError if the rate is negative, the momentum not in [0, 1), or a
    parameter frozen.

    >>> from engine import Value
    >>> w = Value(3)
    >>> descent = GradientDescent([w], rate=0.1)
    >>> for _ in range(50):
    ...     descent.zero_grad()
    ...     (w * w).backward()
    ...     descent.step()
    >>> abs(w.data) < 1e-4
    True
    >>> descent
    GradientDescent(1 parameter, rate=0.1)
    """

    def __init__(self, parameters: Iterable[Value], rate: float, momentum: float = 0.0) -> None:
        self.parameters = check_parameters(parameters, "GradientDescent")
        self.rate = check_number(rate, "a learning rate")
        self.momentum = check_number(momentum, "a momentum", below=1)
        self.velocity = array("d", [0.0]) * len(self.parameters)

    @property
    def rule(self) -> Elementwise:
        """The formula of a step."""
        return MOMENTUM if self.momentum else DESCENT

    def update(self, weights: Sequence[float], gradient: Sequence[float]) -> Sequence[float]:
        """The weights after a step against this gradient."""
        if not self.momentum:
            [weights] = self.rule(weights, gradient, rate=self.rate)
            return weights
        weights, self.velocity = self.rule(
            weights, gradient, self.velocity, rate=self.rate, momentum=self.momentum
        )
        return weights

    step, zero_grad = take_step, clear_gradients

    def __repr__(self) -> str:
        momentum = f", momentum={self.momentum!r}" if self.momentum else ""
        return f"GradientDescent({counted(len(self.parameters), 'parameter')}, rate={self.rate!r}{momentum})"


class Adam:
    """W ← W - α m / (√v + ε): a step whose size adapts to each parameter.

    m and v are decaying averages of the gradient and of its square,
    m ← β₁ m + (1 - β₁) g and v ← β₂ v + (1 - β₂) g². Both are corrected for
    having started at zero: divided by 1 - βᵗ at step t (Kingma and Ba, 2015).

    Raises TypeError if the parameters are no Values or a number is none,
    ValueError if the rate is negative, a beta not in [0, 1), or a parameter
    frozen.

    >>> from engine import Value
    >>> w = Value(3)
    >>> adam = Adam([w], rate=0.1)
    >>> (w * w).backward()
    >>> adam.step()
    >>> round(w.data, 6)  # the first step is α in size, whatever the gradient's
    2.9
    >>> adam
    Adam(1 parameter, rate=0.1)
    """

    rule = ADAM

    def __init__(
        self,
        parameters: Iterable[Value],
        rate: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
    ) -> None:
        self.parameters = check_parameters(parameters, "Adam")
        self.rate = check_number(rate, "a learning rate")
        b1, b2 = check_betas(betas)
        self.betas, self.epsilon = (b1, b2), check_number(epsilon, "Adam's epsilon")
        self.m = self.v = array("d", [0.0]) * len(self.parameters)
        self.t = 0

    def update(self, weights: Sequence[float], gradient: Sequence[float]) -> Sequence[float]:
        """The weights after a step against this gradient."""
        (b1, b2), t = self.betas, self.t + 1
        corrected = {"step": self.rate / (1 - b1**t), "scale": 1 / math.sqrt(1 - b2**t)}
        weights, m, v = self.rule(
            weights, gradient, self.m, self.v, b1=b1, b2=b2, epsilon=self.epsilon, **corrected
        )
        self.m, self.v, self.t = m, v, t  # no signal comes between these
        return weights

    step, zero_grad = take_step, clear_gradients

    def __repr__(self) -> str:
        return f"Adam({counted(len(self.parameters), 'parameter')}, rate={self.rate!r})"


def check_betas(betas: Any) -> list[float]:
    """The two decay rates of Adam's averages as floats, or an error."""
    wanted = "Adam has two betas, as in betas=(0.9, 0.999)"
    listed = check_list(betas, wanted)
    if len(listed) != 2:
        raise ValueError(f"{wanted}, not {len(listed)}")
    return [check_number(beta, "a beta", below=1) for beta in listed]
