"""tree: the graph of a computation as text, for a prompt without a viewer."""

from engine.notation import formula, names, number
from engine.value import Constant, Value, topological_order


def tree(output):
    """Print the graph that computes `output`: each node with its data and grad, its operands under it.

    A node that is used more than once is printed once, and referred to after that.

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
    named, seen = names(topological_order(output)), set()
    named = {node: name.replace("\n", "\\n") for node, name in named.items()}  # a node is one line
    print(f"{'data':>10}  {'grad':>10}")
    todo = [(output, "", "")]  # a stack, not recursion: graphs are deep
    while todo:
        node, branch, margin = todo.pop()
        constant, again = type(node) is Constant, node in seen
        data = "" if again else number(node.data)
        grad = "" if again or constant else number(node.grad)
        written = named[node]
        if again:
            written += ": see above"
        elif node.operation is not None:
            written += f" = {formula(node, named)}"
        print(f"{data:>10}  {grad:>10}  {branch}{written}")
        if not again:
            seen.add(node)
            operands = [(parent, f"{margin}├─ ", f"{margin}│  ") for parent in node.parents]
            if operands:
                operands[-1] = (node.parents[-1], f"{margin}└─ ", f"{margin}   ")
            todo += reversed(operands)
