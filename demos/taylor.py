"""Derivatives of derivatives: sin comes round; Taylor series."""

import math

from demos.kit.functions import functions
from demos.kit.pictures import show
from engine import Value, format_number, grad, topological_order, tree

DEGREES = (1, 3, 5, 7)
NAMES = {1: (0.5, 2.2), 3: (1.45, -2.5), 5: (4.3, 2.2), 7: (4.55, -2.5)}  # where the curves' names stand


def derivatives(f, x, count):
    """f(x), f′(x), f″(x), … as graphs, each the grad of the one before."""
    found = [f(x)]
    while len(found) < count:
        found += grad(found[-1], [x])
    return found


def coefficients(f, degree):
    """Those of the Taylor polynomial of f around 0: f⁽ᵏ⁾(0) / k!."""
    graphs = derivatives(f, Value(0, "x"), degree + 1)
    return [d.data / math.factorial(k) for k, d in enumerate(graphs)]


def polynomial(c, x):
    """c₀ + c₁ x + c₂ x² + …"""
    return sum(c_k * x**k for k, c_k in enumerate(c))


def main(out):
    x = Value(0.5, "x")
    graphs = derivatives(Value.sin, x, 5)
    print("grad gives a derivative as a graph, and a graph has a derivative. Here is sin")
    print("at x = 0.5, with four derivatives, each the grad of the one before:")
    for name, graph in zip(("f", "f′", "f″", "f‴", "f⁗"), graphs):
        print(f"\n{name}\n{tree(graph)}")
    print("\nThe fourth is sin again, the same tree. So the derivatives of sin at 0 are")
    print("0, 1, 0, -1, and round again. A polynomial that has the same derivatives at 0")
    print("as sin is its Taylor polynomial; its coefficients are f⁽ᵏ⁾(0) / k!:\n")

    c = coefficients(Value.sin, DEGREES[-1])
    print("  k   f⁽ᵏ⁾(0)     k!    f⁽ᵏ⁾(0) / k!")
    for k, c_k in enumerate(c):
        print(f"  {k}{round(c_k * math.factorial(k)):8}{math.factorial(k):9}    {format_number(c_k):>12}")

    print("\nHow far the polynomials are from sin. Near 0 every further power helps much.")
    print("Far away it takes many, and one more may do harm:\n")
    print("  degree     x = 0.5       x = 1       x = 2       x = 4")
    errors = {n: [abs(polynomial(c[: n + 1], x) - math.sin(x)) for x in (0.5, 1, 2, 4)] for n in DEGREES}
    for n, row in errors.items():
        print(f"  {n:<6}" + "".join(f"{error:12.1e}" for error in row))
    print()
    curves = [("sin", (-6.4, 0.75), math.sin)]
    curves += [(f"degree {n}", place, lambda x, n=n: polynomial(c[: n + 1], x)) for n, place in NAMES.items()]
    picture = functions(curves, ((-7, 7), (-3, 3)), "sin and its Taylor polynomials around 0")
    show(picture, out / "taylor.png")

    print("\nThe loop takes any function. Those of tanh do not come round: they grow.\n")
    graphs = derivatives(Value.tanh, Value(0, "x"), 8)
    sizes = [len(topological_order(graph)) for graph in graphs]
    print("  derivative     " + "".join(f"{k:7}" for k in range(len(sizes))))
    print("  nodes          " + "".join(f"{size:7}" for size in sizes))
    tanh = coefficients(Value.tanh, 7)
    print("  coefficient    " + "".join(f"{c_k:7.3f}" for c_k in tanh))
    return {"sin": c, "tanh": tanh, "errors": errors, "sizes": sizes}
