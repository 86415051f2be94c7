"""Operations that someone adds to the table, whatever their line is like.

Each is added to a copy of the engine in a process of its own, with its line in
the table and its name in Value's body, as the README says.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import engine

ADDED = {
    "gelu_again": (
        "0.5 * a * (1 + erf(a / sqrt(2)))",
        ("0.5 * (1 + erf(a / sqrt(2))) + a * exp(-a * a / 2) / sqrt(2 * pi)",),
    ),
    "swish": ("a * sigmoid(a)", ("sigmoid(a) + out * (1 - sigmoid(a))",)),
    "step": ("0.0 if a < 0 else 1.0", ("0",)),
    "doubled_below_e": ("2 * a if exp(a) < e else a", ("2 if exp(a) < e else 1",)),
    "exp2": ("exp(a * log(2))", ("out * log(2)",)),  # named as one of math's
    "norm": ("sqrt(a * a + b * b)", ("a / out", "b / out")),
    "bexp": ("b * exp(a)", ("out", "exp(a)")),  # b is the first in the text
}
SCRIPT = """
from engine import Program, Value, c_compiler, draw, play, steps, tree

for name, count in {added}.items():
    operands = [Value(0.7, "x"), Value(1.3, "y")][:count]

    def output(operands):
        return getattr(operands[0] * 1.1, name)(*operands[1:]) * 3

    out = output(operands)
    out.backward()
    gradient = [operand.grad for operand in operands]
    h = 1e-6
    for i in range(count):
        sides = []
        for sign in (h, -h):
            moved = [Value(x.data + sign * (i == j)) for j, x in enumerate(operands)]
            sides.append(output(moved).data)
        slope = (sides[0] - sides[1]) / (2 * h)
        assert abs(slope - gradient[i]) < 1e-8, (name, slope, gradient)
    out.zero_grad()
    assert [operand.grad for operand in operands] == [0.0] * count
    steps(out).run()
    assert [operand.grad for operand in operands] == gradient, name
    str(list(steps(out))), str(tree(out)), draw(out, derivatives=True).source, play(out).html
    program = Program(out)
    forms = [program, program.native()] if c_compiler() else [program]
    for form in forms:
        mean, found = form.value_and_gradient([[]])
        assert abs(mean - out.data) < 1e-14 and all(abs(a - b) < 1e-14 for a, b in zip(found, gradient)), name
    assert [number for _, number in program.line_by_line()] and program() == out.data
"""


QUICK = ("bexp",)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] * (name not in QUICK)) for name in ADDED]
)
def test_an_added_operation_works_everywhere(name, tmp_path):
    expression, partials = ADDED[name]
    shutil.copytree(Path(engine.__file__).parent, tmp_path / "engine")
    rules, value = tmp_path / "engine" / "rules.py", tmp_path / "engine" / "value.py"
    line, kind = (
        f"    Rule({name!r}, {expression!r}, {partials!r}),\n",
        ["unary", "binary"][len(partials) - 1],
    )
    text = rules.read_text(encoding="utf-8")
    rules.write_text(text.replace("]\n# A small", f"{line}]\n# A small"), encoding="utf-8")
    text = value.read_text(encoding="utf-8")
    names = f'    {name} = {kind}("{name}")\n\n    # by data'
    value.write_text(text.replace("\n    # by data", f"{names}", 1), encoding="utf-8")
    script = SCRIPT.format(added={name: len(partials)})
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
