"""Optimisers, which say how a gradient changes the parameters, and `fit`, which descends with them.

An optimiser's `update(weights, gradient)` is its formula, on plain numbers: it returns the new weights.
`step()` applies it to the parameters' data and gradients.
"""

import math
import random
import sys
from array import array
from numbers import Integral

from engine import Program, Value, c_compiler
from engine.rows import table


def take_step(optimizer):
    """Update every parameter of an optimiser from its gradient."""
    parameters = optimizer.parameters
    new = optimizer.update([p.data for p in parameters], [p.grad for p in parameters])
    for parameter, data in zip(parameters, new):
        parameter.data = data


def clear_gradients(optimizer):
    """Set the gradient of every parameter of an optimiser to zero."""
    for parameter in optimizer.parameters:
        parameter.grad = 0.0


class GradientDescent:
    """W ← W - α ∇L(W): a step of size α, the learning rate, against the gradient.

    With L the mean of the losses over n examples, this is W ← W - α/n · Σᵢ ∇L(f(xᵢ), yᵢ). With a
    momentum μ the step is taken against V ← μ V + ∇L(W), which remembers earlier gradients and so is
    faster along a valley (Polyak, 1964).

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

    def __init__(self, parameters, rate, momentum=0.0):
        self.parameters = list(parameters)
        self.rate, self.momentum = rate, momentum
        self.velocity = [0.0] * len(self.parameters)

    def update(self, weights, gradient):
        if self.momentum:
            gradient = self.velocity = [self.momentum * v + g for v, g in zip(self.velocity, gradient)]
        rate = self.rate
        return [w - rate * g for w, g in zip(weights, gradient)]

    step, zero_grad = take_step, clear_gradients


class Adam:
    """W ← W - α m / (√v + ε): a step whose size adapts to each parameter (Kingma and Ba, 2015).

    m and v are decaying averages of the gradient and of its square, m ← β₁ m + (1 - β₁) g and
    v ← β₂ v + (1 - β₂) g², both corrected for having started at zero: divided by 1 - βᵗ at step t.

    >>> from engine import Value
    >>> w = Value(3)
    >>> adam = Adam([w], rate=0.1)
    >>> (w * w).backward()
    >>> adam.step()
    >>> round(w.data, 6)                   # the first step is α in size, whatever the gradient's
    2.9
    """

    def __init__(self, parameters, rate=0.001, betas=(0.9, 0.999), epsilon=1e-8):
        self.parameters = list(parameters)
        self.rate, self.betas, self.epsilon = rate, betas, epsilon
        self.m = [0.0] * len(self.parameters)
        self.v = [0.0] * len(self.parameters)
        self.t = 0

    def update(self, weights, gradient):
        (b1, b2), self.t = self.betas, self.t + 1
        self.m = [b1 * m + (1 - b1) * g for m, g in zip(self.m, gradient)]
        self.v = [b2 * v + (1 - b2) * g * g for v, g in zip(self.v, gradient)]
        c1, c2, rate, epsilon, sqrt = 1 - b1**self.t, 1 - b2**self.t, self.rate, self.epsilon, math.sqrt
        return [w - rate * (m / c1) / (sqrt(v / c2) + epsilon) for w, m, v in zip(weights, self.m, self.v)]

    step, zero_grad = take_step, clear_gradients


def fit(
    model,
    rows,
    targets,
    loss,
    optimizer,
    epochs=1000,
    tolerance=None,
    batch=None,
    rng=None,
    program=True,
    native=None,
    progress=None,
):
    """Descend the mean of loss(model(x), y) over rows x and targets y until convergence.

    That is, until an epoch changes the mean loss by no more than `tolerance`, or for `epochs` epochs, as it
    is without one. An epoch is one step on all rows or, with `batch`, a step on every so many of them, in an order that `rng`
    shuffles. Returns the mean loss of every epoch, measured as its steps are taken.

    The loss of the first row is recorded as a program, which is compiled if there is a C compiler: a
    branch that Python takes on the numbers of that row is taken for all. `native=False` runs the program
    in Python, `native=True` insists on the compiler, and `program=False` builds a graph for every row;
    all give the same losses. `progress` is shown on a terminal unless it is False. Ctrl-C stops the
    descent and keeps what was learned.

    Raises ValueError where rows and targets don't match or the recorded loss depends on none of the
    optimiser's parameters, TypeError if it is not a Value, ArithmeticError if it is no longer finite.

    >>> from nn import MLP, binary_cross_entropy
    >>> network = MLP(2, [4, 1], activation="tanh", rng=random.Random(0))
    >>> xor = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    >>> losses = fit(network, *xor, binary_cross_entropy, Adam(network.parameters(), rate=0.1), epochs=200)
    >>> [round(network(x).sigmoid().data) for x in xor[0]]
    [0, 1, 1, 0]
    """
    try:
        rows = [list(row) for row in rows]
    except TypeError as error:
        raise TypeError(f"fit needs rows of inputs, each a list of numbers: {error}") from None
    targets = [target.tolist() if hasattr(target, "tolist") else target for target in targets]  # of arrays
    if not rows or len(rows) != len(targets):
        raise ValueError(
            f"fit needs as many targets as rows, and one at least: not {len(rows)} and {len(targets)}"
        )
    if batch is not None and not (isinstance(batch, Integral) and batch >= 1):
        raise ValueError(f"batch is a number of rows, one at least, not {batch!r}")
    parameters = optimizer.parameters
    record = _recorded if program else _graph
    gradient_at = record(model, rows, targets, loss, parameters, native)
    weights, gradient = [p.data for p in parameters], [p.grad for p in parameters]
    history, order = [], list(range(len(rows)))
    try:
        for _ in _shown(epochs, history, progress):
            if batch is not None:
                (rng or random).shuffle(order)
            total = 0.0
            for start in range(0, len(rows), batch or len(rows)):
                chosen = order[start : start + (batch or len(rows))]
                mean, gradient = gradient_at(weights, chosen)
                if not math.isfinite(mean):
                    raise ArithmeticError(
                        f"the loss became {mean} in epoch {len(history) + 1}: a rate below {optimizer.rate} may help"
                    )
                weights = optimizer.update(weights, gradient)
                total += mean * len(chosen)
            history.append(total / len(rows))
            if tolerance is not None and len(history) > 1 and abs(history[-1] - history[-2]) <= tolerance:
                break
    except KeyboardInterrupt:
        print(f"\nstopped in epoch {len(history) + 1}; what was learned is kept", file=sys.stderr)
    finally:
        for parameter, data, grad in zip(parameters, weights, gradient):
            parameter.data, parameter.grad = data, grad
    return history


def _graph(model, rows, targets, loss, parameters, native):
    """The mean loss of some rows and its gradient, by a graph built anew each time."""

    def gradient_at(weights, chosen):
        for parameter, data in zip(parameters, weights):
            parameter.data, parameter.grad = data, 0.0
        mean = sum(loss(model(rows[i]), targets[i]) for i in chosen) / len(chosen)
        if not isinstance(mean, Value):
            raise TypeError(f"the loss of a row is a Value, not a {type(mean).__name__}")
        mean.backward()
        return mean.data, [parameter.grad for parameter in parameters]

    return gradient_at


def _recorded(model, rows, targets, loss, parameters, native):
    """The same by a program: the loss of one row, recorded."""
    x = [Value(number, f"x{i}") for i, number in enumerate(rows[0], 1)]
    scalar = not isinstance(targets[0], (list, tuple))
    ys = [[target] if scalar else target for target in targets]
    y = [Value(number, "y" if scalar else f"y{i}") for i, number in enumerate(ys[0], 1)]
    program = Program(loss(model(x), y[0] if scalar else y), inputs=[*x, *y])
    if set(parameters).isdisjoint(program.parameters):
        raise ValueError("the loss of the first row depends on none of the optimiser's parameters")
    if native or (native is None and c_compiler() is not None):
        program = program.native()

    # The program has its parameters in an order of its own, and perhaps some that are not trained.
    place = {parameter: i for i, parameter in enumerate(parameters)}
    fixed = [parameter for parameter in program.parameters if parameter not in place]
    place.update((parameter, len(parameters) + i) for i, parameter in enumerate(fixed))
    places = [place[parameter] for parameter in program.parameters]
    fixed = [parameter.data for parameter in fixed]

    numbers, count = table([[*row, *target] for row, target in zip(rows, ys)], program.inputs)
    width = len(program.inputs)

    def gradient_at(weights, chosen):
        given = numbers if len(chosen) == count else array("d")
        if given is not numbers:
            for i in chosen:
                given += numbers[i * width : (i + 1) * width]
        given = memoryview(given).cast("B").cast("d", (len(chosen), width))
        data = [*weights, *fixed]
        mean, derivatives = program.gradient(given, array("d", [data[i] for i in places]))
        gradient = [0.0] * len(data)
        for i, derivative in zip(places, derivatives):
            gradient[i] = derivative
        return mean, gradient[: len(weights)]

    return gradient_at


def _shown(epochs, history, progress):
    """Count the epochs, with a bar on the terminal that shows the latest loss."""
    if progress is None:
        progress = sys.stderr.isatty()
    if not progress:
        yield from range(epochs)
        return
    try:
        from tqdm import tqdm
    except ImportError:
        print("fit: `pip install tqdm` shows the progress", file=sys.stderr)
        yield from range(epochs)
        return
    with tqdm(total=epochs, unit=" epochs") as bar:
        for epoch in range(epochs):
            try:
                yield epoch
            finally:  # the last epoch too, where the descent has converged
                bar.set_postfix_str(f"loss {history[-1]:.4g}" if history else "", refresh=False)
                bar.update(len(history) - bar.n)
