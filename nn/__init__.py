"""Neural networks of scalar Values."""

from nn.diagram import diagram
from nn.fit import fit
from nn.layers import MLP, Concat, Layer, Neuron, Sequential
from nn.logic import AND, NAND, NOR, NOT, OR, XNOR, XOR, truth_table
from nn.losses import binary_cross_entropy, cross_entropy, hinge, mean_squared_error, one_hot, softmax
from nn.module import Module
from nn.optim import Adam, GradientDescent
from nn.perceptron import Perceptron

__all__ = [
    "AND",
    "MLP",
    "NAND",
    "NOR",
    "NOT",
    "OR",
    "XNOR",
    "XOR",
    "Adam",
    "Concat",
    "GradientDescent",
    "Layer",
    "Module",
    "Neuron",
    "Perceptron",
    "Sequential",
    "binary_cross_entropy",
    "cross_entropy",
    "diagram",
    "fit",
    "hinge",
    "mean_squared_error",
    "one_hot",
    "softmax",
    "truth_table",
]
