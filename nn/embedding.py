"""The embedding: a vector of parameters for every word."""

import random
import reprlib
from collections.abc import Iterable, Sequence
from typing import Any

from engine import Value
from nn.module import Module


class Embedding(Module):
    """Maps each word of a sentence to a vector of `size` parameters.

    It is the linear layer E x on one-hot vectors x (1 at the word's place, 0
    elsewhere) without the products with 0: the result is the parameters
    themselves, and only the words of a sentence get a gradient from it. They
    start as small normal random numbers (standard deviation 0.1), so that
    words end up apart or together by what they do and not by chance.

    Raises ValueError for a word that is not in the table, TypeError for a
    string, which is no list of words. From Bengio et al., A neural
    probabilistic language model (2003).

    >>> embedding = Embedding(["good", "bad"], size=2, rng=random.Random(0))
    >>> vectors = embedding(["bad", "good", "bad"])
    >>> [[f"{x.data:.2f}" for x in vector] for vector in vectors]
    [['-0.07', '0.04'], ['0.09', '-0.14'], ['-0.07', '0.04']]
    """

    def __init__(self, words: Iterable[str], size: int, rng: random.Random | None = None) -> None:
        self.table = {
            word: [Value((rng or random).gauss(0, 0.1), f"{word}{i + 1}") for i in range(size)]
            for word in words
        }
        self.size = size

    def __call__(self, sentence: Sequence[str]) -> list[list[Value]]:
        if isinstance(sentence, str):
            raise TypeError(f"{self} takes a list of words, such as {sentence!r}.split(), not a string")
        unknown = [word for word in sentence if word not in self.table]
        if unknown:
            known = reprlib.repr(list(self.table))
            raise ValueError(f"{self} has no word {unknown[0]!r}; it has {known}")
        return [self.table[word] for word in sentence]

    def architecture(self) -> dict[str, Any]:
        return {"size": self.size}

    def __repr__(self) -> str:
        return f"Embedding({len(self.table)} words, size={self.size})"
