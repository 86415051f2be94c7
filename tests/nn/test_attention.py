"""Attention: softmax(QKᵀ/√d) V, what it sees of the order, its gradients."""

import math
import random
from itertools import chain

import pytest

from engine import Constant, Value, topological_order
from nn import Attention


def attention(nin=3, size=2, seed=0, **options):
    return Attention(nin, size, random.Random(seed), **options)


def vectors(count, nin=3, seed=1):
    rng = random.Random(seed)
    return [[rng.gauss(0, 2) for _ in range(nin)] for _ in range(count)]


def numbers(rows):
    return [[x.data for x in row] for row in rows]


def by_hand(model, xs):
    """Weights of each head, and results, by Vaswani et al., in plain numbers.

    Their equation 1, section 3.2.2 for heads and 3.2.3 for what comes later.
    """

    def times(matrix, x):
        return [sum(w.data * number for w, number in zip(row, x)) for row in matrix]

    weights, outs = [], [[] for _ in xs]
    for head in range(model.heads):
        of_head = slice(head * model.size, (head + 1) * model.size)
        q, k, v = ([times(m[of_head], x) for x in xs] for m in (model.query, model.key, model.value))
        rows = []
        for i in range(len(xs)):
            scores = [sum(map(float.__mul__, q[i], key)) / math.sqrt(model.size) for key in k]
            if model.causal:
                scores[i + 1 :] = [-math.inf] * (len(xs) - i - 1)
            powers = [math.exp(score) for score in scores]
            rows.append([power / sum(powers) for power in powers])
            outs[i] += [sum(a * value[d] for a, value in zip(rows[i], v)) for d in range(model.size)]
        weights.append(rows)
    return weights, outs


@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize("size", [1, 4])
@pytest.mark.parametrize("heads", [1, 3])
@pytest.mark.parametrize("causal", [False, True])
def test_the_results_are_what_the_equation_says(count, size, heads, causal):
    model, xs = attention(size=size, heads=heads, causal=causal), vectors(count)
    weights, out = by_hand(model, xs)
    assert numbers(model(xs)) == [pytest.approx(row, rel=1e-11, abs=1e-15) for row in out]
    for head, wanted in enumerate(weights):
        found = numbers(model.weights(xs, head))
        if causal:
            assert list(map(len, found)) == list(range(1, count + 1))
            found = [row + [0.0] * (count - len(row)) for row in found]
        assert found == [pytest.approx(row, rel=1e-11, abs=1e-15) for row in wanted]
        assert [sum(row) for row in found] == pytest.approx([1] * count)
    assert numbers(model.weights(xs)) == numbers(model.weights(xs, head=0))


@pytest.mark.parametrize("options", [{}, {"heads": 2, "causal": True}])
def test_gradients_are_the_central_differences(options):
    model, xs, step = attention(**options), vectors(4), 1e-6
    sum(map(sum, model(xs))).backward()
    for parameter in model.parameters():
        exact, at = parameter.grad, parameter.data
        ends = []
        for data in (at + step, at - step):
            parameter.data = data
            ends.append(sum(map(sum, by_hand(model, xs)[1])))
        parameter.data = at
        assert exact == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=1e-5, abs=1e-8)


def test_causal_attention_does_not_see_what_comes_later():
    model = attention(heads=2, causal=True)
    xs = [[Value(number) for number in x] for x in vectors(5)]
    whole = model(xs)
    for i in range(5):
        assert numbers(model(xs[: i + 1])) == numbers(whole[: i + 1])
        seen = {*topological_order(sum(whole[i]))}
        assert seen.issuperset(chain(*xs[: i + 1])) and seen.isdisjoint(chain(*xs[i + 1 :]))


def test_heads_side_by_side_are_the_heads_alone():
    both, alone = attention(heads=2), [attention(), attention()]
    for head, single in enumerate(alone):
        for name in ("query", "key", "value"):
            rows = getattr(both, name)[2 * head : 2 * head + 2]
            for row, copied in zip(rows, getattr(single, name)):
                for w, copy in zip(row, copied):
                    copy.data = w.data
    xs = vectors(3)
    joined = [[*first, *second] for first, second in zip(*(numbers(single(xs)) for single in alone))]
    assert numbers(both(xs)) == joined


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
