"""A function line by line, with the gradient beside each."""

from engine import annotate


def neuron(w1, w2, b, x1, x2, y):
    z = w1 * x1 + w2 * x2 + b
    p = z.sigmoid()
    return -(y * p.log() + (1 - y) * (1 - p).log())


def unit(weights, bias, inputs):
    z = sum((w * x for w, x in zip(weights, inputs)), bias)
    return z.tanh()


def two_layers(W, b, v, c, x, y):
    hidden = []
    for row, bias in zip(W, b):
        h = unit(row, bias, x)
        hidden.append(h)
    score = unit(v, c, hidden)
    return (score - y) ** 2


def main(out):
    print("A neuron answers p where the truth is y = 1; its loss is their cross entropy.")
    print("Beside each line: what it computed, and how the loss changes with that.\n")
    annotation = annotate(neuron, w1=0.5, w2=-1.0, b=0.1, x1=2.0, x2=1.5, y=1.0)
    print(annotation)

    found = {each.name: each for each in annotation.listings[0].bindings}
    error = found["p"].data - found["y"].data
    print("\nRead the gradients from the bottom up, the way they travel. This loss and the")
    print(f"sigmoid are made for each other: z gets just the error, p - y = {error:.4f}.")
    print("Below z, each weight gets that times the input which it multiplies:\n")
    for w, x in (("w1", "x1"), ("w2", "x2")):
        print(f"  ∂/∂{w} = ∂/∂z × {x} = {found['z'].grad:.4f} × {found[x].data:g} = {found[w].grad:.4f}")

    print("\nInputs have gradients too. That is how layers learn together: the inputs of one")
    print("are the outputs of the one below, which hands their gradients on to its weights.\n")
    weights = {"W": [[0.5, -0.3], [0.8, 0.2]], "b": [0.0, 0.1], "v": [1.0, -1.5], "c": 0.2}
    print(annotate(two_layers, **weights, x=[1.0, 2.0], y=1.0, follow=True))
    print("\nThe loop has run twice, once for each hidden unit, and `unit` three times: the")
    print("third time on what the first two returned. So ∂/∂inputs of that third call is")
    print("∂/∂hidden above, and ∂/∂unit of the first two calls: one gradient, on its way.")
