"""Networks as lectures draw them.

`diagram` draws the circles and edges: `places` says where numbers stand,
`example` what the network computes of an input, and `maps` of the plane.
"""

from nn.diagrams.diagram import diagram

__all__ = ["diagram"]
