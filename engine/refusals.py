"""What Values refuse, and how they say so: each error names the operation, the operand and its number."""

import reprlib
from numbers import Complex, Real


def real(data):
    """The float that `data` stands for, or a TypeError that says what it is instead."""
    if isinstance(data, (float, int)):
        return float(data)
    numeric = hasattr(type(data), "__float__") and not isinstance(data, (str, bytes, bytearray))
    imaginary = isinstance(data, Complex) and not isinstance(data, Real)
    if not numeric or imaginary or getattr(data, "ndim", 0) > 0:
        raise TypeError(f"a Value holds one real number, not {reprlib.repr(data)} ({type(data).__name__})")
    return float(data)


def incompatible(operation, left, right):
    """What an operator answers where one operand is neither a Value nor a number: TypeError, mostly."""
    other = right if hasattr(left, "operation") else left
    if type(other).__module__ != "builtins" and not operation.rule.op.isidentifier():
        return NotImplemented  # an array, perhaps, which knows how to combine with a Value
    expression = operation.rule.written(
        *(repr(x) if x is not other else reprlib.repr(x) for x in (left, right))
    )
    raise TypeError(
        f"{expression}: a Value combines with a Value or a real number, not {type(other).__name__}"
    ) from None


def refusal(error, operation, parents, what=""):
    """The same kind of exception as `error`, telling which operation failed, and on which numbers."""
    rule = operation.rule
    infix = rule.op == "neg" or not rule.op.isidentifier()
    names = [_described(parent) for parent in parents]
    bracketed = [f"({name})" if infix and (" " in name or name[0] == "-") else name for name in names]
    numbers = dict.fromkeys(f"{name} = {p.data}" for name, p in zip(names, parents) if p.label or p.operation)
    where = f" where {', '.join(numbers)}" if numbers else ""
    return type(error)(f"{what}{rule.written(*bracketed)}{where}: {error}")


def _described(node, further=True):
    """A node for an error message: its label, or its number, or how it was computed, one operation deep."""
    if node.label:
        return str(node.label)
    if node.operation is None:
        return f"{node.data:g}"
    if not further:
        return "…"
    return node.operation.rule.written(*[_described(parent, further=False) for parent in node.parents])
