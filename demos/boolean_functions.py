"""Boolean functions as networks, and two ways to XOR."""

import random
from functools import partial
from itertools import product

import nn
from demos.kit.pictures import save, show
from demos.kit.probabilities import hundredths
from nn import Concat, GradientDescent, Layer, Neuron, Perceptron, Sequential, binary_cross_entropy

ROWS = [[0, 0], [0, 1], [1, 0], [1, 1]]
XOR = [0, 1, 1, 0]
# The functions of two inputs: outputs on the four rows, as digits of 0 to 15.
NAMES = ["false", "AND", "x1 and not x2", "x1", "x2 and not x1", "x2", "XOR", "OR"]
NAMES += ["NOR", "XNOR", "not x2", "x1 or not x2", "not x1", "x2 or not x1", "NAND", "true"]
HIDDEN = {"XOR": ["OR", "NAND"], "XNOR": ["AND", "NOR"]}


def main(out, seed=0):
    print("Units with weights set by hand, and two functions that take two layers of them:\n")
    print(nn.truth_table(nn.NOT, inputs=1))
    for name in ("AND", "OR", "NAND", "NOR", "XNOR", "XOR"):
        network = getattr(nn, name)
        print(f"\n{nn.truth_table(network)}")
        save(nn.diagram(network, hidden=HIDDEN.get(name)), out / f"boolean_{name.lower()}.svg")

    print("\nOf the sixteen functions of two inputs one perceptron learns fourteen:\n")
    learners = []
    for name, outputs in zip(NAMES, product((0, 1), repeat=4)):
        perceptron = Perceptron(2)
        learned = perceptron.learn(ROWS, outputs)[-1] == 0
        learners += [name] * learned
        print(
            f"  {outputs}  {name:14}  {repr(perceptron) if learned else 'none: it takes two layers, as above'}"
        )

    # Logistic regression σ(β·z + b): on the inputs, on features of them made by
    # hand, and on features z = g(Wx), a layer whose W is learned as β is.
    rng = random.Random(seed)
    quadratic = Concat(lambda x: x, lambda x: x[0] * x[1])
    hidden = Layer(2, 3, "sigmoid", rng)
    plain = Neuron(2, "linear", rng)
    before, now = (Sequential(features, Neuron(3, "linear", rng)) for features in (quadratic, hidden))
    losses = []
    for model in (plain, before, now):
        descent = GradientDescent(model.parameters(), rate=4)
        losses.append(nn.fit(model, ROWS, XOR, binary_cross_entropy, descent, epochs=1000)[-1])

    def p(model, x):
        return float(model(x).sigmoid())

    print("\nXOR by logistic regression, on three kinds of features:\n")
    print("  the inputs       quadratic, by hand        learned, g(Wx)")
    print("  x1  x2   p       x1  x2  x1 x2   p         z1    z2    z3    p")
    probabilities = [[p(model, x) for x in ROWS] for model in (plain, before, now)]
    for (x1, x2), of_plain, of_before, of_now in zip(ROWS, *probabilities):
        of_plain, of_before, *z = map(hundredths, (of_plain, of_before, *hidden([x1, x2]), of_now))
        print(f"   {x1}   {x2}  {of_plain}      {x1}   {x2}    {x1 * x2}   {of_before}       {'  '.join(z)}")
    print("  loss {:.4f}      loss {:.4f}               loss {:.4f}".format(*losses))
    print("\nOn the inputs alone it stays at p = 1/2, with a loss of log 2. On features by")
    print("hand the loss is convex: any start will do. Learned ones need no idea of x1 x2.")
    for model, name in ((before, "quadratic"), (now, "learned")):
        print(f"\nThe boundary with {name} features:\n")
        title = f"XOR by logistic regression on {name} features"
        show(
            nn.plot.boundary(partial(p, model), ROWS, XOR, label="probability of 1", title=title),
            out / f"boolean_{name}.png",
        )
    return {"learned by a perceptron": learners, "probabilities": probabilities}
