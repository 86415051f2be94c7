"""tree: the graph of a computation as text, for a prompt without a viewer."""

from dataclasses import dataclass

from engine.notation import format_number, formula, names_on_a_line
from engine.value import Constant, Value, topological_order
from engine.views.stale import stale, stale_note


@dataclass(frozen=True, eq=False)
class Row:
    """A row of a tree: a node, `depth` operations from the output.

    `text` says how the node is computed. `branch` is what stands left of it
    and connects it to the row above. A node that stands in an earlier row too
    is `repeated`, without its numbers and operands.
    """

    node: Value
    depth: int
    branch: str
    text: str
    repeated: bool

    def __str__(self) -> str:
        number = "" if self.repeated else format_number(self.node.data)
        constant = type(self.node) is Constant
        grad = "" if self.repeated or constant else format_number(self.node.grad)
        return f"{number:>10}  {grad:>10}  {self.branch}{self.text}"


@dataclass(frozen=True, eq=False, repr=False)
class Tree:
    """What tree shows: the rows of the graph that computes `output`.

    Its text has each node's data and grad of the moment when it is printed.
    Nodes that are stale then are marked, and a last line says so.
    """

    output: Value
    rows: list[Row]

    def __repr__(self) -> str:
        found = stale(self.output)
        lines = [
            f"{row}  (stale)" if row.node in found and not row.repeated else str(row) for row in self.rows
        ]
        texts = [f"{'data':>10}  {'grad':>10}", *lines, stale_note(self.output, found)]
        return "\n".join(filter(None, texts))


def tree(output: Value) -> Tree:
    """The graph that computes `output`, each node's operands under it.

    A node with several uses stands there once in full, and is referred to
    after that. Where a leaf changed since a node was computed, it is
    marked as stale.

    Raises TypeError if `output` is not a Value.

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
    """
    if not isinstance(output, Value):
        raise TypeError(f"tree() starts from a Value, not from {type(output).__name__}")
    names = names_on_a_line(topological_order(output))
    rows, seen = [], set()
    todo = [(output, 0, "", "")]  # a stack, not recursion: graphs are deep
    while todo:
        node, depth, branch, margin = todo.pop()
        repeated, text = node in seen, names[node]
        if repeated:
            text += ": see above"
        elif node.operation is not None:
            text += f" = {formula(node, names)}"
        rows.append(Row(node, depth, branch, text, repeated))
        if not repeated:
            seen.add(node)
            operands = [(parent, depth + 1, f"{margin}├─ ", f"{margin}│  ") for parent in node.parents]
            if operands:
                operands[-1] = (node.parents[-1], depth + 1, f"{margin}└─ ", f"{margin}   ")
            todo += reversed(operands)
    return Tree(output, rows)
