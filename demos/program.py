"""A graph as a program: read it, walk it, see how fast it is."""

import textwrap

from demos.kit.speeds import speeds
from engine import Program, Value, format_number
from nn import MLP


def main(out):
    x, y, w, b = Value(2, "x"), Value(1, "y"), Value(0.5, "w"), Value(-1, "b")
    z = w * x + b
    z.label = "z"
    p = z.sigmoid()
    p.label = "p"
    L = (p - y) ** 2
    L.label = "L"
    program = Program(L, inputs=[x, y])
    print("One neuron and its loss, L = (σ(wx + b) - y)², written out by its graph:\n")
    print(program)

    # Every line of the backward pass is one use of the chain rule: the gradient
    # of what the node went into, times the local derivative.
    print("\nThe same line by line, for x = 2, y = 1, w = 0.5, b = -1:\n")
    numbers = program.line_by_line(2, 1)
    print(textwrap.indent(str(numbers), "    "))

    L.backward()
    print(f"\nThe graph's own backward(): ∂L/∂w = {format_number(w.grad)}, ∂L/∂b = {format_number(b.grad)}.")

    matrices = loops()

    print("\nAn MLP 2-16-16-1 with the hinge loss, 337 weights: the gradient over 32 rows,")
    print("three ways.\n")
    times = speeds()
    for name, seconds in times.items():
        ratio = times["the graph, node by node"] / seconds
        print(f"  {name:32}{seconds * 1e3:10.3f} ms{ratio:10,.0f} ×")
    found = {line.target: number for line, number in numbers}
    return {"lines": found, "w": w, "b": b, "matrices": matrices}


# The lines of an MLP's loops, and what a lecture writes for them.
LECTURE = {
    "v1[i] = b1[i]": "z⁽¹⁾ = Wx + b",
    "v2[i] = sigmoid(v1[i])": "z⁽²⁾ = σ(z⁽¹⁾)",
    "v3[i] = b2[i]": "z⁽³⁾ = Uz⁽²⁾ + c",
    "d_w2[i][j] = d_b2[i] * v2[j]": "∂L/∂U = δ z⁽²⁾ᵀ",
    "d_v2[i] = d_b2[3] * w2[3][i]": "∂L/∂z⁽²⁾ = Uᵀ δ",
    "d_b1[i] = d_v2[i] * (v2[i] * sigmoid(-v1[i]))": "ε = σ′(z⁽¹⁾) ⊙ Uᵀ δ",
    "d_w1[i][j] = d_b1[i] * x[j]": "∂L/∂W = ε xᵀ",
}


def loops():
    """Print an MLP's loops beside the lecture's matrices; return these."""
    x = [Value(i, f"x{i}") for i in range(1, 6)]
    y = [Value(i, f"y{i}") for i in range(1, 5)]
    L = sum((s - t) ** 2 for s, t in zip(MLP(5, [6, 4], activation="sigmoid")(x), y))
    L.label = "L"
    program = Program(L, inputs=[*x, *y])
    lines = program.source.count("\n")
    print(f"\nAn MLP 5-6-4 has {lines} such lines. What repeats in them rolls up into loops,")
    print("the lecture's matrices, unknown to the engine (δ = ∂L/∂z⁽³⁾, ε = ∂L/∂z⁽¹⁾):\n")
    found = []
    for line in str(program.loops).splitlines():
        matrices = LECTURE.get(line.strip(), "")
        found += [matrices] * bool(matrices)
        print(f"  {line:54}{matrices and '# ' + matrices}".rstrip())
    return found
