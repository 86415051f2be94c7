"""Boolean functions as networks whose weights one can check by hand.

The sigmoid is nearly 0 below -10 and nearly 1 above 10. AND, for instance, is
σ(-30 + 20 x₁ + 20 x₂): only with both inputs at 1 does the sum reach 10.

>>> print(truth_table(AND))
x1  x2  AND
 0   0  σ(-30) = 9.358e-14 → 0
 0   1  σ(-10) = 4.54e-05  → 0
 1   0  σ(-10) = 4.54e-05  → 0
 1   1  σ(10)  = 0.99995   → 1
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any

from engine import Value, format_number, html_block, short_repr
from nn.checks import check_answer, check_function, check_positive
from nn.layers import Concat, Neuron, Sequential
from nn.table import one_line

# name: bias, and the weight of each input
WEIGHTS = {
    "AND": (-30, 20, 20),
    "OR": (-10, 20, 20),
    "NOT": (10, -20),
    "NAND": (30, -20, -20),
    "NOR": (10, -20, -20),
}


def unit(name: str, prefix: str = "") -> Neuron:
    """A new sigmoid unit that computes one of AND, OR, NOT, NAND, NOR.

    >>> unit("OR")
    Neuron(2, sigmoid)
    """
    if not isinstance(name, str) or name not in WEIGHTS:
        raise ValueError(f"no unit computes {short_repr(name)}: there are {', '.join(WEIGHTS)}")
    bias, *weights = WEIGHTS[name]
    neuron = Neuron(len(weights), activation="sigmoid")
    neuron.load_state({"b": bias} | {f"w[{i}]": w for i, w in enumerate(weights)})
    for parameter in neuron.parameters():
        parameter.label = prefix + parameter.label
    return neuron


AND, OR, NOT, NAND, NOR = map(unit, WEIGHTS)
# No line separates the ones of these from their zeros, so no single unit
# computes them; two layers do.
XOR = Sequential(Concat(unit("OR", "or_"), unit("NAND", "nand_")), unit("AND", "and_"))
XNOR = Sequential(Concat(unit("AND", "and_"), unit("NOR", "nor_")), unit("OR", "or_"))


@dataclass(frozen=True, repr=False)
class TruthTable:
    """What truth_table shows: its rows, (inputs, output), and their text."""

    rows: list[tuple[tuple[int, ...], float]]
    text: str

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        head, *lines = self.text.splitlines()
        roles = {"0": "parameter", "1": "input"}  # whose colours are those of the classes in plots
        answers = [line.rpartition(" ") for line in lines]
        table = [[(left + blank, ""), (answer, roles.get(answer, ""))] for left, blank, answer in answers]
        return html_block([[(head, "strong")], *table])


def truth_table(network: Callable[[list[int]], Any], inputs: int = 2, name: str | None = None) -> TruthTable:
    """What a network answers to every combination of boolean inputs.

    `network` is any function on a list of `inputs` zeros and ones that returns
    a number or a Value; TypeError is raised if it is not, or returns another.
    ValueError is raised for more than 16 inputs: 2¹⁶ rows are 65,536.

    >>> truth_table(NOT, inputs=1)
    x1  NOT
     0  σ(10)  = 0.99995  → 1
     1  σ(-10) = 4.54e-05 → 0
    """
    check_function(network, "a truth table is of a function on a list of zeros and ones, such as AND")
    inputs = check_positive(inputs, "a truth table has inputs")
    if inputs > 16:
        raise ValueError(f"a truth table of {inputs} inputs has 2**{inputs} rows; it takes 16 inputs at most")
    rows = list(product((0, 1), repeat=inputs))
    outputs = [network(list(row)) for row in rows]
    answers = [
        check_answer(out, "the network of a truth table", f"to {list(row)}")
        for out, row in zip(outputs, rows)
    ]
    numbers = list(map(format_number, answers))
    sums = [_sum(out) for out in outputs]
    width, digits = max(map(len, sums)), max(map(len, numbers))
    lines = ["  ".join([*(f"x{i + 1}" for i in range(inputs)), one_line(str(name or _name(network)))])]
    for row, answer, sum_, text in zip(rows, answers, sums, numbers):
        shown = f"{sum_:{width}} = {text:{digits}}" if width else f"{text:{digits}}"
        lines.append("  ".join([*(f"{x:2}" for x in row), f"{shown} → {round(answer)}"]))
    return TruthTable(list(zip(rows, answers)), "\n".join(lines))


def _sum(output):
    """What a sigmoid was taken of, if it was."""
    sigmoid = isinstance(output, Value) and output.op == "sigmoid"
    return f"σ({format_number(output.parents[0].data)})" if sigmoid else ""


def _name(network):
    named = {id(thing): name for name, thing in globals().items() if name.isupper()}
    return named.get(id(network), getattr(network, "__name__", "output"))
