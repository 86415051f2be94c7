"""Activation functions, their derivatives, and deep networks."""

import random

from demos.kit.panels import panels
from demos.kit.pictures import show
from engine import Value, derivative
from nn import AND, MLP, mean_squared_error
from nn.layers import ACTIVATIONS
from nn.plot import Plot, functions, palette

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
    print(f"{curves}\n\n{slopes}\n")
    if panels([curves.on, slopes.on], out / "activations.png"):
        print(f"  as a picture: {out / 'activations.png'}")
    sigmoid, tanh = SLOPES["σ′"], SLOPES["tanh′"]
    print(f"\nσ′ is {sigmoid(0.0):g} at most and tanh′ {tanh(0.0):g}, both at 0. Far from 0 they are")
    print("nearly 0: σ and tanh saturate. relu′ is 1 for every x above 0, however large.")

    print("\nThe lecture's AND, σ(-30 + 20 x1 + 20 x2), uses σ where it is saturated:\n")
    outputs = [AND(x) for x in ROWS]
    sums = [y.parents[0].data for y in outputs]
    for (x1, x2), z, y in zip(ROWS, sums, outputs):
        print(f"  {x1} AND {x2}    σ({z:g}) = {y.data:<12.5g}σ′({z:g}) = {sigmoid(z):.5g}")
    print()
    show(Plot("", lambda axes: on_sigmoid(axes, sums)), out / "activations_and.png")

    print(f"\nA network of {HIDDEN} hidden layers of 16 neurons, at its first weights: the mean")
    print("|∂L/∂w| of each layer, from the output back.\n")
    sizes = {"σ": layer_gradients("sigmoid", seed), "relu": layer_gradients("relu", seed)}
    factors = {g: (size[0] / size[-2]) ** (1 / (HIDDEN - 1)) for g, size in sizes.items()}
    print("  layer            σ        relu")
    for j in reversed(range(HIDDEN + 1)):
        print(f"  {j + 1 if j < HIDDEN else 'output':<6}{sizes['σ'][j]:12.1e}{sizes['relu'][j]:12.1e}")
    back, relu = factors["σ"], factors["relu"]
    print(f"\nOn the way back from layer {HIDDEN} to layer 1, a layer multiplies it by {back:.2f} with σ")
    print(f"and by {relu:.2f} with relu (geometric means). With σ, each layer's gradient is")
    print(f"about {1 / back:.1f} times smaller than that of the layer after it. Why? A layer")
    print("multiplies it by its weights and by g′. The weights are drawn so that sums keep")
    print("their size, and σ′ is 1/4 at most. relu′ is 1 where relu is active, in about")
    print("half of the neurons; weights of twice the variance make up for the other half.\n")
    show(Plot("", lambda axes: on_layers(axes, sizes, factors)), out / "activations_layers.png")
    return {"outputs": outputs, "sizes": sizes, "factors": factors}


def on_sigmoid(axes, sums):
    """σ, with the sums of AND's rows on it."""
    zs = [i / 10 for i in range(-420, 221)]
    axes.plot(zs, [Value(z).sigmoid().data for z in zs], **palette.series(0))
    for z in sorted(set(sums)):
        y = Value(z).sigmoid().data
        rows = "\n".join(f"{x1} AND {x2}" for (x1, x2), its in zip(ROWS, sums) if its == z)
        palette.scatter(axes, [(z, y)], [round(y)], area=260)
        x, align = (z - 2, "bottom") if y < 0.5 else (z + 2, "top")
        axes.text(x, 0.05 + 0.9 * y, f"{rows}\nσ({z:g}) = {y:.5g}", ha="center", va=align, weight="bold")
    axes.set(xlabel="z = -30 + 20 x₁ + 20 x₂", ylabel="σ(z)", xlim=(-42, 22))
    axes.set_title("AND: z is far from 0 in every row, so σ(z) is nearly 0 or 1")


def on_layers(axes, sizes, factors):
    """The mean gradient of each layer, on a logarithmic scale."""
    layers = range(1, HIDDEN + 2)
    places = {"σ": (5.2, sizes["σ"][4] / 6), "relu": (1.5, 3 * max(sizes["relu"][:5]))}
    for i, (g, size) in enumerate(sizes.items()):
        look = palette.series(2 * i)
        axes.plot(layers, size, marker=palette.MARKERS[i], markersize=13, markeredgecolor="white", **look)
        palette.name_at(axes, *places[g], f"{g}: × {factors[g]:.2f} a layer, going back", look["color"])
    axes.set(yscale="log", xlabel="layer", ylabel="mean |∂L/∂w|", xlim=(0.8, HIDDEN + 1.2))
    axes.set_xticks(layers, [*layers[:-1], "output"])
    axes.set_title("With σ, hardly any gradient reaches the first layers")
