"""Copies by pickle and copy.deepcopy: every number, every connection."""

import copy
import pickle
import random
import subprocess
import sys
from io import BytesIO

import pytest

from engine import Elementwise, Program, Value, grad, steps, topological_order
from nn import MLP, Adam, fit, mean_squared_error
from tests.graphs import random_graph


def pickled(thing, protocol=pickle.DEFAULT_PROTOCOL):
    return pickle.loads(pickle.dumps(thing, protocol))


def pickled_in_python(thing):
    file = BytesIO()
    pickle._Pickler(file).dump(thing)
    return pickle._loads(file.getvalue())


COPIES = (pickled, lambda thing: pickled(thing, 0), pickled_in_python, copy.deepcopy)


def described(output):
    """All that a graph is, with the places of operands."""
    order = topological_order(output)
    place = {node: i for i, node in enumerate(order)}
    return [
        (type(node), repr(node), _operation(node), [place[parent] for parent in node.parents])
        for node in order
    ]


def _operation(node):
    return node.operation and (node.operation.rule, [each is None for each in node.operation.partials])


@pytest.mark.parametrize("copied", COPIES)
def test_a_copy_of_a_graph_is_the_same_graph(copied):
    for seed in range(20):
        output, _, _ = random_graph(seed)
        output.backward()
        twin = copied(output)
        assert described(twin) == described(output)
        assert set(topological_order(twin)).isdisjoint(topological_order(output))
        for each in (output, twin):
            each.zero_grad()
            each.backward()
        assert described(twin) == described(output)


@pytest.mark.parametrize("copied", COPIES)
def test_what_is_copied_together_stays_connected(copied):
    x = Value(3, "x")
    square, total = x * x, Value(1)
    for i in range(20):
        total = total + square * i
    a, twins, nodes = copied((x, {"square": square, "total": total}, topological_order(total)[::-1]))
    assert twins["square"].left is a and twins["total"] is nodes[0] and a in nodes
    assert topological_order(nodes[0])[::-1] == nodes
    twins["total"].backward()
    assert a.grad == 6 * sum(range(20)) and x.grad == 0


def test_copies_of_derivatives_with_cases_and_small_powers():
    x = Value(1.5, "x")
    [slope] = grad(x.relu() * x.maximum(2) ** 3 + x**2, [x])
    twin = pickled(slope)
    assert described(twin) == described(slope)
    for each in topological_order(twin):
        if each.label:
            each.data = 4.0
    twin.forward()
    assert twin.data == 4 * 4**3 + 8


def chain(length):
    output = x = Value(0.5, "x")
    for _ in range(length):
        output = output.sin() * x
    return output


@pytest.mark.parametrize("copied", (pickled, copy.deepcopy))
def test_a_deep_chain(copied):
    output = chain(10_000)
    assert copied(output).data == output.data
    assert copied(topological_order(output))[-1].data == output.data


@pytest.mark.slow
@pytest.mark.parametrize("copied", (pickled, copy.deepcopy))
def test_a_chain_of_a_hundred_thousand(copied):
    output = chain(50_000)
    assert described(copied(output)) == described(output)
    walk = copied(steps(output))
    next(walk)
    assert walk.output.grad == 1


def test_copies_after_a_failed_one():
    output = chain(10_000)
    output.label = lambda: "cannot be pickled"
    for _ in range(2):
        with pytest.raises((pickle.PicklingError, AttributeError)):
            pickled(output)
    output.label = ""
    assert pickled(output).data == output.data


class Pickling:
    """What pickles a graph while it is pickled."""

    def __init__(self, output):
        self.output = output

    def __getstate__(self):
        return {"output": pickle.loads(pickle.dumps(self.output))}


@pytest.mark.slow
def test_copies_while_something_keeps_an_earlier_one():
    output = chain(10_000)
    pickler, memo = pickle.Pickler(BytesIO()), {}
    for _ in range(2):
        pickler.dump(output)
        for again in (output, output + 1, output.left, [output * 2, output]):
            pickled(again)
            copy.deepcopy(again)
            copy.deepcopy(again, memo)
            pickler.dump(again)
        pickler.clear_memo()
    twin = copy.deepcopy(output + 1, memo)
    assert twin.left is memo[id(output)] and twin.data == output.data + 1


@pytest.mark.slow
def test_copies_in_the_middle_of_another():
    output = chain(10_000)
    first, twin, second = pickled([Pickling(output), output, Pickling(output.left)])
    assert first.output.data == twin.data == output.data and second.output.data == output.left.data


@pytest.mark.slow
@pytest.mark.parametrize(
    "part", (lambda output: output, lambda output: output.left, lambda output: output + 1)
)
def test_copies_after_a_failed_one_that_a_prompt_keeps(part):
    output = chain(10_000)
    with pytest.raises(TypeError) as kept:
        copy.deepcopy([output, (i for i in "")])
    assert copy.deepcopy(part(output)).data == pickled(part(output)).data == part(output).data
    del kept


def test_a_copy_after_one_that_ended_within_a_graph():
    """A deepcopy that ends in its list leaves nodes that are not copied."""
    output = chain(10_000)
    node = topological_order(output)[10_000]
    node.label = (i for i in "")
    with pytest.raises(TypeError) as kept:
        copy.deepcopy(output)
    node.label = ""
    assert copy.deepcopy(output.left).data == output.left.data
    del kept


def test_a_shallow_copy_has_the_same_operands():
    x = Value(3, "x")
    y = x * x
    twin = copy.copy(y)
    assert twin is not y and twin.left is x and repr(twin) == repr(y)


@pytest.mark.parametrize("copied", (pickled, copy.deepcopy))
@pytest.mark.parametrize("forward", (False, True))
def test_a_walk_goes_on_where_it_was(copied, forward):
    x = Value(0.5, "x")
    output = (x * x + x).tanh() * x
    walk = steps(output, forward)
    next(walk), next(walk)
    twin = copied(walk)
    assert repr(twin) == repr(walk) and list(map(repr, twin.history)) == list(map(repr, walk.history))
    assert repr(list(twin)) == repr(list(walk))
    assert described(twin.output) == described(output)
    assert [node.grad for node in twin.reset().nodes] == [0] * len(walk.nodes)


@pytest.mark.parametrize("copied", (pickled, copy.deepcopy))
def test_programs_models_and_optimisers(copied):
    network = MLP(2, [3, 1], "tanh", random.Random(0))
    adam = Adam(network.parameters(), rate=0.1)
    rows, targets = [[0, 1], [1, 0], [1, 1]], [1, 1, 0]
    fit(network, rows, targets, mean_squared_error, adam, 3, engine="python")
    network_2, adam_2 = copied((network, adam))
    assert all(p is q for p, q in zip(network_2.parameters(), adam_2.parameters))
    losses = [
        fit(model, rows, targets, mean_squared_error, optimizer, 3, engine="python")
        for model, optimizer in ((network, adam), (network_2, adam_2))
    ]
    assert losses[0] == losses[1] and network_2.state() == network.state()

    x = Value(2, "x")
    program = copied(Program(network([x, 1]), [x]))
    assert program(0.5) == network([0.5, 1]).data
    assert copied(Elementwise(_double))([1.0])[0].tolist() == [2.0]


def _double(x):
    return 2 * x


def test_an_operation_that_the_other_process_does_not_know():
    text = (
        "import pickle, sys\n"
        "from engine import Value, define\n"
        "define('thrice', '3 * a', ['3'])\n"
        "sys.stdout.buffer.write(pickle.dumps(Value(2).thrice()))"
    )
    there = subprocess.run([sys.executable, "-c", text], capture_output=True, check=True).stdout
    with pytest.raises(ValueError, match="thrice is an operation that is not defined in this process"):
        pickle.loads(there)
