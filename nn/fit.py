"""fit: gradient descent until convergence, on a program that it records."""

import math
import random
import sys
from array import array
from collections.abc import Callable, Sequence
from numbers import Integral
from typing import Any, Literal, get_args

from engine import NoCompiler, Program, Value, read_rows
from nn.optim import Optimizer

Engine = Literal["auto", "graph", "python", "native"]


def fit(
    model: Callable[[list[Any]], Any],
    rows: Sequence[Any],
    targets: Sequence[Any],
    loss: Callable[[Any, Any], Value],
    optimizer: Optimizer,
    epochs: int = 1000,
    tolerance: float | None = None,
    batch: int | None = None,
    rng: random.Random | None = None,
    engine: Engine = "auto",
    progress: bool | None = None,
) -> list[float]:
    """Descend the mean of loss(model(x), y) over rows x and targets y.

    It ends after `epochs` epochs, or earlier if an epoch changes the mean loss
    by no more than `tolerance`. An epoch is one step of the optimiser on all
    rows; with `batch`, one step per `batch` rows, in an order that `rng` (a
    random.Random) shuffles. Returns the mean loss of every epoch, measured as
    its steps are taken.

    `engine` says what computes the gradients. "graph" builds a graph for every
    row. The others record the loss of the first row as a program: a branch
    that Python takes on the numbers of that row is taken for all. "python"
    runs the program in Python, "native" compiles it and raises NoCompiler
    where there is no C compiler, and "auto" compiles it where there is one.
    All give the same losses, but for rounding.

    A terminal shows the progress, or not, as `progress` says. Ctrl-C stops the
    descent and keeps what was learned.

    Raises ValueError where rows and targets don't match, the recorded loss
    depends on none of the optimiser's parameters or the engine is unknown;
    TypeError if the loss is not a Value, ArithmeticError if it is no longer
    finite.

    >>> from nn import MLP, Adam, binary_cross_entropy
    >>> network = MLP(2, [4, 1], activation="tanh", rng=random.Random(0))
    >>> rows, targets = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    >>> adam = Adam(network.parameters(), rate=0.1)
    >>> losses = fit(network, rows, targets, binary_cross_entropy, adam, 200)
    >>> [round(network(x).sigmoid().data) for x in rows]
    [0, 1, 1, 0]
    """
    if engine not in get_args(Engine):
        known = ", ".join(map(repr, get_args(Engine)))
        raise ValueError(f"unknown engine {engine!r}: it is one of {known}")
    try:
        rows = [list(row) for row in rows]
    except TypeError as error:
        raise TypeError(f"fit needs rows of inputs, each a list of numbers: {error}") from None
    targets = [target.tolist() if hasattr(target, "tolist") else target for target in targets]
    if not rows or len(rows) != len(targets):
        raise ValueError(
            f"fit needs as many targets as rows, and one at least: not {len(rows)} and {len(targets)}"
        )
    if batch is not None and not (isinstance(batch, Integral) and batch >= 1):
        raise ValueError(f"batch is a number of rows, one at least, not {batch!r}")
    if progress is None:
        progress = sys.stderr.isatty()
    parameters = optimizer.parameters
    if engine == "graph":
        gradient_at = _graph(model, rows, targets, loss, parameters)
    else:
        gradient_at = _recorded(model, rows, targets, loss, parameters, engine, progress)
    weights, gradient = [p.data for p in parameters], [p.grad for p in parameters]
    history: list[float] = []
    order = list(range(len(rows)))
    try:
        for _ in _with_progress(epochs, history, progress):
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


def _graph(model, rows, targets, loss, parameters):
    """The mean loss of some rows and its gradient, by a new graph each time."""

    def gradient_at(weights, chosen):
        for parameter, data in zip(parameters, weights):
            parameter.data, parameter.grad = data, 0.0
        mean = sum(loss(model(rows[i]), targets[i]) for i in chosen) / len(chosen)
        if not isinstance(mean, Value):
            raise TypeError(f"the loss of a row is a Value, not a {type(mean).__name__}")
        mean.backward()
        return mean.data, [parameter.grad for parameter in parameters]

    return gradient_at


def _recorded(model, rows, targets, loss, parameters, engine, progress):
    """The same by a program: the loss of one row, recorded."""
    x = [Value(number, f"x{i}") for i, number in enumerate(rows[0], 1)]
    scalar = not isinstance(targets[0], (list, tuple))
    ys = [[target] if scalar else target for target in targets]
    y = [Value(number, "y" if scalar else f"y{i}") for i, number in enumerate(ys[0], 1)]
    program = Program(loss(model(x), y[0] if scalar else y), inputs=[*x, *y])
    if set(parameters).isdisjoint(program.parameters):
        raise ValueError("the loss of the first row depends on none of the optimiser's parameters")
    if engine != "python":
        try:
            program = program.native()
        except NoCompiler as error:
            if engine == "native":
                raise
            if progress:
                print(f"fit: {error}; Python runs the program instead", file=sys.stderr)

    # The program has its own order of parameters, and perhaps more of them than
    # the optimiser.
    place = {parameter: i for i, parameter in enumerate(parameters)}
    fixed = [parameter for parameter in program.parameters if parameter not in place]
    place.update((parameter, len(parameters) + i) for i, parameter in enumerate(fixed))
    places = [place[parameter] for parameter in program.parameters]
    fixed = [parameter.data for parameter in fixed]

    numbers, count = read_rows([[*row, *target] for row, target in zip(rows, ys)], program.inputs)
    width = len(program.inputs)

    def gradient_at(weights, chosen):
        given = numbers if len(chosen) == count else array("d")
        if given is not numbers:
            for i in chosen:
                given += numbers[i * width : (i + 1) * width]
        given = memoryview(given).cast("B").cast("d", (len(chosen), width))
        data = [*weights, *fixed]
        mean, derivatives = program.value_and_gradient(given, array("d", [data[i] for i in places]))
        gradient = [0.0] * len(data)
        for i, derivative in zip(places, derivatives):
            gradient[i] = derivative
        return mean, gradient[: len(weights)]

    return gradient_at


def _with_progress(epochs, history, progress):
    """Count the epochs, with a bar that shows the latest loss."""
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
            finally:  # also after the epoch in which the descent converged
                bar.set_postfix_str(f"loss {history[-1]:.4g}" if history else "", refresh=False)
                bar.update(len(history) - bar.n)
