"""Attention looks a thing up: the digit beside a letter.

One head of a transformer. Every element of a sequence asks all of them, and
takes from those whose keys match.
"""

import inspect
import random
import textwrap

from demos.kit.maps import shaded
from demos.kit.panels import panels
from nn import MLP, Adam, Attention, Layer, Sequential, cross_entropy, fit, one_hot

LETTERS, DIGITS = "abcdefgh", "0123456789"
WIDTH = len(LETTERS) + len(DIGITS)
SETS = ((5, 500), (5, 100), (8, 50))  # pairs in a sequence, and how many sequences


def example(pairs, rng):
    """Pairs such as c7 in random order, and one of their letters, asked."""
    letters = rng.sample(LETTERS, pairs)
    return [letter + rng.choice(DIGITS) for letter in letters], rng.choice(letters)


def encoded(pairs, asked):
    """A one-hot letter and digit for each pair; then the letter, no digit."""
    return [int(sign in pair) for pair in [*pairs, asked] for sign in LETTERS + DIGITS]


def answer(pairs, asked):
    return next(int(digit) for letter, digit in pairs if letter == asked)


def right(model, examples):
    """The share of examples that a model gets right."""
    guesses = [max(range(10), key=model(encoded(*each)).__getitem__) for each in examples]
    return sum(guess == answer(*each) for guess, each in zip(guesses, examples)) / len(examples)


def elements(x):
    return [x[i : i + WIDTH] for i in range(0, len(x), WIDTH)]


def main(out, seed=0):
    rng = random.Random(seed)
    pairs, asked = example(5, rng)
    print(f"{' '.join(pairs)} {asked}? → {answer(pairs, asked)}   (each a one-hot letter and digit)\n")
    print("Attention makes a query, a key and a value of every vector:\n")
    for method in (Attention.weights, Attention.__call__):
        print(textwrap.indent(textwrap.dedent(inspect.getsource(method)), "  "))
    head = Attention(WIDTH, 8, rng)
    models = {
        "attention": Sequential(elements, head, lambda vectors: vectors[-1], Layer(8, 10, "linear", rng)),
        "MLP": MLP(6 * WIDTH, [32, 10], rng=rng),
    }
    before = questions(head, pairs)
    seen, unseen, longer = ([example(n, rng) for _ in range(count)] for n, count in SETS)
    rows = [encoded(*each) for each in seen]
    targets = [one_hot(answer(*each), 10) for each in seen]
    print(f"The last vector's result goes to a layer of 10. It learns {len(seen)} sequences of 5")
    print("pairs, as does an MLP on all numbers at once. Right:\n")
    print("             weights   learned   unseen   unseen, 8 pairs")
    shares = {}
    for name, model in models.items():
        adam = Adam(model.parameters(), rate=0.03)
        fit(model, rows, targets, cross_entropy, adam, epochs=30, batch=32, rng=rng)
        shares[name] = [right(model, examples) for examples in (seen[:50], unseen)]
        if name == "attention":  # the MLP has no weights for longer ones
            shares[name].append(right(model, longer))
        print(f"  {name:9}  {len(adam.parameters):7,}", *(f"{share:8.0%}" for share in shares[name]))

    after = questions(head, pairs)
    print("\nHow much each question looks at each vector:\n")
    print("        " + "  ".join(pairs) + "   ?")
    for pair, weights in zip(pairs, after):
        print(f"    {pair[0]}?  " + "  ".join(2 * " ░▒▓█"[round(4 * a)] for a in weights))
    print("\nThe query of a letter matches the keys of the same letter: its pair's, and its")
    print("own. Where the pair stands does not matter, nor how many others there are. The")
    print("MLP has to learn every letter in every place.")
    parts = [shown(before, pairs, "before"), shown(after, pairs, "after")]
    if panels(parts, out / "attention.png", "Each question learns to look at the pair with its letter"):
        print(f"\nAs a picture: {out / 'attention.png'}")
    return {"shares": shares, "pairs": pairs, "weights": after}


def questions(head, pairs):
    """The weights with which each letter of some pairs, asked, looks."""
    asked = [elements(encoded(pairs, letter)) for letter, _ in pairs]
    return [[a.data for a in head.weights(vectors)[-1]] for vectors in asked]


def shown(weights, pairs, title):
    """A map of weights, a function of axes: questions down, vectors across."""
    shades = shaded(weights, (0, 1), title)

    def on(axes):
        shades(axes)
        axes.set_xticks(range(6), [*pairs, "?"])
        axes.set_yticks(range(5), [f"{letter}?" for letter, _ in pairs])
        for i, row in enumerate(weights):
            for j, a in enumerate(row):
                color = "white" if a > 0.75 else "black"
                axes.text(j, i, f"{a:.2f}", ha="center", va="center", color=color)

    return on
