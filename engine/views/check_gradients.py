"""check_gradients: every gradient beside the slope that differences find."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from numbers import Real
from typing import Any, NamedTuple

from engine.decisions import Decision, decisions
from engine.differences import Comparison, compare
from engine.errors import counted, in_words
from engine.indices import find_indices
from engine.notation import find_values, names_on_a_line
from engine.notebook import Pieces, html_block, plain_text
from engine.programs.tape import other_leaves
from engine.unchanged import restorer
from engine.value import Constant, Value, topological_order
from engine.views.lesson import copied

MOST_ROWS = 20  # in a table; further ones are counted


class Row(NamedTuple):
    """A leaf, and its gradient by `backward` beside slopes by differences."""

    leaf: Value
    name: str
    found: Comparison

    @property
    def error(self) -> float:
        """How far the gradient and the difference are apart."""
        return abs(self.found.derivative - self.found.slope.value)

    @property
    def note(self) -> str:
        """What there is to say: a word, or "" if the gradient is right."""
        found, wrong = self.found, "" if self.found.is_right else "wrong"
        if found.left is not None:
            return f"at a kink: left {found.left:.4g}, right {found.right:.4g}" + f", {wrong}" * bool(wrong)
        return wrong if found.is_settled else "no slope found: a jump?"


@dataclass(frozen=True, eq=False, repr=False)
class Check:
    """What check_gradients shows: a row for each leaf. True if all are good.

    `converted` is where the function took a number out of the graph, if it did;
    `indices` are the names of leaves that are an index, and have no slope.
    """

    rows: list[Row]
    converted: Decision | None
    indices: list[str]

    def __bool__(self) -> bool:
        return all(row.found.is_right for row in self.rows)

    def __repr__(self) -> str:
        return plain_text(self._lines())

    def _repr_html_(self) -> str:
        return html_block(self._lines())

    def _lines(self) -> Iterator[Pieces]:
        wrong = [row for row in self.rows if not row.found.is_right]
        shown = self.rows if len(self.rows) <= MOST_ROWS else (wrong or self.rows)[:MOST_ROWS]
        table = [("input", "engine", "difference", "error", "")]
        table += [
            (row.name, f"{row.found.derivative:.8g}", f"{row.found.slope.value:.8g}", _short(row), row.note)
            for row in shown
        ]
        widths = [max(map(len, column)) for column in zip(*table)]
        for row, (name, engine, difference, error, note) in zip([None, *shown], table):
            yield [
                (name, "parameter" if row else "quiet"),
                (f"{'':{widths[0] - len(name)}}  {engine:>{widths[1]}}", "gradient" if row else "quiet"),
                (f"  {difference:>{widths[2]}}  {error:>7}  ", "" if row else "quiet"),
                (note, "wrong" if row and not row.found.is_right else ""),
            ]
        count = len(self.rows)
        if count > len(shown):
            yield [(f"... and {count - len(shown)} more", "quiet")]
        if wrong:
            unknown = sum(row.note.startswith("no slope") for row in wrong)
            for number, what in (
                (len(wrong) - unknown, "wrong"),
                (unknown, "without a slope to compare with"),
            ):
                if number:
                    are = "is" if number == 1 else "are"
                    yield [(f"{number} of {counted(count, 'gradient')} {are} {what}", "strong")]
            if self.converted:
                yield [(f"a number left the graph in {self.converted}", "strong")]
        else:
            right = "1 gradient, and it is right" if count == 1 else f"{count} gradients, and all are right"
            yield [(right, "strong")]
        if self.indices:
            yield [(f"not checked, as an index has no slope: {', '.join(self.indices)}", "quiet")]


def _short(row):
    """The error; the difference itself is good to about 1e-9."""
    size = max(1.0, abs(row.found.derivative))
    return "< 1e-9" if row.error < 1e-9 * size else f"{row.error:.1e}"


def check_gradients(output: Value | Callable[..., Value], /, *arguments: Any, **by_name: Any) -> Check:
    """The gradients that `backward` gives, beside slopes by differences.

    A difference is (f(x + h) - f(x - h)) / 2h: it needs no chain rule, and no
    derivative. Checked is a graph, at all its leaves; or a function of Values,
    at these arguments (numbers, Values, or lists of them) and at the leaves
    that it uses each time it is called, such as a model's parameters: for
    instance `check_gradients(lambda: loss(model(x), y))`. The function is
    called anew for each difference, so that a number which left the graph is
    noticed.

    >>> check_gradients(lambda x, y: x * y.sin(), 2, 1)
    input      engine  difference    error
    x      0.84147098  0.84147098   < 1e-9
    y       1.0806046   1.0806046   < 1e-9
    2 gradients, and all are right

    At a kink the slopes on both sides differ, and any number between is right:

    >>> x = Value(0, "x")
    >>> check_gradients(x.relu() + 3 * x)
    input  engine  difference    error
    x           3         3.5  5.0e-01  at a kink: left 3, right 4
    1 gradient, and it is right

    The result is true if all are right. Differences are Richardson's, good to
    about 1e-9 (`engine.differences`). Everything is as before afterwards.
    Raises TypeError if there is no Value to start from, and what the graph
    raises.
    """
    converted = None
    given: dict[Value, str] = {}
    if isinstance(output, Value):
        if arguments or by_name:
            raise TypeError("check_gradients() of a Value takes no arguments: its leaves are in the graph")
        root, leaves = output, other_leaves([output], [])
        operations = [node for node in topological_order(output) if node.operation is not None]

        def again():
            for node in operations:
                node.data = node.operation.forward(*[parent.data for parent in node.parents])
            return output.data

    else:
        if not callable(output):
            raise TypeError(f"check_gradients() checks a Value or a function, not {in_words(output)}")
        given, arguments, by_name = _arguments(output, arguments, by_name)
        with decisions() as found:
            root = output(*arguments, **by_name)
        converted = next((each for each in found if each.how == "converted"), None)
        _check_value(root, converted)

        def called():
            return _check_value(output(*arguments, **by_name))

        kept = set(topological_order(called()))  # that are not made anew by each call
        leaves = [*given, *(leaf for leaf in other_leaves([root], []) if leaf in kept and leaf not in given)]
        unmade = [node for node in topological_order(root) if node in kept and node.operation is not None]

        def again():
            for node in unmade:
                node.data = node.operation.forward(*[parent.data for parent in node.parents])
            return called().data

    order = list(dict.fromkeys([*leaves, *topological_order(root)]))
    of_indices = find_indices(order)
    indices = [leaf for leaf in leaves if leaf in of_indices]
    checked = [leaf for leaf in leaves if leaf not in of_indices]
    restore = restorer((list(given), "label"), (order, "data"), (order, "grad"))
    try:
        for value, name in given.items():
            value.label = value.label or name
        names = names_on_a_line(order)
        root.forward()  # a leaf may have changed since the graph was computed
        twins = copied(root)
        twins[root].backward()
        gradients = {leaf: twins[leaf].grad if leaf in twins else 0.0 for leaf in checked}
        rows = [_row(leaf, names[leaf], gradient, again) for leaf, gradient in gradients.items()]
    finally:
        restore()
    return Check(rows, converted, [names[leaf] for leaf in indices])


def _row(leaf, name, gradient, again):
    """The comparison along one leaf, whose data are as before afterwards."""
    at = leaf.data

    def along(x):
        leaf.data = x
        try:
            return again()
        finally:
            leaf.data = at

    return Row(leaf, name, compare(along, at, gradient))


def _arguments(function, arguments, by_name):
    """The arguments' Values with their names, and the arguments as Values."""
    try:
        names = list(inspect.signature(function).bind(*arguments, **by_name).arguments)
    except (TypeError, ValueError):
        names = [f"x{i}" for i in range(len(arguments))]
    theirs = {value for _, value in find_values(dict(enumerate([*arguments, *by_name.values()])))}
    arguments = [_as_values(argument) for argument in arguments]
    by_name = {name: _as_values(argument) for name, argument in by_name.items()}
    given = {}
    for name, value in find_values(dict(zip(names, arguments)) | by_name):
        if type(value) is not Constant:
            given.setdefault(value, name)
            if value not in theirs:
                value.label = value.label or name
    return given, arguments, by_name


def _as_values(argument):
    """A number as a Value, and so in lists; anything else as it is.

    What is computed from other Values is replaced by a leaf with its number.
    """
    if isinstance(argument, (list, tuple)):
        return [_as_values(each) for each in argument]
    if isinstance(argument, Value):
        return argument if argument.operation is None else Value(argument.data, argument.label)
    return Value(argument) if isinstance(argument, Real) else argument


def _check_value(output, converted=None):
    """What a function returned, if that is a Value."""
    if not isinstance(output, Value):
        left = f": a number left the graph in {converted}" if converted else ""
        raise TypeError(f"the function returns {in_words(output)}, not a Value{left}")
    return output
