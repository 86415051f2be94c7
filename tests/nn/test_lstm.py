"""The LSTM: its published equations, and gradients along its memory."""

import math
import random

import pytest

from nn import LSTM, Layer, Recurrent


def sigmoid(z):
    return 1 / (1 + math.exp(-z))


def lstm(nin=2, size=3, seed=0):
    return LSTM(nin, size, random.Random(seed))


def sequence(length, nin=2, seed=1):
    rng = random.Random(seed)
    return [[rng.gauss(0, 1) for _ in range(nin)] for _ in range(length)]


def by_hand(model, xs):
    """The states by Gers, Schmidhuber and Cummins, in plain numbers."""

    def layer(which, g, u):
        return [g(n.b.data + sum(w.data * x for w, x in zip(n.w, u))) for n in which.neurons]

    h, c, states = [0.0] * model.size, [0.0] * model.size, []
    for x in xs:
        u = x + h
        forget, put, show = (layer(each, sigmoid, u) for each in (model.forget, model.input, model.output))
        new = layer(model.candidate, math.tanh, u)
        c = [forget[k] * c[k] + put[k] * new[k] for k in range(model.size)]
        h = [show[k] * math.tanh(c[k]) for k in range(model.size)]
        states.append(h)
    return states


@pytest.mark.parametrize("length", [0, 1, 2, 7])
@pytest.mark.parametrize("size", [1, 3])
def test_the_states_are_what_the_equations_say(length, size):
    model, xs = lstm(size=size), sequence(length)
    states = model(xs)
    assert len(states) == length
    for state, wanted in zip(states, by_hand(model, xs)):
        assert [h.data for h in state] == pytest.approx(wanted, rel=1e-12)


def test_gradients_through_time_are_the_central_differences():
    model, xs, step = lstm(), sequence(5), 1e-6
    sum(model(xs)[-1]).backward()
    for parameter in model.parameters():
        exact, at = parameter.grad, parameter.data
        ends = []
        for data in (at + step, at - step):
            parameter.data = data
            ends.append(sum(by_hand(model, xs)[-1]))
        parameter.data = at
        assert exact == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("bias", [-1, 1, 1000])
def test_along_the_memory_a_gradient_shrinks_by_the_forget_gate_alone(bias):
    model = lstm(nin=1, size=1)
    model.load_state(dict.fromkeys(model.state(), 0))
    model.candidate.neurons[0].w[0].data = 1
    model.forget.neurons[0].b.data = bias
    f, written = sigmoid(bias), sigmoid(0) * math.tanh(0.3)
    for length in (1, 2, 50):
        weight = model.candidate.neurons[0].w[0]
        model.zero_grad()
        model([0.3] + [0] * (length - 1))[-1][0].backward()
        c = f ** (length - 1) * written  # what is left of the one thing ever written
        slope = sigmoid(0) * (1 - math.tanh(c) ** 2) * f ** (length - 1)
        assert weight.grad == pytest.approx(
            slope * sigmoid(0) * (1 - math.tanh(0.3) ** 2) * 0.3, rel=1e-9, abs=0
        )


def test_it_has_four_layers_of_weights_and_the_forget_gate_starts_open():
    model = lstm()
    parameters = model.parameters()
    assert len(parameters) == 4 * 3 * (2 + 3 + 1)
    biases = {name: number for name, number in model.state().items() if name.endswith(".b")}
    assert {name for name, number in biases.items() if number == 1} == {
        f"forget.neurons[{k}].b" for k in range(3)
    }
    assert len({parameter.label for parameter in parameters}) == len(parameters)
    assert model.state() == lstm().state() != lstm(seed=1).state()


def test_numbers_and_lists_are_elements_alike():
    model = lstm(nin=1)
    both = [[[h.data for h in state] for state in model(xs)] for xs in ([0.5, -1], [[0.5], [-1]])]
    assert both[0] == both[1]


@pytest.mark.parametrize("make", [lstm, lambda: Recurrent(Layer(5, 3, "tanh", random.Random(0)), 3)])
def test_a_sequence_is_an_array_or_of_any_lists(make):
    numpy = pytest.importorskip("numpy")
    xs = sequence(3)
    wanted = [[h.data for h in state] for state in make()(xs)]
    for same in (numpy.array(xs), map(tuple, xs), map(iter, xs)):
        assert [[h.data for h in state] for state in make()(same)] == wanted
