"""Neural networks of scalar Values.

    What does a network compute of 0 and 1?      truth_table(network)
    Which weights has it, with which gradients?  print(network)
    How does it look, with its numbers?          diagram(network, [1, 0])
    How does it learn from rows and targets?     fit(network, rows, ...)
    How, with several cores or machines?         fit(..., executor=...)
    How did its loss fall?                       losses.plot(), of fit's
    What does it answer over the plane?          plot.boundary(network, ...)
    How do I keep it, and get it back?           network.save, load
    What do the matrices of a lecture say?       layerwise.tables(...)

Read `module` and `layers` first, then `logic` (AND, XOR), `losses`, `optim`
and `fit`. `perceptron`, `recurrent`, `lstm`, `convolution`, `embedding`,
`attention` and `rms_norm` are models of their own. `saved` is the file that
a model's `save` writes, `load` makes an MLP of one, `frozen` is what
training leaves as it is, and `checks` says what is wrong with an argument.
`table` is what `print(model)` shows, and `history` what `fit` returns;
`shards` are what it gives an executor.

`diagrams/` draws networks, `plot/` what they learned, and `layerwise/` is
the backpropagation algorithm in matrices.
"""

from engine import shorten_signatures
from nn import layerwise, plot
from nn.attention import Attention
from nn.convolution import Convolution1D, Convolution2D, max_pool
from nn.diagrams import diagram
from nn.embedding import Embedding
from nn.fit import fit
from nn.history import Losses
from nn.layers import MLP, Concat, Layer, Neuron, Sequential
from nn.load import load
from nn.logic import AND, NAND, NOR, NOT, OR, XNOR, XOR, truth_table
from nn.losses import binary_cross_entropy, cross_entropy, hinge, mean_squared_error, one_hot, softmax
from nn.lstm import LSTM
from nn.module import Module
from nn.optim import Adam, GradientDescent
from nn.perceptron import Perceptron, mistake_bound
from nn.recurrent import Recurrent
from nn.rms_norm import RMSNorm

__all__ = [
    "AND",
    "LSTM",
    "MLP",
    "NAND",
    "NOR",
    "NOT",
    "OR",
    "XNOR",
    "XOR",
    "Adam",
    "Attention",
    "Concat",
    "Convolution1D",
    "Convolution2D",
    "Embedding",
    "GradientDescent",
    "Layer",
    "Losses",
    "Module",
    "Neuron",
    "Perceptron",
    "RMSNorm",
    "Recurrent",
    "Sequential",
    "binary_cross_entropy",
    "cross_entropy",
    "diagram",
    "fit",
    "hinge",
    "layerwise",
    "load",
    "max_pool",
    "mean_squared_error",
    "mistake_bound",
    "one_hot",
    "plot",
    "softmax",
    "truth_table",
]

shorten_signatures(globals()[name] for name in __all__)
