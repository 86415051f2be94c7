"""Attention looks a thing up: the digit beside a letter."""

import random

from demos.kit.maps import shade, table_map
from demos.kit.panels import panels
from nn import MLP, Adam, Attention, Layer, Sequential, cross_entropy, fit, one_hot

LETTERS, DIGITS = "abcdefgh", "0123456789"
WIDTH = len(LETTERS + DIGITS)
HEAD = """\
  q_i, k_i, v_i = Q x_i, K x_i, V x_i         query, key and value of each x_i
  a_i = softmax(q_i·k_1/√d, ..., q_i·k_n/√d)  how much x_i looks at each x_j
  out_i = a_i1 v_1 + ... + a_in v_n           what x_i takes from all
"""


def sequence(pairs, rng):
    """Pairs such as c7, in random order, then one of their letters: asked."""
    letters = rng.sample(LETTERS, pairs)
    return [*(letter + rng.choice(DIGITS) for letter in letters), rng.choice(letters)]


def answer(words):
    return next(int(pair[1]) for pair in words if pair[0] == words[-1])


def encoded(words):
    """Each word as a one-hot letter and digit, all in one list."""
    return [int(sign in word) for word in words for sign in LETTERS + DIGITS]


def vectors(x):
    return [x[i : i + WIDTH] for i in range(0, len(x), WIDTH)]


def right(model, sequences):
    """The share of sequences that a model answers rightly."""
    guesses = [max(range(10), key=model(encoded(words)).__getitem__) for words in sequences]
    return sum(map(int.__eq__, guesses, map(answer, sequences))) / len(sequences)


def main(out, seed=0):
    rng = random.Random(seed)
    *pairs, asked = words = sequence(5, rng)
    print("The task: read pairs of a letter and a digit, then a letter. Which digit stood")
    print(f"beside it?\n\n  {' '.join(pairs)}   {asked}?   → {answer(words)}\n")
    print("A word is a vector x_i, its letter and its digit one-hot; the question has no")
    print(f"digit. One head of attention, with weights Q, K and V and d = 8:\n\n{HEAD}")
    head, layer = Attention(WIDTH, 8, rng), Layer(8, 10, "linear", rng)
    attention = Sequential(vectors, head, lambda outs: outs[-1], layer)
    questions = [vectors(encoded([*pairs, letter])) for letter, _ in pairs]
    looks = [[[a.data for a in head.weights(x)[-1]] for x in questions]]

    seen, unseen = ([sequence(5, rng) for _ in range(count)] for count in (500, 100))
    rows, targets = [encoded(words) for words in seen], [one_hot(answer(words), 10) for words in seen]
    print("The out_i of the question goes to a layer of 10, and softmax. An MLP gets all")
    print(f"vectors at once. Both learn {len(seen)} sequences of 5 pairs. Right answers:\n")
    print("             weights   learned   unseen")
    shares = []
    for name, model in (("attention", attention), ("MLP", MLP(6 * WIDTH, [32, 10], rng=rng))):
        adam = Adam(model.parameters(), rate=0.03)
        fit(model, rows, targets, cross_entropy, adam, epochs=30, batch=32, rng=rng)
        shares += [right(model, seen[:100]), right(model, unseen)]
        print(f"  {name:9}  {len(adam.parameters):7,}  {shares[-2]:8.0%} {shares[-1]:8.0%}")
    longer = right(attention, [sequence(8, rng) for _ in range(50)])
    print(f"\nOn sequences of 8 pairs: attention {longer:.0%}. The MLP has no weights for them.")

    looks.append([[a.data for a in head.weights(x)[-1]] for x in questions])
    print("\nHow much each question looks at each word, the darker the more:\n")
    print("        " + "  ".join(pairs) + "   ?")
    for (letter, _), weights in zip(pairs, looks[1]):
        print(f"    {letter}?  " + "  ".join(2 * shade(a) for a in weights))
    print("\nA letter's query matches the keys of the same letter: its pair's, and its own.")
    print("So the pair may stand anywhere. The MLP learns every letter in every place anew.")
    names = [f"{letter}?" for letter, _ in pairs], [*pairs, "?"]
    parts = [table_map(a, *names, when) for a, when in zip(looks, ("before learning", "after"))]
    if panels(parts, out / "attention.png", "Each question learns to look at the pair with its letter"):
        print(f"\nAs a picture: {out / 'attention.png'}")
    return {"shares": shares, "longer": longer, "weights": looks[1]}
