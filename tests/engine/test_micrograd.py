"""Code written for the Value of micrograd or of microgpt runs unchanged."""

import math
import random

import pytest

from engine import Value, topological_order
from nn import MLP, Layer, Neuron


def test_the_example_of_micrograds_readme():
    a = Value(-4.0)
    b = Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    assert f"{g.data:.4f}" == "24.7041"
    g.backward()
    assert f"{a.grad:.4f}" == "138.8338"
    assert f"{b.grad:.4f}" == "645.5773"


def test_the_training_loop_of_micrograds_demo():
    random.seed(1)
    neuron = [Value(random.uniform(-1, 1)) for _ in range(3)]
    rows = [(x1, x2, 1 if x1 + 2 * x2 > 0.5 else -1) for x1 in (-1, 0, 1) for x2 in (-1, 0, 1)]
    for k in range(100):
        scores = [neuron[0] * x1 + neuron[1] * x2 + neuron[2] for x1, x2, _ in rows]
        losses = [(1 + -y * score).relu() for (_, _, y), score in zip(rows, scores)]
        total = sum(losses) * (1.0 / len(losses)) + 1e-4 * sum(p * p for p in neuron)
        for p in neuron:
            p.grad = 0
        total.backward()
        for p in neuron:
            p.data -= (1.0 - 0.9 * k / 100) * p.grad
    assert all((y > 0) == (score.data > 0) for (_, _, y), score in zip(rows, scores))
    assert total.data < 0.05


def test_a_graph_walked_by_micrograds_names():
    x, w = Value(2.0), Value(-3.0)
    y = (x * w + x * x + 1) ** 2 - x.relu()
    nodes, edges, path = set(), set(), [y]
    while path:
        node = path.pop()
        if node not in nodes:
            nodes.add(node)
            edges |= {(operand, node) for operand in node._prev}
            path += node._prev
    assert nodes == set(topological_order(y))
    assert {node for node in nodes if not node._op} == {node for node in nodes if not node._prev}
    assert sorted(node._op for node in nodes if node._op) == sorted(["*", "*", "+", "+", "**", "relu", "-"])
    assert len(edges) == 12  # of x * x one


def test_the_operands_are_a_set_by_identity():
    x, same = Value(2.0), Value(2.0)
    assert x._prev == set() and x._op == ""
    assert (x * x)._prev == {x} and (x * same)._prev == {x, same}
    assert len((x + same)._prev) == 2  # which are equal as numbers
    power = x**3
    assert power._op == "**" and sorted(node.data for node in power._prev) == [2.0, 3.0]


def test_a_neuron_without_a_nonlinearity():
    x = [Value(1.0), Value(-2.0)]
    for flag, expected in ((True, "relu"), (False, "linear")):
        neuron, layer = Neuron(2, nonlin=flag), Layer(2, 3, nonlin=flag)
        assert neuron.activation == expected and {each.activation for each in layer.neurons} == {expected}
        neuron.from_array([-1.0, 1.0, 0.5])
        assert neuron(x).data == (0.0 if flag else -2.5)
    assert Layer(2, 1, "tanh", nonlin=False).neurons[0].activation == "linear"
    assert Layer(2, 1, "tanh", nonlin=True).neurons[0].activation == "tanh"
    assert Layer(2, 2, nonlin=False).architecture() == Layer(2, 2, "linear").architecture()
    with pytest.raises(TypeError, match=r"^nonlin is True or False, not 'relu' \(str\)$"):
        Neuron(2, nonlin="relu")


@pytest.mark.slow
def test_a_network_trained_as_in_micrograds_notebook():
    random.seed(1)
    angles = [math.pi * i / 14 for i in range(15)]
    rows = [(math.cos(t), math.sin(t)) for t in angles] + [
        (1 - math.cos(t), 0.5 - math.sin(t)) for t in angles
    ]
    ys = [-1] * 15 + [1] * 15
    model = MLP(2, [8, 8, 1])
    start = []
    for layer in model.layers:  # weights as micrograd's begin
        for neuron in layer.neurons:
            start += [random.uniform(-1, 1) for _ in neuron.w] + [0]
    model.from_array(start)
    assert len(model.parameters()) == 105 and "105 parameters" in str(model)
    for k in range(80):
        inputs = [list(map(Value, row)) for row in rows]
        scores = list(map(model, inputs))
        losses = [(1 + -y * score).relu() for y, score in zip(ys, scores)]
        total = sum(losses) * (1.0 / len(losses)) + 1e-4 * sum(p * p for p in model.parameters())
        model.zero_grad()
        total.backward()
        for p in model.parameters():
            p.data -= (1.0 - 0.9 * k / 80) * p.grad
    accuracy = sum((y > 0) == (score.data > 0) for y, score in zip(ys, scores)) / len(ys)
    assert accuracy == 1.0 and total.data < 0.1


def test_the_softmax_and_the_norm_of_microgpt():
    def softmax(logits):
        max_val = max(val.data for val in logits)
        exps = [(val - max_val).exp() for val in logits]
        total = sum(exps)
        return [e / total for e in exps]

    def rmsnorm(x):
        ms = sum(xi * xi for xi in x) / len(x)
        scale = (ms + 1e-5) ** -0.5
        return [xi * scale for xi in x]

    logits = [Value(x) for x in (1.0, -2.0, 0.5)]
    probs = softmax(logits)
    loss = -probs[2].log()
    loss.backward()
    exact = [math.exp(v.data) / sum(math.exp(u.data) for u in logits) for v in logits]
    assert [p.data for p in probs] == pytest.approx(exact)
    assert [v.grad for v in logits] == pytest.approx([exact[0], exact[1], exact[2] - 1])

    x = [Value(xi) for xi in (3.0, -4.0)]
    out = rmsnorm(x)
    out[0].backward()
    scale = (12.5 + 1e-5) ** -0.5
    assert [v.data for v in out] == pytest.approx([3 * scale, -4 * scale])
    assert [v.grad for v in x] == pytest.approx([scale - 9 / 2 * scale**3, 12 / 2 * scale**3])
