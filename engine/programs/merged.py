"""A tape's lines, fewer of them, with a numbered place for every name.

Three changes make lines fewer, a fourth puts together what belongs together,
and none changes a bit:

- a copy, d_v1 = d_v2, goes: both are names for one place;
- a product that is used once goes into the line that uses it;
- a sum adds to the place of its left term, if that is a sum which nothing else
  uses: v2 = v1 + w * x becomes v1 += w * x;
- all lines of such a sum stand where the last of them stood.

So the lines of z = b + w₁x₁ + w₂x₂ + ... become z = b, and z += wᵢxᵢ for
each i.
"""

import ast
from collections import Counter
from functools import lru_cache
from typing import NamedTuple

from engine.formula import Formula
from engine.programs.tape import Operand, Tape

# The arrays that have the places: inputs, parameters, what the forward pass
# computes, the gradients of that, and those of the parameters. N has the number
# i at place i: so lines that compare with 0, 1, 2, ... have one shape.
ARRAYS = X, W, T, D, G, N = "X", "W", "T", "D", "G", "N"
Place = tuple[str, int]
LARGEST = 1e9  # of the numbers that have a place: C counts with ints


class Statement(NamedTuple):
    """What lines of one shape have in common.

    `arrays` has the array of the target, then of each operand. A number among
    the operands is there as text, unless it has a place in N.
    """

    sign: str
    formula: Formula
    arrays: tuple[str, ...]

    @property
    def reached(self) -> list[str]:
        """The arrays without the numbers."""
        return [array for array in self.arrays if array in ARRAYS]


class Step(NamedTuple):
    """A line: its statement, and the index in each of the arrays."""

    statement: Statement
    indices: tuple[int, ...]

    @property
    def places(self) -> list[Place]:
        """The places that it reaches, its target first."""
        return list(zip(self.statement.reached, self.indices))


class Merged(NamedTuple):
    """A tape's lines on numbered places.

    The first `forward_count` of `steps` are the forward pass. `names` has the
    tape's name of each place of each array; parameters are in the order in
    which lines use them, and `order` has the tape's number of each. An output
    is a place, or a number.
    """

    steps: list[Step]
    forward_count: int
    names: dict[str, list[str]]
    order: list[int]
    outputs: list[Place | float]

    @property
    def output(self) -> Place | float:
        """The first output, and of a program the only one."""
        return self.outputs[0]


class _Line(NamedTuple):
    """A tape's line on its way."""

    target: str
    sign: str
    formula: Formula
    operands: tuple[Operand, ...]


def merged(tape: Tape) -> Merged:
    """The tape's lines, made fewer, on numbered places.

    >>> from engine.programs.tape import record_tape
    >>> from engine.value import Value
    >>> x1, x2, b = Value(2, "x1"), Value(3, "x2"), Value(1, "b")
    >>> z = b + Value(4, "w1") * x1 + Value(5, "w2") * x2
    >>> tape, _ = record_tape(z.tan(), [x1, x2])
    >>> for (sign, formula, arrays), indices in merged(tape).steps:
    ...     places = zip(arrays, indices)
    ...     target, *operands = (f"{array}[{i}]" for array, i in places)
    ...     print(target, sign, formula.python(*operands))
    T[0] = W[0]
    T[0] += W[1] * X[0]
    T[0] += W[2] * X[1]
    T[1] = tan(T[0])
    G[0] = 1 + T[1] * T[1]
    G[2] = G[0] * X[1]
    G[1] = G[0] * X[0]
    """
    lines = [_Line(*line) for line in tape.forward + tape.backward]
    forward = {line.target for line in tape.forward}
    returned = {*tape.gradient, *tape.outputs}
    lines = _without_copies(lines, forward, returned)
    lines = _with_products_inside(lines, returned)
    lines, place_of = _accumulated(lines, returned, set(tape.gradient))
    lines = _grouped(lines)
    return _placed(tape, lines, forward, place_of)


def _without_copies(lines, forward, returned):
    """The lines without copies, whose two names become one.

    A gradient is complete when something reads it, so its copy has its number
    for good, unless more is added to the copy.
    """
    assignments = Counter(line.target for line in lines)
    same, kept = {}, []
    for target, sign, formula, operands in lines:
        operands = tuple([same.get(operand, operand) for operand in operands])
        if sign == "=" and assignments[target] == 1 and _is_copy(formula) and isinstance(operands[0], str):
            source = operands[0]
            if target not in returned:
                same[target] = source
                continue
            interior = source in assignments and source not in forward and source not in returned
            if interior and source not in same:  # it has the returned name, from its first line on
                same[source] = target
                continue
        kept.append((target, sign, formula, operands))
    return [
        _Line(same.get(target, target), sign, formula, tuple([same.get(name, name) for name in operands]))
        for target, sign, formula, operands in kept
    ]


def _with_products_inside(lines, returned):
    """The lines, with the products that one line uses inside that line."""
    assignments = Counter(line.target for line in lines)
    uses = Counter(operand for line in lines for operand in line.operands)
    products = {
        line.target
        for line in lines
        if line.sign == "="
        and _is_product(line.formula)
        and assignments[line.target] == uses[line.target] == 1
        and line.target not in returned
    }
    inside = {
        operand
        for line in lines
        if not products.isdisjoint(line.operands)
        for letter, operand in zip(line.formula.letters, line.operands)
        if operand in products and _occurrences(line.formula)[letter] == 1
    }
    held, kept = {}, []
    for line in lines:
        inner = [held.pop(operand, None) for operand in line.operands]
        if any(inner):
            formula = _combined(line.formula, tuple([each and each.formula for each in inner]))
            operands = []
            for each, operand in zip(inner, line.operands):
                operands += each.operands if each else [operand]
            kept.append(_Line(line.target, line.sign, formula, tuple(operands)))
        elif line.target in inside:
            held[line.target] = line
        else:
            formula = _combined(line.formula, (None,) * len(line.operands))
            kept.append(_Line(line.target, line.sign, formula, line.operands))
    return kept


def _accumulated(lines, returned, gradient):
    """The lines with sums in the places of left terms; and whose place."""
    uses = Counter(operand for line in lines for operand in line.operands)
    sums, taken = set(), {}  # which sum takes the place of its left term
    for line in lines:
        split = _split(line.formula) if line.sign == "=" and line.target not in gradient else None
        if split is None:
            continue
        term = line.operands[0]
        if term in sums and _is_copy(split.left) and uses[term] == 1 and term not in returned:
            taken[term] = line.target
        sums.add(line.target)
    grown = set(taken.values())
    place_of, kept = {}, []
    for line in lines:
        target, sign, formula, operands = line
        place = place_of.get(target, target)
        operands = tuple([place_of.get(operand, operand) for operand in operands])
        if target in grown and sign == "=":
            split = _split(formula)
            place = place_of[target] = operands[0]
            kept.append(_Line(place, split.sign, split.right, operands[1:]))
        elif target in taken and sign == "=":
            split = _split(formula)
            kept.append(_Line(place, "=", split.left, operands[: split.letters]))
            kept.append(_Line(place, split.sign, split.right, operands[split.letters :]))
        else:
            kept.append(_Line(place, sign, formula, operands))
    return kept, place_of


def _grouped(lines):
    """The lines, those with one target together, where the last one was."""
    groups = {}
    for line in lines:
        groups[line.target] = group = groups.pop(line.target, [])  # at the end
        group.append(line)
    return [line for group in groups.values() for line in group]


def _placed(tape, lines, forward, place_of):
    """The lines with places for names."""
    number = {name: i for i, name in enumerate(tape.parameters)}
    used = [operand for line in lines for operand in line.operands if operand in number]
    parameters = list(dict.fromkeys([*used, *tape.parameters]))
    gradient = [f"d_{name}" for name in parameters]
    names = {X: list(tape.inputs), W: parameters, T: [], D: [], G: gradient, N: []}
    places = {}
    for array in (X, W, G):
        places.update((name, (array, i)) for i, name in enumerate(names[array]))
    steps, statements, forward_count = [], {}, 0
    for target, sign, formula, operands in lines:
        if target not in places:
            array = T if target in forward else D
            places[target] = array, len(names[array])
            names[array].append(target)
        forward_count += target in forward
        arrays, indices = [], []
        compared = _compared(formula)
        for letter, name in zip(("", *formula.letters), (target, *operands)):
            if isinstance(name, str):
                array, index = places[name]
            elif letter in compared and 0 <= name < LARGEST and name == int(name):
                array, index = N, int(name)
            else:
                array, index = repr(name), None
            arrays.append(array)
            if index is not None:
                indices.append(index)
        statement = Statement(sign, formula, tuple(arrays))
        steps.append(Step(statements.setdefault(statement, statement), tuple(indices)))
    for name, place in place_of.items():  # the last name is that of the whole sum
        array, index = places[place]
        names[array][index] = name
    outputs = [
        places[place_of.get(output, output)] if isinstance(output, str) else output for output in tape.outputs
    ]
    return Merged(steps, forward_count, names, [number[name] for name in parameters], outputs)


# what formulas are, worked out once for all lines of a shape


@lru_cache(maxsize=4096)
def _is_copy(formula):
    return isinstance(formula.tree, ast.Name) and len(formula.letters) == 1


@lru_cache(maxsize=4096)
def _compared(formula):
    """The letters right of ==, if a formula has them nowhere else."""
    tests = [node for node in ast.walk(formula.tree) if isinstance(node, ast.Compare)]
    sides = [side for test in tests if isinstance(test.ops[0], ast.Eq) for side in test.comparators]
    names = [side.id for side in sides if isinstance(side, ast.Name)]
    return [name for name in names if _occurrences(formula)[name] == 1]


@lru_cache(maxsize=4096)
def _is_product(formula):
    match formula.tree:
        case ast.BinOp(left=ast.Name(), op=ast.Mult(), right=ast.Name()):
            return len(formula.letters) > 0
    return False


@lru_cache(maxsize=4096)
def _occurrences(formula):
    return Counter(node.id for node in ast.walk(formula.tree) if isinstance(node, ast.Name))


@lru_cache(maxsize=4096)
def _combined(formula, inner):
    """A formula with others for some of its letters, and letters p1, p2, ..."""
    letters = iter(f"p{i}" for i in range(1, 1 + sum(len(each.letters) if each else 1 for each in inner)))
    texts = []
    for each in inner:
        own = [next(letters) for _ in (each.letters if each else "1")]
        texts.append(f"({each.python(*own)})" if each else own[0])
    return Formula(ast.unparse(ast.parse(formula.python(*texts))))


class _Split(NamedTuple):
    left: Formula
    sign: str
    right: Formula
    letters: int  # of the left one's letters, which come first


@lru_cache(maxsize=4096)
def _split(formula):
    """The two terms of a sum or difference that share no letter, or None."""
    match formula.tree:
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as op, right=right):
            left, right = Formula(ast.unparse(left)), Formula(ast.unparse(right))
            if left.letters and right.letters and set(left.letters).isdisjoint(right.letters):
                parts = [_combined(each, (None,) * len(each.letters)) for each in (left, right)]
                sign = "+=" if isinstance(op, ast.Add) else "-="
                return _Split(parts[0], sign, parts[1], len(left.letters))
    return None
