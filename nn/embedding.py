"""The embedding: a vector of parameters for every word."""

import random
from collections.abc import Hashable, Iterable, Sequence
from operator import mul
from typing import Any

from engine import Value, counted, one_hot, short_repr
from nn.checks import check_list, check_positive, check_rng, is_number, is_scalar
from nn.module import Module


class Embedding(Module):
    """Maps each word of a sentence to a vector of `size` parameters.

    It is the linear layer E x on one-hot vectors x (1 at the word's place, 0
    elsewhere) without the products with 0: the result is the parameters
    themselves, and only the words of a sentence get a gradient from it. They
    start as small normal random numbers (standard deviation 0.1), so that
    words end up apart or together by what they do and not by chance.

    A word is given as itself, or as its place in the table, from 0 on. A place
    that is a Value, such as an input of a program, is an index: the result is
    E x itself then, with a one-hot x of Values, and so any word's vector.

    Raises ValueError for a word or place that the table has not, or a word that
    is twice in it, TypeError for a string, which is no list of words. From
    Bengio et al., A neural probabilistic language model (2003).

    >>> embedding = Embedding(["good", "bad"], size=2, rng=random.Random(0))
    >>> vectors = embedding(["bad", "good", "bad"])
    >>> [[f"{x.data:.2f}" for x in vector] for vector in vectors]
    [['-0.07', '0.04'], ['0.09', '-0.14'], ['-0.07', '0.04']]
    >>> k = Value(0, "k")
    >>> [vector] = embedding([k])
    >>> k.data = 1
    >>> vector[0].forward()
    >>> vector[0].data == embedding(["bad"])[0][0].data
    True
    """

    def __init__(self, words: Iterable[str], size: int, rng: random.Random | None = None) -> None:
        words = check_list(words, "an embedding has a list of words, such as ['good', 'bad']")
        check_positive(len(words), "an embedding has words")
        seen: set[Any] = set()
        for place, word in enumerate(words):
            if not isinstance(word, Hashable) or isinstance(word, Value):
                raise TypeError(f"a word of an embedding is a string, not {short_repr(word)}")
            if word in seen:
                raise ValueError(f"an embedding has every word once, and {short_repr(word)} is there twice")
            if is_scalar(word) and word != place:
                raise ValueError(
                    f"numbers in an embedding are their own places, 0, 1, 2, ...: not {word} at {place}"
                )
            seen.add(word)
        self.size = check_positive(size, "the vectors of an embedding have numbers")
        check_rng(rng)
        self.table = {
            word: [Value((rng or random).gauss(0, 0.1), _label(word, i)) for i in range(1, self.size + 1)]
            for word in words
        }

    def __call__(self, sentence: Sequence[Any]) -> list[list[Value]]:
        if isinstance(sentence, str):
            raise TypeError(f"{self!r} takes a list of words, such as {sentence!r}.split(), not a string")
        sentence = check_list(sentence, "an embedding takes a list of words")
        rows = list(self.table.values())
        return [self._vector(word, rows) for word in sentence]

    def _vector(self, word, rows):
        """The vector of a word or of a place; `rows` are the table's."""
        if isinstance(word, Value):
            chosen = one_hot(word, len(rows))
            return [sum(map(mul, chosen, column)) for column in zip(*rows)]
        if isinstance(word, Hashable) and word in self.table:
            return self.table[word]
        if not is_number(word):
            known = short_repr(list(self.table))
            raise ValueError(f"{self!r} has no word {short_repr(word)}; it has {known}")
        if word not in range(len(rows)):
            raise ValueError(f"{self!r} has no place {short_repr(word)}: they are 0 to {len(rows) - 1}")
        return rows[int(word)]

    def architecture(self) -> dict[str, Any]:
        return {"size": self.size}

    def __repr__(self) -> str:
        return f"Embedding({counted(len(self.table), 'word')}, size={self.size})"


def _label(word, i):
    """The label of a word's parameter i; that of place 3 is e_3_1."""
    return f"e_{word}_{i}" if is_number(word) else f"{word}{i}"
