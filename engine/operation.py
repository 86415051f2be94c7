"""The rules of the table as real functions: forward, and under it the pullback.

Forward, an operation is a method of Value, which computes a number and makes
the node that records it. Backward, it is a pullback: the chain rule at one
node. Both are generated from the rule's line in the table, as short functions
of their own, so that a debugger steps into real lines and nothing is looked up
while a graph is built.
"""

from typing import Any

from engine.formula import Formula
from engine.rules import MATH, OWN, POWERS, RULES, Rule
from engine.source import compile_function

# Forward: the methods of Value. Besides names of the table they use three of
# engine.value's: new() makes an empty node, `record` takes over where the other
# operand is a number or a Constant, `explained` makes an error's message.

UNARY = '''\
def {name}(self) -> "Value":
    """{summary}"""
    a = self._data
    try:
        data = {expression}
    except (ValueError, ArithmeticError) as error:
        raise explained(error, {operation}, (self,)) from None
    out = new()
    out._data, out._grad, out.label = data, 0.0, ""
    out.operation, out.left, out.right = {operation}, self, None
    return out
'''

BINARY = '''\
def {name}(self, other: "Value | float") -> "Value":
    """{summary}"""
    if type(other) is not Value:
        return record({operation}, self, other)
    a, b = self._data, other._data
    try:
        data = {expression}
    except (ValueError, ArithmeticError) as error:
        raise explained(error, {operation}, (self, other)) from None
    out = new()
    out._data, out._grad, out.label = data, 0.0, ""
    out.operation, out.left, out.right = {operation}, self, other
    return out
'''

REFLECTED = '''\
def {name}(self, other: "Value | float") -> "Value":
    """{rendered}, where a is a plain number on the left."""
    return record({operation}, other, self)
'''


def method_source(template: str, name: str, op: str) -> str:
    """The source of Value's method `name`, from one of the templates above.

    >>> print(method_source(UNARY, "tanh", "tanh"), end="")
    def tanh(self) -> "Value":
        \"\"\"tanh(a), with derivative ∂/∂a = 1 - out * out.\"\"\"
        a = self._data
        try:
            data = tanh(a)
        except (ValueError, ArithmeticError) as error:
            raise explained(error, TANH, (self,)) from None
        out = new()
        out._data, out._grad, out.label = data, 0.0, ""
        out.operation, out.left, out.right = TANH, self, None
        return out
    """
    rule = OPERATIONS[op].rule
    return template.format(
        name=name,
        operation=OPERATIONS[op].global_name,
        rendered=rule.rendered(*rule.operands),
        expression=rule.expression,
        summary=_summary(rule),
    )


def method(template: str, name: str, op: str, namespace: dict[str, Any]) -> Any:
    """Value's method `name`, with `namespace` as its globals."""
    rule = OPERATIONS[op].rule
    filename = f"<linegrad {rule.rendered(*rule.operands)}: {name}>"
    return compile_function(name, method_source(template, name, op), filename, namespace)


# An operation's other functions, of which the pullback is the backward half.


class Operation:
    """A rule, and the functions that its text becomes.

    `forward(a, b)` is the operation on floats, for what recomputes a graph;
    the methods above have the same expression in line, because a call costs
    time. `partials` are its derivatives as functions of (a, b, out), with None
    for an operand that is a constant. `pullback(node)` is the chain rule at a
    node: it adds node.grad × ∂node/∂operand to the gradient of each operand.
    An operation on two operands has a variant for a constant on either side.
    `global_name` is its name in generated code.

    >>> import inspect
    >>> print(inspect.getsource(OPERATIONS["*"].pullback), end="")
    def pullback(node):
        # node = a * b
        left, right = node.left, node.right
        a, b, g = left._data, right._data, node._grad
        left._grad += g * b
        right._grad += g * a
    >>> multiply = OPERATIONS["*"]
    >>> multiply.forward(2.0, 3.0)
    6.0
    >>> [partial(2.0, 3.0, 6.0) for partial in multiply.partials]
    [3.0, 2.0]
    """

    __slots__ = (
        "rule",
        "global_name",
        "forward",
        "partials",
        "pullback",
        "with_constant_left",
        "with_constant_right",
    )

    rule: Rule
    global_name: str
    forward: Any
    partials: tuple[Any, ...]
    pullback: Any
    with_constant_left: "Operation"
    with_constant_right: "Operation"

    def __init__(self, rule: Rule, active: tuple[bool, ...]) -> None:
        operands = ("a", "b")[: len(active)]
        self.rule = rule
        self.global_name = GLOBAL_NAMES.get(rule.op, rule.op.upper())
        filename = f"<linegrad {rule.op}: {rule.expression}>"
        self.forward = _function(f"forward({', '.join(operands)})", rule.expression, filename)
        # (a rule in POWERS has no partial for the exponent, but an entry here)
        self.partials = tuple(
            _function("partial(a, b, out)", text, f"<linegrad ∂/∂{operand}: {text}>") if is_active else None
            for operand, text, is_active in zip(operands, (*rule.partials, "0"), active)
        )
        fixed = "".join(f", {operand} constant" for operand, on in zip(operands, active) if not on)
        filename = f"<linegrad pullback {rule.op}: {rule.expression}{fixed}>"
        self.pullback = compile_function("pullback", _pullback(rule, active), filename, FUNCTIONS)

    @classmethod
    def with_variants(cls, rule: Rule) -> "Operation":
        """The operation on Values, and its variants for constants."""
        operation = cls(rule, (True,) * len(rule.partials))
        if len(rule.partials) == 2:
            operation.with_constant_left = cls(rule, (False, True))
            operation.with_constant_right = cls(rule, (True, False))
        return operation


def _function(signature, expression, filename):
    name = signature.partition("(")[0]
    return compile_function(name, f"def {signature}:\n    return {expression}\n", filename, FUNCTIONS)


def _pullback(rule, active):
    """The source of a pullback, without operands that are constants."""
    sides = ("left", "right")[: len(active)]
    products = [
        (side, Formula(partial).times("g"))
        for side, partial, is_active in zip(sides, rule.partials, active)
        if is_active
    ]
    read = {letter for _, product in products for letter in product.letters}
    sources = {"a": "left._data", "b": "right._data", "out": "node._data", "g": "node._grad"}
    loads = {letter: source for letter, source in sources.items() if letter in read}
    lines = [
        "def pullback(node):",
        f"    # node = {rule.rendered(*'ab'[: len(active)])}",
        f"    {', '.join(sides)} = {', '.join(f'node.{side}' for side in sides)}",
    ]
    if loads:
        lines.append(f"    {', '.join(loads)} = {', '.join(loads.values())}")
    for side, product in products:
        minus = product.without_minus
        lines.append(f"    {side}._grad -= {minus.text}" if minus else f"    {side}._grad += {product.text}")
    return "\n".join(lines) + "\n"


def _summary(rule):
    """The operation and its derivatives: one line, or three if it is long."""
    what = f"{rule.rendered(*rule.operands)}, with derivative{'s' * (len(rule.partials) > 1)}"
    shown = rule.textbook or rule.partials
    partials = [f"∂/∂{operand} = {partial}" for operand, partial in zip(rule.operands, shown)]
    line = f"{what} {' and '.join(partials)}."
    return line if len(line) <= 72 else "\n    ".join([what, *partials]) + "."


# The names in generated code of operations that have a sign.
GLOBAL_NAMES = {"+": "ADD", "-": "SUB", "*": "MUL", "/": "TRUEDIV", "**": "POW"}
# The globals of the functions above: Python's math, and the table's own.
FUNCTIONS: dict[str, Any] = dict(MATH)
OPERATIONS: dict[str, Operation] = {}


def add_operation(rule: Rule) -> Operation:
    """Make the functions of a line of the table; later lines may call them."""
    OPERATIONS[rule.op] = operation = Operation.with_variants(rule)
    if rule.op in OWN:
        FUNCTIONS[rule.op] = operation.forward
    return operation


for _rule in RULES.values():
    add_operation(_rule)
SMALL_POWERS = {float(n): Operation(rule, (True, False)) for n, rule in POWERS.items()}
