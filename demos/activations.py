"""Activation functions, their derivatives, and deep networks."""

import random

from demos.kit.marked import marked, on_curve
from demos.kit.panels import show_panels
from engine import Value, derivative
from nn import AND, MLP, mean_squared_error
from nn.layers import ACTIVATIONS
from nn.plot import functions

CURVES = {"σ" if name == "sigmoid" else name: g for name, g in ACTIVATIONS.items()}
SLOPES = {f"{name}′": derivative(g) for name, g in CURVES.items()}
ROWS = [[0, 0], [0, 1], [1, 0], [1, 1]]
HIDDEN = 8  # layers, of 16 neurons each


def layer_gradients(g, seed):
    """The mean |∂L/∂w| over a layer's weights and 20 inputs, for each layer."""
    rng = random.Random(seed)
    network = MLP(2, [16] * HIDDEN + [1], activation=g, rng=rng)
    sizes = [0] * (HIDDEN + 1)
    for _ in range(20):
        x = [rng.gauss(0, 1), rng.gauss(0, 1)]
        network.zero_grad()
        mean_squared_error(network(x), x[0] * x[1]).backward()
        for j, layer in enumerate(network.layers):
            gradients = [abs(w.grad) for neuron in layer.neurons for w in neuron.w]
            sizes[j] += sum(gradients) / len(gradients) / 20
    return sizes


def main(out, seed=0):
    print("Four activation functions g, and their derivatives g′:\n")
    curves = functions(CURVES, (-3, 3), "g: σ and tanh saturate")
    slopes = functions(SLOPES, (-3, 3), "g′: σ′ is 1/4 at most")
    print(f"{curves}\n\n{slopes}")
    sigmoid, tanh = SLOPES["σ′"], SLOPES["tanh′"]
    print(
        f"\nσ′ is {sigmoid(0.0):g} at most and tanh′ {tanh(0.0):g}, both at 0. Far from 0 they are nearly 0:"
    )
    print("σ and tanh saturate. relu′ is 1 for every x above 0, however large.")

    print("\nThe lecture's AND, σ(-30 + 20 x1 + 20 x2), uses σ where it is saturated:\n")
    outputs = [AND(x) for x in ROWS]
    sums, texts = [y.parents[0].data for y in outputs], {}
    for (x1, x2), z, y in zip(ROWS, sums, outputs):
        value = f"σ({z:g}) = {y.data:.5g}"
        print(f"  {x1} AND {x2}    {value:21}  σ′({z:g}) = {sigmoid(z):.5g}")
        texts[z] = f"{texts.get(z, value)}\n{x1} AND {x2}"

    print(f"\nIs a deep network able to learn? One of {HIDDEN} hidden layers of 16 neurons is to")
    print("return x1 x2. At its first weights, the mean |∂L/∂w| of each layer, with L the")
    print("squared error of 20 random inputs, from the output back:\n")
    sizes = {"σ": layer_gradients("sigmoid", seed), "relu": layer_gradients("relu", seed)}
    factors = {g: (size[0] / size[-2]) ** (1 / (HIDDEN - 1)) for g, size in sizes.items()}
    layers = [*range(1, HIDDEN + 1), "output"]
    print("  layer            σ        relu")
    for name, of_sigmoid, of_relu in reversed(list(zip(layers, *sizes.values()))):
        print(f"  {name:<6}{of_sigmoid:12.1e}{of_relu:12.1e}")
    back, relu = factors["σ"], factors["relu"]
    print(f"\nOn the way back from layer {HIDDEN} to layer 1, a layer multiplies this by {back:.2f} with")
    print(f"σ and by {relu:.2f} with relu (geometric means): by its weights and by g′. Weights")
    print("are drawn so that sums keep their size, and σ′ is 1/4 at most. relu′ is 1 where")
    print("relu is active, in about half of the neurons; weights of twice the variance make")
    print("up for the other half. So with σ the first layers hardly learn.\n")

    show_panels([curves.on, slopes.on], out / "activations.png")
    names = {"xlabel": "z = -30 + 20 x₁ + 20 x₂", "ylabel": "σ(z)"}
    marks = on_curve(lambda z: Value(z).sigmoid().data, (-42, 22), texts, **names)
    title = "AND: z is far from 0 in every row, so σ(z) is nearly 0 or 1"
    show_panels([marks], out / "activations_and.png", title)
    names = {"yscale": "log", "xlabel": "layer", "ylabel": "mean |∂L/∂w|"}
    title = f"Back through a layer: gradients × {back:.2f} with σ, × {relu:.2f} with relu"
    lines = marked(range(HIDDEN + 1), sizes, ticks=layers, **names)
    show_panels([lines], out / "activations_layers.png", title)
    return {"outputs": outputs, "sizes": sizes, "factors": factors}
