"""tree: the graph of a computation as text, for a prompt without a viewer."""

import sys
from collections import Counter, deque
from dataclasses import dataclass

from engine.errors import check_count, in_words
from engine.notation import format_number, formula, names_on_a_line, parenthesized
from engine.notebook import Pieces, html_block, plain_text
from engine.value import Constant, Value, topological_order
from engine.views.stale import stale, stale_note

LEVELS = 16  # that a row is indented at most; deeper ones begin at the margin again
TERMS = 5  # of a sum that its row writes out
LONGEST = 60  # characters of a name


@dataclass(frozen=True, eq=False)
class Row:
    """A row of a tree: a node, `depth` levels below the output.

    `text` says how the node is computed. `branch` is what stands left of it
    and connects it to the row above. A node that stands in full in another row
    is `repeated`, without its numbers and operands.
    """

    node: Value
    depth: int
    branch: str
    text: str
    repeated: bool

    @property
    def pieces(self) -> Pieces:
        """The row's text in pieces, each with its role."""
        number = "" if self.repeated else format_number(self.node.data)
        constant = type(self.node) is Constant
        grad = "" if self.repeated or constant else format_number(self.node.grad)
        name, equals, formula = self.text.partition(" = ")
        return [
            (f"{number:>10}  ", ""),
            (f"{grad:>10}", "gradient"),
            (f"  {self.branch}", ""),
            (name, self._role),
            (equals + formula, ""),
        ]

    @property
    def _role(self):
        if self.repeated:
            return "quiet"
        if self.node.operation is None:
            return "" if type(self.node) is Constant else "parameter"
        return "" if self.depth else "output"

    def __str__(self) -> str:
        return plain_text([self.pieces])


@dataclass(frozen=True, eq=False, repr=False)
class Tree:
    """What tree shows: the rows of the graph that computes `output`.

    `left_out` counts those that are beyond the limit, from the middle. The
    text has each node's data and grad of the moment when it is printed. Nodes
    that are stale then are marked, and a last line says so.
    """

    output: Value
    rows: list[Row]
    left_out: int = 0

    def __repr__(self) -> str:
        return plain_text(self._lines())

    def _repr_html_(self) -> str:
        return html_block(self._lines())

    def _lines(self) -> list[Pieces]:
        found = stale(self.output)
        lines = [
            [*row.pieces, ("  ", ""), ("(stale)", "wrong")]
            if row.node in found and not row.repeated
            else row.pieces
            for row in self.rows
        ]
        if self.left_out:
            rows = "1 row is" if self.left_out == 1 else f"{self.left_out} rows are"
            every = len(self.rows) + self.left_out
            note = f"… {rows} left out: limit={every} shows all"
            lines.insert((len(lines) + 1) // 2, [(f"{'':24}{note}", "quiet")])
        note = stale_note(self.output, found)
        return [[(f"{'data':>10}  {'grad':>10}", "quiet")], *lines, *([[(note, "wrong")]] if note else [])]


def tree(output: Value, limit: int = 200) -> Tree:
    """The graph that computes `output`, each node's operands under it.

    A node with several uses stands there once in full, and is referred to
    everywhere else. So is what would be indented too far: it begins anew at
    the margin, further below. A sum of three terms or more, added up from the
    left as `sum` does, has them all under it. Its partial sums have no rows,
    unless they have a label or another use; their gradients are the sum's.
    Of more rows than `limit` only the first and the last are shown; tree of a
    node shows the part that is below it. Where a leaf changed since a node was
    computed, it is marked as stale.

    Raises TypeError if `output` is not a Value, or `limit` no whole number.

    >>> a, b = Value(2, "a"), Value(-3, "b")
    >>> d = a * b + b**3
    >>> d.backward()
    >>> tree(d)
          data        grad
           -33           1  v3 = v1 + v2
            -6           1  ├─ v1 = a * b
             2          -3  │  ├─ a
            -3          29  │  └─ b
           -27           1  └─ v2 = b ** 3
                               ├─ b: see above
             3                 └─ 3
    >>> tree(sum(Value(i, f"x{i}") for i in range(8)), limit=4)
          data        grad
            28           0  v7 = x0 + x1 + x2 + … + x7 (8 terms)
             0           0  ├─ x0
                            … 5 rows are left out: limit=9 shows all
             6           0  ├─ x6
             7           0  └─ x7
    """
    if not isinstance(output, Value):
        raise TypeError(f"tree() starts from a Value, not from {in_words(output)}")
    limit = check_count("limit", limit, "how many rows to show")
    order = topological_order(output)
    partial_sums = _partial_sums(order)
    count, places = _first_and_last(_places(output, partial_sums), limit)
    names = {node: _cut(name) for node, name in names_on_a_line(order).items()}
    rows = [_row(place, names, partial_sums) for place in places]
    return Tree(output, rows, count - len(rows))


def _first_and_last(things, limit):
    """How many things there are, and those to show: the middle is left out."""
    count, first, last = 0, [], deque(maxlen=min(limit // 2, sys.maxsize))
    for thing in things:
        count += 1
        (last if count > limit - limit // 2 else first).append(thing)
    return count, [*first, *last]


def _places(output, partial_sums):
    """Every row's node, depth and branch, and what stands after its name."""
    seen = set()
    parts = deque([(output, 0)])  # what begins at the margin, and how deep it is
    while parts:
        root, start = parts.popleft()
        todo = [] if root in seen else [(root, start, "", "")]  # a stack: graphs are deep
        while todo:
            node, depth, branch, margin = todo.pop()
            if node in seen:
                yield node, depth, branch, ": see above"
            elif depth - start == LEVELS and node.operation is not None:
                parts.append((node, depth))
                yield node, depth, branch, ": see below"
            else:
                seen.add(node)
                yield node, depth, branch, ""
                operands = _operands(node, partial_sums)
                below = [(each, depth + 1, f"{margin}├─ ", f"{margin}│  ") for each in operands]
                if below:
                    below[-1] = (operands[-1], depth + 1, f"{margin}└─ ", f"{margin}   ")
                todo += reversed(below)


def _row(place, names, partial_sums):
    node, depth, branch, elsewhere = place
    text = names[node] + elsewhere
    if node.operation is not None and not elsewhere:
        text += f" = {_formula(node, names, partial_sums)}"
    return Row(node, depth, branch, text, bool(elsewhere))


def _formula(node, names, partial_sums):
    """How a node is computed: a sum by its terms, of which some are shown."""
    if node.left not in partial_sums:
        return formula(node, names)
    operands = _operands(node, partial_sums)
    terms = [parenthesized(names[each]) for each in operands]
    if len(terms) <= TERMS:
        return " + ".join(terms)
    return " + ".join([*terms[:3], "…", terms[-1]]) + f" ({len(terms)} terms)"


def _operands(node, partial_sums):
    """A node's operands; those of its partial sums instead of these."""
    operands = list(reversed(node.parents))
    while operands and operands[-1] in partial_sums:
        operands += reversed(operands.pop().parents)
    return operands[::-1]


def _partial_sums(order):
    """The sums without a label whose one use is as a sum's left operand."""
    sums = [node for node in order if node.op == "+"]
    uses = Counter(parent for node in order for parent in node.parents)
    return {
        node.left for node in sums if node.left.op == "+" and not node.left.label and uses[node.left] == 1
    }


def _cut(name):
    """A name without its middle, if it is long; its end may tell it apart."""
    return name if len(name) <= LONGEST else f"{name[:45]}…{name[-14:]}"
