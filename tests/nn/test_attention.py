"""Attention: softmax(QKᵀ/√d) V, what it sees of the order, its gradients."""

import math
import random

import pytest

from engine import Constant, Value, topological_order
from nn import Attention


def attention(nin=3, size=2, seed=0):
    return Attention(nin, size, random.Random(seed))


def vectors(count, nin=3, seed=1):
    rng = random.Random(seed)
    return [[rng.gauss(0, 2) for _ in range(nin)] for _ in range(count)]


def numbers(rows):
    return [[x.data for x in row] for row in rows]


def by_hand(head, xs):
    """Weights and results by Vaswani et al., equation 1, in plain numbers."""

    def times(matrix, x):
        return [sum(w.data * number for w, number in zip(row, x)) for row in matrix]

    q, k, v = ([times(matrix, x) for x in xs] for matrix in (head.query, head.key, head.value))
    weights = []
    for i in range(len(xs)):
        powers = [math.exp(sum(map(float.__mul__, q[i], key)) / math.sqrt(head.size)) for key in k]
        weights.append([power / sum(powers) for power in powers])
    out = [
        [sum(a * value[k] for a, value in zip(row, v, strict=True)) for k in range(head.size)]
        for row in weights
    ]
    return weights, out


@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize("size", [1, 4])
def test_the_results_are_what_the_equation_says(count, size):
    head, xs = attention(size=size), vectors(count)
    weights, out = by_hand(head, xs)
    for found, wanted in ((head.weights(xs), weights), (head(xs), out)):
        assert numbers(found) == [pytest.approx(row, rel=1e-11, abs=1e-15) for row in wanted]
    assert [sum(row) for row in numbers(head.weights(xs))] == pytest.approx([1] * count)


def test_gradients_are_the_central_differences():
    head, xs, step = attention(), vectors(4), 1e-6
    sum(map(sum, head(xs))).backward()
    for parameter in head.parameters():
        exact, at = parameter.grad, parameter.data
        ends = []
        for data in (at + step, at - step):
            parameter.data = data
            ends.append(sum(map(sum, by_hand(head, xs)[1])))
        parameter.data = at
        assert exact == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=1e-5, abs=1e-8)


def test_in_another_order_the_results_are_the_same_in_that_order():
    head, xs, order = attention(), vectors(5), [3, 0, 4, 2, 1]
    plain, turned = numbers(head(xs)), numbers(head([xs[i] for i in order]))
    assert turned == [pytest.approx(plain[i], rel=1e-12) for i in order]


def test_where_no_key_matches_better_the_result_is_the_mean_of_the_values():
    head, xs = attention(), vectors(4)
    for row in head.query:
        for w in row:
            w.data = 0.0
    values = [numbers(head([x]))[0] for x in xs]  # of one vector alone: its value
    mean = [sum(column) / 4 for column in zip(*values)]
    assert numbers(head(xs)) == [pytest.approx(mean, rel=1e-12)] * 4


def test_a_key_that_matches_far_better_is_looked_at_alone_without_overflow():
    head = attention(nin=1, size=1)
    head.load_state({"query[0][0]": 100, "key[0][0]": 100, "value[0][0]": 1})
    assert numbers(head([[1], [3], [2]])) == [[3.0]] * 3


def test_its_weights_start_with_variance_1_over_inputs_and_are_named():
    head = attention(nin=50, size=40)
    for matrix in (head.query, head.key, head.value):
        squares = [w.data**2 for row in matrix for w in row]
        assert sum(squares) / len(squares) == pytest.approx(1 / 50, rel=0.1)
    small = attention(nin=2, size=1)
    assert [w.label for w in small.parameters()] == ["Q1_1", "Q1_2", "K1_1", "K1_2", "V1_1", "V1_2"]
    assert head.state() == attention(nin=50, size=40).state()


def test_inputs_are_named_once_by_vector_and_component():
    head, q = attention(nin=2), Value(3, "q")
    out = head([[1, 0.5], [q, 2]])
    nodes = topological_order(sum(map(sum, out)))
    named = {node.label: node.data for node in nodes if isinstance(node, Constant) and node.label}
    assert named == {"x1_1": 1, "x1_2": 0.5, "x2_2": 2}
    labels = [node.label for node in nodes if node.label]
    assert len(labels) == len(set(labels)) and q.label == "q"
    weights = topological_order(sum(head.weights([[1, 0.5]])[0]))
    assert {"x1_1", "x1_2"} <= {node.label for node in weights}
