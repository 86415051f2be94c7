"""The embedding: the linear layer on one-hot vectors, read at words; and what a
recurrent layer learns of it.
"""

import random

import pytest

from engine import Value, draw
from nn import MLP, Adam, Embedding, Layer, Module, cross_entropy, fit

WORDS = ["good", "bad", "not"]


def embedding(size=2):
    return Embedding(WORDS, size, random.Random(0))


def test_an_embedding_is_the_linear_layer_on_one_hot_vectors():
    words, layer = embedding(), Layer(3, 2, "linear")
    for i, neuron in enumerate(layer.neurons):
        for w, word in zip(neuron.w, WORDS):
            w.data = words.table[word][i].data
    for k, word in enumerate(WORDS):
        one_hot = [int(k == i) for i in range(3)]
        assert [x.data for x in words([word])[0]] == [out.data for out in layer(one_hot)]


def test_a_word_has_one_vector_wherever_it_stands_and_its_gradient_counts_its_uses():
    words = embedding(1)
    first, other, second = words(["not", "good", "not"])
    assert first[0] is second[0] and first[0] is not other[0]
    sum(vector[0] for vector in words(["not", "good", "not"])).backward()
    assert {word: vector[0].grad for word, vector in words.table.items()} == {"not": 2, "good": 1, "bad": 0}


def test_a_place_stands_for_the_word_and_a_value_for_any_place():
    words = embedding()
    k = Value(0, "k")
    [vector] = words([k])
    for place, word in enumerate(WORDS):
        k.data = place
        for x in vector:
            x.forward()
        assert [x.data for x in vector] == [x.data for x in words([word])[0]]
        assert words([place])[0] is words([float(place)])[0] is words([word])[0]


@pytest.mark.parametrize("engine", ["graph", "python", pytest.param("auto", marks=pytest.mark.slow)])
def test_fit_trains_on_places_and_classes(engine):
    """(i + j) mod 3 from two embedded numbers, the same by each engine."""

    class Sum(Module):
        def __init__(self):
            rng = random.Random(1)
            self.embedding, self.layers = Embedding(range(3), 2, rng), MLP(4, [6, 3], "tanh", rng)

        def __call__(self, numbers):
            return self.layers([x for vector in self.embedding(numbers) for x in vector])

    rows = [[i, j] for i in range(3) for j in range(3)]
    model, targets = Sum(), [(i + j) % 3 for i, j in rows]
    adam = Adam(model.parameters(), rate=0.1)
    losses = fit(model, rows, targets, cross_entropy, adam, 60, engine=engine)
    assert losses[-1] == pytest.approx(0.000876096, abs=1e-8)
    assert [max(range(3), key=model(row).__getitem__) for row in rows] == targets
    with pytest.raises(ValueError, match=r"not a whole number from 0 to 2|no place 3"):
        fit(model, [[0, 0], [1, 3]], [0, 1], cross_entropy, adam, 1, engine=engine)


def test_its_state_is_named_by_words_and_comes_back(tmp_path):
    words, other = embedding(), Embedding(WORDS, 2)
    assert list(words.state())[:2] == ["table['good'][0]", "table['good'][1]"]
    words.save(tmp_path / "words.json")
    other.load(tmp_path / "words.json")
    assert other.state() == words.state()


def test_first_vectors_are_small_and_reproducible():
    numbers = [p.data for p in Embedding(range(500), 4, random.Random(3)).parameters()]
    assert numbers == [p.data for p in Embedding(range(500), 4, random.Random(3)).parameters()]
    assert sum(x * x for x in numbers) / len(numbers) == pytest.approx(0.01, rel=0.1)


def test_a_word_it_does_not_have_is_named():
    with pytest.raises(
        ValueError, match=r"Embedding\(3 words, size=2\) has no word 'awful'; it has \['good'"
    ):
        embedding()(["not", "awful"])
    with pytest.raises(TypeError, match=r"takes a list of words, such as 'not good'.split\(\), not a string"):
        embedding()("not good")


def test_a_word_is_never_markup():
    (vector,) = Embedding(['<b>&"'], 1)(['<b>&"'])
    source = draw(vector[0] * 2).source
    assert "&lt;b&gt;&amp;&quot;" in source and "<b>&" not in source
