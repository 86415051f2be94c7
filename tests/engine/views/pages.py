"""What the tests of pages do with one, and what it must show at every step."""

import json
import math
import random

import nn
from engine import Value, steps, topological_order

ROWS = [[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]]


def xor(seed=1):
    x1, x2, y = Value(0, "x1"), Value(0, "x2"), Value(0, "y")
    network = nn.MLP(2, [2, 1], activation="sigmoid", rng=random.Random(seed))
    loss = nn.binary_cross_entropy(network([x1, x2]), y)
    loss.label = "loss"
    return loss, [x1, x2, y], network


def cards(tab):
    """Every node of the page: name to (value, gradient, state)."""
    read = "nodes => nodes.map(n => [n.dataset.node, n.dataset.value, n.dataset.grad, n.dataset.state])"
    return {name: rest for name, *rest in tab.eval_on_selector_all("[data-node]", read)}


def do(tab, what):
    tab.click(f"[data-do={what}]")


def change(tab, name, number):
    field = f"input[name={json.dumps(name, ensure_ascii=False)}]"
    tab.fill(field, str(number))
    tab.dispatch_event(field, "change")


def until(tab, condition):
    """Wait for a condition in JavaScript. (Playwright's own way is an eval,
    which the page does not allow.)
    """
    for _ in range(400):
        if tab.evaluate(condition):
            return
        tab.wait_for_timeout(50)
    raise AssertionError(f"never: {condition}")


def number(text):
    return None if text == "" else float(text)


def same(a, b):
    """Equal to the last bit, and in sign."""
    return a == b and math.copysign(1, a) == math.copysign(1, b)


def states_by_steps(output):
    """What steps() has computed after each of its steps, forward, backward."""
    walk = steps(output, forward=True)
    yield walk, {}
    for step in walk:
        yield walk, {step.node}
    walk = steps(output)
    for step in walk:
        yield walk, {output} if step.index == 1 else {c.operand for c in step.contributions}


def check_page(tab, output):
    """Every step of the page shows what steps() has computed by then."""
    order = topological_order(output)
    output.zero_grad()
    computed = {node for node in order if node.operation is None}
    received = dict.fromkeys(order, 0)
    for index, (walk, arriving) in enumerate(states_by_steps(output)):
        if index:
            do(tab, "next")
        assert tab.get_attribute("body", "data-step") == str(index)
        found = cards(tab)
        if walk.forward:
            computed |= set(arriving)
        else:
            contributions = walk.history[-1].contributions
            for node in [c.operand for c in contributions] if walk.history[1:] else [output]:
                received[node] += 1
        for node in order:
            if node.operation is None and not node.label:
                continue  # constants
            value, grad, state = found[walk.names[node]]
            assert (number(value) is None) == (node not in computed)
            if node in computed:
                assert same(number(value), node.data), (walk.names[node], value, node.data)
            if received[node]:
                assert same(number(grad), node.grad), (walk.names[node], grad, node.grad)
            else:
                assert grad == ""
            uses = max(1, sum(parent is node for child in order for parent in child.parents))
            if node in arriving:
                assert state == "arriving"
            elif walk.forward:
                assert state == ("complete" if node in computed else "waiting")
            else:
                assert (
                    state
                    == ("waiting", "partial", "complete")[(received[node] > 0) + (received[node] == uses)]
                )
    do(tab, "next")
    assert tab.get_attribute("body", "data-step") == str(index)  # the last
