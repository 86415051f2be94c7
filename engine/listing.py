"""A graph written out as the text of a Python module: its forward pass, then its backward pass.

The lines come in the order in which `Value.backward` works, so the numbers are the same, bit for bit.
"""

import ast
import math
import re
import textwrap

from engine.formulas import HELPERS, contribution, value
from engine.identifiers import RESERVED, identifiers
from engine.notation import names
from engine.value import Constant, topological_order


def listing(output, inputs):
    """A graph as a function in a module's text: its name, the source, its inputs' names, its parameters.

    The function takes the inputs, then the parameters: all other leaves but constants. It returns the
    output, and its derivatives with respect to the parameters.

    >>> from engine.value import Value
    >>> x, w, b = Value(2, "x"), Value(-3, "w"), Value(1, "b")
    >>> name, source, inputs, parameters = listing((w * x + b).sigmoid(), [x])
    >>> print(source, end="")
    from math import exp
    <BLANKLINE>
    <BLANKLINE>
    def sigmoid(a):
        return 1 / (1 + exp(-a)) if a > -700 else exp(a)
    <BLANKLINE>
    <BLANKLINE>
    def f(x, w, b):
        # forward
        v1 = w * x
        v2 = v1 + b
        v3 = sigmoid(v2)
        # backward
        d_v2 = v3 * (1 - v3)
        d_v1 = d_v2
        d_b = d_v2
        d_w = d_v1 * x
        return v3, (d_w, d_b)
    >>> name, inputs, [leaf.label for leaf in parameters]
    ('f', ['x'], ['w', 'b'])
    """
    order, given = topological_order(output), set(inputs)
    leaves = {node for node in order if node.operation is None and type(node) is not Constant}
    parameters = [node for node in order if node in leaves and node not in given]
    written = _written([*order, *(leaf for leaf in inputs if leaf not in leaves)])
    forward = {
        node: value(node.operation.rule, [written[parent] for parent in node.parents])
        for node in order
        if node.operation is not None
    }
    lines = ["# forward", *(f"{written[node]} = {text}" for node, text in forward.items())]
    if parameters:
        computed = {text: written[node] for node, text in forward.items()}
        backward = list(_backward(order, parameters, written, computed))
        lines += ["# backward", *_needed(backward, {f"d_{written[leaf]}" for leaf in parameters})]
    function = written[output] if output.label else "f"
    arguments = ", ".join(written[leaf] for leaf in [*inputs, *parameters])
    derivatives = ", ".join(f"d_{written[leaf]}" for leaf in parameters) + "," * (len(parameters) == 1)
    body = [
        _wrapped(f"def {function}({arguments}):"),
        *(f"    {line}" for line in lines),
        _wrapped(f"    return {written[output]}, ({derivatives})"),
    ]
    source = _head(lines) + "\n".join(body) + "\n"
    return function, source, [written[leaf] for leaf in inputs], parameters


def forward_alone(source):
    """The same module without its backward pass: the function returns the output and no derivatives."""
    forward, _, backward = source.partition("    # backward\n")
    if not backward:
        return source
    output = re.search(r"    return (\w+),", backward)[1]
    return f"{forward}    return {output}, ()\n"


def over_rows(source, inputs):
    """The same module, line by line, with a generator that takes many rows of inputs and yields the results.

    >>> print(over_rows("def f(x, w):\\n    # forward\\n    y = x * w\\n    return y, ()\\n", ["x"]), end="")
    def f(_rows, w):
        for (x,) in _rows:
            y = x * w
            yield y, ()
    """
    head, _, body = source.partition("    # forward\n")
    before, function, arguments = re.fullmatch(r"(.*)def (\w+)\((.*)\):\n", head, re.DOTALL).groups()
    parameters = re.findall(r"\w+", arguments)[len(inputs) :]
    row = "".join(f"{name}," for name in inputs)
    body = textwrap.indent(body, "    ").replace("        return ", "        yield ")
    gap = "\n" * arguments.count("\n")
    return f"{before}def {function}({', '.join(['_rows', *parameters])}):{gap}\n    for ({row}) in _rows:\n{body}"


def _written(nodes):
    """What every node is called in the text: an identifier, or a constant's number in full."""
    named = names(nodes)
    variables = [node for node in nodes if type(node) is not Constant]
    written = dict(zip(variables, identifiers(named[node] for node in variables)))
    written.update((node, repr(node.data)) for node in nodes if type(node) is Constant)
    return written


def _backward(order, parameters, written, computed):
    """The lines of the chain rule at every node that depends on a parameter, the last node first."""
    output, varying, begun = order[-1], set(parameters), set()
    ones = {output}  # whose gradient is 1 in any case, and so is never multiplied by
    for node in order:
        if any(parent in varying for parent in node.parents):
            varying.add(node)
    if output in parameters:
        yield f"d_{written[output]} = 1.0"
    for node in reversed(order):
        if node.operation is None or node not in varying:
            continue
        constants = [name for name, parent in zip("ab", node.parents) if type(parent) is Constant]
        terms = dict(zip("ab", [written[parent] for parent in node.parents]), out=written[node])
        if node in ones:
            constants.append("g")
        terms["g"] = "1.0" if node in ones else f"d_{written[node]}"
        # a constant exponent folded into a product has no partial of its own, hence no strict zip
        for parent, partial in zip(node.parents, node.operation.rule.partials):
            if parent in varying:
                added = contribution(partial, terms, constants, computed)
                gradient = f"d_{written[parent]}"
                yield from _accumulated(gradient, added) if parent in begun else [f"{gradient} = {added}"]
                (ones.add if added == "1.0" and parent not in begun else ones.discard)(parent)
                begun.add(parent)


def _needed(lines, wanted):
    """The lines without those that set a gradient to 1 which is not wanted and no other line reads."""
    read = set().union(*(_words(line.partition("=")[2]) for line in lines))
    changed = {line.split()[0] for line in lines if "+=" in line or "-=" in line}
    kept = read | changed | wanted
    return [line for line in lines if not line.endswith(" = 1.0") or line.split()[0] in kept]


def _accumulated(gradient, added):
    """The line that adds to a gradient that has begun: none for nothing, a subtraction for a negation."""
    if added == "0.0":
        return []
    tree = ast.parse(added, mode="eval").body if added.startswith("-") else None
    if isinstance(tree, ast.UnaryOp):
        return [f"{gradient} -= {ast.unparse(tree.operand)}"]
    return [f"{gradient} += {added}"]


def _head(lines):
    """The imports, and the table's own functions, that these lines need."""
    used = _words("\n".join(lines))
    functions = []
    for op, rule in reversed(HELPERS.items()):  # a function may use those before it in the table
        if op in used:
            used |= _words(rule.value)
            arguments = ", ".join("ab"[: len(rule.partials)])
            functions.insert(0, f"def {op}({arguments}):\n    return {rule.value}\n\n\n")
    imports = ", ".join(sorted(name for name in used & RESERVED if hasattr(math, name)))
    return f"from math import {imports}\n\n\n" * bool(imports) + "".join(functions)


def _words(text):
    return set(re.findall(r"\w+", text))


def _wrapped(text):
    return textwrap.fill(text, 100, subsequent_indent=" " * 8, break_long_words=False, break_on_hyphens=False)
