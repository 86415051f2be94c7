"""Copies of Values by pickle and copy.deepcopy, for graphs of any depth.

Both copy an object by copying first what it holds, recursively, and a graph is
deeper than Python's recursion. So the first node that is copied comes with a
list of all operations below it, operands first: whoever copies these in order
has the operands of each already. A node in the list needs no list of its own.
"""

import copyreg
import threading
import weakref
from typing import Any

from engine.cases import case_operation
from engine.operation import OPERATIONS, SMALL_POWERS, Operation
from engine.value import Constant, Value


class _Below:
    """Operations, in topological order; a copy of it is a tuple of copies.

    `listed` holds the nodes in all lists of one copying, and whether each is
    copied yet. What copies keeps this object, and with it that dict, at least
    as long as it goes on.
    """

    __slots__ = ("operations", "listed", "__weakref__")

    def __init__(self, operations: list[Value], listed: dict[Value, bool]) -> None:
        self.operations, self.listed = operations, listed

    def __reduce__(self) -> Any:
        return tuple, (self.operations,)


_thread = threading.local()


def _below(node):
    """The operations below a node that are in no list so far, or None.

    A copying copies a node once. So a node that is copied again is another
    copying's, and the last one is over, though something keeps it: a Pickler,
    deepcopy's memo, or the traceback of an error.
    """
    last = getattr(_thread, "last", lambda: None)()
    listed = {} if last is None or last.listed.get(node) else last.listed
    if node in listed:
        listed[node] = True
        return None
    listed[node] = True
    operations, path = [], [node]
    while path:
        for parent in path[-1].parents:
            if parent.operation is not None and parent not in listed:
                listed[parent] = False
                path.append(parent)
                break
        else:
            operations.append(path.pop())
    below = _Below(operations[:-1], listed)
    _thread.last = weakref.ref(below)
    return below


def _reduced(node):
    """What makes a copy of a node: a function and its arguments."""
    numbers = node.data, node.grad, node.label
    if node.operation is None:
        return _leaf, (type(node), *numbers)
    return _node, (_below(node), node.operation, node.left, node.right, *numbers)


def _leaf(kind, data, grad, label):
    node = kind(data)
    node.grad, node.label = grad, label
    return node


def _node(_, operation, left, right, data, grad, label):
    node = _leaf(Value, data, grad, label)
    node.operation, node.left, node.right = operation, left, right
    return node


def _operation_reduced(operation):
    """What finds an operation again, also in another process."""
    rule, active = operation.rule, tuple([partial is not None for partial in operation.partials])
    if rule.op == "if":
        return _case, (rule.expression, active)
    power = next((n for n, each in SMALL_POWERS.items() if each is operation), None)
    return _operation, (rule.op, active, power)


def _operation(op, active, power=None):
    if power is not None:
        return SMALL_POWERS[power]
    if op not in OPERATIONS:
        raise ValueError(
            f"{op} is an operation that is not defined in this process: define() it in a module that both import"
        )
    return _variant(OPERATIONS[op], active)


def _case(text, active):
    return _variant(case_operation(text), active)


def _variant(operation, active):
    if active == (False, True):
        return operation.with_constant_left
    return operation.with_constant_right if active == (True, False) else operation


for _kind in (Value, Constant):
    copyreg.pickle(_kind, _reduced)
copyreg.pickle(Operation, _operation_reduced)
