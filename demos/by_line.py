"""A function line by line, with the gradient beside each."""

from engine import annotate


def neuron(w1, w2, b, x1, x2, y):
    z = w1 * x1 + w2 * x2 + b
    p = z.sigmoid()
    return -(y * p.log() + (1 - y) * (1 - p).log())


def unit(w, b, x):
    z = w * x + b
    return z.tanh()


def two_layers(weights, biases, x, y):
    for w, b in zip(weights, biases):
        x = unit(w, b, x)
    return (x - y) ** 2


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

    print("\nInputs have gradients too. That is how layers learn together: the input of one")
    print("is the output of the one below, which hands its gradient on to its weights.\n")
    layers = annotate(two_layers, weights=[0.5, -1.5], biases=[0.1, 0.2], x=2.0, y=1.0, follow=True)
    print(layers)
    print("\nThe loop has run twice, once for each layer, and so has `unit`: the second time")
    print("on what the first returned. So ∂/∂x of that second call is ∂/∂x of the loop's")
    print("first run, and ∂/∂unit of the first call: one gradient, on its way down.")
    return annotation, layers
