"""A GPT of 4,251 weights invents names, letter by letter."""

import math
import random
import time
from operator import add

from demos.kit.datasets import first_names, split
from demos.kit.letters import END, LENGTH, LETTERS, example, numbers, shown, spelled
from demos.kit.maps import named_map, text_maps
from demos.kit.panels import panels
from engine import c_compiler
from nn import MLP, Adam, Attention, Embedding, Layer, Module, RMSNorm, cross_entropy, fit, softmax

WIDTH = 16
MODEL = """\
  x = letter + place               16 numbers, for each letter of a name
  x = x + mix(attention(norm x))   4 heads look at a letter and those before it
  x = x + MLP(norm x)              16 → 64, relu → 16
  z = logits(norm x)               27: which letter is next?

norm x is x / √(mean of x²), times gains that it learns. Each x + ... is a
residual connection. No letter sees a later one: it would copy it, not guess.
"""


class GPT(Module):
    """Numbers of letters in; for each, the logits of the letter after it."""

    def __init__(self, rng):
        self.letters, self.places = Embedding(LETTERS, WIDTH, rng), Embedding(range(LENGTH), WIDTH, rng)
        self.attention = Attention(WIDTH, 4, rng, heads=4, causal=True)
        self.mix = Layer(WIDTH, WIDTH, "linear", rng)
        self.mlp = MLP(WIDTH, [64, WIDTH], "relu", rng)
        self.logits = Layer(WIDTH, len(LETTERS), "linear", rng)
        self.norms = [RMSNorm(WIDTH) for _ in range(3)]
        for parameter in self.logits.parameters():
            parameter.data = 0  # at first all letters are equally probable

    def embedded(self, tokens):
        return [plus(*pair) for pair in zip(self.letters(tokens), self.places(range(len(tokens))))]

    def __call__(self, tokens):
        xs = self.embedded(tokens)
        outs = self.attention([self.norms[0](x) for x in xs])
        xs = [plus(x, self.mix(out)) for x, out in zip(xs, outs)]
        xs = [plus(x, self.mlp(self.norms[1](x))) for x in xs]
        return [self.logits(self.norms[2](x)) for x in xs]


def plus(x, y):
    return list(map(add, x, y))


def loss(logits, target):
    """The mean of -log p, where p is the probability of what follows."""
    following, counts = target[:LENGTH], target[LENGTH:]
    return sum(c * cross_entropy(z, k) for z, k, c in zip(logits, following, counts)) / sum(counts)


def invent(model, rng, temperature=0.5):
    """A name; its letters are drawn by softmax(z / temperature)."""
    tokens = [END]
    while len(tokens) == 1 or (tokens[-1] != END and len(tokens) < LENGTH):
        probabilities = softmax([z / temperature for z in model(tokens)[-1]])
        tokens += rng.choices(range(len(LETTERS)), [p.data for p in probabilities])
    return spelled(tokens)


def main(out, seed=0):
    rng, names = random.Random(seed), first_names()
    (rows, targets), held = split(*zip(*map(example, names)), part=0.1, rng=rng)
    print("The task: guess each letter of a name from those before it. A dot begins a name")
    print("and ends it; more dots pad its row, and guesses there do not count:\n")
    print(shown("mary"))
    model = GPT(rng)
    print(f"\nThe model, a small GPT, is a transformer with {len(model.parameters()):,} weights:\n\n{MODEL}")
    first = loss(model(rows[0]), targets[0]).data
    print("At first it gives each of the 26 letters and the dot the same probability, 1/27:")
    print(f"the loss is log 27 = {first:.2f}. It learns from {len(rows):,} names in 18 epochs, or in one")
    print("where there is no C compiler to make it fast.\n")

    epochs, start = 18 if c_compiler() else 1, time.perf_counter()
    losses = fit(model, rows, targets, loss, Adam(model.parameters(), 0.01), epochs, batch=32, rng=rng)
    steps, seconds = epochs * math.ceil(len(rows) / 32), time.perf_counter() - start
    unseen = sum(loss(model(x), y).data for x, y in list(zip(*held))[:30]) / 30
    print(f"loss {first:.2f} → {losses[-1]:.2f} in {steps:,} steps, {seconds:.0f} s in all; ", end="")
    print(f"{unseen:.2f} on 30 names held out:")
    perplexity = f"e^{unseen:.2f} = {math.exp(unseen):.0f}"
    print(f"as hard as to guess one of {perplexity} letters (the perplexity), not of 27.\n")
    print("Names that it invents (* is in the data), each letter drawn by softmax(z / T):")
    print("the lower the temperature T, here 0.5, the more the likely letters win.\n")
    invented = [invent(model, rng) for _ in range(12)]
    for i in (0, 6):
        print("  " + "".join(f"{name + '*' * (name in names):11}" for name in invented[i : i + 6]).rstrip())

    seen, letters = [model.norms[0](x) for x in model.embedded(numbers("jessica"))], ".jessica"
    heads = [[[a.data for a in row] for row in model.attention.weights(seen, head)] for head in range(4)]
    print("\nHow much each head looks from a letter, on the left, at those above: itself")
    print("and those before it. The darker, the more; each line adds up to 1:\n")
    print(text_maps(heads, letters))
    parts = [named_map(rows, letters, letters, f"head {i}") for i, rows in enumerate(heads, 1)]
    title = "To guess the next letter, each looks at itself and those before it (dark: much)"
    if panels(parts, out / "gpt.png", title):
        print(f"\nAs a picture: {out / 'gpt.png'}")
    return {"first": first, "losses": losses, "unseen": unseen, "invented": invented, "heads": heads}
