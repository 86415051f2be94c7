"""A tape in C: its loops, and what does not repeat in lines, on many rows.

What never changes is in C files: `vectors.c` says what the words mean, `run.c`
runs these functions on all rows, and `each.c` on all elements of arrays, which
`buffers.c` finds in Python's objects.
"""

from collections import Counter
from importlib.resources import files
from itertools import chain

from engine.formula import Formula
from engine.programs.arrays import still
from engine.programs.c_bodies import operand
from engine.programs.c_formula import c_number, c_template, must_be_lanewise
from engine.programs.c_functions import Functions
from engine.programs.in_order import in_order
from engine.programs.merged import ARRAYS, D, G, Merged, Place, Step, T, W, X
from engine.programs.python_text import helpers
from engine.programs.rolled import Loop, Term, rolled, unrolled
from engine.programs.tape import Tape
from engine.rules import RULES

# So many lines without loops have one function for both passes.
SHORT = 100


def c_text(tape: Tape, program: Merged) -> str:
    """The whole C file for a program; `run.c` describes its function `run`."""
    return _framed("run.c", program_c(tape, program))


def each_text(tape: Tape, program: Merged) -> str:
    """The whole C file for a tape on columns; `each.c` describes `each`."""
    return _framed("each.c", each_c(tape, program))


def each_c(tape: Tape, program: Merged) -> str:
    """The part of the C for columns that is this tape's own."""
    functions = Functions(program.steps, {}, program.outputs)
    functions.texts += map(_helper, helpers(line.formula for line in tape.forward))
    calls = functions.calls(rolled(program.steps))
    functions.add("static void forward(int parts, enum block block, ARGUMENTS)", calls)
    places = [output[1] for output in program.outputs if isinstance(output, tuple)]
    computed = ", ".join(map(str, places))
    sizes = {"INPUTS": len(program.names[X]), "PLACES": len(program.names[T]), "RESULTS": len(places)}
    head = f"{_enum(sizes)}\nstatic const int computed[] = {{{computed}}};  // the places of the results\n"
    return "\n".join([head, *functions.texts])


def _framed(name, program):
    """A file of C with the others that it includes."""
    text = _file(name)
    if "sqrt_lanes(" in program:
        program = f"{_file('sqrt.c')}\n{program}"
    parts = {"vectors.c": _file("vectors.c"), "buffers.c": _file("buffers.c"), "program.c": program}
    for include, content in parts.items():
        before, line, after = text.partition(f'#include "{include}"\n')
        assert line
        text = before + content + after
    return text


def _file(name):
    return files("engine.programs").joinpath(name).read_text("ascii")


def _enum(sizes):
    return f"enum {{ {', '.join(f'{name} = {size}' for name, size in sizes.items())} }};"


def program_c(tape: Tape, program: Merged) -> str:
    """The part of the C that is this tape's own.

    >>> from engine.programs.merged import merged
    >>> from engine.programs.tape import record_tape
    >>> from engine.value import Value
    >>> x, w = Value(2, "x"), Value(-3, "w")
    >>> tape, _ = record_tape((w * x).exp(), [x])
    >>> print(program_c(tape, merged(tape)), end="")
    // X(i): x
    // W(i): w
    enum { INPUTS = 1, VALUES = 1, PLACES = 3, SUMS = 1, LINED = 2 };
    enum { ORDERED = 1 };  // W(i) is parameter i
    static const int order[] = {0};
    static const int lined[] = {1, 0};  // sums of lines outside of loops
    <BLANKLINE>
    NOINLINE vector formula1(vector a0, vector a1, mask *nonfinite_lanes)
    {
        vector out;
        long long nonfinite[1] = {0};
        FOR_LANES out[lane] = finite(exp(a0[lane] * a1[lane]), nonfinite);
        (*nonfinite_lanes)[0] |= *nonfinite;
        return out;
    }
    <BLANKLINE>
    INLINE void lines2(const enum block block, int parts, ARGUMENTS)
    {
        EACH_PLANE {
            enum { part = 0 };
            vector t0 = formula1(SPLAT(W(0)), X(0), nonfinite_lanes);
            ADD_LINE(1, t0);
            T(0) = t0;
        }
    }
    NOINLINE void lines2_full(int parts, ARGUMENTS)
    { lines2(FULL, parts, ON); FENCE; }
    NOINLINE void lines2_masked(int parts, ARGUMENTS)
    { lines2(MASKED, parts, ON); FENCE; }
    <BLANKLINE>
    static void forward(int parts, enum block block, ARGUMENTS)
    {
        (block == MASKED ? lines2_masked : lines2_full)(parts, ON);
    }
    <BLANKLINE>
    INLINE void lines3(const enum block block, int parts, ARGUMENTS)
    {
        EACH_PLANE {
            enum { part = 0 };
            vector t0 = formula1(SPLAT(W(0)), X(0), nonfinite_lanes);
            ADD_LINE(1, t0);
            vector d0 = t0 * X(0);
            ADD_LINE(0, d0);
        }
    }
    NOINLINE void lines3_full(int parts, ARGUMENTS)
    { lines3(FULL, parts, ON); FENCE; }
    NOINLINE void lines3_masked(int parts, ARGUMENTS)
    { lines3(MASKED, parts, ON); FENCE; }
    <BLANKLINE>
    static void gradients(int parts, enum block block, ARGUMENTS)
    {
        (block == MASKED ? lines3_masked : lines3_full)(parts, ON);
    }
    """
    forward, backward = program.steps[: program.forward_count], program.steps[program.forward_count :]
    inputs, parameters, values, gradients = (len(program.names[array]) for array in (X, W, T, D))
    added, backward, copied = _split(backward, gradients)
    sums: dict[Place | float, int] = {(D, gradients + i): k for i, k in enumerate(copied)}
    if isinstance(program.output, tuple):
        sums[program.output] = parameters
    terms: list[list[Term]] = [rolled(forward), rolled(backward), added]
    given = [in_order(each, program.order) for each in terms]
    ordered = None not in given
    if ordered:
        terms = [each or [] for each in given]
        sums = {place: k if k == parameters else program.order[k] for place, k in sums.items()}
    functions = Functions(chain(*map(unrolled, terms)), sums)
    functions.texts += map(_helper, helpers(line.formula for line in tape.forward + tape.backward))

    calls = functions.calls(terms[0])
    if program.output not in functions.bodies.lined:
        calls.append(functions.adding([f"ADD(SUMS, {_output(program)});"]))
    functions.add("static void forward(int parts, enum block block, ARGUMENTS)", calls)
    loops = any(isinstance(term, Loop) for term in chain(*terms))
    if program.output in functions.bodies.lined and not loops and len(terms[0] + terms[1]) <= SHORT:
        calls = functions.calls(terms[0] + terms[1])
    else:
        calls = ["forward(parts, block, ON);", *functions.calls(terms[1]), *functions.calls(terms[2])]
    places = range(gradients, gradients + len(copied))
    copies = [(sums[D, place], place) for place in places if (D, place) not in functions.bodies.lined]
    if copies:
        copy = "ADD(copied[i][0], D(copied[i][1]));"
        calls.append(functions.adding([f"for (int i = 0; i < {len(copies)}; i++) {copy}"]))
    functions.add("static void gradients(int parts, enum block block, ARGUMENTS)", calls)

    size = inputs + values + gradients + len(copied)
    sizes = {
        "INPUTS": inputs,
        "VALUES": values,
        "PLACES": size + 1 - size % 2,  # with an odd number planes share a cache well
        "SUMS": parameters,
        "LINED": len(functions.bodies.lined),
    }
    arrays = {"X": tape.inputs, "W": tape.parameters if ordered else program.names[W]}
    head = [f"// {array}(i): {_some(names)}" for array, names in arrays.items() if names]
    head.append(_enum(sizes))
    order = ", ".join(map(str, () if ordered else program.order)) or 0
    head.append(
        f"enum {{ ORDERED = {int(ordered)} }};  // W(i) is parameter {'i' if ordered else 'order[i]'}"
    )
    head.append(f"static const int order[] = {{{order}}};")
    lined = ", ".join(map(str, functions.bodies.lined.values()))
    head.append(f"static const int lined[] = {{{lined or 0}}};  // sums of lines outside of loops")
    if copies:
        pairs = ", ".join(f"{{{k}, {place}}}" for k, place in copies)
        head.append(f"static const int copied[][2] = {{{pairs}}};  // sums, and places to add to them")
    return "\n".join(["\n".join([*head, ""]), *functions.texts])


def _some(names):
    """The first few names, which are identifiers: no label is in the C."""
    return ", ".join(names[:8]) + ", ..." * (len(names) > 8)


def _output(program):
    """The output as a vector of C."""
    if isinstance(program.output, tuple):
        return operand(still(program.output))
    return f"SPLAT({c_number(repr(program.output))})"


def _split(steps, gradients):
    """The backward steps in three: loops whose lines add to sums, the other
    steps, and the parameters whose gradients these compute.

    A line adds to a sum if it computes the whole gradient of a parameter, if
    nothing reads that, and if it is in a loop. All other gradients of
    parameters have places after the `gradients` others.
    """
    written = Counter(indices[0] for statement, indices in steps if statement.arrays[0] == G)
    read, lanewise = set(), set()
    for step in steps:
        (target, k), *operands = step.places
        read.update(index for array, index in operands if array == G)
        if target == G and must_be_lanewise(step.statement.formula):
            lanewise.add(k)
    alone = {k for k, lines in written.items() if lines == 1} - read - lanewise
    copied = sorted(written.keys() - alone)
    place = {k: gradients + i for i, k in enumerate(copied)}
    statements = {}

    def with_places(step):
        statement, indices = step
        if G not in statement.arrays:
            return step
        moved = tuple([array == G and index in place for array, index in step.places])
        if (statement, moved) not in statements:
            flags = iter(moved)
            arrays = tuple([D if array in ARRAYS and next(flags) else array for array in statement.arrays])
            statements[statement, moved] = statement._replace(arrays=arrays)
        indices = tuple([place[index] if flag else index for flag, index in zip(moved, indices)])
        return Step(statements[statement, moved], indices)

    steps = [with_places(step) for step in steps]
    terms = rolled(step for step in steps if step.statement.arrays[0] == G)
    added = [term for term in terms if isinstance(term, Loop)]
    for term in terms:
        if isinstance(term, Step):
            place[term.indices[0]] = gradients + len(copied)
            copied.append(term.indices[0])
    others = (with_places(step) for step in steps)
    return added, [step for step in others if step.statement.arrays[0] != G], copied


def _helper(op):
    """One of the table's own functions, on numbers."""
    arguments = ", ".join(f"double {operand}_" for operand in RULES[op].operands)
    formula = Formula(RULES[op].expression)
    value = c_template(formula, lanewise=True).format(*(f"{letter}_" for letter in formula.letters))
    return f"static double {op}_({arguments}, long long *nonfinite)\n{{\n    return {value};\n}}\n"
