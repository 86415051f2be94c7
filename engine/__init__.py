"""A scalar reverse-mode autodiff engine, for learning backpropagation.

To learn how a gradient comes about, read these files in this order:

1. `rules`       the table of derivatives: the only calculus here
2. `operation`   a rule as real functions: forward, and its pullback
3. `value`       Value, a node of a graph: forward and backward over the graph

`errors` says what cannot be computed, `unchanged` makes changes whole or not at
all, `decisions` notices where Python takes a Value's number, `formula` parses
and prints the texts of the table, `notation` names nodes for people, `source`
compiles generated code, `lazy` keeps what is computed at first use, `files`
writes files. `calculus` has derivatives as Values, of any order: `algebra`
computes the table's formulas on Values, and `cases` makes operations of those
that have cases. `copies` is for pickle and copy.deepcopy. `define` adds an
operation: `user_formula` checks what it is given, and `differences` whether it
is right.

Then `programs/` writes a graph as a program, and runs it; `views/` shows a
pass. Each has its own list of what to read. Which tool answers what:

    What happens at each node, and why?                  steps(output)
    What is computed from what, at a prompt?             tree(output)
    What is computed from what, as a picture?            draw(output)
    How do I step, change, guess and train in a browser? play(output)
    What changes if a leaf has another number?           what_if(output, w=10)
    What do the lines of my function compute?            annotate(function, ...)
    What are the operations, in one list?                print(Program(output))
    How do I get gradients over many rows, fast?         Program(output, inputs)
                                                         .native().batch(rows)
    What repeats in the operations?                      print(Program(output)
                                                         .loops)
    Are my gradients right?                              check_gradients(f, ...)
    What is the derivative, as a graph?                  grad(output, [x])
    Where does a number leave the graph?                 with decisions() as d
"""

from engine import copies  # noqa: F401 (which tells pickle and copy how to copy a graph)
from engine.calculus import derivative, grad, gradient, hessian, jacobian, tangent
from engine.decisions import Decision, decisions
from engine.define import define
from engine.errors import check_path, counted, short_repr
from engine.files import write_file
from engine.notation import format_number, label
from engine.operation import OPERATIONS
from engine.programs.compiler import NoCompiler, c_compiler
from engine.programs.elementwise import Elementwise
from engine.programs.native import Native
from engine.programs.program import Program
from engine.programs.rows import read_rows
from engine.unchanged import assign, restorer
from engine.value import Constant, Value, topological_order
from engine.views.annotate import annotate
from engine.views.check_gradients import check_gradients
from engine.views.draw import draw
from engine.views.drawing import Drawing, html_label
from engine.views.play import Page, play
from engine.views.steps import steps
from engine.views.tree import tree
from engine.views.what_if import what_if

__all__ = [
    "OPERATIONS",
    "Constant",
    "Decision",
    "Drawing",
    "Elementwise",
    "Native",
    "NoCompiler",
    "Page",
    "Program",
    "Value",
    "annotate",
    "assign",
    "c_compiler",
    "check_gradients",
    "check_path",
    "counted",
    "decisions",
    "define",
    "derivative",
    "draw",
    "format_number",
    "grad",
    "gradient",
    "hessian",
    "html_label",
    "jacobian",
    "label",
    "play",
    "read_rows",
    "restorer",
    "short_repr",
    "steps",
    "tangent",
    "topological_order",
    "tree",
    "what_if",
    "write_file",
]
