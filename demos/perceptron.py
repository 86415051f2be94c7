"""The perceptron learns AND and OR, and never XOR.

The threshold unit of McCulloch and Pitts (1943) with Rosenblatt's learning
rule (1958), the theorem that it comes to an end, and what is beyond it (Minsky
and Papert, 1969).
"""

from copy import deepcopy
from itertools import permutations

from demos.kit.panels import show_panels
from demos.kit.planes import halves
from nn import Perceptron, mistake_bound

ROWS = [[0, 0], [0, 1], [1, 0], [1, 1]]
TARGETS = {"AND": [0, 0, 0, 1], "OR": [0, 1, 1, 1], "XOR": [0, 1, 1, 0]}
# The weights with the widest margin: with no others is the least of
# ±(w·x + b) / |(w, b)| as large.
WIDEST = {"AND": {"b": -3, "w[0]": 2, "w[1]": 2}, "OR": {"b": -1, "w[0]": 2, "w[1]": 2}}


def main(out):
    print("f(x) = 1 if w·x + b > 0, else 0. From zero, it learns from mistakes only:")
    print("    (w, b) ← (w, b) + (y - f(x)) (x, 1)")
    parts, bounds, most, boundaries = [], [], [], []
    for name in ("AND", "OR"):
        targets = TARGETS[name]
        perceptron = Perceptron(2)
        mistakes = perceptron.learn(ROWS, targets)
        parts.append(plane(name, perceptron, targets))
        print(f"\n{name}: mistakes in every pass over its four rows: {mistakes}")
        boundaries.append([perceptron(row) for row in ROWS])
        print(f"  learned: {perceptron!r} answers {boundaries[-1]}")

        # The convergence theorem: at most (R/γ)² mistakes in any order.
        widest = Perceptron(2)
        widest.load_state(WIDEST[name])
        bounds.append(mistake_bound(widest, ROWS, targets))
        orders = [zip(*order) for order in permutations(zip(ROWS, targets))]
        totals = [sum(Perceptron(2).learn(*order)) for order in orders]
        most.append(max(totals))
        print(f"  The widest margin is that of {widest!r}: (R/γ)² = {bounds[-1]:.0f}")
        counts = f"there are {min(totals)} to {max(totals)}"
        print(f"  bounds the mistakes; in the {len(totals)} orders of the rows {counts}.")

    print("\nXOR: after every pass, the weights (w1, w2, b):")
    perceptron, seen = Perceptron(2), []
    while perceptron.state() not in seen:
        seen.append(perceptron.state())
        perceptron.learn(ROWS, TARGETS["XOR"], epochs=1)
        print("  ({:g}, {:g}, {:g})".format(*perceptron.state().values()))
    print("These it had before, so it goes round for ever, through these boundaries:")
    for x, y in zip(ROWS, TARGETS["XOR"]):
        if perceptron.correct(x, y):
            parts.append(plane(f"after ({x[0]}, {x[1]})", deepcopy(perceptron), TARGETS["XOR"]))
            boundaries.append([perceptron(row) for row in ROWS])
            print(f"  after {x}: {perceptron!r:31} answers {boundaries[-1]}")

    print("\nNo weights at all compute XOR. Its four rows ask for")
    print("    b ≤ 0,    w2 + b > 0,    w1 + b > 0,    w1 + w2 + b ≤ 0,")
    print("but the inner two add up to w1 + w2 + 2b > 0, the outer two to w1 + w2 + 2b ≤ 0.")
    pictures = {
        "perceptron_and_or.png": (parts[:2], "AND and OR: one straight line is enough"),
        "perceptron_xor.png": (parts[2:], "XOR: round and round, through four boundaries that are all wrong"),
    }
    for name, (chosen, title) in pictures.items():
        show_panels(chosen, out / name, title)
    return {"bounds": bounds, "most mistakes": most, "boundaries": boundaries}


def plane(title, perceptron, targets):
    """The plane of the inputs: w·x + b = 0, and where the answer is 1.

    A point on the line is answered by 0.
    """

    w1, w2, b = perceptron.state().values()
    title = f"{title}\nw = ({w1:g}, {w2:g}), b = {b:g}"

    def weighted_sum(x):
        return w1 * x[0] + w2 * x[1] + b

    return halves(weighted_sum, ROWS, targets, (-0.5, 1.5), title, between=(-1e-9, 1e-9), area=250)
