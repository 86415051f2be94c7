"""Lines and loops in C: what stands inside functions.

Their words in capitals are those of `vectors.c`, `run.c` and `each.c`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Any, NamedTuple

from engine.formula import Formula
from engine.programs.arrays import COUNTERS, Access, Point, accesses, affine, still
from engine.programs.c_formula import (
    c_number,
    c_template,
    divisors,
    is_short,
    must_be_lanewise,
    without_numbers,
)
from engine.programs.dependences import Body, invariant_sums, may_meet, turns_are_independent
from engine.programs.merged import ARRAYS, G, N, Place, Step, W
from engine.programs.rolled import Loop, Term, with_growths

LONG_LOOP = 30  # so many turns read more than stays in the fastest memory


class Bodies:
    """The bodies of functions for these steps.

    `sums` has the number of the sum that a place is added to. `lined` has it
    for those places that a line outside of loops adds, when it computes them.
    Places that are `returned` are read by others too. `function_of` a formula
    is the name of a function that computes it.
    """

    def __init__(
        self,
        steps: Iterable[Step],
        sums: Mapping[Any, int],
        returned: Iterable[Any],
        function_of: Callable[[Formula], str],
    ) -> None:
        self.sums = sums
        self.lined: dict[Any, int] = {}
        self._function_of = function_of
        self._uses: Counter[Any] = Counter(returned)
        self._writes: Counter[Any] = Counter()
        for step in steps:
            target, *operands = step.places
            self._writes[target] += 1
            self._uses.update((target, *operands))

    def lines(self, steps: Sequence[Step], inline: bool) -> Iterator[str]:
        """Lines outside of loops, which keep in variables what they compute."""
        reached = Counter(place for step in steps for place in step.places)
        last = {step.places[0]: step for step in steps}
        written = Counter(step.places[0] for step in steps)
        here: dict[Place, str] = {}
        for step in steps:
            target, *places = step.places
            operands = [here.get(place) or operand(still(place)) for place in places]
            expression = self._expression(step.statement, operands, inline)
            name, memory = f"{target[0].lower()}{target[1]}", element(still(target))
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

    def moving_lines(self, group: Body, turns: Point) -> Iterator[str]:
        """Lines of a loop whose counters its function is called with."""
        for step, growths in group:
            yield self._line(step, growths, turns, {}, inline=False)

    def _line(self, step, growths, turns, names, inline=True):
        """A line of C; `names` has the variables that stand for some places."""
        [(own, *operands)] = accesses([step], growths, turns)
        texts = [names.get(access) or operand(access) for access in operands]
        expression = self._expression(step.statement, texts, inline)
        if own.array == G:
            return f"ADD({index(own)}, {expression});"
        return f"{names.get(own) or element(own)} {step.statement.sign} {expression};"

    def _part_line(self, step, growths, turns, names):
        """The same on each part."""
        line = self._line(step, growths, turns, names)
        return line if step.statement.arrays[0] == G else f"EACH {line}"

    def on_parts(self, body: Body, turns: Point = ()) -> Iterator[str]:
        """Lines and loops on several parts at once, in loops of these turns."""
        return self._body(body, turns, {})

    def _body(self, body, turns, names):
        """The same; `names` has the variables that stand for some places."""
        variables = {} if names else self._variables(body, turns)  # whose names may be the same
        names = dict(names)
        for number, (term, growths) in enumerate(body):
            if number in variables:
                variable = variables[number]
                yield f"vector {variable.name}[PARTS];"
                names[variable.access] = f"{variable.name}[part]"
            if isinstance(term, Step):
                yield self._part_line(term, growths, turns, names)
            else:
                yield from self._loop(term, growths, turns, names)
            for variable in variables.values():
                if variable.stored and variable.last == number:
                    yield f"EACH {element(variable.access)} = {names.pop(variable.access)};"

    def _variables(self, body, turns):
        """The places of a body that a variable stands for, by the first term
        that writes them: those that several terms in a row write, and those
        that only the lines after these read.
        """
        found, counts = {}, Counter()
        for first, (term, growths) in enumerate(body):
            if not isinstance(term, Step) or term.statement.sign != "=" or term.statement.arrays[0] == G:
                continue
            [(own, *_)] = accesses([term], growths, turns)
            after = (_additions(own, *each, turns) for each in body[first + 1 :])
            additions = list(takewhile(bool, after))
            last, uses = first + len(additions), 1 + sum(additions)
            for term, growths in body[last + 1 :]:
                if isinstance(term, Loop):
                    break
                [(target, *operands)] = accesses([term], growths, turns)
                if may_meet(own, target):
                    break
                uses += operands.count(own)
            stored = any(place in self.sums or self._uses[place] != uses for _, place in own.places())
            if last > first or not stored:
                name = f"{own.array.lower()}{counts[own.array]}"
                counts[own.array] += 1
                found[first] = _Variable(own, name, last, stored)
        return found

    def _loop(self, loop, growths, turns, names):
        """A loop, whose sums are in variables meanwhile."""
        counter, here = COUNTERS[len(turns)], (*turns, loop.turns)
        body = list(with_growths(loop.body, [*growths, loop.growth]))
        start = "0"
        if _worth_a_block(body, here):
            yield f"for (int {counter}0 = 0; {counter}0 + BLOCK <= {loop.turns}; {counter}0 += BLOCK) {{"
            yield from (f"    {line}" for line in self._block_of_turns(body, here))
            yield "}"
            start = f"{loop.turns} / BLOCK * BLOCK"
        head = f"for (int {counter} = {start}; {counter} < {loop.turns}; {counter}++)"
        sums = {access: _outside(access) for access in invariant_sums(body, here)}
        known = {access: names[outer] for access, outer in sums.items() if outer in names}
        fresh = [access for access in sums if access not in known]
        known |= {access: f"sum{number}[part]" for number, access in enumerate(fresh)}
        lines = block(head, self._body(body, here, known))
        if not fresh:
            yield from lines
            return
        yield "{"
        for number, access in enumerate(fresh):
            yield f"    vector sum{number}[PARTS];"
            yield f"    EACH {known[access]} = {element(access)};"
        yield from (f"    {line}" for line in lines)
        for access in fresh:
            yield f"    EACH {element(access)} = {known[access]};"
        yield "}"

    def _block_of_turns(self, body, turns):
        """Some turns of a loop side by side, so that what the loop inside reads
        is read once for all of them.
        """
        counter, deeper = COUNTERS[len(turns) - 1], COUNTERS[len(turns)]
        every = f"for (int {counter} = {counter}0; {counter} < {counter}0 + BLOCK; {counter}++)"
        for term, growths in body:
            if isinstance(term, Step):
                yield f"{every} {self._part_line(term, growths, turns, {})}"
                continue
            head = f"for (int {deeper} = 0; {deeper} < {term.turns}; {deeper}++) UNROLLED {every}"
            inside, here = list(with_growths(term.body, [*growths, term.growth])), (*turns, term.turns)
            sums = invariant_sums(inside, here)
            if not sums:
                yield from block(head, self.on_parts(inside, here))
                continue
            [access], [(step, within)] = sums, inside
            number = f"sum[{counter} - {counter}0][part - tile]"
            line = self._line(step, within, here, {access: number})
            yield "FOR_TILES {"
            yield "    vector sum[BLOCK][TILE];"
            yield f"    UNROLLED {every} EACH_OF_TILE {number} = {element(access)};"
            yield f"    {head} EACH_OF_TILE {line}"
            yield f"    UNROLLED {every} EACH_OF_TILE {element(access)} = {number};"
            yield "}"

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
        return f"{self._function_of(formula)}({', '.join([*operands, 'nonfinite_lanes'])})"


class _Variable(NamedTuple):
    """What stands for a place while terms write it, up to the `last` of them.

    It is `stored` in its place then if that is read later.
    """

    access: Access
    name: str
    last: int
    stored: bool


def _additions(own, term, growths, turns):
    """How often a term adds to a place, if it reaches it in no other way."""
    if isinstance(term, Loop):
        body = list(with_growths(term.body, [*growths, term.growth]))
        sums = invariant_sums(body, (*turns, term.turns))
        return term.turns * [_outside(access) for access in sums].count(own)
    [(target, *operands)] = accesses([term], growths, turns)
    adds = target == own and term.statement.sign != "="
    return int(adds and not any(may_meet(own, access) for access in operands))


def _outside(access):
    """An access that an innermost loop does not move, outside of that loop."""
    return access._replace(growths=access.growths[:-1], counts=access.counts[:-1])


def adds(term: Term) -> bool:
    """Whether a term has lines that add to sums."""
    return term.statement.arrays[0] == G if isinstance(term, Step) else any(map(adds, term.body))


def _worth_a_block(body, turns):
    """Whether turns of a loop go side by side: if one long loop is inside, and
    they do not depend on each other.
    """
    loops = [(term, growths) for term, growths in body if isinstance(term, Loop)]
    if [type(term) for term, _ in loops] != [Loop] or loops[0][0].turns < LONG_LOOP:
        return False
    [(loop, growths)] = loops
    inside, within = list(with_growths(loop.body, [*growths, loop.growth])), (*turns, loop.turns)
    adding = all(isinstance(term, Step) and adds(term) for term, _ in inside)
    if not adding and (len(inside) != 1 or not invariant_sums(inside, within)):
        return False
    return turns_are_independent(body, turns)


def block(head: str, body: Iterable[str]) -> list[str]:
    """A statement of C around others."""
    body = list(body)
    if len(body) == 1:
        return [f"{head} {body[0]}"]
    return [f"{head} {{", *(f"    {line}" for line in body), "}"]


def index(access: Access) -> str:
    """An access's index, in terms of its loops' counters."""
    moving = [(growth, counter) for growth, counter in zip(access.growths, COUNTERS) if growth]
    return affine(moving, access.first)


def element(access: Access) -> str:
    """A place in C: T(2 * i + 1)."""
    return f"{access.array}({index(access)})"


def operand(access: Access) -> str:
    """A place as a vector; a parameter is the same number in all lanes."""
    if access.array == N:
        return f"SPLAT((double)({index(access)}))"
    text = element(access)
    return f"SPLAT({text})" if access.array == W else text
