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
from engine.value import Constant, Frozen, Value

_thread = threading.local()


class _Copying:
    """A pickling or a deepcopy, and the nodes in all of its lists.

    It goes with every operation. What copies asks an object for its parts the
    first time it meets it. So the first to ask this one is the copying that it
    was made for. A second one that asks is another copying, of `node` now:
    something keeps the first, a Pickler or the traceback of an error.
    """

    __slots__ = ("begun", "listed", "node", "__weakref__")
    node: Value

    def __init__(self) -> None:
        self.begun, self.listed = False, set[Value]()
        _thread.copying = weakref.ref(self)

    def __reduce__(self) -> Any:
        if self.begun:
            other = _Copying()
            return tuple, ((other, _below(self.node, other)),)
        self.begun = True
        return tuple, ()


def _below(node, copying):
    """The operations below a node that are in no list yet, operands first."""
    listed = copying.listed
    if node in listed:
        return ()
    listed.add(node)
    operations, path = [], [node]
    while path:
        for parent in path[-1].parents:
            if parent.operation is not None and parent not in listed:
                listed.add(parent)
                path.append(parent)
                break
        else:
            operations.append(path.pop())
    return tuple(operations[:-1])


def _reduced(node):
    """What makes a copy of a node: a function and its arguments."""
    numbers = node.data, node.grad, node.label
    if node.operation is None:
        return _leaf, (type(node), *numbers)
    copying = getattr(_thread, "copying", lambda: None)() or _Copying()
    copying.node = node
    return _node, (copying, _below(node, copying), node.operation, node.left, node.right, *numbers)


def _leaf(kind, data, grad, label):
    node = kind(data)
    node.grad, node.label = grad, label
    return node


def _node(_copying, _below, operation, left, right, data, grad, label):
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


for _kind in (Value, Constant, Frozen):
    copyreg.pickle(_kind, _reduced)
copyreg.pickle(Operation, _operation_reduced)
