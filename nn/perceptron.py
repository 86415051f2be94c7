"""The perceptron of McCulloch and Pitts (1943): a unit that fires, or does not."""

from engine import Value
from engine.notation import number
from nn.layers import at_least_one, inputs
from nn.module import Module


class Perceptron(Module):
    """1 if w · x + b > 0, else 0: a linear classifier.

    The threshold has no useful derivative (it is zero wherever it exists), so the result is a plain
    number, not a Value. The weights start at zero.

    >>> perceptron = Perceptron(2)
    >>> perceptron.load_state({"w[0]": 1, "w[1]": 1, "b": -1.5})
    >>> [perceptron(x) for x in ([0, 0], [0, 1], [1, 0], [1, 1])]
    [0, 0, 0, 1]
    """

    def __init__(self, nin):
        at_least_one(nin, "a perceptron has inputs")
        self.w = [Value(0, f"w{i + 1}") for i in range(nin)]
        self.b = Value(0, "b")

    def __call__(self, x):
        x = inputs(x, len(self.w), self)
        return int(sum((w.data * float(x) for w, x in zip(self.w, x)), self.b.data) > 0)

    def __repr__(self):
        weights = " ".join(
            f"{'-' if w.data < 0 else '+'} {number(abs(w.data))} x{i}" for i, w in enumerate(self.w, 1)
        )
        return f"Perceptron({number(self.b.data)} {weights} > 0)"
