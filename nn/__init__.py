"""Neural networks of scalar Values."""

from nn.convolution import Convolution1D, Convolution2D, max_pool
from nn.diagram import diagram
from nn.embedding import Embedding
from nn.layers import MLP, Concat, Layer, Neuron, Sequential
from nn.logic import AND, NAND, NOR, NOT, OR, XNOR, XOR, truth_table
from nn.losses import binary_cross_entropy, hinge, mean_squared_error
from nn.module import Module
from nn.optim import GradientDescent, fit
from nn.perceptron import Perceptron, mistake_bound
from nn.recurrent import Recurrent

__all__ = [
    "AND",
    "MLP",
    "NAND",
    "NOR",
    "NOT",
    "OR",
    "XNOR",
    "XOR",
    "Concat",
    "Convolution1D",
    "Convolution2D",
    "Embedding",
    "GradientDescent",
    "Layer",
    "Module",
    "Neuron",
    "Perceptron",
    "Recurrent",
    "Sequential",
    "binary_cross_entropy",
    "diagram",
    "fit",
    "hinge",
    "max_pool",
    "mean_squared_error",
    "mistake_bound",
    "truth_table",
]
