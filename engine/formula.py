"""A formula of the table: parsed once, changed as a tree, printed again.

Its letters are `a` and `b` for an operation's operands, `out` for its result
and `g` for the gradient of `out`. The printers put names or numbers for them.
"""

import ast
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from engine.lazy import cached_property
from engine.rules import MATH, RULES


class Formula:
    """A formula, such as a partial derivative in the table.

    >>> partial = Formula("1 - out * out")
    >>> product = partial.times("g")
    >>> product
    Formula('g * (1 - out * out)')
    >>> product.letters
    ('g', 'out')
    >>> product.python("d_y", "y")
    'd_y * (1 - y * y)'
    >>> Formula("b * pow(a, b - 1)").put("b", 3.0).simplified
    Formula('3.0 * pow(a, 2.0)')
    """

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def tree(self) -> Any:
        """The formula as a tree of Python's `ast`."""
        return _parsed(self.text)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Each name in the formula, in the order of its first appearance."""
        names = [node for node in ast.walk(self.tree) if isinstance(node, ast.Name)]
        names.sort(key=lambda node: node.col_offset)
        return tuple(dict.fromkeys(node.id for node in names))

    @cached_property
    def letters(self) -> tuple[str, ...]:
        """The names that stand for others: operands, result, gradient."""
        return tuple(name for name in self.names if name not in MATH and name not in RULES)

    # changing it

    def put(self, letter: str, number: float) -> "Formula":
        """This formula with a number for a letter."""
        return _put(self, letter, repr(number))  # 0.0 == -0.0, but not their texts

    def times(self, factor: str) -> "Formula":
        """The product of a factor and this formula, without trivial products.

        This is the chain rule's one product: the gradient of `out`, times
        ∂out/∂a.

        >>> texts = "b", "1", "-1", "1 / b"
        >>> [Formula(text).times("g").text for text in texts]
        ['g * b', 'g', '-g', 'g / b']
        >>> Formula("0 if a <= 0 else 1").times("g").text
        '0.0 if a <= 0 else g'
        """
        return _times(self, factor)

    @cached_property
    def cases(self) -> "tuple[Formula, tuple[Formula, ...]]":
        """The number of the case that holds, as a formula; and every case.

        >>> number, cases = Formula("1 if a > 0 else -1").cases
        >>> number, [case.text for case in cases]
        (Formula('0 if a > 0 else 1'), ['1', '-1'])
        """
        cases: list[Formula] = []
        number = Formula(ast.unparse(_numbered(self._copy(), cases)))
        return number, tuple(cases)

    def where(self, values: Mapping[str, Any]) -> "Formula":
        """The case of this formula that holds for these values of its names.

        >>> Formula("1 if a > 0 else -1").where({"a": -3.0}).text
        '-1'
        """
        number, cases = self.cases
        return cases[eval(number.text, {}, values)]

    def replaced(self, part: "Formula", letter: str) -> "Formula":
        """This formula with a letter for each occurrence of a part."""
        return _replaced(self, part, letter)

    @cached_property
    def simplified(self) -> "Formula":
        """This formula with its constants combined, and no factor 1 or -1."""
        return Formula(ast.unparse(_Simplified().visit(self._copy())))

    @cached_property
    def without_minus(self) -> "Formula | None":
        """The formula x if this is -x, else None."""
        match self.tree:
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return Formula(ast.unparse(operand))
        return None

    @cached_property
    def parts(self) -> "list[Formula]":
        """The subexpressions without the gradient g, largest first.

        >>> Formula("g * (1 - out * out)").parts
        [Formula('1 - out * out'), Formula('out * out')]
        """
        nodes = [node for node in ast.walk(self.tree) if isinstance(node, ast.BinOp | ast.Call)]
        parts = [Formula(text) for text in dict.fromkeys(map(ast.unparse, nodes))]
        return sorted((part for part in parts if "g" not in part.letters), key=lambda part: -len(part.text))

    def combines(self, letter: str, number: float) -> bool:
        """Whether `simplified` makes something of this number for this letter.

        >>> texts = "g * b", "g * (b - 1)"
        >>> [Formula(text).combines("b", 2.5) for text in texts]
        [False, True]
        """
        if letter not in self.letters:
            return False
        negative = self.text == letter and not number > 0  # then a line may subtract it
        return abs(number) == 1 or negative or letter in self._combining

    @cached_property
    def _combining(self):
        """The letters beside a constant or themselves, or in a condition."""
        found = set()
        for node in ast.walk(self.tree):
            match node:
                case ast.BinOp(left=left, right=right):
                    for one, other in ((left, right), (right, left)):
                        if isinstance(one, ast.Name) and _names(other) <= {one.id}:
                            found.add(one.id)
                case ast.UnaryOp(operand=ast.Name(id=name)):
                    found.add(name)
                case ast.IfExp(test=test):
                    found |= _names(test)
        return found

    def _copy(self):
        return _parsed(self.text)

    # printing it: in Python here, in C in engine.programs.c_formula, in
    # JavaScript in engine.views.javascript

    def python(self, *operands: str | float) -> str:
        """The formula in Python, with these operands for its letters."""
        return self._python.format(*operands)

    @cached_property
    def _python(self):
        return ast.unparse(self.template())

    def template(self) -> Any:
        """A new tree with the names {0}, {1}, ... for the letters."""
        places = {letter: ast.Name(f"{{{i}}}") for i, letter in enumerate(self.letters)}
        return substituted(self, places)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Formula) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __reduce__(self) -> Any:
        return Formula, (self.text,)

    def __repr__(self) -> str:
        return f"Formula({self.text!r})"


@lru_cache(maxsize=4096)
def _put(formula, letter, number):
    return Formula(ast.unparse(substituted(formula, {letter: _parsed(number)})))


@lru_cache(maxsize=4096)
def _times(formula, factor):
    return Formula(ast.unparse(product(ast.Name(factor), formula._copy())))


@lru_cache(maxsize=4096)
def _replaced(formula, part, letter):
    return Formula(ast.unparse(_Replaced(part.text, letter).visit(formula._copy())))


def product(factor: Any, tree: Any) -> Any:
    """The product of two trees, without a factor 0, 1 or -1 in the second."""
    match tree:
        case ast.Constant(value=0):
            return ast.Constant(0.0)
        case ast.Constant(value=1):
            return factor
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return ast.UnaryOp(ast.USub(), product(factor, operand))
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return ast.IfExp(test, product(factor, body), product(factor, orelse))
        case ast.BinOp(left=ast.Constant(value=1), op=ast.Div(), right=right):
            return ast.BinOp(factor, ast.Div(), right)
        case _:
            return ast.BinOp(factor, ast.Mult(), tree)


def substituted(formula: Formula, trees: Mapping[str, Any]) -> Any:
    """The formula's tree, with trees for some of its names."""
    return _Substituted(trees).visit(formula._copy())


def _numbered(tree, cases):
    """The tree with numbers for its cases, which go into a list."""
    if isinstance(tree, ast.IfExp):
        return ast.IfExp(tree.test, _numbered(tree.body, cases), _numbered(tree.orelse, cases))
    cases.append(Formula(ast.unparse(tree)))
    return ast.Constant(len(cases) - 1)


class _Substituted(ast.NodeTransformer):
    """Trees for some names."""

    def __init__(self, trees):
        self.trees = trees

    def visit_Name(self, tree):
        return self.trees.get(tree.id, tree)


class _Replaced(ast.NodeTransformer):
    """A letter for each part that reads so."""

    def __init__(self, part, letter):
        self.part, self.letter = part, letter

    def visit(self, tree):
        return ast.Name(self.letter) if ast.unparse(tree) == self.part else self.generic_visit(tree)


class _Simplified(ast.NodeTransformer):
    """Constants combined, cases decided where possible, no factor 1 or -1."""

    def visit_IfExp(self, tree):
        tree.test = self.visit(tree.test)
        if not _names(tree.test):  # the other case may be a division by zero
            return self.visit(tree.body if eval(ast.unparse(tree.test)) else tree.orelse)
        return self.generic_visit(tree)

    def visit_BinOp(self, tree):
        self.generic_visit(tree)
        left, right = _number(tree.left), _number(tree.right)
        if left is not None and right is not None:
            try:
                return _parsed(repr(eval(ast.unparse(tree))))
            except ArithmeticError:  # which its case, if it holds, will raise
                return tree
        if right == 1 and isinstance(tree.op, ast.Mult | ast.Div):
            return tree.left
        if left == 1 and isinstance(tree.op, ast.Mult):
            return tree.right
        if -1 in (left, right) and isinstance(tree.op, ast.Mult):
            return ast.UnaryOp(ast.USub(), tree.right if left == -1 else tree.left)
        return tree


def _names(tree):
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _parsed(text):
    return ast.parse(text, mode="eval").body


def _number(tree):
    """The number that a tree is, or None."""
    match tree:
        case ast.Constant(value=number):
            return number
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=number)):
            return -number
    return None
