"""The backpropagation algorithm in matrices, as the lecture states it.

`jacobians` has the layers and their derivatives D_z f and D_W f, `algorithm`
the passes, z(j) forward and D(j) backward. `table` and `picture` show them.
"""

from engine import shorten_signatures
from nn.layerwise.algorithm import backpropagation, backward, forward, multiplications, naive
from nn.layerwise.jacobians import Activation, Affine, Linear, identity, layers_of, product, shape, size
from nn.layerwise.picture import pictures, stages
from nn.layerwise.table import shared_products, tables

__all__ = [
    "Activation",
    "Affine",
    "Linear",
    "backpropagation",
    "backward",
    "forward",
    "identity",
    "layers_of",
    "multiplications",
    "naive",
    "pictures",
    "product",
    "shape",
    "shared_products",
    "size",
    "stages",
    "tables",
]

shorten_signatures(globals()[name] for name in __all__)
