"""fit: gradient descent until convergence, on a program that it records."""

import gc
import math
import random
import sys
import warnings
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal, get_args

from engine import (
    Elementwise,
    NoCompiler,
    Program,
    Value,
    assign,
    decisions,
    read_rows,
    short_repr,
    topological_order,
)
from nn.checks import check_epochs, check_function, check_list, check_number, check_rng, is_integer, is_number
from nn.frozen import check_unfrozen
from nn.history import Losses
from nn.optim import Optimizer, step_restorer
from nn.shards import Divided, check_executor

Engine = Literal["auto", "graph", "python", "native"]
AfterEpoch = Callable[[int, float, Any], Any]


def fit(
    model: Callable[[list[Any]], Any],
    rows: Any,
    targets: Any,
    loss: Callable[[Any, Any], Value],
    optimizer: Optimizer,
    epochs: int = 1000,
    tolerance: float | None = None,
    batch: int | None = None,
    rng: random.Random | None = None,
    engine: Engine = "auto",
    progress: bool | None = None,
    each: AfterEpoch | None = None,
    executor: Any = None,
) -> Losses:
    """Descend the mean of loss(model(x), y) over rows x and targets y.

    It ends after `epochs` epochs, or earlier if an epoch changes the mean loss
    by no more than `tolerance`. An epoch is one step of the optimiser on all
    rows; with `batch`, one step per `batch` rows, in an order that `rng` (a
    random.Random) shuffles. Returns the mean loss of every epoch, measured as
    its steps are taken, a list that a prompt shows as bars; its `plot()` draws
    it. Rows and targets are lists, or arrays, tensors or tables of numbers.
    `each(epoch, loss, model)` is called after every epoch, the first of which
    is 1, and ends the descent if it returns something true.

    `engine` says what computes the gradients. "graph" builds a graph for every
    row. The others record the loss of the first row as a program: "python"
    runs it in Python, "native" compiles it and raises NoCompiler where there
    is no C compiler, and "auto" compiles it where there is one. All give the
    same losses, but for rounding. A loss that compares, tests or converts what
    it computes, as `if z > 0` does, is not the same program for all rows: a
    warning says in which line, and the graph computes the gradients. (What a
    loss does with `z.data` is not noticed, and is taken for all rows.)

    `executor` has workers share each step: a concurrent.futures.Executor of
    threads or processes, joblib's, or a Dask client, for other machines too.
    Rows are cut into shards, however many workers there are. Rows and program
    go to the workers once: threads read them in place, processes in a temporary
    file, and a Dask worker is sent those of its shards (with `batch`, all). A
    step sends the weights (with `batch`, row numbers too), and gets the mean
    gradient of each shard. The result is the same to the last bit with any
    workers or none, where they have the same C library. A step too short for
    two shards, some milliseconds of native code, is computed here. What
    workers hold of the rows is dropped when fit ends. A Dask worker that leaves
    ends the descent, so an adaptive cluster does not serve.

    A terminal or notebook shows the progress, or not, as `progress` says.
    Ctrl-C stops the descent and keeps what was learned.

    Raises ValueError where rows and targets don't match, the recorded loss
    depends on none of the optimiser's parameters, one of these is frozen, the
    engine is unknown or a number is out of its range; TypeError for an
    argument of another kind, or a loss that is not a Value; ArithmeticError if
    it is no longer finite; RuntimeError if an executor is shut down or broken.

    >>> from nn import MLP, Adam, binary_cross_entropy
    >>> network = MLP(2, [4, 1], activation="tanh", rng=random.Random(0))
    >>> rows, targets = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    >>> adam = Adam(network.parameters(), rate=0.1)
    >>> losses = fit(network, rows, targets, binary_cross_entropy, adam, 200)
    >>> [round(network(x).sigmoid().data) for x in rows]
    [0, 1, 1, 0]
    """
    check_function(model, "fit trains a model, a function of a row, such as MLP(2, [3, 1])")
    check_function(loss, "a loss is a function of a prediction and a target, such as binary_cross_entropy")
    _check_optimizer(optimizer)
    if not isinstance(engine, str) or engine not in get_args(Engine):
        known = ", ".join(map(repr, get_args(Engine)))
        raise ValueError(f"unknown engine {engine!r}: it is one of {known}")
    rows, targets = _as_rows(rows), _as_targets(targets)
    if not len(rows) or len(rows) != len(targets):
        raise ValueError(
            f"fit needs as many targets as rows, and one at least: not {len(rows)} and {len(targets)}"
        )
    if batch is not None and not (is_integer(batch) and batch >= 1):
        raise ValueError(f"batch is a number of rows, one at least, not {short_repr(batch)}")
    batch = None if batch is None or batch >= len(rows) else int(batch)
    epochs = check_epochs(epochs)
    if tolerance is not None:
        check_number(tolerance, "tolerance, a change of the loss,")
    check_rng(rng)
    if executor is not None:
        check_executor(executor)
        if engine == "graph":
            raise ValueError(
                "an executor computes a program, not graphs: engine is 'auto', 'python' or 'native'"
            )
    if each is not None:
        check_function(each, "each is a function of the epoch, the loss and the model")
    if progress is not None and not isinstance(progress, bool):
        raise TypeError(f"progress is True, False, or None for either as it fits, not {short_repr(progress)}")
    if progress is None:
        progress = sys.stderr.isatty() or "ipykernel" in sys.modules
    parameters = optimizer.parameters
    recorded = None
    if engine != "graph":
        recorded = _recorded(model, rows, targets, loss, optimizer, engine, progress, executor, batch)
    gradient_at, close = recorded or _graph(model, rows, targets, loss, parameters)
    weights = array("d", [p.data for p in parameters])
    gradient: Sequence[float] = [p.grad for p in parameters]
    history = Losses()
    order = range(len(rows)) if batch is None else list(range(len(rows)))
    size = batch or len(rows)  # of a step

    def descend():  # (in the `try` itself, some of its loops' jumps would be no part of it since Python 3.12)
        nonlocal weights, gradient
        for _ in _with_progress(epochs, history, progress):
            if batch is not None:
                (rng or random).shuffle(order)
            total = 0.0
            for start in range(0, len(rows), size):
                chosen = order[start : start + size]
                mean, found = gradient_at(weights, chosen)
                if not math.isfinite(mean):
                    raise ArithmeticError(_not_finite(mean, len(history) + 1, optimizer))
                restore = step_restorer(optimizer)
                try:
                    weights, gradient = _updated(optimizer, weights, found), found
                except BaseException:
                    restore()
                    raise
                total += mean * len(chosen)
            history.append(total / len(rows))
            if each is not None:
                _assign(parameters, weights, gradient)
                ends = each(len(history), history[-1], model)
                check_unfrozen(parameters)
                weights = array("d", [p.data for p in parameters])  # which it may have changed
                if ends:
                    break
            change = abs(history[-1] - history[-2]) if len(history) > 1 else math.inf
            if tolerance is not None and change <= tolerance:
                break

    try:
        try:
            descend()
        except KeyboardInterrupt:
            print(f"\nstopped in epoch {len(history) + 1}; what was learned is kept", file=sys.stderr)
        _assign(parameters, weights, gradient)
    except BaseException:  # a second Ctrl-C, too, keeps what was learned
        _assign(parameters, weights, gradient)
        raise
    finally:
        close()
    return history


def _check_optimizer(optimizer):
    """Raise TypeError unless it has parameters and update."""
    if isinstance(optimizer, type) and hasattr(optimizer, "update"):
        name = optimizer.__name__
        raise TypeError(f"fit needs an optimiser, not its class: {name}(model.parameters(), rate=0.1)")
    if not hasattr(optimizer, "parameters") or not callable(getattr(optimizer, "update", None)):
        raise TypeError(
            "fit needs an optimiser, such as Adam(model.parameters()), which has parameters and "
            f"update(weights, gradient), not {short_repr(optimizer)}"
        )
    parameters = optimizer.parameters
    if not isinstance(parameters, (list, tuple)) or not all(isinstance(p, Value) for p in parameters):
        raise TypeError(f"an optimiser's parameters are a list of Values, not {short_repr(parameters)}")
    if not parameters:
        raise ValueError("the optimiser has no parameters to train; a model's frozen ones are not among them")
    check_unfrozen(parameters)


def _as_rows(rows):
    """An array of two dimensions as it is, else a list of lists."""
    try:
        if hasattr(rows, "__array__"):  # of tensors and tables too
            rows = rows.__array__()
        if getattr(rows, "ndim", 0) == 2:
            return rows
        return [list(row) for row in rows]
    except TypeError as error:
        raise TypeError(f"fit needs rows of inputs, each a list of numbers: {error}") from None


def _as_targets(targets):
    """A list of targets, each a number or a list of numbers."""
    if hasattr(targets, "__array__"):
        targets = targets.__array__()
    if hasattr(targets, "tolist"):
        targets = targets.tolist()
    targets = check_list(targets, "fit needs a list of targets, each a number or a list of numbers")
    return [target.tolist() if hasattr(target, "tolist") else target for target in targets]


def _assign(parameters, weights, gradient):
    assign(parameters, "data", weights)
    assign(parameters, "grad", gradient)


def _updated(optimizer, weights, gradient):
    """The new weights that an optimiser returns, as floats."""
    new = optimizer.update(weights, gradient)
    try:
        new = array("d", new)
    except TypeError as error:
        raise TypeError(f"an optimiser's update returns the new weights, not {new!r}: {error}") from None
    if len(new) != len(weights):
        raise ValueError(f"an optimiser's update returns {len(weights)} weights, not {len(new)}")
    return new


def _not_a_value(loss):
    return f"the loss of a row is a Value, not {loss!r} ({type(loss).__name__})"


def _not_finite(mean, epoch, optimizer):
    rate = getattr(optimizer, "rate", None)
    advice = f"a rate below {rate} may help" if is_number(rate) else "a smaller step may help"
    if epoch == 1:
        advice += ", if all numbers of the rows and weights are finite"
    return f"the loss became {mean} in epoch {epoch}: {advice}"


def _graph(model, rows, targets, loss, parameters):
    """The mean loss of some rows and its gradient, by a new graph each time."""
    depends = False  # whether the loss of any row was a Value so far

    def gradient_at(weights, chosen):
        nonlocal depends
        for parameter, data in zip(parameters, weights):
            parameter.data, parameter.grad = data, 0.0
        with _collector_paused():
            mean = sum(loss(model(rows[i]), targets[i]) for i in chosen) / len(chosen)
            if isinstance(mean, Value):
                depends = True
                mean.backward()
                return mean.data, [parameter.grad for parameter in parameters]
        # A loss may be a plain 0, as max(0, ...) is; another number, if that is
        # so for some rows or for some time.
        depends = depends or any(isinstance(loss(model(x), y), Value) for x, y in zip(rows, targets))
        if mean != 0 and not depends:
            raise TypeError(_not_a_value(mean))
        return float(mean), [0.0] * len(parameters)

    rows = rows.tolist() if hasattr(rows, "tolist") else rows
    return gradient_at, lambda: None


@contextmanager
def _collector_paused() -> Iterator[None]:
    """No garbage collection: graphs hold no cycles, and are large."""
    enabled = gc.isenabled()
    try:
        gc.disable()
        yield
    finally:
        if enabled:
            gc.enable()


def _recorded(model, rows, targets, loss, optimizer, engine, progress, executor, batch):
    """The same by a program: the loss of one row, recorded.

    None if recording it would be wrong for other rows.
    """
    first = rows[0].tolist() if hasattr(rows, "tolist") else rows[0]
    words = [word for word in first if isinstance(word, str)]
    if words:
        raise TypeError(
            f"a program reads numbers: give a word such as {short_repr(words[0])} by its place in the "
            "embedding's table, or fit engine='graph'"
        )
    x = [Value(number, f"x{i}") for i, number in enumerate(first, 1)]
    scalar = not isinstance(targets[0], (list, tuple))
    ys = [[target] if scalar else target for target in targets]
    y = [Value(number, "y" if scalar else f"y{i}") for i, number in enumerate(ys[0], 1)]
    parameters = optimizer.parameters
    with decisions() as found:
        output = loss(model(x), y[0] if scalar else y)
    trained = set(parameters)
    depends = isinstance(output, Value) and not trained.isdisjoint(topological_order(output))
    # (a decision by the row alone is no reason why the loss has no parameter)
    changing = trained.union(x, y) if depends else trained
    for decision in found:
        if not changing.isdisjoint(topological_order(decision.node)):
            if executor is not None:
                reason = _frozen(decision, "; without an\n  executor, fit builds the graph of every row")
                raise ValueError(f"an executor computes no graphs, and {reason}")
            warnings.warn(_frozen(decision, ", so fit builds the\n  graph of every row"), stacklevel=3)
            return None
    if not isinstance(output, Value):
        raise TypeError(_not_a_value(output))
    program = Program(output, inputs=[*x, *y], parameters=parameters)
    places = {parameter: i for i, parameter in enumerate(parameters)}
    used = [places[parameter] for parameter in program.parameters if parameter in places]
    if not depends:
        raise ValueError("the loss of the first row depends on none of the optimiser's parameters")
    fixed = array("d", [parameter.data for parameter in program.parameters[len(used) :]])
    if engine != "python":
        try:
            program = program.native()
            rule = getattr(optimizer, "rule", None)
            if isinstance(rule, Elementwise):
                rule.compile()
        except NoCompiler as error:
            if engine == "native":
                raise
            if progress:
                print(f"fit: {error}; Python runs the program instead", file=sys.stderr)

    numbers = _side_by_side(rows, ys, program.inputs)
    divided = Divided(program, numbers, executor, shuffled=batch is not None)
    everything = len(used) == len(parameters)

    def gradient_at(weights, chosen):
        data = weights if everything else array("d", [weights[i] for i in used])
        mean, derivatives = divided.value_and_gradient(chosen, data + fixed)
        if everything:
            return mean, derivatives[: len(used)]
        gradient = array("d", [0.0]) * len(parameters)
        for i, derivative in zip(used, derivatives):
            gradient[i] = derivative
        return mean, gradient

    return gradient_at, divided.close


def _frozen(decision, instead):
    """What to say where a program of the first row is wrong for others.

    `instead` says when fit builds the graph of every row.
    """
    return (
        f"the loss takes the number of a Value out of the graph in\n  {decision}\n"
        f"  A program of the first row would be wrong for other rows{instead}, which is slower.\n"
        "  relu, abs, maximum and minimum decide for each row; z.tanh() and its kin stay\n"
        "  in the graph."
    )


def _side_by_side(rows, targets, inputs):
    """The numbers of each row and its target, in one array."""
    width = len(inputs) - len(targets[0])
    left, count = read_rows(rows, inputs[:width])
    right, _ = read_rows(targets, inputs[width:])
    left, right, numbers = array("d", left), array("d", right), array("d")
    for i in range(count):
        numbers += left[i * width : (i + 1) * width]
        numbers += right[i * len(targets[0]) : (i + 1) * len(targets[0])]
    return numbers


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
