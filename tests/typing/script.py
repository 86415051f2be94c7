"""A user's script, as a strict type checker must accept it."""

import random
from array import array
from fractions import Fraction

from engine import (
    Constant,
    Program,
    Value,
    annotate,
    check_gradients,
    define,
    derivative,
    draw,
    grad,
    hessian,
    jacobian,
    label,
    steps,
    tangent,
    topological_order,
    tree,
    what_if,
)
from nn import AND, MLP, Adam, GradientDescent, Module, Neuron, binary_cross_entropy, fit, truth_table

a, b = Value(2, "a"), Value(Fraction(-3, 2), "b")
c: Value = (a * b + 1) / 2 - 3 * a**2 + 2**b - abs(-b)
c = c + a.tanh().exp() + a.maximum(b) + a.minimum(1) + (1 - a).relu() + sum([a, b], Value(0))
c.backward()
c.forward()
c.zero_grad()
gradient: list[float] = [node.grad for node in topological_order(c) if type(node) is not Constant]
larger: bool = a > b and a != 3
number: float = float(a) + a.data + c.parents[0].grad
name: str = f"{a.label} {a.op} {a:.3f}"
label({"a": a, "b": [b]})

walk = steps(c)
for step in walk:
    grown: list[str] = [contribution.growth for contribution in step.contributions]
walk.reset().run(to=a)
text: str = str(tree(c)) + str(walk) + tree(c).rows[0].text
path: str = draw(c, inputs=[a], derivatives=True, at=next(steps(c))).render("graph.svg")
path = draw(c, at=walk, fold=True, legend=True).render("graph.svg")


def loss(w: Value, x: Value) -> Value:
    return (w * x - 1) ** 2


shown = annotate(loss, w=0.5, x=2.0)
values: list[float] = [binding.grad for binding in shown.listings[0].bindings]

program = Program(c, inputs=[a])
mean: float = program.batch([[1], [2]]) + program(3) + program.value(3)
output, derivatives = program.value_and_gradient([[1.0]], [0.5, 0.0])
program.from_array(program.to_array())
places: list[int] = program.places([a, b]) + program.native().places([b])
lines: list[str] = [f"{line.target} {number}" for line, number in program.line_by_line(2)]
source: str = program.source + program.native().source


slopes: list[Value] = grad(c, [a, b])
matrix: list[list[Value]] = hessian(c, [a, b]) + jacobian([c], [a, b])
along: Value = tangent(c, {a: 1.0})
curvature: list[list[float]] = hessian(lambda x, y: x * y)(1.0, 2.0)
second: float = derivative(derivative(lambda x: x**3))(2.0)
numbers, rows_of_slopes = Program(matrix, inputs=[a]).each([[1.0]], [a])
good: bool = bool(check_gradients(lambda x: x.sin(), 1.0))
define("sixfold", value="6 * a", partials=["6"])
changed: float = what_if(c, a=10).data.after


class Line(Module):
    def __init__(self) -> None:
        self.slope, self.offset = Value(2), Value(1)

    def __call__(self, x: list[float]) -> Value:
        return self.slope * x[0] + self.offset


line = Line()
state: dict[str, float] = line.state()
network = MLP(2, [4, 1], activation="tanh", rng=random.Random(0))
neuron = Neuron(2, activation=lambda z: z.tanh())
z: Value = neuron([1, a])
rows, targets = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
losses: list[float] = fit(
    network, rows, targets, binary_cross_entropy, Adam(network.parameters()), engine="python"
)
fit(line, [[1.0]], [2.0], lambda p, y: (p - y) ** 2, GradientDescent(line.parameters(), rate=0.1))
weights: "array[float]" = network.to_array()
network.from_array([2 * weight for weight in weights])
table: list[tuple[tuple[int, ...], float]] = truth_table(AND).rows
line.freeze(line.parameters()[:1])
