"""How nodes and numbers are written for people: names, digits, formulas.

Every view of a graph (steps, drawings, trees, programs) takes its names from
here, so they agree.
"""

import ast
import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import count
from typing import Any

from engine.errors import check_number, in_words
from engine.formula import Formula
from engine.operation import FUNCTIONS
from engine.unchanged import assign
from engine.value import Constant, Value


def format_number(x: float) -> str:
    """A number as people write it: four significant digits, or whole.

    A number between -1 and 1, the limits of σ and tanh, takes as many digits
    as tell it from these.

    >>> [format_number(x) for x in (2.9999999999999996, -0.0, 1 / 3, 12345.678)]
    ['3', '0', '0.3333', '12346']
    >>> [format_number(x) for x in (9.357622968839299e-14, 1e6)]
    ['9.358e-14', '1e+06']
    >>> [format_number(x) for x in (1 - 4.54e-5, 4.54e-5 - 1, 1.0)]
    ['0.99995', '-0.99995', '1']
    """
    if type(x) is not float:
        x = check_number("what is formatted", x)
    digits, text = 4, f"{x:.4g}"
    while text in ("1", "-1") and abs(x) < 1:
        digits += 1
        text = f"{x:.{digits}g}"
    if "e+" in text and abs(x) < 999_999.5:
        text = f"{x:.0f}"
    return "0" if text == "-0" else text


def constant_name(x: float) -> str:
    """A constant as it was written, if that is short; else as other numbers.

    >>> constant_name(2.0), constant_name(1.0001), constant_name(1 / 3)
    ('2', '1.0001', '0.3333')
    """
    text = format_number(x)
    exact = repr(x)
    return exact if float(text) != x and len(exact) <= 8 else text


def node_names(order: Iterable[Value]) -> dict[Value, str]:
    """The name of every node in a topological order, each but numbers once.

    A label is a name as it is; a second node with the same label gets a
    number. Unlabelled nodes are v1, v2, ... in order, and a constant without a
    label is its number, with all digits if they are few.

    >>> from engine.value import Value, topological_order
    >>> a, b = Value(2, "a"), Value(-3, "b")
    >>> list(node_names(topological_order(a * b + 10)).values())
    ['a', 'b', '10', 'v1', 'v2']
    """
    order = list(order)
    labels = {node: printable(str(node.label)) for node in order if node.label}
    taken = set(labels.values())
    fresh = (name for name in map("v{}".format, count(1)) if name not in taken)
    names: dict[Value, str] = {}
    used: set[str] = set()
    again: dict[str, Iterator[int]] = {}
    for node in order:
        text = labels.get(node)
        if text is None:
            name = constant_name(node.data) if type(node) is Constant else next(fresh)
        elif text not in used:
            name = text
        else:
            numbers = again.setdefault(text, count(2))
            name = next(f"{text}_{i}" for i in numbers if f"{text}_{i}" not in taken)
        names[node] = name
        used.add(name)
    return names


def names_on_a_line(order: Iterable[Value]) -> dict[Value, str]:
    """The names of nodes, for texts in which a node is one line.

    >>> from engine.value import Value
    >>> list(names_on_a_line([Value(2, "two" + chr(10) + "lines")]).values())
    ['two\\\\nlines']
    """
    return {node: name.replace("\n", "\\n") for node, name in node_names(order).items()}


def node_kind(node: Value, output: Value, inputs: Collection[Value]) -> str:
    """What a node is in a graph: a word, by which pictures style it.

    >>> from engine.value import Value
    >>> x, w = Value(2, "x"), Value(3, "w")
    >>> y = x * w + 1
    >>> [node_kind(node, y, [x]) for node in (x, w, y.right, y.left, y)]
    ['input', 'parameter', 'constant', 'operation', 'output']
    """
    if type(node) is Constant:
        return "constant"
    if node is output:
        return "output"
    if node.operation is not None:
        return "operation"
    return "input" if any(node is given for given in inputs) else "parameter"


def printable(text: str) -> str:
    """Text with invisible characters escaped as in Python; new lines stay.

    >>> print(printable("θ" + chr(27) + "[31m"))
    θ\\x1b[31m
    """
    return "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text)


def label(namespace: Mapping[str, Any]) -> None:
    """Label every unlabelled Value in a namespace after its variable.

    Values in lists, tuples, dicts and object arrays are named by their place:
    `w[0]`, `p['bias']`. Names that start with an underscore are passed over,
    and so is the history that IPython keeps in `In` and `Out`.

    >>> a, w, p = Value(1), [Value(2), Value(3)], {"bias": Value(4)}
    >>> label(dict(a=a, w=w, p=p))
    >>> a.label, w[1].label, p["bias"].label
    ('a', 'w[1]', "p['bias']")
    """
    if not isinstance(namespace, Mapping):
        raise TypeError(
            f"label() takes variables with their names, label(globals()), not {in_words(namespace)}"
        )
    public = {name: thing for name, thing in namespace.items() if _public(name)}
    unlabelled: dict[Value, str] = {}
    for place, value in find_values(public):
        if not value.label:
            unlabelled.setdefault(value, place)
    assign(list(unlabelled), "label", unlabelled.values())


def find_values(namespace: Mapping[str, Any]) -> Iterator[tuple[str, Value]]:
    """Every Value in a namespace, with its place: a variable, `w[0]` and so on.

    >>> for place, value in find_values({"w": [Value(2), (Value(3),)]}):
    ...     print(place, value)
    w[0] Value(data=2.0, grad=0.0)
    w[1][0] Value(data=3.0, grad=0.0)
    """
    seen = {}
    todo = list(namespace.items())[::-1]
    while todo:
        name, thing = todo.pop()
        if isinstance(thing, Value):
            yield name, thing
        elif id(thing) not in seen:
            seen[id(thing)] = thing  # held, so that no other object gets its id
            todo += reversed(contents(name, thing))


def contents(name: str, thing: Any) -> list[tuple[str, Any]]:
    """What a list, tuple, dict or array of objects holds, with its places.

    >>> contents("w", {"bias": [2, 3]}), contents("n", 3)
    ([("w['bias']", [2, 3])], [])
    """
    if str(getattr(thing, "dtype", "")) == "object":
        thing = thing.tolist()
    inside: Iterable[tuple[Any, Any]] = ()
    if type(thing) is dict:
        inside = thing.items()
    elif type(thing) in (list, tuple):
        inside = enumerate(thing)
    return [(f"{name}[{place!r}]", inner) for place, inner in inside]


def _public(name):
    return isinstance(name, str) and not name.startswith("_") and name not in ("In", "Out")


def formula(node: Value, names: Mapping[Value, str]) -> str:
    """How a node is computed, in the names of its operands.

    >>> from engine.value import Value, topological_order
    >>> y = Value(3, "x") * -2
    >>> formula(y, node_names(topological_order(y)))
    'x * (-2)'
    """
    rule, operands = node.operation.rule, [names[parent] for parent in node.parents]
    if rule.op == "if":
        return in_names(Formula(rule.expression), node, names)
    return rule.rendered(*(operands if rule.is_function else map(parenthesized, operands)))


def derivative(node: Value, which: int, names: Mapping[Value, str]) -> tuple[str, float] | None:
    """∂node/∂parents[which], as a formula in these names and as a number.

    It is the textbook's if the table has one and the numbers agree. Where the
    formula has cases, this is the one that holds at this node. None for an
    operand that was recorded as a constant. Raises what the formula raises
    where there is no derivative.

    >>> from engine.value import Value, topological_order
    >>> x = Value(4, "x")
    >>> y = (x ** -0.5).relu()
    >>> names = node_names(topological_order(y))
    >>> derivative(y.left, 0, names), derivative(y, 0, names)
    (('-0.5 * x ** (-1.5)', -0.0625), ('1', 1.0))
    """
    operation, parents = node.operation, node.parents
    if operation.partials[which] is None:
        return None
    a, b = [parent.data for parent in (*parents, *parents)[:2]]  # b is a's, if there is none
    number = float(operation.partials[which](a, b, node.data))
    values = FUNCTIONS | {"a": a, "b": b, "out": node.data}
    partial = Formula(operation.rule.partials[which]).where(values)
    if operation.rule.textbook:
        textbook = Formula(operation.rule.textbook[which]).where(values)
        if _agrees(textbook, values, number):
            partial = textbook
    return in_names(partial, node, names), number


def _agrees(textbook, values, number):
    """Whether a formula gives this number, in the digits that people see."""
    try:
        return math.isclose(eval(textbook.text, {}, values), number, rel_tol=5e-5)
    except (ValueError, ArithmeticError):
        return False


def in_names(partial: Formula, node: Value, names: Mapping[Value, str]) -> str:
    """A formula of the table for people: names for a, b and out of a node.

    Operands that are constants without a label are put in as numbers.

    >>> from engine.value import Value, topological_order
    >>> y = Value(4, "x") * 3
    >>> names = node_names(topological_order(y))
    >>> in_names(Formula("2 * b * out"), y, names)
    '6 * v1'
    """
    terms = {"out": names[node]} if node in names else {}
    for letter, parent in zip("ab", node.parents):
        terms[letter] = names[parent]
        if type(parent) is Constant and not parent.label:
            partial = partial.put(letter, parent.data)
    tree = _ForPeople(terms).visit(ast.parse(partial.simplified.text, mode="eval").body)
    return ast.unparse(tree)


def parenthesized(name: str) -> str:
    """A name in a formula: in parentheses if one could misread it there.

    >>> [parenthesized(name) for name in ("w[0]", "1e-10", "-3", "a + b")]
    ['w[0]', '1e-10', '(-3)', '(a + b)']
    >>> [parenthesized(name) for name in ("(a + b)", "(a) + (b)", "f(g(x))")]
    ['(a + b)', '((a) + (b))', 'f(g(x))']
    """
    found, outside = 1, name
    while found:  # what stands in brackets, from the inside out
        outside, found = re.subn(r"\([^()[\]]*\)|\[[^()[\]]*\]", "", outside)
    one = re.fullmatch(r"(\w[\w.']*)?|\d[\d.]*e[+-]\d+", outside)
    return name if one else f"({name})"


class _ForPeople(ast.NodeTransformer):
    """A formula's letters as names, its numbers in four digits, pow as **."""

    def __init__(self, terms):
        self.terms = terms

    def visit_Name(self, tree):
        return ast.Name(parenthesized(self.terms[tree.id])) if tree.id in self.terms else tree

    def visit_Constant(self, tree):
        return ast.Name(format_number(tree.value))

    def visit_UnaryOp(self, tree):
        zero = isinstance(tree.operand, ast.Constant) and tree.operand.value == 0
        return ast.Name("0") if zero else self.generic_visit(tree)

    def visit_Call(self, tree):
        if tree.func.id == "pow":
            self.generic_visit(tree)
            return ast.BinOp(tree.args[0], ast.Pow(), tree.args[1])
        arguments = [self._argument(argument) for argument in tree.args]
        return ast.Call(tree.func, arguments, [])

    def _argument(self, tree):
        """A function's argument, which has the function's parentheses."""
        is_letter = isinstance(tree, ast.Name) and tree.id in self.terms
        return ast.Name(self.terms[tree.id]) if is_letter else self.visit(tree)
