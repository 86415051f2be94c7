"""Indices: whole numbers that choose, such as a word in a table.

A Value that is an index stays in the graph, so a program chooses anew for each
row, where `table[int(x)]` would hold what was chosen when it was recorded.
"""

from collections.abc import Sequence
from numbers import Real

from engine.errors import check_count, in_words
from engine.operation import OPERATIONS
from engine.value import Value, record

CHECKED_INDEX = "checked_index"


def one_hot(index: Value, size: int) -> list[Value]:
    """The vector of `size` Values that has 1 in the index's place, else 0.

    Its product with a table is a row of the table: Σᵢ [i = index] tableᵢ. The
    index has no gradient: between whole numbers there is nothing.

    Raises TypeError if the index is no Value, and ValueError if it is no whole
    number from 0 to size - 1; a program of it does so too, for each row.

    >>> from engine.programs.program import Program
    >>> table = [Value(i * i, f"w{i}") for i in range(3)]
    >>> k = Value(2, "k")
    >>> square = sum(hot * w for hot, w in zip(one_hot(k, 3), table))
    >>> square.data
    4.0
    >>> Program(square, inputs=[k]).value(1)
    1.0
    >>> one_hot(Value(3), 3)
    Traceback (most recent call last):
    ValueError: checked_index(3, 3): not a whole number from 0 to 2
    """
    if not isinstance(index, Value):
        hint = "; of a number, there is nn.one_hot" if isinstance(index, Real) else ""
        raise TypeError(f"one_hot is for an index that is a Value, not {in_words(index)}{hint}")
    size = check_count("size", size, "how many places there are")
    index = record(OPERATIONS[CHECKED_INDEX], index, size)
    return [record(OPERATIONS["equals"], index, i) for i in range(size)]


def find_indices(nodes: Sequence[Value]) -> set[Value]:
    """Those of a graph's nodes that make an index, and nothing else.

    The nodes are in topological order; the last is the output.

    >>> from engine.value import topological_order
    >>> k, x = Value(0, "k"), Value(2, "x")
    >>> [hot] = one_hot(2 * k, 1)
    >>> find_indices(topological_order(hot * x)).intersection([k, x]) == {k}
    True
    """
    found: set[Value] = set()
    others = {*nodes[-1:]}
    for node in reversed(nodes):
        if node.op == CHECKED_INDEX or node in found:
            found.update(node.parents)
        if node.op != CHECKED_INDEX and node in others:
            others.update(node.parents)
    return found - others
