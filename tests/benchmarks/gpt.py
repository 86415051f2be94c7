"""A step of the lesson gpt: the gradient of the mean loss over names.

Every contender is a function of the task that returns a function of nothing,
which returns the gradient in the order of the model's parameters.
"""

import random
from types import SimpleNamespace

from demos.gpt import GPT, loss
from demos.kit.datasets import first_names
from demos.kit.letters import example
from engine import Program, Value


def task(names):
    model = GPT(random.Random(0))
    for parameter in model.logits.parameters():  # which start at 0
        parameter.data = 0.1
    return SimpleNamespace(model=model, examples=list(map(example, first_names()[:names])))


def recorded(model):
    """The loss of a name as a graph, and the leaves that a row gives."""
    read, target = (
        [Value(k, f"{letter}{i}") for i, k in enumerate(row, 1)] for letter, row in zip("xy", example("mary"))
    )
    return loss(model(read), target), [*read, *target]


def linegrad_eager(task):
    model, parameters = task.model, task.model.parameters()

    def run():
        model.zero_grad()
        for x, y in task.examples:
            (loss(model(x), y) / len(task.examples)).backward()
        return [parameter.grad for parameter in parameters]

    return run


def linegrad_program(task):
    output, inputs = recorded(task.model)
    program = Program(output, inputs, task.model.parameters())
    rows = [[*x, *y] for x, y in task.examples]
    return lambda: program.value_and_gradient(rows), lambda found: list(found[1])


def linegrad_native(task):
    output, inputs = recorded(task.model)
    native = Program(output, inputs, task.model.parameters()).native()
    rows = [[*x, *y] for x, y in task.examples]
    return lambda: native.value_and_gradient(rows), lambda found: list(found[1])
