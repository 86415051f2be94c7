"""The embedding: a vector of parameters for every word."""

import random
from collections.abc import Hashable, Iterable, Sequence
from typing import Any

from engine import Value, counted, short_repr
from nn.checks import check_list, check_positive, check_rng
from nn.module import Module


class Embedding(Module):
    """Maps each word of a sentence to a vector of `size` parameters.

    It is the linear layer E x on one-hot vectors x (1 at the word's place, 0
    elsewhere) without the products with 0: the result is the parameters
    themselves, and only the words of a sentence get a gradient from it. They
    start as small normal random numbers (standard deviation 0.1), so that
    words end up apart or together by what they do and not by chance.

    Raises ValueError for a word that is not in the table, or twice in it,
    TypeError for a string, which is no list of words. From Bengio et al., A
    neural probabilistic language model (2003).

    >>> embedding = Embedding(["good", "bad"], size=2, rng=random.Random(0))
    >>> vectors = embedding(["bad", "good", "bad"])
    >>> [[f"{x.data:.2f}" for x in vector] for vector in vectors]
    [['-0.07', '0.04'], ['0.09', '-0.14'], ['-0.07', '0.04']]
    """

    def __init__(self, words: Iterable[str], size: int, rng: random.Random | None = None) -> None:
        words = check_list(words, "an embedding has a list of words, such as ['good', 'bad']")
        check_positive(len(words), "an embedding has words")
        seen: set[Any] = set()
        for word in words:
            if not isinstance(word, Hashable):
                raise TypeError(f"a word of an embedding is a string, not {short_repr(word)}")
            if word in seen:
                raise ValueError(f"an embedding has every word once, and {short_repr(word)} is there twice")
            seen.add(word)
        self.size = check_positive(size, "the vectors of an embedding have numbers")
        check_rng(rng)
        self.table = {
            word: [Value((rng or random).gauss(0, 0.1), f"{word}{i + 1}") for i in range(self.size)]
            for word in words
        }

    def __call__(self, sentence: Sequence[str]) -> list[list[Value]]:
        if isinstance(sentence, str):
            raise TypeError(f"{self!r} takes a list of words, such as {sentence!r}.split(), not a string")
        sentence = check_list(sentence, "an embedding takes a list of words")
        unknown = [word for word in sentence if not isinstance(word, Hashable) or word not in self.table]
        if unknown:
            known = short_repr(list(self.table))
            raise ValueError(f"{self!r} has no word {short_repr(unknown[0])}; it has {known}")
        return [self.table[word] for word in sentence]

    def architecture(self) -> dict[str, Any]:
        return {"size": self.size}

    def __repr__(self) -> str:
        return f"Embedding({counted(len(self.table), 'word')}, size={self.size})"
