"""Functions of bounded length in C, for loops and for lines outside of them.

Their words in capitals, `finite` and `finite_lanes` are those of `vectors.c`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from math import gcd
from typing import Any

from engine.formula import Formula
from engine.programs.arrays import COUNTERS, Access, accesses, affine
from engine.programs.c_formula import (
    c_number,
    c_template,
    divisors,
    is_short,
    must_be_lanewise,
    without_numbers,
)
from engine.programs.merged import ARRAYS, G, Step, W
from engine.programs.rolled import Loop, Term, with_growths

# Lines of a function: for twice the length, a compiler takes more than twice
# the time. Loops are compiled for one part and for several at once.
LINES, LOOP_LINES = 250, 60
FEW = 8  # so many lines between loops stay with them
LONG_LOOP = 30  # so many turns read more than stays in the fastest memory


class Functions:
    """The functions as they are written, in `texts`.

    `sums` has the number of the sum that a place is added to. `lined` has it
    for those places that a line outside of loops adds, when it computes them.
    Places that are `returned` are not only for these functions to read.
    """

    def __init__(self, steps: Iterable[Step], sums: Mapping[Any, int], returned: Iterable[Any] = ()) -> None:
        self.sums = sums
        self.texts: list[str] = []
        self.lined: dict[Any, int] = {}
        self._uses: Counter[Any] = Counter(returned)
        self._writes: Counter[Any] = Counter()
        for step in steps:
            target, *operands = step.places
            self._writes[target] += 1
            self._uses.update((target, *operands))
        self._formulas: dict[Formula, str] = {}
        self._count = 0

    def add(self, head: str, body: Iterable[str]) -> None:
        """Write a function."""
        self.texts.append("\n".join([head, "{", *(f"    {line}" for line in body), "}", ""]))

    def calls(
        self, terms: Iterable[Term], growths: Sequence[Sequence[int]] = (), counters: Sequence[str] = ()
    ) -> list[str]:
        """Write functions for terms in loops of these counters.

        Returns the statements that call them.
        """
        arguments = "".join(f"{counter}, " for counter in counters)
        parameters = "".join(f"int {counter}, " for counter in counters)
        calls = []
        for kind, group in _groups(with_growths(terms, growths)):
            if kind is Loop:
                [(loop, here)] = group
                counter = COUNTERS[len(counters)]
                inner = self.calls(loop.body, [*here, loop.growth], [*counters, counter])
                calls += _block(f"for (int {counter} = 0; {counter} < {loop.turns}; {counter}++)", inner)
            elif any(_adds(term) for term, _ in group):
                calls.append(self.adding(self._loops(group, counters), parameters, arguments))
            elif kind is Step:
                name = self._name("lines")
                moving = (self._line(step, here, counters, inline=False) for step, here in group)
                lines = moving if counters else self._lines(group)
                body = [*_block("EACH_PLANE", ["enum { part = 0 };", *lines]), "FENCE;"]
                self.add(f"NOINLINE void {name}(int parts, {parameters}ARGUMENTS)", body)
                calls.append(f"{name}(parts, {arguments}ON);")
            else:
                name = self._variants(
                    "loops",
                    "const int parts",
                    {"1": "1", "PARTS": "PARTS"},
                    self._loops(group, counters),
                    parameters,
                    arguments,
                )
                calls.append(f"(parts == 1 ? {name}_1 : {name}_PARTS)({arguments}ON);")
        return calls

    def adding(self, body: Iterable[str], parameters: str = "", arguments: str = "") -> str:
        """Write a function that adds to sums; returns what calls it.

        There are three of it: for one part, for several, and for several with
        lanes that do not count.
        """
        kinds = {"1": "1, 1", "PARTS": "PARTS, 0", "masked": "PARTS, 1"}
        name = self._variants("sums", "const int parts, const int masked", kinds, body, parameters, arguments)
        return f"(parts == 1 ? {name}_1 : masked ? {name}_masked : {name}_PARTS)({arguments}ON);"

    def _variants(self, kind, choices, constants, body, parameters, arguments):
        """Write a function for each of some constants; returns its name."""
        body = list(body)  # which may write functions of its own first
        name = self._name(kind)
        self.add(f"INLINE void {name}({choices}, {parameters}ARGUMENTS)", body)
        for variant, values in constants.items():
            call = f"{name}({values}, {arguments}ON);"
            self.texts[-1] += f"NOINLINE void {name}_{variant}({parameters}ARGUMENTS) {{ {call} FENCE; }}\n"
        return name

    def _lines(self, group):
        """Lines outside of loops, which keep in variables what they compute."""
        steps = [step for step, _ in group]
        reached = Counter(place for step in steps for place in step.places)
        last = {step.places[0]: step for step in steps}
        written = Counter(step.places[0] for step in steps)
        here = {}
        for step in steps:
            target, *places = step.places
            operands = [here.get(place) or operand(Access(*place, (), ()), []) for place in places]
            expression = self._expression(step.statement, operands, inline=len(steps) <= LOOP_LINES)
            name, memory = f"{target[0].lower()}{target[1]}", element(Access(*target, (), ()), [])
            if step.statement.sign == "=":
                yield f"vector {name} = {expression};"
            else:
                if target not in here:  # it has begun in an earlier function
                    yield f"vector {name} = {memory};"
                yield f"{name} {step.statement.sign} {expression};"
            here[target] = name
            if step is not last[target]:
                continue
            complete = written[target] == self._writes[target]
            if target in self.sums and complete:
                self.lined[target] = self.sums[target]
                yield f"ADD_LINE({self.sums[target]}, {name});"
            if reached[target] < self._uses[target] or (target in self.sums and not complete):
                yield f"{memory} = {name};"

    def _line(self, step, growths, counters, target=None, inline=True):
        """A line of C; its number goes to `target`, if not to its place."""
        [(own, *operands)] = accesses([step], growths, (1,) * len(counters))
        texts = [operand(access, counters) for access in operands]
        expression = self._expression(step.statement, texts, inline)
        if own.array == G:
            return f"ADD({index(own, counters)}, {expression});"
        return f"{target or element(own, counters)} {step.statement.sign} {expression};"

    def _part_line(self, step, growths, counters, target=None):
        """The same on each part."""
        line = self._line(step, growths, counters, target)
        return line if step.statement.arrays[0] == G else f"EACH {line}"

    def _loops(self, group, counters, turns=()):
        """Loops, and what stands between them, on several parts at once."""
        for term, growths in group:
            if isinstance(term, Step):
                yield self._part_line(term, growths, counters)
                continue
            counter, here = COUNTERS[len(counters)], (*turns, term.turns)
            body, inner = list(with_growths(term.body, [*growths, term.growth])), [*counters, counter]
            sums = _sums(body, here)
            start = "0"
            if _may_be_blocked(body, here):
                yield f"for (int {counter}0 = 0; {counter}0 + BLOCK <= {term.turns}; {counter}0 += BLOCK) {{"
                yield from (f"    {line}" for line in self._block_of_turns(body, inner, here))
                yield "}"
                start = f"{term.turns} / BLOCK * BLOCK"
            head = f"for (int {counter} = {start}; {counter} < {term.turns}; {counter}++)"
            if sums:
                yield from self._loop_with_sums(head, body, inner, sums, counters)
            else:
                yield from _block(head, self._loops(body, inner, here))

    def _loop_with_sums(self, head, body, inner, sums, counters):
        """An innermost loop whose sums are in variables meanwhile."""
        targets = {place: f"sum{place}[part]" for place in sums}
        lines = [self._part_line(*each, inner, targets.get(place)) for place, each in enumerate(body)]
        yield "{"
        for place, access in sums.items():
            yield f"    vector sum{place}[PARTS];"
            yield f"    EACH sum{place}[part] = {element(access, counters)};"
        yield from (f"    {line}" for line in _block(head, lines))
        for place, access in sums.items():
            yield f"    EACH {element(access, counters)} = sum{place}[part];"
        yield "}"

    def _block_of_turns(self, body, counters, turns):
        """Some turns of a loop side by side, so that what the loop inside reads
        is read once for all of them.
        """
        counter = counters[-1]
        every = f"for (int {counter} = {counter}0; {counter} < {counter}0 + BLOCK; {counter}++)"
        for term, growths in body:
            if isinstance(term, Step):
                yield f"{every} {self._part_line(term, growths, counters)}"
                continue
            deeper, here = COUNTERS[len(counters)], (*turns, term.turns)
            head = f"for (int {deeper} = 0; {deeper} < {term.turns}; {deeper}++) UNROLLED {every}"
            inside = list(with_growths(term.body, [*growths, term.growth]))
            sums = _sums(inside, here)
            if not sums:
                yield from _block(head, self._loops(inside, [*counters, deeper], here))
                continue
            [access], [(step, within)] = sums.values(), inside
            number = f"sum[{counter} - {counter}0][part]"
            yield "vector sum[BLOCK][PARTS];"
            yield f"UNROLLED {every} EACH {number} = {element(access, counters)};"
            yield f"{head} {self._part_line(step, within, [*counters, deeper], number)}"
            yield f"UNROLLED {every} EACH {element(access, counters)} = {number};"

    def _expression(self, statement, texts, inline):
        """What stands right of the sign, on vectors.

        It is a call of a function of the formula's own if each lane has to be
        computed by itself; and if it is not to be `inline`, unless it is short.
        """
        formula, texts, operands = statement.formula, iter(texts), []
        for letter, array in zip(formula.letters, statement.arrays[1:]):
            if array in ARRAYS:
                operands.append(next(texts))
            elif letter in divisors(formula):
                formula = formula.put(letter, float(array))
            else:
                operands.append(f"SPLAT({c_number(array)})")
        if is_short(formula) or (inline and not must_be_lanewise(formula)):
            return c_template(formula, lanewise=False).format(*operands)
        known = dict(zip(formula.letters, operands))
        formula, numbers = without_numbers(formula)
        known |= {letter: f"SPLAT({c_number(repr(number))})" for letter, number in numbers.items()}
        operands = [known[letter] for letter in formula.letters]
        if formula not in self._formulas:
            self._formulas[formula] = self._formula_function(formula, len(operands))
        return f"{self._formulas[formula]}({', '.join([*operands, 'nonfinite_lanes'])})"

    def _formula_function(self, formula, count):
        """Write a function for a formula; returns its name."""
        name, letters = self._name("formula"), [f"a{i}" for i in range(count)]
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


def _adds(term):
    """Whether a term has lines that add to sums."""
    return term.statement.arrays[0] == G if isinstance(term, Step) else any(map(_adds, term.body))


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


def _sums(body, turns):
    """The lines of an innermost loop that add to one place in all its turns,
    which nothing else in the loop reaches: their number and that place.
    """
    if any(isinstance(term, Loop) for term, _ in body):
        return {}
    lines = [line for term, growths in body for line in accesses([term], growths, turns)]
    found = {}
    for number, (term, _) in enumerate(body):
        target = lines[number][0]
        if term.statement.sign == "=" or target.growths[-1]:
            continue
        others = [access for i, line in enumerate(lines) for access in line[i == number :]]
        if not any(_may_meet(target, other) for other in others if other.array == target.array):
            found[number] = target
    return found


def _may_be_blocked(body, turns):
    """Whether some turns of a loop can be side by side: each turn's lines, with
    one long loop among them, reach no place that another turn writes.
    """
    loops = [(term, growths) for term, growths in body if isinstance(term, Loop)]
    if [type(term) for term, _ in loops] != [Loop] or loops[0][0].turns < LONG_LOOP:
        return False
    [(loop, growths)] = loops
    inside, within = list(with_growths(loop.body, [*growths, loop.growth])), (*turns, loop.turns)
    adding = all(isinstance(term, Step) and _adds(term) for term, _ in inside)
    if not adding and (len(inside) != 1 or not _sums(inside, within)):
        return False
    lines = [line for term, here in body for line in accesses([term], here, turns)]
    writes = [line[0] for line in lines if line[0].array != G]
    depth = len(turns) - 1
    return not any(
        _meet_in_other_turns(write, access, depth)
        for write in writes
        for line in lines
        for access in line
        if access.array == write.array
    )


def _meet_in_other_turns(one, other, depth):
    """Whether two accesses may reach one place in different turns of a loop."""
    still = not any(one.growths[depth + 1 :] + other.growths[depth + 1 :])  # in the loops inside
    if still and one.growths[: depth + 1] == other.growths[: depth + 1]:
        growth, distance = one.growths[depth], one.first - other.first
        return growth == 0 or (distance != 0 and distance % growth == 0)
    # else by the whole range of each: those of outer loops are the same turns
    low, high = [0, 0], [0, 0]
    for i, access in enumerate((one, other)):
        for growth, count in list(zip(access.growths, access.counts))[depth:]:
            low[i] += min(0, growth * (count - 1))
            high[i] += max(0, growth * (count - 1))
    outer = [a - b for a, b in zip(one.growths[:depth], other.growths[:depth])]
    distance = one.first - other.first
    reach = [step * (count - 1) for step, count in zip(outer, one.counts)]
    smallest = distance + low[0] - high[1] + sum(min(0, r) for r in reach)
    largest = distance + high[0] - low[1] + sum(max(0, r) for r in reach)
    return smallest <= 0 <= largest


def _may_meet(one, other):
    """Whether two accesses may reach one place, in different turns perhaps of
    the innermost loop, but in the same of the others.
    """
    distance = one.first - other.first
    steps = [a - b for a, b in zip(one.growths, other.growths)]
    reach = [step * (count - 1) for step, count in zip(steps, one.counts)]
    if not distance + sum(min(0, r) for r in reach) <= 0 <= distance + sum(max(0, r) for r in reach):
        return False
    step = gcd(*steps)
    return distance % step == 0 if step else distance == 0


def _block(head, body):
    """A statement of C around others."""
    body = list(body)
    if len(body) == 1:
        return [f"{head} {body[0]}"]
    return [f"{head} {{", *(f"    {line}" for line in body), "}"]


def index(access: Access, counters: Sequence[str]) -> str:
    """An access's index, in terms of its loops' counters."""
    return affine(
        [(growth, counter) for growth, counter in zip(access.growths, counters) if growth], access.first
    )


def element(access: Access, counters: Sequence[str]) -> str:
    """A place in C: T(2 * i + 1)."""
    return f"{access.array}({index(access, counters)})"


def operand(access: Access, counters: Sequence[str]) -> str:
    """A place as a vector; a parameter is the same number in all lanes."""
    text = element(access, counters)
    return f"SPLAT({text})" if access.array == W else text
