"""lstm: a long short-term memory that reads a text, letter by letter.

The weight matrices are diagonal: in each layer, bit i has gates of its own.

    f = σ(w x + b), i = σ(w h + b), o = σ(w x + b), g = tanh(w h + b)
    c ← f c + i g,  h ← o tanh(c)

The loss is the mean of -y log p, with log p = z - log(2 + Σ exp z), over the
bits y of the next letters.

Sizes: 2, 4, 6 layers and c = 1,024, 4,096, 8,192 letters of 14 bits.
"""

import random
from array import array
from itertools import pairwise

from engine import Program, Value
from tests.gradbench.recurrence import Recurrence, numbers_of

BITS = 14


def cell(p, x, h, c):
    """h and c of one bit of one layer. p has four weights and four biases."""
    forget, enter, leave, change = p[:4]
    f, o = (forget * x + p[4]).sigmoid(), (leave * x + p[6]).sigmoid()
    i, g = (enter * h + p[5]).sigmoid(), (change * h + p[7]).tanh()
    c = f * c + i * g
    return o * c.tanh(), c


def step(layers, outer, state, x):
    """The state after the letter x, and what is predicted for the next.

    A layer is a list of 8 numbers for each bit, the state of a layer a list of
    pairs (h, c); outer has three numbers a bit: a weight before, and a weight
    and a bias behind.
    """
    x = [weight * bit for (weight, _, _), bit in zip(outer, x)]
    after = []
    for layer, pairs in zip(layers, state):
        after.append([cell(p, bit, h, c) for p, bit, (h, c) in zip(layer, x, pairs)])
        x = [h for h, _ in after[-1]]
    return after, [weight * bit + bias for (_, weight, bias), bit in zip(outer, x)]


def loss(z, y):
    """The loss of a prediction z of the letter y."""
    log_sum = (2 + sum(each.exp() for each in z)).log()
    return sum(bit * (log_sum - each) for bit, each in zip(y, z)) / len(y)


def objective(layers, outer, state, letters):
    """The mean loss over a text."""
    total = 0
    for x, y in pairwise(letters):
        state, z = step(layers, outer, state, x)
        total = total + loss(z, y)
    return total / (len(letters) - 1)


def flat(layers, outer):
    """All parameters in one list."""
    return [v for part in (*layers, outer) for numbers in part for v in numbers]


def gradient(layers, outer, state, letters, compiled=Program.native):
    """The objective and its gradient in order of `flat`, a function of nothing,
    by the program of one letter.
    """
    leaves, states = flat(layers, outer), pairs(state)
    x, y = ([Value(0, f"{name}{i}") for i in range(len(outer))] for name in "xy")
    after, z = step(layers, outer, state, x)
    letter = Recurrence(states, pairs(after), [*x, *y], [loss(z, y)], compiled)
    place = {leaf: i for i, leaf in enumerate(letter.parameters)}
    rows = [array("d", [*a, *b]) for a, b in pairwise(letters)]

    def value_and_gradient():
        befores, total, numbers = [numbers_of(states)], 0.0, numbers_of(letter.forward.parameters)
        for row in rows:
            now = letter.step(befores[-1], row, numbers)
            total += now.pop()
            befores.append(now)
        _, slopes = letter.back(befores[:-1], rows, array("d", [0.0]) * len(states))
        return total / len(rows), [slopes[place[leaf]] / len(rows) for leaf in leaves]

    return value_and_gradient


def pairs(state):
    """A state in one list."""
    return [v for layer in state for pair in layer for v in pair]


def data(count, c, bits=BITS):
    """Parameters and state of some layers as Values, and c letters as bits."""
    rng = random.Random(31337)
    names = ["wf", "wi", "wo", "wg", "bf", "bi", "bo", "bg"]
    layers = [
        [[Value(rng.random(), f"{name}{i}_{j}") for name in names] for j in range(bits)] for i in range(count)
    ]
    outer = [[Value(rng.random(), f"{name}{j}") for name in ("before", "w", "b")] for j in range(bits)]
    state = [
        [(Value(rng.random(), f"h{i}_{j}"), Value(rng.random(), f"c{i}_{j}")) for j in range(bits)]
        for i in range(count)
    ]
    letters = [[float(rng.random() < 0.5) for _ in range(bits)] for _ in range(c)]
    return layers, outer, state, letters
