"""Graphs for tests: every operation of the table, at random, within its domain
for all inputs in [-1, 1].
"""

import random

from engine import Value, topological_order
from engine.rules import TABLE

# An operation's own domain is met whatever its operands are; n is a number.
# Arithmetic is exact to the last bit on every machine, functions are what the C
# library makes of them.
ARITHMETIC = (
    lambda a, b, n: a + b,
    lambda a, b, n: a + n,
    lambda a, b, n: a - b,
    lambda a, b, n: n - a,
    lambda a, b, n: a * b,
    lambda a, b, n: a * -n,
    lambda a, b, n: a * 1,
    lambda a, b, n: a / (b * b + n),
    lambda a, b, n: n / (a * a + 1),
    lambda a, b, n: a / n,
    lambda a, b, n: a**2,
    lambda a, b, n: a**3 * 0.5,
    lambda a, b, n: a**4 * 0.25,
    lambda a, b, n: a.maximum(b),
    lambda a, b, n: a.minimum(n),
    lambda a, b, n: -a,
    lambda a, b, n: abs(a),
    lambda a, b, n: a.relu(),
    lambda a, b, n: (a * a + n).sqrt(),
)
FUNCTIONS = (
    lambda a, b, n: (a * a + n) ** b.tanh(),
    lambda a, b, n: (a * a + n) ** -n,
    lambda a, b, n: n ** a.sin(),
    lambda a, b, n: a.tanh() ** 5,
    lambda a, b, n: a**1 + b**0,
    lambda a, b, n: a.tanh().exp(),
    lambda a, b, n: a.tanh().expm1(),
    lambda a, b, n: (a * a + n).log(),
    lambda a, b, n: (a * a).log1p(),
    lambda a, b, n: a.sin() * a.cos(),
    lambda a, b, n: a.tanh().tan(),
    lambda a, b, n: (a.sin() * 0.9).arcsin(),
    lambda a, b, n: (a.sin() * 0.9).arccos(),
    lambda a, b, n: a.arctan(),
    lambda a, b, n: a.tanh().sinh(),
    lambda a, b, n: a.tanh().cosh(),
    lambda a, b, n: a.tanh(),
    lambda a, b, n: a.sigmoid(),
    lambda a, b, n: a.softplus(),
    lambda a, b, n: a.erf(),
)

# Whatever else the table has, on operands in (-1, 1).
_TRIED = [function(Value(0.3), Value(0.4), 1.5) for function in ARITHMETIC + FUNCTIONS]
_COVERED = {node.op for output in _TRIED for node in topological_order(output)}
FUNCTIONS += tuple(
    lambda a, b, n, rule=rule: getattr(Value, rule.op)(*(x.tanh() for x in (a, b)[: len(rule.partials)]))
    for rule in TABLE
    if rule.op not in _COVERED
)


def random_graph(seed, operations=ARITHMETIC + FUNCTIONS, size=60):
    """An output, its inputs x and its parameters w; what is computed is used
    again, or not.
    """
    rng = random.Random(seed)
    x = [Value(rng.uniform(-1, 1), f"x[{i}]") for i in range(3)]
    w = [Value(rng.gauss(0, 1), f"w[{i}]") for i in range(4)]
    nodes = x + w
    for _ in range(size):
        operation = rng.choice(operations)
        node = operation(rng.choice(nodes), rng.choice(nodes), rng.uniform(0.5, 2))
        nodes.append(node if abs(node.data) < 2 else node / (abs(node) + 1))
    return sum(nodes[-8:]) + sum(w), x, w


def random_rows(seed, count, width=3):
    rng = random.Random(seed)
    return [[rng.uniform(-1, 1) for _ in range(width)] for _ in range(count)]


def eager(output, inputs, parameters, row):
    """The output and its gradient at a row of inputs, from the graph itself."""
    for leaf, number in zip(inputs, row):
        leaf.data = number
    output.forward()
    before = [leaf.grad for leaf in parameters]
    for leaf in parameters:
        leaf.grad = 0.0
    output.backward()
    gradient = [leaf.grad for leaf in parameters]
    for leaf, grad in zip(parameters, before):
        leaf.grad = grad
    return output.data, gradient
