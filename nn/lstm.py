"""The long short-term memory: a recurrent layer with a memory behind gates."""

import random
from collections.abc import Sequence
from typing import Any

from engine import Value
from nn.checks import check_inputs, check_list, check_positive
from nn.layers import Layer, name_inputs
from nn.module import Module
from nn.recurrent import as_list


class LSTM(Module):
    """States h_t and memories c_t of `size` numbers each, for t = 1, 2, ...:

        u = x_t ⊕ h_{t-1}
        f, i, o = σ(W_f u + b_f), σ(W_i u + b_i), σ(W_o u + b_o)
        g = tanh(W_g u + b_g)
        c_t = f c_{t-1} + i g
        h_t = o tanh(c_t)           number by number, with h_0 = c_0 = 0

    The gates f, i and o are between 0 and 1: how much of the memory stays
    (forget), how much of g is added (input), how much is shown (output). From
    one memory to the next the derivative is f: where f is close to 1, a
    gradient does not vanish on its way back. The bias of f starts at 1, so
    that a memory lasts before anything is learned. Like `Recurrent`, it takes
    a sequence and returns the list of all states; each is a list.

    Raises ValueError where an element of the sequence has another size. From
    Hochreiter and Schmidhuber, Long short-term memory (1997), with the forget
    gate of Gers, Schmidhuber and Cummins, Learning to forget (2000).

    >>> lstm = LSTM(1, 2, random.Random(0))
    >>> lstm, len(lstm.parameters())
    (LSTM(1, 2), 32)
    >>> [len(h) for h in lstm([0.5, -1, 0.25])]
    [2, 2, 2]
    """

    def __init__(self, nin: int, size: int, rng: random.Random | None = None) -> None:
        self.nin = check_positive(nin, "an element of the sequence of an LSTM has numbers")
        self.size = check_positive(size, "the state of an LSTM has numbers")
        self.forget = Layer(self.nin + self.size, self.size, "sigmoid", rng)
        self.input = Layer(self.nin + self.size, self.size, "sigmoid", rng)
        self.output = Layer(self.nin + self.size, self.size, "sigmoid", rng)
        self.candidate = Layer(self.nin + self.size, self.size, "tanh", rng)
        for neuron in self.forget.neurons:
            neuron.b.data = 1.0
        for name, layer in zip("fiog", self._layers()):
            for parameter in layer.parameters():
                parameter.label = f"{name}_{parameter.label}"

    def __call__(self, sequence: Sequence[Any]) -> list[list[Value]]:
        h, c = (name_inputs([0] * self.size, name) for name in ("h0_", "c0_"))
        states = []
        for t, x in enumerate(check_list(sequence, "LSTM takes a list of elements, its sequence"), 1):
            x = check_inputs(as_list(x), self.nin, self, "a step of ")
            u = [*name_inputs(x, f"x{t}_"), *h]
            f, i, o, g = ([neuron(u) for neuron in layer.neurons] for layer in self._layers())
            c = [f * c + i * g for f, c, i, g in zip(f, c, i, g)]
            h = [o * c.tanh() for o, c in zip(o, c)]
            states.append(h)
        return states

    def architecture(self) -> dict[str, Any]:
        return {"inputs": self.nin, "size": self.size}

    def __repr__(self) -> str:
        return f"LSTM({self.nin}, {self.size})"

    def _layers(self):
        return self.forget, self.input, self.output, self.candidate
