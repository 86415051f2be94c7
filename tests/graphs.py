"""Graphs for tests: every operation of the table, at random, within its domain
for all inputs in [-1, 1].
"""

import random
from functools import cache

import nn
from engine import Constant, Value, topological_order
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
    lambda a, b, n: (a * a + n).log2() + (b * b + n).log10(),
    lambda a, b, n: (a * a + n).cbrt(),
    lambda a, b, n: (a * a + 1 + n).arccosh(),
    lambda a, b, n: (a.sin() * 0.9).arctanh(),
    lambda a, b, n: a.hypot(b * b + n),
    lambda a, b, n: a.arctan2(b * b + n),
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


@cache
def networks():
    """Graphs of many kinds by name: the output and the inputs of each."""
    rng = random.Random(0)

    def leaves(count, name):
        return [Value(rng.uniform(-1, 1), f"{name}{i}") for i in range(1, count + 1)]

    def mlp(*sizes, **options):
        return nn.MLP(sizes[0], list(sizes[1:]), rng=rng, **options)

    x, y, many = leaves(6, "x"), leaves(3, "y"), leaves(10_000, "u")
    image = [leaves(6, f"x_{i}_") for i in range(6)]
    sequence = [leaves(2, f"s{t}_") for t in range(8)]
    states = nn.Recurrent(nn.Layer(5, 3, activation="tanh", rng=rng), 3)(sequence)
    convolved = nn.Convolution2D(nn.Neuron(4, rng=rng), 2, 2)(image)
    embedding = nn.Embedding(list("abcdefg"), 3, rng=rng)
    both = nn.Concat(mlp(6, 4), nn.Layer(6, 2, rng=rng))
    chain = Value(0.5, "c")
    for _ in range(300):
        chain = (chain * 1.01).tanh()
    tree = leaves(64, "t")
    while len(tree) > 1:
        tree = [a * b + a for a, b in zip(tree[::2], tree[1::2])]
    numbers = [0.0, -0.0, 1e300, 1.0, -1.0, 2.5] * 6
    signs = [each / abs(each) + 1 for each in x[:3]]  # 0 or 2
    words = [number for vector in nn.Embedding(range(3), 4, rng=rng)(signs[:2]) for number in vector]
    return {
        "softmax": (sum(p * t for p, t in zip(nn.softmax(mlp(6, 3)(x)), y)), [*x, *y]),
        "cross entropy": (nn.cross_entropy(mlp(6, 5, 3, activation="tanh")(x), y), [*x, *y]),
        "hinge": (nn.hinge(mlp(6, 8, 7, 1)(x), y[0]), [*x, y[0]]),
        "perceptrons": (nn.mean_squared_error(mlp(6, 9, 3, activation="sigmoid")(x), y), [*x, *y]),
        "recurrent": (sum(states[-1]), [v for step in sequence for v in step]),
        "convolution": (sum(v * v for row in convolved for v in row), [v for row in image for v in row]),
        "max pool": (nn.max_pool(convolved).tanh(), [v for row in image for v in row]),
        "embedding": (sum(v.exp() for vector in embedding(list("abcabcagg")) for v in vector), []),
        "index": (nn.cross_entropy(mlp(8, 7, activation="tanh")(words), signs[2]), x[:3]),
        "concat": (sum(v * v for v in both(x)), x),
        "xor": (nn.XOR(x[:2]), x[:2]),
        "sum": (sum(u * u for u in many), []),
        "sum of inputs": (sum(u.relu() for u in many[:3000]), many[:3000]),
        "log-sum-exp": (sum(u.exp() for u in many[:1000]).log(), []),
        "chain": (chain, []),
        "tree": (tree[0], []),
        "one leaf": (Value(3, "w"), []),
        "an input alone": (x[0], x),
        "a constant": (Constant(2), []),
        "no parameters": (x[0] * x[1] + x[2], x[:3]),
        "no inputs": (x[0] * x[1] + x[2], []),
        "one gradient for two": (y[0] + y[1] + (y[0] + y[2]) * 2, []),
        "constants": (sum(u * (i % 7 - 3.0) for i, u in enumerate(many[:100])), []),
        "zeros": (sum(u * number for u, number in zip(many, numbers)), []),
    }
