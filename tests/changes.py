"""All that changes state in the public interface, on small things, as a table.

`tests/faults.py` interrupts it.
"""

import gc
import random
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from engine import (
    OPERATIONS,
    Elementwise,
    Program,
    Value,
    annotate,
    c_compiler,
    check_gradients,
    decisions,
    define,
    label,
    steps,
    topological_order,
    what_if,
)
from engine.define import _forget
from engine.operation import FUNCTIONS
from engine.rules import OWN, RULES
from engine.value import NAMES, observers
from nn import MLP, Adam, GradientDescent, Perceptron, diagram, fit, mean_squared_error
from nn.layers import Neuron
from tests.faults import Change

CHANGES: dict[str, Change] = {}


def numbers(nodes: Any) -> list[Any]:
    return [(node.data, node.grad) for node in nodes]


def of_graph(output: Value) -> list[Any]:
    return numbers(topological_order(output))


def graph() -> Value:
    """An output, after a pass: every node has a gradient."""
    x, w = Value(0.7, "x"), Value(-1.3, "w")
    output = (x * w + x).tanh() * w - x
    for i, node in enumerate(topological_order(output)):
        node.grad = 0.1 * i
    x.grad = -0.0
    return output


def failing() -> Value:
    """An output that has no derivative, at sqrt(0)."""
    x, w = Value(0.7, "x"), Value(-1.3, "w")
    output = (x * w - w * x).sqrt() + (x * w).tanh()
    x.grad = w.grad = 0.1
    return output


def with_data(make: Callable[[], Value], x: float) -> Callable[[], Value]:
    """The same graph; its first leaf has another number."""

    def made():
        output = make()
        topological_order(output)[0].data = x
        return output

    return made


CHANGES |= {
    "backward": Change(graph, Value.backward, of_graph, then=Value.backward),
    "backward of an error": Change(failing, Value.backward, of_graph, fails=True),
    "forward": Change(with_data(graph, 2.0), Value.forward, of_graph, then=Value.backward),
    "forward of an error": Change(
        with_data(lambda: graph().log1p(), -30.0), Value.forward, of_graph, then=Value.backward, fails=True
    ),
    "Value.zero_grad": Change(graph, Value.zero_grad, of_graph),
}


def walk(forward: bool, done: int) -> Callable[[], Any]:
    """A pass, so many steps of which are done."""

    def made():
        pass_ = steps(with_data(graph, 2.0)(), forward)
        for _ in range(done):
            next(pass_)
        return pass_

    return made


def of_walk(pass_: Any) -> list[Any]:
    return [of_graph(pass_.output), repr(pass_.history)]


def run_of(pass_: Any) -> None:
    pass_.run()


def states(make: Callable[[], Any], step: Callable[[Any], Any]) -> Callable[[], Any]:
    """The states after each step, until there is none."""

    def found():
        thing, every = make(), []
        while True:
            try:
                step(thing)
            except (StopIteration, IndexError):
                return every
            every.append(of_walk(thing))

    return found


for way, forward in (("steps", False), ("steps forward", True)):
    begun, done = walk(forward, 0), walk(forward, 4)
    CHANGES |= {
        f"{way}: first": Change(begun, next, of_walk, then=run_of),
        f"{way}: next": Change(walk(forward, 2), next, of_walk, then=run_of),
        f"{way}: run": Change(begun, run_of, of_walk, states(begun, next)),
        f"{way}: back": Change(done, lambda each: each.back(), of_walk, then=run_of),
        f"{way}: back to the start": Change(walk(forward, 1), lambda each: each.back(), of_walk, then=run_of),
        f"{way}: reset": Change(done, lambda each: each.reset(), of_walk, then=run_of),
    }


def annotated(w: Value) -> None:
    annotate(lambda x: (w * x + w).tanh(), 0.5)


def leaf() -> Value:
    w = Value(-1.3, "w")
    w.grad = 0.1
    return w


def of_leaves(leaves: Any) -> list[Any]:
    return [(each.data, each.grad, each.label) for each in leaves]


def unlabelled() -> list[Value]:
    return [Value(0.5), leaf(), Value(2)]


def checked(leaves: list[Value]) -> None:
    check_gradients(lambda x, y, z: x * y + leaves[0] * z, *leaves)


CHANGES |= {
    "annotate": Change(leaf, annotated, lambda w: [numbers([w]), sys.gettrace()], then=annotated),
    "what_if": Change(graph, lambda output: what_if(output, w=3), of_graph),
    "what_if(keep=True)": Change(graph, lambda output: what_if(output, w=3, keep=True), of_graph),
    "check_gradients of a graph": Change(with_data(graph, 2.0), check_gradients, of_graph),
    "check_gradients of a function": Change(unlabelled, checked, of_leaves),
    "label": Change(unlabelled, lambda leaves: label({"w": leaves}), of_leaves),
}


@cache
def program() -> Program:
    x, w, b = Value(0.7, "x"), Value(-1.3, "w"), Value(0.2, "b")
    return Program((w * x + b).tanh() * w, inputs=[x])


@cache
def native() -> Any:
    return program().native()


def with_gradients(form: Callable[[], Any]) -> Callable[[], Any]:
    def made():
        for parameter, data, grad in zip(form().parameters, (-1.3, 0.2), (0.1, -0.0)):
            parameter.data, parameter.grad = data, grad
        return form()

    return made


def of_program(form: Any) -> list[Any]:
    return numbers(form.parameters)


ROWS = [[0.5], [-2.0], [3.0]]
CALLS: dict[str, Callable[[Any], Any]] = {
    "a call": lambda form: form(0.5),
    "batch": lambda form: form.batch(ROWS),
    "value_and_gradient": lambda form: form.value_and_gradient(ROWS),
    "each": lambda form: form.each(ROWS, leaves=["x", "w"]),
    "from_array": lambda form: form.from_array([0.5, 2]),
}
for name, call in CALLS.items():
    CHANGES[f"Program: {name}"] = Change(with_gradients(program), call, of_program, then=call)
    if c_compiler():
        CHANGES[f"Native: {name}"] = Change(with_gradients(native), call, of_program, then=call)
CHANGES["Program: the first call"] = Change(
    lambda: Program(graph()), Program.__call__, of_program, then=Program.__call__
)

NAME = "tests_square"


def undefined() -> None:
    _forget(NAME)


def of_tables(_: Any) -> list[Any]:
    tables = RULES, OPERATIONS, FUNCTIONS, NAMES, OWN
    return [[len(table), NAME in table, NAME.upper() in table] for table in tables] + [hasattr(Value, NAME)]


def defined(_: Any) -> None:
    define(NAME, "a * a", ["2 * a"])


CHANGES["define"] = Change(undefined, defined, of_tables, then=lambda _: getattr(Value(2), NAME)().backward())


def decided(_: Any) -> None:
    with decisions():
        bool(Value(2) > 1)


CHANGES["decisions"] = Change(observers.clear, decided, lambda _: len(observers))


# nn


def network() -> MLP:
    made = MLP(2, [2, 1], rng=random.Random(0))
    for i, parameter in enumerate(made.parameters()):
        parameter.grad = 0.1 * i
    return made


def neuron() -> Neuron:
    made = Neuron(1, "linear", random.Random(0))
    made.b.grad = 0.1
    return made


STATE = {name: 0.25 * i for i, name in enumerate(network().state())}


def of_model(model: Any) -> list[Any]:
    return numbers(model.parameters())


@cache
def folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory()


def saved() -> MLP:
    """A network; another one's file is there."""
    for path in Path(folder().name).iterdir():
        path.unlink()
    made = network()
    made.load_state(STATE)
    made.save(Path(folder().name, "state.json"))
    return network()


def of_folder(model: Any) -> list[Any]:
    files = sorted(Path(folder().name).iterdir())
    return [of_model(model), [(path.name, path.read_text(encoding="utf-8")) for path in files]]


CHANGES |= {
    "load_state": Change(network, lambda model: model.load_state(STATE), of_model),
    "from_array": Change(network, lambda model: model.from_array([0.5] * 9), of_model),
    "save": Change(saved, lambda model: model.save(Path(folder().name, "state.json")), of_folder),
    "load": Change(saved, lambda model: model.load(Path(folder().name, "state.json")), of_folder),
    "Module.zero_grad": Change(network, lambda model: model.zero_grad(), of_model),
    "diagram": Change(neuron, lambda model: diagram(model, x=[2], target=1), of_model),
}


def partly_frozen() -> MLP:
    made = network()
    made.layers[0].freeze()
    return made


def of_kinds(model: Any) -> list[Any]:
    return [repr(parameter) for _, parameter in model.named_parameters()]


CHANGES |= {
    "freeze": Change(partly_frozen, lambda model: model.freeze(), of_kinds),
    "freeze one": Change(network, lambda model: model.freeze([model.layers[1].neurons[0].b]), of_kinds),
    "unfreeze": Change(partly_frozen, lambda model: model.unfreeze(), of_kinds),
}

OPTIMISERS: dict[str, Callable[[list[Value]], Any]] = {
    "GradientDescent": lambda parameters: GradientDescent(parameters, rate=0.1),
    "momentum": lambda parameters: GradientDescent(parameters, rate=0.1, momentum=0.9),
    "Adam": lambda parameters: Adam(parameters, rate=0.1),
}


def optimiser(kind: str) -> Callable[[], Any]:
    """An optimiser that has made a step, so that it remembers something."""

    def made():
        optimizer = OPTIMISERS[kind](network().parameters())
        optimizer.step()
        return optimizer

    return made


def of_optimiser(optimizer: Any) -> list[Any]:
    memory = {name: each for name, each in vars(optimizer).items() if name != "parameters"}
    return [numbers(optimizer.parameters), memory]


def step(optimizer: Any) -> None:
    optimizer.step()


def update(optimizer: Any) -> None:
    optimizer.update([1.0] * len(optimizer.parameters), [0.5] * len(optimizer.parameters))


for kind in OPTIMISERS:
    made = optimiser(kind)
    CHANGES |= {
        f"{kind}: step": Change(made, step, of_optimiser, then=step),
        f"{kind}: update": Change(made, update, of_optimiser, then=step),
        f"{kind}: zero_grad": Change(made, lambda each: each.zero_grad(), of_optimiser),
    }


def trained(kind: str) -> Callable[[], Any]:
    """An optimiser of a neuron, and the neuron."""

    def made():
        neuron = Neuron(1, activation="tanh", rng=random.Random(0))
        neuron.b.grad = 0.1
        gc.enable()
        return OPTIMISERS[kind](neuron.parameters()), neuron

    return made


def descend(engine: str, batch: int | None = None, each: Any = None) -> Callable[[Any], Any]:
    """Three epochs on two rows; fewer, if Adam has made some steps."""

    def run(pair):
        optimizer, neuron = pair
        rows, targets, rng = [[0.5], [-1.0]], [0.3, 0.1], random.Random(1)
        epochs = 3 - getattr(optimizer, "t", 0) if batch is None else 2
        fit(neuron, rows, targets, loss, optimizer, epochs, None, batch, rng, engine, each=each)

    return run


def loss(prediction: Any, target: Any) -> Any:
    return mean_squared_error(prediction, target)


def of_training(pair: Any) -> list[Any]:
    return [of_optimiser(pair[0]), gc.isenabled()]


def after_steps(make: Callable[[], Any], run: Callable[[Any], Any]) -> Callable[[], Any]:
    """The states after each step: the weights and memory that `update` gave,
    and the gradient that it got."""

    def found():
        optimizer, neuron = make()
        update, every = optimizer.update, []

        def recorded(weights, gradient):
            new = update(weights, gradient)
            memory = {
                name: each for name, each in vars(optimizer).items() if name not in ("parameters", "update")
            }
            every.append([[list(zip(new, map(float, gradient))), memory], True])
            return new

        optimizer.update = recorded
        run((optimizer, neuron))
        return every

    return found


FITS = {
    f"fit: {engine}, {kind}, {batch or 'all'} rows": (kind, descend(engine, batch))
    for engine in ("graph", "python", *(["native"] if c_compiler() else []))
    for kind in ("Adam", "momentum")
    for batch in (None, 1)
}
FITS["fit: python, Adam, all rows, each"] = "Adam", descend("python", each=lambda epoch, loss, model: None)
for name, (kind, run) in FITS.items():
    made = trained(kind)
    repeats = "Adam, all" in name
    CHANGES[name] = Change(made, run, of_training, after_steps(made, run), repeats)


def perceptron() -> Perceptron:
    made = Perceptron(2)
    made.load_state({"w[0]": 0.5, "w[1]": -1.0, "b": 0.25})
    return made


OR = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 1]


def corrections() -> list[Any]:
    """The states after each correction while OR is learned."""
    learner, every = perceptron(), []
    for _ in range(20):
        for x, y in zip(*OR):
            learner.correct(x, y)
            every.append(of_model(learner))
    return every


CHANGES |= {
    "Perceptron.correct": Change(perceptron, lambda each: each.correct([2, 3], 1), of_model),
    "Perceptron.learn": Change(
        perceptron, lambda each: each.learn(*OR), of_model, corrections, repeats=False
    ),
}
if c_compiler():
    CHANGES["Elementwise.compile"] = Change(
        lambda: Elementwise(lambda w, *, rate: w * rate),
        Elementwise.compile,
        lambda each: each([1.0, 3.0], rate=0.5),
    )
