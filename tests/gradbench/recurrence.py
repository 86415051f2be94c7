"""A step that repeats: recorded once, and run as often as numbers say."""

from array import array
from operator import add

from engine import Program, Value

EMPTY = array("d")  # the row of a step without inputs


class Recurrence:
    """A step: state ← after, and perhaps a loss, computed of inputs too.

    All are lists of Values. A graph of all steps would grow with their number.
    Here are two programs of one step: forward; and λ·after + loss, whose
    gradient with respect to the state is λ for the step before. That is
    backpropagation through time. `parameters` are the other leaves. States and
    rows are arrays of numbers.
    """

    def __init__(self, state, after, inputs=(), losses=(), compiled=Program.native):
        back = [Value(0, f"back{i}") for i in range(len(state))]
        total = sum([b * a for b, a in zip(back, after)] + list(losses))
        self.forward = compiled(Program([*after, *losses], inputs=[*state, *inputs]))
        self.backward = compiled(Program(total, inputs=[*inputs, *back], parameters=state))
        self.parameters = self.backward.parameters[len(state) :]

    def step(self, state, row, numbers):
        """The state after one step, and its loss, in one array, where the
        parameters of `forward` have these numbers.
        """
        return array("d", self.forward.each(one_row(state + row), parameters=numbers).cast("B").cast("d"))

    def back(self, states, rows, ahead):
        """From the states before each step, and λ for the last: λ for the
        first, and the gradient with respect to the parameters.
        """
        numbers, size = numbers_of(self.parameters), len(ahead)
        slopes = array("d", [0.0]) * len(numbers)
        for state, row in zip(reversed(states), reversed(rows)):
            _, found = self.backward.value_and_gradient(one_row(row + ahead), state + numbers)
            ahead = found[:size]
            slopes = array("d", map(add, slopes, found[size:]))
        return ahead, slopes


def numbers_of(leaves):
    """Their data in an array."""
    return array("d", [leaf.data for leaf in leaves])


def one_row(numbers):
    """An array as a table of one row."""
    return memoryview(numbers).cast("B").cast("d", (1, len(numbers)))
