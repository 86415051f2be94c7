"""One step of a pass: what it did, for programs and for people."""

import textwrap
from collections.abc import Mapping, Set
from dataclasses import dataclass

from engine.errors import counted
from engine.notation import format_number, formula, parenthesized
from engine.notebook import Pieces, html_block
from engine.value import Value
from engine.views.kinks import case_at
from engine.views.lesson import active_operands
from engine.views.play import Page, play_step
from engine.views.stale import stale_note

WIDTH = 80  # the columns of a terminal


@dataclass(frozen=True, eq=False)
class Contribution:
    """What a backward step adds to one operand's gradient.

    That is node.grad × ∂node/∂operand = amount. `symbol` is the derivative as
    a formula, `local` its number. The operand's gradient was `start` when the
    pass began, `before` this contribution, and is `after` with it. This is
    number `use` of the operand's `uses`, over which the gradient is a sum.
    """

    operand: Value
    symbol: str
    local: float
    amount: float
    start: float
    before: float
    after: float
    use: int
    uses: int

    @property
    def growth(self) -> str:
        """The gradient as it grows, 0 → 1 → 4; dots for what is not shown."""
        numbers = [format_number(self.before), format_number(self.after)]
        if self.use > 1:
            numbers = [format_number(self.start)] + ["…"] * (self.use > 2) + numbers
        return " → ".join(numbers + ["…"] * (self.use < self.uses))


@dataclass(frozen=True, eq=False, repr=False)
class Step:
    """A step that was run: its node, and what it computed, explained as text.

    `order` holds the node of every step of the pass, `index` counts them from
    1, `names` names them. `before` is what the pass computes (a node's
    gradient; its data if `forward`) before this step; `data`, `grad` and
    `operands` (the parents' data) are numbers after it. A backward step has a
    Contribution for each parent that is no constant; but the first step has
    none, which sets ∂output/∂output = 1. `start` has the leaves' gradients from
    before the pass. `stale` has the nodes that were stale when a backward pass
    began, so that its gradients mix data from before and after a change.
    `steps_run` is how many steps `Pass.run` ran, which returns the last one.
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
    start: Mapping[Value, float]
    stale: Set[Value]
    steps_run: int | None = None

    @property
    def node(self) -> Value:
        return self.order[self.index - 1]

    @property
    def parents(self) -> tuple[Value, ...]:
        return self.node.parents

    @property
    def done(self) -> frozenset[Value]:
        """The nodes that were computed, or handed their gradient on, before."""
        return frozenset(self.order[: self.index - 1] if self.forward else self.order[1 : self.index - 1])

    @property
    def output(self) -> Value:
        """The node that the pass leads to, or starts from."""
        return self.order[-1 if self.forward else 0]

    def play(self) -> Page:
        """The page at this step, computed from the leaves' data of now."""
        step = self.index if self.forward else len(self.order) - 1 + self.index
        return play_step(self.output, step, self.start)

    def _repr_html_(self) -> str:
        return html_block(self.lines)

    @property
    def lines(self) -> list[Pieces]:
        """The text's lines with their roles, for a notebook.

        The first says which step it is, and others end in a gradient's growth.
        """
        first, *others = repr(self).splitlines()
        growths = tuple(contribution.growth for contribution in self.contributions)
        return [[(first, "strong")], *(_with_growth(line, growths) for line in others)]

    def __repr__(self) -> str:
        if self.steps_run is None:
            return self._text()
        ran = f"{counted(self.steps_run, 'step')} {'was' if self.steps_run == 1 else 'were'} run"
        return f"{self._text()}\n{ran if self.steps_run else 'no step was left to run'}"

    def _text(self):
        total, name, data = len(self.order), self.names[self.node], format_number(self.data)
        place = f"{self.index:>{len(str(total))}}/{total}  "
        if not self.forward and self.index == 1:
            d = parenthesized(name)
            start = f"every backward pass starts here: ∂{d}/∂{d} = 1"
            first = in_columns([[f"{place}{name} = {data}   "], [start]], len(place))
            note = stale_note(self.output, self.stale)
            return f"{first}\n{' ' * len(place)}{note}" if note else first
        header = f"{place}{name} = {formula(self.node, self.names)}"
        if self.forward:
            numbers = formula(self.node, dict(zip(self.parents, map(format_number, self.operands))))
            was = "" if format_number(self.before) == data else f"   was {format_number(self.before)}"
            return in_columns([[header], [f"= {numbers}"], [f"= {data}{was}"]], len(place) + len(name) + 1)
        if case := self._case():
            header = in_columns([[f"{header},"], [case]], len(place))
        if self.stale:
            header = in_columns([[header], ["  (on stale data)"]], len(place))
        return "\n".join([header] + self._chain_rule(" " * len(place)))

    def _case(self):
        """Which case of a derivative holds, "" if it has no cases."""
        data = dict(zip("ab", self.operands)) | {"out": self.data}
        active = active_operands(self.node)
        return case_at(self.node, active[0], data, self.names) if active else ""

    def _chain_rule(self, margin):
        """A line for each contribution, in columns; several if it is long."""
        if not self.contributions:
            return []
        out, g = parenthesized(self.names[self.node]), format_number(self.grad)
        operands = [parenthesized(self.names[c.operand]) for c in self.contributions]
        grads = aligned([f"{operand}.grad" for operand in operands])
        if len(set(operands)) < len(operands):  # x - x, whose operands have derivatives of their own
            operands = [
                f"({place} {self.names[c.operand]})"
                for place, c in zip(("first", "second"), self.contributions)
            ]
        factors = aligned([format_number(c.local) for c in self.contributions])
        amounts = aligned([format_number(c.amount) for c in self.contributions])
        rules = [
            f"{margin}{grad} += {out}.grad × ∂{out}/∂{operand}" for grad, operand in zip(grads, operands)
        ]
        symbols, products = [], []
        for c, factor, amount in zip(self.contributions, factors, amounts):
            shown = c.symbol == format_number(c.local)
            symbols.append("" if shown else f"= {g} × {parenthesized(c.symbol)}")
            products.append(f"= {g} × {factor} = {amount}  ")
        growths = [c.growth for c in self.contributions]
        columns, hang = [rules, symbols, products, growths], len(margin) + len(grads[0]) + 2
        together = [f"{product} {growth}" for product, growth in zip(products, growths)]
        if hang + max(map(len, together)) <= WIDTH:
            columns = [rules, symbols, together]
        return [in_columns(columns, hang)]


def _with_growth(line, growths):
    growth = max((growth for growth in growths if line.endswith(growth)), key=len, default="")
    return [(line.removesuffix(growth), ""), (growth, "gradient")]


def aligned(texts: list[str]) -> list[str]:
    """Texts filled up with blanks to the width of the longest."""
    width = max(map(len, texts))
    return [text.ljust(width) for text in texts]


def in_columns(columns: list[list[str]], hang: int) -> str:
    """Columns side by side; what has no room goes below, indented by `hang`.

    (By half of the width at most: a label may be as long as a line.)

    >>> columns = [["y", "total"], ["= a * b", "= y"], ["= 2 * 3", ""]]
    >>> print(in_columns(columns, hang=6))
    y     = a * b = 2 * 3
    total = y
    """
    lines, *columns = [aligned(column) for column in columns]
    hang = min(hang, WIDTH // 2)
    end, below = len(lines[0]), "\n" + " " * hang
    for column in columns:
        width = len(column[0])
        fits = end + 1 + width <= WIDTH
        if hang + width > WIDTH:  # too long for a line of its own
            column = [
                below.join(textwrap.wrap(text, WIDTH - hang, subsequent_indent="  ")) for text in column
            ]
            width = WIDTH - hang
        if width:
            lines = [f"{line}{' ' if fits else below}{text}" for line, text in zip(lines, column)]
            end = width + (end + 1 if fits else hang)
    return "\n".join(line.rstrip() for text in lines for line in text.splitlines())
