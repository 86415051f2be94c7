"""A whole program in C: its lines in functions of bounded length, and the loop that runs them on all rows."""

import ast
from collections import ChainMap

from engine.c_lines import Names

LINES = 500  # of a function: for twice the length, a compiler takes more than twice the time

HEAD = """\
#include <math.h>
#include <stdlib.h>

typedef double lanes __attribute__((vector_size(64)));
typedef long long masks __attribute__((vector_size(64)));

#define EACH for (int i = 0; i < 8; i++)
#define ALL(number) ((number) - (lanes){0})
#define PICK(test, yes, no) ((lanes)(((masks)(yes) & (test)) | ((masks)(no) & ~(test))))
#define COLUMN(at, step) ((lanes){ \\
    (at)[0], (at)[step], (at)[2 * step], (at)[3 * step], \\
    (at)[4 * step], (at)[5 * step], (at)[6 * step], (at)[7 * step]})
#define PART(name) static __attribute__((noinline)) void name( \\
    const double *restrict w, lanes *restrict kept, lanes *restrict sums, masks *restrict doubts)

// The bits of an exponent, all of which are set in infinities and NaN only.
#define EXPONENT 0x7ff0000000000000

static inline double sure(double number, long long *doubt)
{
    union { double number; long long bits; } is = { number };
    *doubt |= (is.bits & EXPONENT) == EXPONENT;
    return number;
}

static inline lanes sures(lanes numbers, masks *doubts)
{
    *doubts |= ((masks)numbers & EXPONENT) == EXPONENT;
    return numbers;
}
"""

# Sums begin at -0.0, because -0.0 + x is x even for -0.0.
RUN = """\
static double mean(lanes sums, long count)
{
    double sum = -0.0;
    EACH sum += sums[i];
    return sum / count;
}

double run(const double *rows, long count, const double *w, double *gradient)
{
    lanes *kept = aligned_alloc(sizeof(lanes), sizeof(lanes) * (KEPT + 2 * SUMS + INPUTS));
    if (!kept) return NAN;
    lanes *sums = kept + KEPT, *rest = sums + SUMS;
    double *filled = (double *)(rest + SUMS);
    masks doubts = {0};
    for (int j = 0; j < SUMS; j++) sums[j] = ALL(-0.0);

    for (long row = 0; row < count; row += 8) {
        long left = count - row;
        const double *at = rows + row * INPUTS;
        if (left < 8) {  // the last row fills the other lanes, whose sums are left out below
            for (int j = 0; j < SUMS; j++) rest[j] = ALL(-0.0);
            EACH for (int j = 0; j < INPUTS; j++)
                filled[i * INPUTS + j] = at[(i < left ? i : left - 1) * INPUTS + j];
            at = filled;
        }
        for (int j = 0; j < INPUTS; j++) kept[j] = sures(COLUMN(at + j, INPUTS), &doubts);
        forward(w, kept, left < 8 ? rest : sums, &doubts);
        if (gradient) backward(w, kept, left < 8 ? rest : sums, &doubts);
        if (left < 8) for (int j = 0; j < SUMS; j++) EACH if (i < left) sums[j][i] += rest[j][i];
    }
    double output = mean(sums[0], count);
    if (gradient) for (int j = 1; j < SUMS; j++) gradient[j - 1] = mean(sums[j], count);
    long long doubt = 0;
    EACH doubt |= doubts[i];
    free(kept);
    return doubt ? NAN : output;
}
"""


def c_module(source):
    """The C text of a program's Python text.

    Its function `run` takes rows of inputs, their count and the parameters. It returns the mean output, or
    NaN if Python may refuse a row, and writes the mean gradient unless that is null.

    A variable has its own name with an underscore after it, which no name of C's ends with.
    """
    module = ast.parse(source)
    *helpers, program = [node for node in module.body if isinstance(node, ast.FunctionDef)]
    *lines, returned = program.body
    output, derivatives = returned.value.elts
    arguments = [argument.arg for argument in program.args.args]
    inputs = arguments[: len(arguments) - len(derivatives.elts)]
    numbers = {name: f"w[{j}]" for j, name in enumerate(arguments[len(inputs) :])}
    sums = {name.id: f"sums[{j}]" for j, name in enumerate(derivatives.elts, 1)}
    functions = [helper.name for helper in helpers]

    middle = source.partition("    # backward\n")[0].count("\n")
    forward = _parts([line for line in lines if line.lineno <= middle]) or [[]]
    backward = _parts([line for line in lines if line.lineno > middle])
    parts = forward + backward
    last = {
        node.id: k
        for k, part in enumerate(parts)
        for line in part
        for node in ast.walk(line)
        if isinstance(node, ast.Name)
    }
    kept, size = _kept(parts, last, inputs)

    text = [HEAD, *(_function(helper, functions) for helper in helpers)]
    for k, part in enumerate(parts):
        here = {name: f"{name}_" for name in map(_target, part)}
        names = Names(ChainMap(here, kept), numbers, functions)
        body = [*_statements(part, names, kept, {name for name in here if last[name] > k}, sums)]
        if part is forward[-1]:
            body.append(f"sums[0] += {names.expression(output)};")
        text.append(_part(f"part{k}", body))
    calls = [f"part{k}(w, kept, sums, doubts);" for k in range(len(parts))]
    text.append(_part("forward", calls[: len(forward)]))
    text.append(_part("backward", calls[len(forward) :]))
    text.append(f"enum {{ INPUTS = {len(inputs)}, KEPT = {size}, SUMS = {len(sums) + 1} }};\n")
    return "\n".join([*text, RUN])


def _parts(lines):
    return [lines[start : start + LINES] for start in range(0, len(lines), LINES)]


def _target(line):
    return (line.targets[0] if isinstance(line, ast.Assign) else line.target).id


def _kept(parts, last, inputs):
    """Places in memory for the inputs and for all that a later part needs, and how many they are.

    A place is free again after the last part that needs what is kept there.
    """
    kept, free, size = {name: f"kept[{j}]" for j, name in enumerate(inputs)}, [], len(inputs)
    ending = [[] for _ in parts]
    for k, part in enumerate(parts):
        for name in map(_target, part):
            if last[name] > k and name not in kept:
                if not free:
                    free.append(f"kept[{size}]")
                    size += 1
                kept[name] = free.pop()
                ending[last[name]].append(kept[name])
        free += ending[k]
    return kept, size


def _statements(part, names, kept, needed, sums):
    """The lines of one part in C; what is `needed` later is kept, and a finished derivative summed."""
    first = {_target(line): line for line in reversed(part)}
    final = {_target(line): line for line in part}
    for line in part:
        name = _target(line)
        statement = names.line(line)
        if line is first[name] and isinstance(line, ast.AugAssign):  # begun in a part before this one
            yield f"lanes {name}_ = {kept[name]};"
        elif line is first[name]:
            statement = (
                f"lanes {name}_; {statement}" if statement.startswith("EACH ") else f"lanes {statement}"
            )
        yield statement
        if line is final[name] and name in needed:
            yield f"{kept[name]} = {name}_;"
        elif line is final[name] and name in sums:
            yield f"{sums[name]} += {name}_;"


def _part(name, statements):
    """A function in C. Where statements go lane by lane, their doubt is one number, handed on in the end."""
    body = list(statements)
    if any("EACH " in statement for statement in body):
        body = ["long long doubt[1] = {0};", *body, "(*doubts)[0] |= *doubt;"]
    return "\n".join([f"PART({name})", "{", *(f"    {statement}" for statement in body), "}", ""])


def _function(tree, functions):
    """One of the table's own functions, on numbers."""
    arguments = {argument.arg: f"{argument.arg}_" for argument in tree.args.args}
    value = Names({}, arguments, functions).expression(tree.body[0].value, in_lane=True)
    signature = ", ".join(f"double {argument}" for argument in arguments.values())
    return f"static double {tree.name}_({signature}, long long *doubt)\n{{\n    return {value};\n}}\n"
