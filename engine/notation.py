"""How nodes and numbers are written for people: names, four significant digits, formulas.

Every view of a graph (steps, drawings, trees, programs) takes its names from here, so they agree.
"""

import ast
import re
from itertools import count

from engine.value import Constant, Value


def number(x):
    """A float as people write it: four significant digits, whole numbers whole, no negative zero.

    >>> [number(x) for x in (2.9999999999999996, -0.0, 1 / 3, 12345.678, 9.357622968839299e-14, 1e6)]
    ['3', '0', '0.3333', '12346', '9.358e-14', '1e+06']
    """
    text = f"{x:.4g}"
    if "e+" in text and abs(x) < 999_999.5:
        text = f"{x:.0f}"
    return "0" if text == "-0" else text


def names(order):
    """The name of every node in a topological order, each name once.

    A label is a name as it is; a second node with the same label is told apart by a number. Unlabelled
    nodes are v1, v2, ... in order, and a constant is its number.

    >>> from engine.value import Value, topological_order
    >>> a, b = Value(2, "a"), Value(-3, "b")
    >>> list(names(topological_order(a * b + 10)).values())
    ['a', 'b', '10', 'v1', 'v2']
    """
    labels = {node: printable(str(node.label)) for node in order if node.label}
    taken = set(labels.values())
    fresh = (name for name in map("v{}".format, count(1)) if name not in taken)
    named, used, again = {}, set(), {}
    for node in order:
        name = labels.get(node)
        if type(node) is Constant:
            named[node] = number(node.data)
        elif name is None:
            named[node] = next(fresh)
        elif name not in used:
            named[node] = name
        else:
            numbers = again.setdefault(name, count(2))
            named[node] = next(f"{name}_{i}" for i in numbers if f"{name}_{i}" not in taken)
        used.add(named[node])
    return named


def printable(text):
    """Text in which what cannot be seen is written as Python writes it; new lines stay.

    >>> print(printable("θ" + chr(27) + "[31m"))
    θ\\x1b[31m
    """
    return "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text)


def label(namespace):
    """Label every unlabelled Value in a namespace after the variable that holds it.

    Values in lists, tuples, dicts and object arrays are named by their place: `w[0]`, `p['bias']`.
    Names that start with an underscore, and the history that IPython keeps in `In` and `Out`, are passed
    over.

    >>> a, w, p = Value(1), [Value(2), Value(3)], {"bias": Value(4)}
    >>> label(dict(a=a, w=w, p=p))
    >>> a.label, w[1].label, p["bias"].label
    ('a', 'w[1]', "p['bias']")
    """
    for place, value in places({name: thing for name, thing in namespace.items() if _public(name)}):
        value.label = value.label or place


def places(namespace):
    """Every Value in a namespace, with its place there: its variable, or `w[0]` and the like.

    >>> list(places({"w": [Value(2), (Value(3),)]}))
    [('w[0]', Value(data=2.0, grad=0.0)), ('w[1][0]', Value(data=3.0, grad=0.0))]
    """
    seen = {}
    todo = list(reversed(namespace.items()))
    while todo:
        name, thing = todo.pop()
        if isinstance(thing, Value):
            yield name, thing
        elif id(thing) not in seen:
            seen[id(thing)] = thing  # held, so that nothing else is given the same id
            if str(getattr(thing, "dtype", "")) == "object":
                thing = thing.tolist()
            if type(thing) is dict:
                inside = thing.items()
            else:
                inside = enumerate(thing) if type(thing) in (list, tuple) else ()
            todo += [(f"{name}[{place!r}]", inner) for place, inner in reversed(list(inside))]


def _public(name):
    return isinstance(name, str) and not name.startswith("_") and name not in ("In", "Out")


def formula(node, named):
    """How a node is computed, in the names of its operands.

    >>> from engine.value import Value, topological_order
    >>> y = Value(3, "x") * -2
    >>> formula(y, names(topological_order(y)))
    'x * (-2)'
    """
    rule, operands = node.operation.rule, [named[parent] for parent in node.parents]
    function = rule.op.isidentifier() and rule.op != "neg"  # which brings brackets of its own
    return rule.written(*(operands if function else map(bracketed, operands)))


def derivative(node, which, named):
    """∂node/∂parents[which] as the table's formula in the graph's names, and as a number.

    Where the formula has cases, the one that holds at this node is given. None for a constant operand.

    >>> from engine.value import Value, topological_order
    >>> x = Value(4, "x")
    >>> y = (x ** -0.5).relu()
    >>> named = names(topological_order(y))
    >>> derivative(y.left, 0, named), derivative(y, 0, named)
    (('-0.5 * x ** (-1.5)', -0.0625), ('1', 1.0))
    """
    operation, parents = node.operation, node.parents
    if operation.partials[which] is None:
        return None
    a, b = [parent.data for parent in parents] + [None] * (2 - len(parents))
    terms = {"out": ast.Name(bracketed(named[node]))}
    for operand, parent in zip("ab", parents):
        constant = type(parent) is Constant
        terms[operand] = ast.Constant(parent.data) if constant else ast.Name(bracketed(named[parent]))
    written = _Written({"a": a, "b": b, "out": node.data}, terms)
    tree = _Plain().visit(written.visit(ast.parse(operation.rule.partials[which], mode="eval").body))
    return ast.unparse(tree), float(operation.partials[which](a, b, node.data))


def bracketed(name):
    """A name as part of a formula: in brackets if it could be misread there.

    >>> [bracketed(name) for name in ("w[0]", "v1", "1e-10", "cos(x)", "-3", "a + b")]
    ['w[0]', 'v1', '1e-10', 'cos(x)', '(-3)', '(a + b)']
    """
    one = re.fullmatch(r"\w[\w.']*(\[[^][]*\]|\([^()]*\))*|\d[\d.]*e[+-]\d+", name)
    return name if one else f"({name})"


class _Written(ast.NodeTransformer):
    """A formula of the table for one node: its cases decided, its operands named, constants combined."""

    def __init__(self, numbers, terms):
        self.numbers, self.terms = numbers, terms

    def visit_IfExp(self, tree):
        holds = eval(ast.unparse(tree.test), {}, self.numbers)
        return self.visit(tree.body if holds else tree.orelse)

    def visit_Name(self, tree):
        return self.terms.get(tree.id, tree)

    def visit_Call(self, tree):
        self.generic_visit(tree)
        return ast.BinOp(tree.args[0], ast.Pow(), tree.args[1]) if tree.func.id == "pow" else tree

    def visit_BinOp(self, tree):
        self.generic_visit(tree)
        if isinstance(tree.left, ast.Constant) and isinstance(tree.right, ast.Constant):
            return ast.Constant(eval(ast.unparse(tree)))
        return tree


class _Plain(ast.NodeTransformer):
    """The numbers of a formula as people write them, a negative one as a negation."""

    def visit_Constant(self, tree):
        digits = ast.Name(number(abs(tree.value)))
        return ast.UnaryOp(ast.USub(), digits) if tree.value < 0 else digits
