"""A scalar reverse-mode autodiff engine: Value, and the ways to look at a graph of them."""

from engine.compiler import CompilerError, c_compiler
from engine.draw import draw
from engine.notation import label
from engine.program import Program
from engine.value import Constant, Value, topological_order

__all__ = [
    "CompilerError",
    "Constant",
    "Program",
    "Value",
    "c_compiler",
    "draw",
    "label",
    "topological_order",
]
