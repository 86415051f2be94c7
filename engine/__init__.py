"""A scalar reverse-mode autodiff engine for learning backpropagation.

A `Value` is a number that remembers how it was computed; `backward` finds
how fast the result rises with each number that it was computed from.

    >>> a, b = Value(2, "a"), Value(-3, "b")
    >>> d = a * b + b**3
    >>> d.backward()
    >>> a.grad, b.grad
    (-3.0, 29.0)

Which tool answers what; `help(steps)` and so on says more:

    What happens at each node, and why?         steps(d)
    What is computed from what, at a prompt?    tree(d)
    What is computed from what, as a picture?   draw(d)
    How do I step, change, guess in a browser?  play(d)
    What changes if a leaf has another number?  what_if(d, a=10)
    What do the lines of my function compute?   annotate(f, 2, -3)
    Where does a number leave the graph?        with decisions() as found
    Are my gradients right?                     check_gradients(f, 2, -3)
    What is the derivative, as a graph?         grad(d, [a])
    What are the operations, in one list?       print(Program(d))
    What repeats in the operations?             print(Program(d).loops)
    How do I get gradients of many rows, fast?  Program(loss, inputs)
                                                .native().batch(rows)
    How do I add an operation?                  define("square", ...)
    How are my Values called in all that?       label(globals())

To learn how it works, read these files in this order:

1. `rules`       the table of derivatives: the only calculus here
2. `operation`   a rule as real functions: forward, and its pullback
3. `value`       Value, a node of a graph: forward and backward over it

`errors` says what cannot be computed, `unchanged` makes changes whole or
not at all, `decisions` notices where Python takes a Value's number,
`formula` parses and prints the texts of the table, `notation` names nodes
for people, `source` compiles generated code, `lazy` keeps what is computed
at first use, `files` writes files, `signatures` are what help() shows.
`calculus` has derivatives as Values, of any order: `algebra` computes the
table's formulas on Values, and `cases` makes operations of those that have
cases. `indices` makes one-hot vectors of Values. `copies` is for pickle
and copy.deepcopy. `define` adds an operation: `user_formula` checks what
it is given, `differences` whether it is right. `notebook` is what Jupyter
shows: a view's text, in colours.
Then `programs/` writes a graph as a program, and runs it; `views/` shows a
pass. Each has its own list of what to read.
"""

from engine import copies  # noqa: F401 (which tells pickle and copy how to copy a graph)
from engine.calculus import derivative, grad, gradient, hessian, jacobian, tangent
from engine.decisions import Decision, decisions
from engine.define import define
from engine.errors import check_flag, check_path, counted, short_repr
from engine.files import write_file
from engine.indices import one_hot
from engine.notation import format_number, label
from engine.notebook import html_block, plain_text
from engine.operation import OPERATIONS
from engine.programs.compiler import NoCompiler, c_compiler
from engine.programs.elementwise import Elementwise
from engine.programs.native import Native
from engine.programs.program import Program
from engine.programs.rows import read_column, read_rows
from engine.signatures import shorten_signatures
from engine.unchanged import assign, restorer
from engine.value import Constant, Frozen, Value, topological_order
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
    "Frozen",
    "Native",
    "NoCompiler",
    "Page",
    "Program",
    "Value",
    "annotate",
    "assign",
    "c_compiler",
    "check_flag",
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
    "html_block",
    "html_label",
    "jacobian",
    "label",
    "one_hot",
    "plain_text",
    "play",
    "read_column",
    "read_rows",
    "restorer",
    "short_repr",
    "shorten_signatures",
    "steps",
    "tangent",
    "topological_order",
    "tree",
    "what_if",
    "write_file",
]

shorten_signatures(globals()[name] for name in __all__)
