"""One step of a pass over a graph: what it did, for a program to read and for a terminal to show."""

from dataclasses import dataclass

from engine.notation import bracketed, formula, number
from engine.value import Value

SCREEN = 80  # the columns of a terminal


@dataclass(frozen=True, eq=False)
class Contribution:
    """What a backward step adds to the gradient of one operand: node.grad × ∂node/∂operand = amount.

    `symbol` is the derivative as the table of derivatives has it, `local` its number. The gradient of
    `operand` was `start` when the pass began, `before` this contribution, `after` it. This is the
    `arrival`-th of all the `arrivals` that the gradient is the sum of.
    """

    operand: Value
    symbol: str
    local: float
    amount: float
    start: float
    before: float
    after: float
    arrival: int
    arrivals: int

    @property
    def history(self):
        """The gradient on its way, 0 → 1 → 4, with dots for what is left out or still to come."""
        way = [number(self.before), number(self.after)]
        if self.arrival > 1:
            way = [number(self.start)] + ["…"] * (self.arrival > 2) + way
        return " → ".join(way + ["…"] * (self.arrival < self.arrivals))


@dataclass(frozen=True, eq=False, repr=False)
class Step:
    """A step that was run: the node it was at, and what it computed there. Its text explains it.

    `order` holds the node of every step of the pass, `index` counts them from 1, `names` names them.
    `before` is what the pass computes (a node's gradient; its data if `forward`) before this step; `data`,
    `grad` and `operands` (the data of the parents) are numbers after it. A backward step has a
    Contribution for each parent that is not a constant, except the first, which sets ∂output/∂output = 1.
    """

    order: tuple[Value, ...]
    index: int
    forward: bool
    names: dict[Value, str]
    before: float
    data: float
    grad: float
    operands: tuple[float, ...]
    contributions: tuple[Contribution, ...]

    @property
    def node(self):
        return self.order[self.index - 1]

    @property
    def parents(self):
        return self.node.parents

    @property
    def done(self):
        """The set of nodes computed before this step; or, backward, that have handed their gradient on."""
        return frozenset(self.order[: self.index - 1] if self.forward else self.order[1 : self.index - 1])

    def __repr__(self):
        total, name, data = len(self.order), self.names[self.node], number(self.data)
        place = f"{self.index:>{len(str(total))}}/{total}  "
        if not self.forward and self.index == 1:
            d = bracketed(name)
            return f"{place}{name} = {data}    every backward pass starts here: ∂{d}/∂{d} = 1"
        header = f"{place}{name} = {formula(self.node, self.names)}"
        if self.forward:
            numbers = formula(self.node, dict(zip(self.parents, map(number, self.operands))))
            was = "" if number(self.before) == data else f"   was {number(self.before)}"
            return laid_out([[header], [f"= {numbers}"], [f"= {data}{was}"]], len(place) + len(name) + 1)
        return "\n".join([header] + self._chain_rule(" " * len(place)))

    def _chain_rule(self, margin):
        """A line for each contribution, in columns; more than one if it is long."""
        if not self.contributions:
            return []
        out, g = bracketed(self.names[self.node]), number(self.grad)
        operands = [bracketed(self.names[c.operand]) for c in self.contributions]
        grads = aligned([f"{operand}.grad" for operand in operands])
        factors = aligned([number(c.local) for c in self.contributions])
        amounts = aligned([number(c.amount) for c in self.contributions])
        rules = [
            f"{margin}{grad} += {out}.grad × ∂{out}/∂{operand}" for grad, operand in zip(grads, operands)
        ]
        symbols, products = [], []
        for c, factor, amount in zip(self.contributions, factors, amounts):
            symbols.append("" if c.symbol == number(c.local) else f"= {g} × {bracketed(c.symbol)}")
            products.append(f"= {g} × {factor} = {amount}  ")
        histories = [c.history for c in self.contributions]
        columns, hang = [rules, symbols, products, histories], len(margin) + len(grads[0]) + 2
        together = [f"{product} {history}" for product, history in zip(products, histories)]
        if hang + max(map(len, together)) <= SCREEN:
            columns = [rules, symbols, together]
        return [laid_out(columns, hang)]


def aligned(texts):
    """Texts filled up with blanks to the width of the longest."""
    width = max(map(len, texts))
    return [text.ljust(width) for text in texts]


def laid_out(columns, hang):
    """Columns side by side, each a list of texts; one that would run off goes on below, indented by `hang`.

    >>> print(laid_out([["y", "total"], ["= a * b", "= y"], ["= 2 * 3", ""], ["= 6", "= 6"]], 6))
    y     = a * b = 2 * 3 = 6
    total = y             = 6
    """
    lines, *columns = [aligned(column) for column in columns]
    end = len(lines[0])
    for column in columns:
        width = len(column[0])
        fits = end + 1 + width <= SCREEN
        joint = " " if fits else "\n" + " " * hang
        if width:
            lines = [f"{line}{joint}{text}" for line, text in zip(lines, column)]
            end = width + (end + 1 if fits else hang)
    return "\n".join(line.rstrip() for text in lines for line in text.splitlines())
