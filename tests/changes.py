"""All that changes numbers, in the public interface, as a table."""

import random
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import pytest

import nn
from engine import (
    OPERATIONS,
    Program,
    Value,
    annotate,
    check_gradients,
    define,
    label,
    steps,
    topological_order,
    what_if,
)
from engine.define import _forget
from engine.operation import FUNCTIONS
from engine.rules import RULES
from engine.value import NAMES
from tests.faults import Change


def numbers(output):
    return repr([(node.data, node.grad) for node in topological_order(output)])


def graph():
    x, w = Value(0.5, "x"), Value(-1.5, "w")
    output = (x * w + x * x).tanh() * w + x
    for i, node in enumerate(topological_order(output)):
        node.grad = i / 8
    return output


def changed_graph():
    output = graph()
    topological_order(output)[0].data = 2.0
    return output


def failing_graph():
    output = graph()
    output = (output - output).sqrt() * output
    for i, node in enumerate(topological_order(output)):
        node.grad = i / 8
    return output


def failing_changed_graph():
    x, w = Value(0.5, "x"), Value(-1.5, "w")
    output = (x * w * w).sqrt() + x.exp() * w
    x.data = -1.0
    return output


def fails(run):
    def run_and_fail(thing):
        with pytest.raises((ValueError, ArithmeticError)):
            run(thing)

    return run_and_fail


def walk(forward, done):
    def make():
        found = steps(graph(), forward)
        for _ in range(done):
            next(found)
        return found

    return make


def walk_state(walk):
    return numbers(walk.output) + repr(walk.history)


def recorded(native=False):
    output = graph()
    program = Program(output, topological_order(output)[:1])
    return SimpleNamespace(output=output, program=program.native() if native else program)


def program_state(thing):
    return numbers(thing.output)


def squared(w, x):
    z = w * x
    return (z - 1) ** 2


def leaves():
    w, x = Value(2, "w"), Value(3, "x")
    w.grad, x.grad = 1.0, -0.0
    return w, x


def network():
    found = nn.MLP(2, [1], "tanh", random.Random(0))
    for i, parameter in enumerate(found.parameters()):
        parameter.grad = i / 8
    return found


def network_state(network):
    return repr([(p.data, p.grad) for p in network.parameters()])


FOLDER = TemporaryDirectory()
FILE = Path(FOLDER.name) / "state.json"


def saved_network():
    """A network, and another one's file."""
    for path in FILE.parent.iterdir():
        path.unlink()
    nn.MLP(2, [1], "tanh", random.Random(1)).save(FILE)
    return network()


def files(network):
    texts = {path.name: path.read_text(encoding="utf-8") for path in FILE.parent.iterdir()}
    return network_state(network) + repr(texts)


def optimizer(kind, **options):
    def make():
        found = kind(network().parameters(), rate=0.1, **options)
        found.step()  # so that it remembers something
        return found

    return make


def optimizer_state(optimizer):
    return repr([(p.data, p.grad) for p in optimizer.parameters]) + repr(vars(optimizer))


ROWS, TARGETS = [[0, 1], [1, 1]], [1, 0]


def training(kind, **options):
    def make():
        model = network()
        return model, kind(model.parameters(), rate=0.1, **options)

    return make


def fitting(engine, epochs=3, **options):
    def run(thing):
        model, optimizer = thing
        loss = nn.mean_squared_error
        nn.fit(model, ROWS, TARGETS, loss, optimizer, epochs, engine=engine, progress=False, **options)

    return run


def fit_change(kind, engine, epochs=1, **options):
    make = training(kind, **options.pop("memory", {}))

    def state(thing):
        return optimizer_state(thing[1])

    def between():
        for count in range(epochs):
            thing = make()
            fitting(engine, count, **options)(thing)
            yield state(thing)

    return Change(make, fitting(engine, epochs, **options), state, lambda: list(between()))


def perceptron():
    found = nn.Perceptron(2)
    found.load_state({"w[0]": 1, "w[1]": -2, "b": 0.5})
    return found


def mistakes(perceptron):
    return repr(perceptron.state())


EXAMPLES = [[1, 1], [0, 1], [1, 0]], [0, 1, 1]


def learn(perceptron):
    return perceptron.learn(*EXAMPLES)


def corrections():
    """The states after each correction."""
    found, model = [], perceptron()
    while len(found) < 20:
        for x, y in zip(*EXAMPLES):
            model.correct(x, y)
            found.append(mistakes(model))
    return found


def table(_):
    return repr(
        [name in each for name in ("thrice",) for each in (RULES, OPERATIONS, FUNCTIONS, NAMES, vars(Value))]
    )


def undefined():
    _forget("thrice")


def names():
    return {"a": Value(1), "b": [Value(2), Value(3)], "c": Value(4, "mine")}


CHANGES = {
    "backward": Change(graph, lambda output: output.backward(), numbers),
    "backward that fails": Change(failing_graph, fails(lambda output: output.backward()), numbers),
    "forward": Change(changed_graph, lambda output: output.forward(), numbers),
    "forward that fails": Change(failing_changed_graph, fails(lambda output: output.forward()), numbers),
    "zero_grad": Change(graph, lambda output: output.zero_grad(), numbers),
    **{
        f"steps, {'forward' * forward or 'backward'}, {name} after {done}": Change(
            walk(forward, done), run, walk_state
        )
        for forward in (False, True)
        for done in (0, 1, 3)
        for name, run in {
            "next": next,
            "back": lambda walk: walk.back(),
            "reset": lambda walk: walk.reset(),
        }.items()
        if done or name != "back"
    },
    "what_if": Change(graph, lambda output: what_if(output, x=2, keep=True), numbers),
    "check_gradients": Change(graph, check_gradients, numbers),
    "annotate": Change(
        leaves, lambda leaves: annotate(squared, *leaves), lambda leaves: repr(leaves) + repr(sys.gettrace())
    ),
    "program": Change(recorded, lambda thing: thing.program(2.0), program_state),
    "program, batch": Change(recorded, lambda thing: thing.program.batch([[1.0], [2.0]]), program_state),
    "value_and_gradient": Change(
        recorded, lambda thing: thing.program.value_and_gradient([[1.0]]), program_state
    ),
    "each": Change(recorded, lambda thing: thing.program.each([[1.0]], ["w"]), program_state),
    "native": Change(lambda: recorded(True), lambda thing: thing.program(2.0), program_state),
    "native, batch": Change(
        lambda: recorded(True), lambda thing: thing.program.batch([[1.0], [2.0]]), program_state
    ),
    "load_state": Change(
        network, lambda network: network.load_state(dict.fromkeys(network.state(), 1.5)), network_state
    ),
    "save": Change(saved_network, lambda network: network.save(FILE), files),
    "load": Change(saved_network, lambda network: network.load(FILE), files),
    "Module.zero_grad": Change(network, lambda network: network.zero_grad(), network_state),
    "gradient descent": Change(optimizer(nn.GradientDescent), lambda each: each.step(), optimizer_state),
    "momentum": Change(
        optimizer(nn.GradientDescent, momentum=0.9), lambda each: each.step(), optimizer_state
    ),
    "Adam": Change(optimizer(nn.Adam), lambda each: each.step(), optimizer_state),
    "optimiser.zero_grad": Change(optimizer(nn.Adam), lambda each: each.zero_grad(), optimizer_state),
    "fit, graph": fit_change(nn.Adam, "graph"),
    "fit, python": fit_change(nn.GradientDescent, "python", memory={"momentum": 0.9}),
    "fit, each": fit_change(nn.Adam, "python", 2, each=lambda epoch, loss, model: None),
    "correct": Change(perceptron, lambda each: each.correct([1, 1], 1), mistakes),
    "learn": Change(perceptron, learn, mistakes, corrections),
    "define": Change(undefined, lambda _: define("thrice", "3 * a", ["3"]), table),
    "label": Change(names, label, repr),
}
