"""The recurrent layer: one function at every step, fed its own last result."""

from collections.abc import Callable, Sequence
from typing import Any

from engine import counted
from nn.checks import check_function, check_list, check_positive, is_scalar
from nn.layers import name_inputs_of
from nn.module import Module


class Recurrent(Module):
    """h_t = f(x_t ⊕ h_{t-1}) for t = 1, 2, ..., with h_0 = 0: one f for all t.

    `function` takes an element x_t of the sequence (a number, or a list of
    numbers) and the state h_{t-1} of `size` numbers, in one list, and returns
    the next state. The result is the list of all states, each as the function
    returned it. With `Layer(nin + size, size, "tanh")` for the function this
    is the recurrent network h_t = tanh(W x_t + U h_{t-1} + b) of Elman,
    Finding structure in time (1990).

    Raises ValueError if the function returns a state of another size.

    >>> from nn import XOR
    >>> parity = Recurrent(XOR, size=1)
    >>> [round(h.data) for h in parity([1, 0, 1, 1, 1])]
    [1, 1, 0, 1, 0]
    """

    def __init__(self, function: Callable[[list[Any]], Any], size: int) -> None:
        check_function(function, "Recurrent repeats a function, such as Layer(3, 2)")
        self.function, self.size = function, check_positive(size, "the state of Recurrent has numbers")

    def __call__(self, sequence: Sequence[Any]) -> list[Any]:
        state: Any = name_inputs_of(self.function, [0] * self.size, "h0_")
        states = []
        for t, x in enumerate(check_list(sequence, "Recurrent takes a list of elements, its sequence"), 1):
            x = name_inputs_of(self.function, as_list(x), f"x{t}_")
            state = self.function([*x, *as_list(state)])
            if len(as_list(state)) != self.size:
                raise ValueError(
                    f"the state of {self!r} became one of {counted(len(as_list(state)), 'number')}"
                )
            states.append(state)
        return states

    def architecture(self) -> dict[str, Any]:
        return {"function": self.function, "size": self.size}

    def __repr__(self) -> str:
        return f"Recurrent({self.function!r}, size={self.size})"


def as_list(x: Any) -> list[Any]:
    """An element of a sequence as a list of numbers, also if it is one."""
    return [x] if is_scalar(x) else check_list(x, "an element of a sequence is a number or a list of numbers")
