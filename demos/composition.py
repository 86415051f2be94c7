"""Layers are functions: ∘ and ⊕ build structured networks."""

import random

from demos.kit.pictures import save
from engine import Value, draw
from nn import MLP, Concat, GradientDescent, Module, Neuron, Sequential, diagram, fit, mean_squared_error

PAIRS = [[i / 4, j / 4] for j in range(5) for i in range(j + 1)]  # with x1 ≤ x2


class Linear(Module):
    """f_W(z) = Wz. Any function of a list is a layer; a Module is learned."""

    def __init__(self, k, h, rng):
        self.W = [[Value(rng.gauss(0, k**-0.5)) for _ in range(k)] for _ in range(h)]

    def __call__(self, z):
        return [sum(w * z_i for w, z_i in zip(row, z)) for row in self.W]


def g(z):
    """σ on each component: a layer without parameters is just a function."""
    return [z_i.sigmoid() for z_i in z]


def swap(x):
    return [x[1], x[0]]


def symmetric(h):
    """s(x) = h(x1, x2) + h(x2, x1): two uses of h, with one set of weights."""
    return Sequential(Concat(h, Sequential(swap, h)), sum)


def trained(model):
    """The model after 1000 steps towards |x1 - x2| on the PAIRS."""
    targets = [abs(x1 - x2) for x1, x2 in PAIRS]
    descent = GradientDescent(model.parameters(), rate=0.1)
    fit(model, PAIRS, targets, mean_squared_error, descent, epochs=1000, progress=False)
    return model


def largest_error(model, pairs):
    return max(abs(float(model(x)) - abs(x[0] - x[1])) for x in pairs)


def main(out, seed=1):
    rng = random.Random(seed)
    x = [0.5, -1.5]

    print("∘ is Sequential. f_β ∘ g ∘ f_W, and the same from W and β by hand:\n")
    f_W, f_beta = Linear(2, 3, rng), Linear(3, 1, rng)
    f = Sequential(f_W, g, f_beta)
    by_hand = sum(b * sum(w * x_i for w, x_i in zip(row, x)).sigmoid() for b, row in zip(f_beta.W[0], f_W.W))
    print(f"  (f_β ∘ g ∘ f_W)(x)   {f(x)[0]:.6f}   of {len(f.parameters())} parameters, found in its layers")
    print(f"  βᵀ g(Wx)             {by_hand:.6f}")

    print("\nTwo hidden layers, f_β ∘ g ∘ f_W₂ ∘ g ∘ f_W₁, wherever the parentheses are:\n")
    f_W2 = Linear(3, 3, rng)
    print(f"  one Sequential         {Sequential(f_W, g, f_W2, g, f_beta)(x)[0]:.6f}")
    print(f"  Sequentials in one     {Sequential(Sequential(f_W, g), Sequential(f_W2, g, f_beta))(x)[0]:.6f}")

    mlp = MLP(2, [3, 3, 1], activation="sigmoid", rng=rng)
    print("\nAn MLP is such a composition too, of layers that have biases:\n")
    print(f"  {mlp!r:29}{mlp(x):.6f}")
    print(f"  Sequential of its layers     {Sequential(*mlp.layers)(x):.6f}")
    save(diagram(mlp, x=x), out / "composition_mlp.svg")
    print(f"  as a picture: {out / 'composition_mlp.svg'}")

    print("\n⊕ is Concat: both results in one list.\n")
    for name, function in (("f_W", f_W), ("f", f), ("f_W ⊕ f", Concat(f_W, f))):
        print(f"  {name:11}{', '.join(f'{z:.4f}' for z in function(x))}")

    print("\nA model family made for its task: |x1 - x2| stays the same when x1 and x2 are")
    print("swapped, and so does s = sum ∘ (h ⊕ h ∘ swap), whatever h is. Both h and s learn")
    print("from pairs with x1 ≤ x2 only:\n")
    print("      parameters   largest error on them   on the swapped pairs")
    for name, family in (("h", lambda h: h), ("s", symmetric)):
        model = trained(family(MLP(2, [8, 1], rng=random.Random(seed))))
        learned, swapped = largest_error(model, PAIRS), largest_error(model, map(swap, PAIRS))
        print(f"  {name}{len(model.parameters()):13}{learned:24.4f}{swapped:23.4f}")

    # A weight with two uses is one leaf with two ways to the output. Its
    # gradient is the sum over both.
    x1, x2 = Value(0.25, "x1"), Value(1, "x2")
    output = symmetric(Neuron(2, "tanh", rng))([x1, x2])
    output.label = "s"
    output.backward()
    save(draw(output, inputs=[x1, x2], fold=True), out / "composition_shared.svg")
    print("\nThe graph of s, where h is one neuron whose weights are used twice:")
    print(out / "composition_shared.svg")
