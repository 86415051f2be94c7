"""The table of derivatives compiled: for each rule, the functions that a node of a graph calls."""

import ast

from engine.rules import MATH, POWERS, TABLE, times
from engine.source import define


class Operation:
    """A rule, with the Python functions that its text becomes.

    `value(a, b)` is the operation on floats, `partials` its derivatives as functions of (a, b, out),
    with None for an operand that is a constant, and `pull(node)` applies the chain rule at a node. An
    operation on two operands has a variant for a constant on either side.

    >>> import inspect
    >>> print(inspect.getsource(OPERATIONS["*"].pull), end="")
    def pull(node):
        # node = a * b
        left, right = node.left, node.right
        a, b, g = left.data, right.data, node.grad
        left.grad += g * b
        right.grad += g * a
    >>> OPERATIONS["*"].value(2.0, 3.0), [f(2.0, 3.0, 6.0) for f in OPERATIONS["*"].partials]
    (6.0, [3.0, 2.0])
    """

    __slots__ = ("rule", "value", "partials", "pull", "with_constant_left", "with_constant_right")

    def __init__(self, rule, varying):
        operands = ("a", "b")[: len(varying)]
        named = f"<linegrad {rule.op}: {rule.value}>"
        self.rule = rule
        self.value = _function(f"value({', '.join(operands)})", rule.value, named)
        self.partials = tuple(
            _function("partial(a, b, out)", text, f"<linegrad ∂/∂{name}: {text}>") if varies else None
            for name, text, varies in zip(operands, rule.partials + ("0",), varying)
        )
        source = _pull(rule, varying)
        constants = "".join(f", {name} constant" for name, varies in zip(operands, varying) if not varies)
        self.pull = define("pull", source, f"<linegrad pull {rule.op}: {rule.value}{constants}>", NAMES)


def _function(signature, text, filename):
    name = signature.partition("(")[0]
    return define(name, f"def {signature}:\n    return {text}\n", filename, NAMES)


def _pull(rule, varying):
    """The source of the function that hands a node's gradient on to the operands that vary."""
    places = ("left", "right")[: len(varying)]
    # a constant exponent folded into a product has no partial of its own, hence no strict zip
    passed = [
        (place, times("g", text)) for place, text, varies in zip(places, rule.partials, varying) if varies
    ]
    read = {tree.id for _, text in passed for tree in ast.walk(ast.parse(text)) if isinstance(tree, ast.Name)}
    sources = {"a": "left.data", "b": "right.data", "out": "node.data", "g": "node.grad"}
    loads = {name: source for name, source in sources.items() if name in read}
    lines = [
        "def pull(node):",
        f"    # node = {rule.written(*'ab'[: len(varying)])}",
        f"    {', '.join(places)} = {', '.join(f'node.{place}' for place in places)}",
        f"    {', '.join(loads)} = {', '.join(loads.values())}",
        *(f"    {place}.grad {'-= g' if text == '-g' else f'+= {text}'}" for place, text in passed),
    ]
    return "\n".join(lines) + "\n"


# The globals of all generated code: Python's math, the table's own functions, the operators' needs.
NAMES = dict(MATH)
OPERATIONS = {}
for _rule in TABLE:
    OPERATIONS[_rule.op] = _operation = Operation(_rule, (True,) * len(_rule.partials))
    if len(_rule.partials) == 2:
        _operation.with_constant_left = Operation(_rule, (False, True))
        _operation.with_constant_right = Operation(_rule, (True, False))
    NAMES.setdefault(_rule.op, _operation.value)
SMALL_POWERS = {float(n): Operation(rule, (True, False)) for n, rule in POWERS.items()}
