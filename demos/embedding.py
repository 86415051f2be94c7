"""Words become vectors, and a recurrent layer reads them."""

import math
import random
from itertools import product

from demos.kit.names import named_plane
from demos.kit.panels import panels
from nn import Embedding, GradientDescent, Layer, Recurrent, Sequential, fit, mean_squared_error

ADVERBS = ["not", "very", "really"]
ADJECTIVES = ["good", "great", "fine", "bad", "dull", "poor"]
WORDS = ADVERBS + ADJECTIVES


def sentences(length):
    """All sentences of that many words: adverbs, then an adjective."""
    return [list(words) for words in product(*[ADVERBS] * (length - 1), ADJECTIVES)]


def turns(word):
    """Whether it turns praise into blame, and blame into praise."""
    return word in ("not", "bad", "dull", "poor")


def tones(sentence):
    """After every word: 1 if the sentence so far is praise, -1 if blame."""
    return [(-1) ** sum(map(turns, sentence[: i + 1])) for i in range(len(sentence))]


def accuracy(model, sentences):
    return sum((model(words)[-1] > 0) == (tones(words)[-1] > 0) for words in sentences) / len(sentences)


def learn(model, examples, rng):
    """A step after every sentence, whose words choose the weights."""
    targets, descent = [tones(words) for words in examples], GradientDescent(model.parameters(), rate=0.1)
    fit(model, examples, targets, mean_squared_error, descent, epochs=60, batch=1, rng=rng, engine="graph")


def main(out, seed=0):
    examples = sentences(1) + sentences(2) + sentences(3)
    print("The task: is a sentence praise or blame? No word alone decides it. To learn from")
    print(f"there are {len(examples)} sentences of one to three words, such as:\n")
    for words in (["good"], ["not", "good"], ["very", "bad"], ["not", "really", "dull"]):
        print(f"  {' '.join(words):16}  {'praise' if tones(words)[-1] > 0 else 'blame'}")

    rng = random.Random(seed)
    scores = Sequential(Embedding(WORDS, 1, rng), Recurrent(sum, size=1))
    learn(scores, examples, rng)
    by_score = accuracy(scores, examples)
    print(f"\nA score for every word, added up: {by_score:.0%} right. It cannot be done, since")
    print('"not" would have to be negative for "not good", and positive for "not bad".')

    for attempt in range(20):
        rng = random.Random(seed + 1000 * attempt)
        embedding = Embedding(WORDS, 2, rng)
        cell = Sequential(Layer(3, 4, "tanh", rng), Layer(4, 1, "tanh", rng))
        model = Sequential(embedding, Recurrent(cell, size=1))
        learn(model, examples, rng)
        right = accuracy(model, examples)
        print(f"\nA vector for every word, read by a recurrent layer: {right:.0%} right.")
        if right == 1:
            break
        print("Stuck: once more, from other weights.")
    longer = sentences(4) + sentences(5)
    longest = [[*rng.choices(ADVERBS, k=49), rng.choice(ADJECTIVES)] for _ in range(40)]
    unseen = accuracy(model, longer), accuracy(model, longest)
    print(f"On all {len(longer)} unseen sentences of 4 and 5 words: {unseen[0]:.0%} right.")
    print(f"On {len(longest)} random ones of 50 words: {unseen[1]:.0%} right.")

    print("\nThe vectors, and the word whose vector is nearest:\n")
    vectors = {word: [x.data for x in vector] for word, vector in embedding.table.items()}
    nearest = {}
    for word, (x, y) in vectors.items():
        others = {other: math.dist(vectors[word], vectors[other]) for other in WORDS if other != word}
        nearest[word] = min(others, key=others.__getitem__)
        print(f"  {word:8}{x:z6.2f} {y:z6.2f}   {nearest[word]}")
    print('\nNobody told it what words mean: "not" and "bad" both turn a sentence over.')
    parts = [named_plane(list(vectors.values()), list(map(turns, WORDS)), (), "all words")]
    for kind, title in ((False, "● enlarged"), (True, "■ enlarged")):
        words = [word for word in WORDS if turns(word) == kind]
        parts.append(named_plane([vectors[word] for word in words], [kind] * len(words), words, title))
    title = "Words that turn a sentence over (■) are far from all others (●)"
    if panels(parts, out / "embedding.png", title, layout="ABB\nACC"):
        print(f"As a picture: {out / 'embedding.png'}")
    found = {"by score": by_score, "by vector": right, "unseen": unseen}
    return found | {"nearest": nearest, "vectors": vectors}
