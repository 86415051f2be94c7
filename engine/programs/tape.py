"""Tape: a graph as lines, its forward pass and then its backward pass.

This is the one intermediate form between a graph and every text made of it.
The lines come in the order in which `Value.backward` works, so the numbers are
the same, bit for bit but for the sign of a zero.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from engine.errors import in_words, reason
from engine.formula import Formula
from engine.notation import node_names
from engine.operation import FUNCTIONS
from engine.programs.identifiers import identifiers
from engine.rules import MATH, Rule
from engine.value import Constant, Value, leaves_and_operations, topological_order

Operand = str | float


class Line(NamedTuple):
    """One assignment: `target sign formula`, as in d_w += g * b.

    `sign` is "=", "+=" or "-=". `operands` says what each of the formula's
    letters stands for, in their order: a name, or a number.

    >>> print(Line("d_w", "+=", Formula("g * b"), ("d_v1", 2.0)))
    d_w += d_v1 * 2.0
    """

    target: str
    sign: str
    formula: Formula
    operands: tuple[Operand, ...]

    @property
    def names(self) -> list[str]:
        """The operands that are names."""
        return [operand for operand in self.operands if isinstance(operand, str)]

    @property
    def expression(self) -> str:
        """What stands right of the sign, in Python."""
        return self.formula.python(*self.operands)

    def number(self, numbers: Mapping[str, float]) -> float:
        """The number of `target` after this line, from those before it."""
        operands = [numbers[operand] if isinstance(operand, str) else operand for operand in self.operands]
        number = eval(self.formula.text, FUNCTIONS, dict(zip(self.formula.letters, operands)))
        if self.sign == "=":
            return number
        return numbers[self.target] + (number if self.sign == "+=" else -number)

    def where(self, numbers: Mapping[str, float]) -> str:
        """The line with its operands' numbers, for an error."""
        known = ", ".join(f"{name} = {numbers[name]}" for name in dict.fromkeys(self.names))
        return f"{self} where {known}" if known else str(self)

    def failure(self, error: Exception, numbers: Mapping[str, float]) -> str:
        """The same, and why it has no number there."""
        op = self.formula.text.partition("(")[0]
        return f"{self.where(numbers)}: {reason(error, op, self.operands[-1])}"

    def __str__(self) -> str:
        return f"{self.target} {self.sign} {self.expression}"


class Tape(NamedTuple):
    """A graph as lines, of which `forward` computes the outputs.

    `backward` computes the derivative of the first of them with respect to
    each parameter, in a variable of the parameter's name after `d_`. `inputs`
    and `parameters` are names, `name` is one for the whole; an output is a
    name, or a number. `shape` is that of the outputs as lists of lists: () for
    one, whose derivatives are computed, (2, 3) for two rows of three.
    """

    name: str
    inputs: tuple[str, ...]
    parameters: tuple[str, ...]
    forward: tuple[Line, ...]
    backward: tuple[Line, ...]
    outputs: tuple[Operand, ...]
    shape: tuple[int, ...] = ()

    @property
    def output(self) -> Operand:
        """The first output."""
        return self.outputs[0]

    @property
    def gradient(self) -> tuple[str, ...]:
        """The names of the derivatives with respect to the parameters."""
        return tuple(f"d_{name}" for name in self.parameters)

    def check_one_output(self) -> None:
        """Raise TypeError if there are several outputs."""
        if self.shape:
            raise TypeError(
                f"this program has {len(self.outputs)} outputs, and so no one gradient: "
                "program.each(rows, leaves) gives the derivatives of each"
            )


def record_tape(
    output: Value, inputs: Sequence[Value] = (), parameters: Iterable[Value] = ()
) -> tuple[Tape, list[Value]]:
    """The graph that computes `output` as a tape, and the tape's parameters.

    The parameters are all leaves that are neither inputs nor constants; first
    those among `parameters`, in that order.

    >>> x, w, b = Value(2, "x"), Value(-3, "w"), Value(1, "b")
    >>> tape, parameters = record_tape((w * x + b).sigmoid(), [x])
    >>> for line in tape.forward + tape.backward:
    ...     print(line)
    v1 = w * x
    v2 = v1 + b
    v3 = sigmoid(v2)
    d_v2 = v3 * sigmoid(-v2)
    d_v1 = d_v2
    d_b = d_v2
    d_w = d_v1 * x
    >>> tape.inputs, tape.parameters, tape.output
    (('x',), ('w', 'b'), 'v3')
    """
    order = topological_order(output)
    parameters = other_leaves([output], inputs, parameters)
    unused = set(inputs).difference(order)
    names = _variable_names([*order, *(leaf for leaf in inputs if leaf in unused)])
    forward = [_forward_line(node, names) for node in order if node.operation is not None]
    computed = {line.expression: line.target for line in forward}
    pullbacks = _backward(order, parameters, names, computed) if parameters else ()
    backward = [line for line, _, _ in pullbacks]
    tape = Tape(
        str(names[output]) if output.label and type(output) is not Constant else "f",
        tuple(names[leaf] for leaf in inputs),
        tuple(names[leaf] for leaf in parameters),
        tuple(forward),
        tuple(_without_unread_units(backward, {f"d_{names[leaf]}" for leaf in parameters})),
        (names[output],),
    )
    return tape, parameters


class StepLine(NamedTuple):
    """A line, the node whose step it belongs to, and the one it computes."""

    line: Line
    node: Value
    target: Value


def record_steps(output: Value) -> tuple[list[StepLine], list[StepLine]]:
    """The lines of both passes, for a reader who steps through them.

    A line of the backward pass belongs to the node whose pullback it is. Here
    every leaf has a gradient, and `d_x = 1.0` stands there even if unread.

    >>> forward, backward = record_steps(Value(2, "a") + 1)
    >>> for line, node, target in forward + backward:
    ...     print(node.op, target.label, line)
    +  v1 = a + 1.0
    +  d_v1 = 1.0
    + a d_a = 1.0
    """
    order = topological_order(output)
    names = _variable_names(order)
    parameters = other_leaves([output], [])
    forward = [
        StepLine(_forward_line(node, names), node, node) for node in order if node.operation is not None
    ]
    computed = {line.expression: line.target for line, _, _ in forward}
    backward = [StepLine(*each) for each in _backward(order, parameters, names, computed)]
    if output.operation is not None:
        start = Line(f"d_{names[output]}", "=", Formula("1.0"), ())
        backward.insert(0, StepLine(start, output, output))
    return forward, backward


def other_leaves(
    outputs: Sequence[Value], inputs: Sequence[Value], first: Iterable[Value] = ()
) -> list[Value]:
    """The leaves of a graph that are neither inputs nor constants.

    First come those among `first`, in that order.
    """
    leaves, _ = leaves_and_operations(*outputs)
    given = set(inputs)
    found = dict.fromkeys(leaf for leaf in leaves if leaf not in given and type(leaf) is not Constant)
    return list(dict.fromkeys([*(leaf for leaf in first if leaf in found), *found]))


def flat_outputs(output: Any) -> tuple[list[Value], tuple[int, ...]]:
    """A Value, or lists of lists of Values, in a row; and their shape.

    Raises TypeError or ValueError if it is something else, or uneven.

    >>> x = Value(2, "x")
    >>> flat_outputs(x)[1], flat_outputs([[x, x, x], [x, x, x]])[1]
    ((), (2, 3))
    """
    if isinstance(output, Value):
        return [output], ()
    if not isinstance(output, (list, tuple)):
        raise TypeError(f"a program computes a Value, or a list of Values, not {in_words(output)}")
    parts = [flat_outputs(each) for each in output]
    shapes = {shape for _, shape in parts}
    if len(shapes) != 1:
        raise ValueError("the outputs are lists of different lengths" if shapes else "there are no outputs")
    return [value for part, _ in parts for value in part], (len(parts), *shapes.pop())


def record_function(
    name: str,
    outputs: Sequence[Value],
    inputs: Sequence[Value],
    numbers: Sequence[Value],
    shape: tuple[int, ...] = (),
) -> Tape:
    """A tape of a forward pass alone, which computes several outputs.

    Its parameters are `numbers`, leaves as the inputs are.

    >>> w, g, rate = Value(1, "w"), Value(1, "g"), Value(1, "rate")
    >>> tape = record_function("descent", [w - rate * g], [w, g], [rate])
    >>> [str(line) for line in tape.forward], tape.outputs
    (['v1 = rate * g', 'v2 = w - v1'], ('v2',))
    """
    leaves, operations = leaves_and_operations(*outputs)
    names = _variable_names(list(dict.fromkeys([*inputs, *numbers, *leaves, *operations])))
    return Tape(
        name,
        tuple(names[leaf] for leaf in inputs),
        tuple(names[leaf] for leaf in numbers),
        tuple(_forward_line(node, names) for node in operations),
        (),
        tuple(names[output] for output in outputs),
        shape,
    )


@lru_cache
def line_formula(rule: Rule) -> Formula:
    """An operation as a line of a program has it.

    That is the table's expression if it is plain arithmetic or one function of
    the library's, or if it has no name. All else is a function of its own:
    sigmoid, softplus.

    >>> from engine.rules import RULES
    >>> line_formula(RULES["relu"]).text, line_formula(RULES["softplus"]).text
    ('0.0 if a <= 0 else a', 'softplus(a)')
    """
    formula = Formula(rule.expression)
    calls = [node for node in ast.walk(formula.tree) if isinstance(node, ast.Call)]
    plain = not calls or formula.text in [f"{name}({', '.join(rule.operands)})" for name in MATH]
    return formula if plain or rule.op == "if" else Formula(rule.rendered(*rule.operands))


def _variable_names(nodes):
    """What a program calls each node: an identifier, or a constant's number."""
    names = node_names(nodes)
    variables = [node for node in nodes if type(node) is not Constant]
    found = dict(zip(variables, identifiers(names[node] for node in variables)))
    found.update((node, node.data) for node in nodes if type(node) is Constant)
    return found


def _forward_line(node, names):
    """The line that computes a node."""
    formula = line_formula(node.operation.rule)
    terms = dict(zip("ab", [names[parent] for parent in node.parents]))
    return Line(names[node], "=", formula, tuple([terms[letter] for letter in formula.letters]))


def _backward(order, parameters, names, computed) -> Iterator[tuple[Line, Value, Value]]:
    """The chain rule at every active node, the last first: what a StepLine has.

    A node is active if it depends on a parameter. `computed` has the name of
    each expression of the forward pass.
    """
    output, active, assigned = order[-1], set(parameters), set()
    unit_gradients = {output}  # those that are 1 in any case: no factor
    for node in order:
        if node.left in active or node.right in active:
            active.add(node)
    if output in active and output.operation is None:
        yield Line(f"d_{names[output]}", "=", Formula("1.0"), ()), output, output
    for node in reversed(order):
        if node.operation is None or node not in active:
            continue
        gradient = 1.0 if node in unit_gradients else f"d_{names[node]}"
        terms = {"g": gradient, "out": names[node]}
        terms.update(zip("ab", [names[parent] for parent in node.parents]))
        # (the rules in POWERS have no partial for the exponent)
        for parent, partial in zip(node.parents, node.operation.rule.partials):
            if parent not in active:
                continue
            formula, operands = chain_rule(partial, terms, computed)
            target = f"d_{names[parent]}"
            if parent not in assigned:
                assigned.add(parent)
                if formula.text == "1.0":
                    unit_gradients.add(parent)
                yield Line(target, "=", formula, operands), node, parent
                continue
            unit_gradients.discard(parent)
            if formula.without_minus is not None:
                yield Line(target, "-=", formula.without_minus, operands), node, parent
            elif formula.text != "0.0":
                yield Line(target, "+=", formula, operands), node, parent


def chain_rule(
    partial: str, terms: dict[str, Operand], computed: dict[str, str]
) -> tuple[Formula, tuple[Operand, ...]]:
    """What the chain rule adds to an operand's gradient: g times the partial.

    `terms` says what a, b, out and g stand for; g is a number at the output,
    where it is 1. What the forward pass has `computed`, expression to name, is
    taken from there. Returns a formula and its operands.

    >>> from engine.rules import RULES
    >>> terms = {"g": "d_y", "out": "y", "a": "x", "b": 2.5}
    >>> chain_rule(RULES["**"].partials[0], terms, {})
    (Formula('g * (2.5 * pow(a, 1.5))'), ('d_y', 'x'))
    >>> terms["g"] = 1.0
    >>> chain_rule(RULES["sin"].partials[0], terms, {"cos(x)": "c"})
    (Formula('part1'), ('c',))
    """
    formula = _product(partial)
    for letter, term in terms.items():
        if type(term) is float and formula.combines(letter, term):
            formula = formula.put(letter, term).simplified
    for i, part in enumerate(formula.parts, 1):
        name = computed.get(part.python(*[terms[letter] for letter in part.letters]))
        if name is not None:
            terms = terms | {f"part{i}": name}
            formula = formula.replaced(part, f"part{i}")
    return formula, tuple([terms[letter] for letter in formula.letters])


@lru_cache
def _product(partial):
    return Formula(partial).times("g")


def _without_unread_units(lines, returned):
    """Drop `d_x = 1.0` lines that are neither returned nor read."""
    read = {name for line in lines for name in line.names}
    used = read | returned | {line.target for line in lines if line.sign != "="}
    return [line for line in lines if line.formula.text != "1.0" or line.target in used]
