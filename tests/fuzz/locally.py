"""Numbers judged node by node, from the table's texts, without the engine.

A node's data follows from its operands' data, and its gradient from its uses'
gradients, so that errors do not add up. That takes plain `eval` and the sum
over uses: nothing of a pullback, a formula or a program.
"""

import math
import re
from collections.abc import Sequence
from typing import Any

from engine import Constant, Value
from engine.rules import MATH, OWN, RULES
from tests.fuzz.case import Disagreement

SUMS = ("silu", "gelu", "fuzz_blend", "if")
NAMES: dict[str, Any] = dict(MATH)
for _op in OWN:
    NAMES[_op] = eval(f"lambda {', '.join(RULES[_op].operands)}: {RULES[_op].expression}", NAMES)


def operands_of(node: Value, data: dict[Value, float]) -> dict[str, float]:
    return dict(zip("ab", (data[parent] for parent in node.parents)))


def check_data(order: Sequence[Value], data: dict[Value, float], units: float = 0) -> None:
    """Each number is that of its operands, up to so many ULP."""
    for node in order:
        if node.operation is not None:
            text, given = node.operation.rule.expression, operands_of(node, data)
            expected = eval(text, NAMES, given)
            if not close(data[node], expected, units * math.ulp(expected) if re.search(r"\w\(", text) else 0):
                raise Disagreement(f"{node.op} of {given} is {data[node]!r}, not {expected!r}")


def check_gradients(
    order: Sequence[Value], data: dict[Value, float], grads: dict[Value, float], units: float = 16
) -> None:
    """Each gradient is the sum over uses, up to so many ULP of its terms.

    Nothing is said where a gradient is not finite: 0 times that may be 0, and
    the order of factors decides whether a product is finite. Raises what a
    partial raises.
    """
    if not all(map(math.isfinite, grads.values())):
        return
    totals, sizes = dict.fromkeys(order, 0.0), dict.fromkeys(order, 0.0)
    totals[order[-1]] = sizes[order[-1]] = 1.0
    for node in reversed(order):
        error = units * math.ulp(sizes[node]) + 1e-300 * (1 + abs(grads[node]))
        known = type(node) is not Constant and totals[node] == totals[node]
        if known and not close(grads[node], totals[node], error):
            raise Disagreement(
                f"the gradient of {node} is {grads[node]!r}, and its uses give {totals[node]!r}"
            )
        for parent, term in terms(node, data, grads[node]):
            totals[parent] += term
            # (a partial that is a sum may be close to 0, and its errors not)
            sizes[parent] += abs(term) + (0.1 * abs(grads[node]) if node.op in SUMS else 0.0)


def sizes(order: Sequence[Value], data: dict[Value, float]) -> dict[Value, float]:
    """Each gradient if no term had a sign: rounding errors are in its ULP."""
    found = dict.fromkeys(order, 0.0)
    found[order[-1]] = 1.0
    for node in reversed(order):
        for parent, term in terms(node, data, found[node]):
            found[parent] += abs(term)
    return found


def terms(node: Value, data: dict[Value, float], grad: float) -> list[tuple[Value, float]]:
    """What a node's step adds to the gradient of each operand."""
    if node.operation is None:
        return []
    given = operands_of(node, data) | {"out": data[node]}
    operands = zip(node.parents, node.operation.rule.partials, node.operation.partials)
    return [
        (parent, eval(text, NAMES, given) * grad)
        for parent, text, active in operands
        if active is not None and type(parent) is not Constant
    ]


def close(a: float, b: float, error: float) -> bool:
    """Whether a is b up to an error; exactly so, if that is 0."""
    if a != a or b != b:
        return a != a and b != b
    return a == b or abs(a - b) <= error
