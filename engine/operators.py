"""Value's operators, generated from the table of derivatives: the forward half of every operation.

Each is a short function of its own, so that a debugger steps into real lines and nothing is looked up
while a graph is being built.
"""

from engine.operations import NAMES, OPERATIONS
from engine.source import define

UNARY = '''\
def {name}(left):
    """{written}, with derivative ∂/∂a = {partials[0]}."""
    a = left.data
    try:
        data = {value}
    except (ValueError, ArithmeticError) as error:
        raise refusal(error, {operation}, (left,)) from None
    out = new()
    out.data, out.grad, out.label = data, 0.0, ""
    out.operation, out.left, out.right = {operation}, left, None
    return out
'''

BINARY = '''\
def {name}(left, right):
    """{written}, with derivatives ∂/∂a = {partials[0]} and ∂/∂b = {partials[1]}."""
    if type(right) is not Value:
        return operate({operation}, left, right)
    a, b = left.data, right.data
    try:
        data = {value}
    except (ValueError, ArithmeticError) as error:
        raise refusal(error, {operation}, (left, right)) from None
    out = new()
    out.data, out.grad, out.label = data, 0.0, ""
    out.operation, out.left, out.right = {operation}, left, right
    return out
'''

REFLECTED = '''\
def {name}(right, left):
    """{written}, where a is a plain number on the left."""
    return operate({operation}, left, right)
'''


def operator(template, name, op):
    """The method `name` of Value for the operation `op`, from one of the templates above.

    >>> def show(template, name, op):
    ...     import inspect
    ...     print(inspect.getsource(operator(template, name, op)), end="")
    >>> show(UNARY, "tanh", "tanh")
    def tanh(left):
        \"\"\"tanh(a), with derivative ∂/∂a = 1 - out * out.\"\"\"
        a = left.data
        try:
            data = tanh(a)
        except (ValueError, ArithmeticError) as error:
            raise refusal(error, TANH, (left,)) from None
        out = new()
        out.data, out.grad, out.label = data, 0.0, ""
        out.operation, out.left, out.right = TANH, left, None
        return out
    """
    rule = OPERATIONS[op].rule
    operands = ("a", "b")[: len(rule.partials)]
    operation = name.strip("_").upper()  # the operation's name in the generated code
    NAMES[operation] = OPERATIONS[op]
    source = template.format(
        name=name, operation=operation, written=rule.written(*operands), **rule._asdict()
    )
    return define(name, source, f"<linegrad {rule.written(*operands)}: {name}>", NAMES)


def unary(name, op=None):
    """The method for an operation on one Value."""
    return operator(UNARY, name, op or name)


def binary(name, op=None):
    """The method for an operation on two Values, or a Value and a number on its right."""
    return operator(BINARY, name, op or name)


def reflected(name, op):
    """The method that Python calls when the left operand is not a Value."""
    return operator(REFLECTED, name, op)


def comparison(compare):
    """The method for a comparison, one of the `operator` module's, which goes by data."""

    def method(self, other):
        return compare(self.data, other.data if hasattr(other, "operation") else other)

    method.__name__ = method.__qualname__ = f"__{compare.__name__}__"
    return method
