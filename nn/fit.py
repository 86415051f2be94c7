"""fit: gradient descent until convergence, on a program that it records by itself."""

import math
import random
import sys
from array import array
from numbers import Integral

from engine import NoCompiler, Program, Value
from engine.rows import table


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

    That is, until an epoch changes the mean loss by no more than `tolerance`, if there is one, or for
    `epochs` epochs. An epoch is one step of the optimiser on all rows or, with `batch`, a step on every so
    many of them, in an order that `rng` (a random.Random) shuffles. Returns the mean loss of every epoch,
    measured as its steps are taken.

    The loss of the first row is recorded as a program, which is compiled if there is a C compiler: a
    branch that Python takes on the numbers of that row is taken for all. `native=False` runs the program
    in Python, `native=True` insists on the compiler, and `program=False` builds a graph for every row;
    all give the same losses, but for rounding. Progress is shown on a terminal, or as `progress` says. Ctrl-C stops the
    descent and keeps what was learned.

    Raises ValueError where rows and targets don't match or the recorded loss depends on none of the
    optimiser's parameters, TypeError if it is not a Value, ArithmeticError if it is no longer finite.

    >>> from nn import MLP, Adam, binary_cross_entropy
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
    if progress is None:
        progress = sys.stderr.isatty()
    parameters = optimizer.parameters
    if program:
        gradient_at = _recorded(model, rows, targets, loss, parameters, native, progress)
    else:
        gradient_at = _graph(model, rows, targets, loss, parameters)
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


def _graph(model, rows, targets, loss, parameters):
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


def _recorded(model, rows, targets, loss, parameters, native, progress):
    """The same by a program: the loss of one row, recorded."""
    x = [Value(number, f"x{i}") for i, number in enumerate(rows[0], 1)]
    scalar = not isinstance(targets[0], (list, tuple))
    ys = [[target] if scalar else target for target in targets]
    y = [Value(number, "y" if scalar else f"y{i}") for i, number in enumerate(ys[0], 1)]
    program = Program(loss(model(x), y[0] if scalar else y), inputs=[*x, *y])
    if set(parameters).isdisjoint(program.parameters):
        raise ValueError("the loss of the first row depends on none of the optimiser's parameters")
    if native is not False:
        try:
            program = program.native()
        except NoCompiler as error:
            if native:
                raise
            if progress:
                print(f"fit: {error}; Python runs the program instead", file=sys.stderr)

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
