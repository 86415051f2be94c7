"""Fisher's iris: three species told apart by softmax."""

import random

from demos.kit.datasets import iris
from demos.kit.pictures import save
from demos.kit.probabilities import hundredths
from nn import Adam, Layer, cross_entropy, diagram, fit, one_hot, softmax

FOLDS = 10


def standardised(rows, like):
    """Rows with columns in standard deviations of `like`, from its mean."""
    columns = []
    for column, reference in zip(zip(*rows), zip(*like)):
        mean = sum(reference) / len(reference)
        deviation = (sum((x - mean) ** 2 for x in reference) / len(reference)) ** 0.5
        columns.append([(x - mean) / deviation for x in column])
    return [list(row) for row in zip(*columns)]


def learned(rows, labels, seed):
    """Multinomial logistic regression: p(Y = y | x) = softmax(Wx + b)_y."""
    model = Layer(4, 3, activation="linear", rng=random.Random(seed))
    targets = [one_hot(label, 3) for label in labels]
    fit(model, rows, targets, cross_entropy, Adam(model.parameters(), rate=0.1), epochs=400, progress=False)
    return model


def main(out, seed=0):
    rows, labels, species = iris()
    print(f"{len(rows)} flowers, four lengths of each. Of which species is a flower?\n")

    # Cross-validation: every flower is judged by a model that has not seen it.
    order = list(range(len(rows)))
    random.Random(seed).shuffle(order)
    confusion = [[0] * 3 for _ in range(3)]
    for fold in range(FOLDS):
        held = set(order[fold::FOLDS])
        seen = [i for i in order if i not in held]
        known = [rows[i] for i in seen]
        model = learned(standardised(known, known), [labels[i] for i in seen], seed)
        for i, x in zip(held, standardised([rows[i] for i in held], known)):
            logits = model(x)
            confusion[labels[i]][max(range(3), key=logits.__getitem__)] += 1

    print("is ↓ taken for →" + "".join(f"{name:>12}" for name in species))
    for name, counts in zip(species, confusion):
        print(f"{name:16}" + "".join(f"{count:12}" for count in counts))
    right = sum(confusion[k][k] for k in range(3))
    print(f"\n{right} of {len(rows)} right, {right / len(rows):.1%}, by {FOLDS}-fold cross-validation.")

    # One model of all flowers, to see how sure it is.
    model = learned(standardised(rows, rows), labels, seed)
    print("\nHow sure is a model of all flowers of some of them? It returns a logit z for")
    print("each species, and p = softmax(z):\n")
    print(f"  {'is':12}" + "".join(f"{'z ' + name:>14}" for name in species) + "     p for the same")
    for i in (0, 50, 70, 83, 100, 133):
        logits = model(standardised(rows, rows)[i])
        cells = [f"{float(z):14.2f}" for z in logits] + [
            f"{hundredths(float(p)):>7}" for p in softmax(logits)
        ]
        print(f"  {species[labels[i]]:12}" + "".join(cells))
    measured = ["sepal length", "sepal width", "petal length", "petal width"]
    save(diagram(model, inputs=measured, outputs=[f"z of {name}" for name in species]), out / "iris.svg")
    print(f"\nIts weights: {out / 'iris.svg'}")
    return right / len(rows)
