"""Code written for the Value of micrograd or of microgpt runs unchanged."""

import math
import random

import pytest

from engine import Value


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
