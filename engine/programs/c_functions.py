"""Functions of bounded length in C, for loops and for lines outside of them.

Their words in capitals, `finite` and `finite_lanes` are those of `vectors.c`.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from engine.formula import Formula
from engine.programs.arrays import COUNTERS, Point
from engine.programs.c_bodies import Bodies, adds, block
from engine.programs.c_formula import c_template, must_be_lanewise
from engine.programs.merged import Step
from engine.programs.rolled import Loop, Term, with_growths

# Lines of a function: for twice the length, a compiler takes more than twice
# the time. Loops are compiled for one part and for several at once.
LINES, LOOP_LINES = 250, 60
FEW = 8  # so many lines between loops stay with them


class Functions:
    """The functions for these steps as they are written, in `texts`.

    `sums` and `returned` are as in `Bodies`, which writes what they contain.
    """

    def __init__(self, steps: Iterable[Step], sums: Mapping[Any, int], returned: Iterable[Any] = ()) -> None:
        self.texts: list[str] = []
        self.bodies = Bodies(steps, sums, returned, self._function_of)
        self._formulas: dict[Formula, str] = {}
        self._count = 0

    def add(self, head: str, body: Iterable[str]) -> None:
        """Write a function."""
        self.texts.append("\n".join([head, "{", *(f"    {line}" for line in body), "}", ""]))

    def calls(
        self, terms: Iterable[Term], growths: Sequence[Sequence[int]] = (), turns: Point = ()
    ) -> list[str]:
        """Write functions for terms in loops of so many turns.

        Returns the statements that call them.
        """
        counters = COUNTERS[: len(turns)]
        arguments = "".join(f"{counter}, " for counter in counters)
        parameters = "".join(f"int {counter}, " for counter in counters)
        calls = []
        for kind, group in _groups(with_growths(terms, growths)):
            if kind is Loop:
                [(loop, here)] = group
                counter = COUNTERS[len(counters)]
                inner = self.calls(loop.body, [*here, loop.growth], (*turns, loop.turns))
                calls += block(f"for (int {counter} = 0; {counter} < {loop.turns}; {counter}++)", inner)
            elif any(adds(term) for term, _ in group):
                calls.append(self.adding(self.bodies.on_parts(group, turns), parameters, arguments))
            elif kind is Step:
                calls.append(self._outside_of_loops(group, turns, parameters, arguments))
            else:
                kinds = {"1": "1", "PARTS": "PARTS"}
                body = self.bodies.on_parts(group, turns)
                name = self._variants("loops", "const int parts", kinds, body, parameters, arguments)
                calls.append(f"(parts == 1 ? {name}_1 : {name}_PARTS)({arguments}ON);")
        return calls

    def _outside_of_loops(self, group, turns, parameters, arguments):
        """Write a function of lines alone; returns what calls it."""
        few = len(group) <= LOOP_LINES
        if turns:
            lines = self.bodies.moving_lines(group, turns)
        else:
            lines = self.bodies.lines([step for step, _ in group], inline=few)
        body = block("EACH_PLANE", ["enum { part = 0 };", *lines])
        parameters, arguments = f"int parts, {parameters}", f"parts, {arguments}"
        adding = any(step.places[0] in self.bodies.lined for step, _ in group)
        if adding and few:
            kinds = {"full": "FULL", "masked": "MASKED"}
            name = self._variants("lines", "const enum block block", kinds, body, parameters, arguments)
            return f"(block == MASKED ? {name}_masked : {name}_full)({arguments}ON);"
        name = self._name("lines")
        body = [*["const enum block block = MASKED;"] * adding, *body, "FENCE;"]
        self.add(f"NOINLINE void {name}({parameters}ARGUMENTS)", body)
        return f"{name}({arguments}ON);"

    def adding(self, body: Iterable[str], parameters: str = "", arguments: str = "") -> str:
        """Write a function that adds to sums; returns what calls it.

        There is one for one part, and one for each kind of block.
        """
        kinds = {"1": "1, MASKED", "full": "PARTS, FULL", "masked": "PARTS, MASKED", "alone": "PARTS, ALONE"}
        choices = "const int parts, const enum block block"
        name = self._variants("sums", choices, kinds, body, parameters, arguments)
        kind = f"block == FULL ? {name}_full : block == MASKED ? {name}_masked : {name}_alone"
        return f"(parts == 1 ? {name}_1 : {kind})({arguments}ON);"

    def _variants(self, kind, choices, constants, body, parameters, arguments):
        """Write a function for each of some constants; returns its name."""
        body = list(body)  # which may write functions of its own first
        name = self._name(kind)
        self.add(f"INLINE void {name}({choices}, {parameters}ARGUMENTS)", body)
        for variant, values in constants.items():
            call = f"{name}({values}, {arguments}ON);"
            self.texts[-1] += f"NOINLINE void {name}_{variant}({parameters}ARGUMENTS)\n{{ {call} FENCE; }}\n"
        return name

    def _function_of(self, formula):
        """The name of a formula's function, which is written if it is new."""
        if formula in self._formulas:
            return self._formulas[formula]
        name = self._formulas[formula] = self._name("formula")
        letters = [f"a{i}" for i in range(len(formula.letters))]
        if must_be_lanewise(formula):
            expression = c_template(formula, lanewise=True).format(*(f"{letter}[lane]" for letter in letters))
            body = [
                "vector out;",
                "long long nonfinite[1] = {0};",
                f"FOR_LANES out[lane] = {expression};",
                "(*nonfinite_lanes)[0] |= *nonfinite;",
                "return out;",
            ]
        else:
            body = [f"return {c_template(formula, lanewise=False).format(*letters)};"]
        arguments = "".join(f"vector {letter}, " for letter in letters)
        self.add(f"NOINLINE vector {name}({arguments}mask *nonfinite_lanes)", body)
        return name

    def _name(self, kind):
        self._count += 1
        return f"{kind}{self._count}"


def _groups(terms):
    """Terms in groups that become a function each, and of what kind they are:
    Step for lines alone, None for loops and few lines between them, and Loop
    for a loop that is too long and becomes several.
    """
    group, size = [], 0

    def finished():
        nonlocal group, size
        if group:
            yield (Step if all(isinstance(term, Step) for term, _ in group) else None), group
        group, size = [], 0

    for kind, run in groupby(terms, lambda placed: type(placed[0])):
        run = list(run)
        if kind is Step and len(run) > FEW:
            yield from finished()
            yield from ((Step, run[start : start + LINES]) for start in range(0, len(run), LINES))
            continue
        for placed in run:
            lines = _length(placed[0])
            if size + lines > LOOP_LINES:
                yield from finished()
            if lines > LOOP_LINES:
                yield Loop, [placed]
                continue
            group.append(placed)
            size += lines
    yield from finished()


def _length(term):
    """How many lines a term has, each written once."""
    return 1 if isinstance(term, Step) else sum(map(_length, term.body))
