"""A scalar reverse-mode autodiff engine: Value, and the ways to look at a graph of them."""

from engine.annotate import annotate
from engine.compiler import NoCompiler, c_compiler
from engine.draw import draw
from engine.notation import label
from engine.program import Program
from engine.steps import steps
from engine.tree import tree
from engine.value import Constant, Value, topological_order

__all__ = [
    "Constant",
    "NoCompiler",
    "Program",
    "Value",
    "annotate",
    "c_compiler",
    "draw",
    "label",
    "steps",
    "topological_order",
    "tree",
]
