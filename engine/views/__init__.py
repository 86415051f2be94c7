"""Ways to look at a pass. Each gives an object whose text a prompt prints.

`steps` walks a pass node by node (its `step` explains one), `tree` and `draw`
show a graph as text and as a picture (a `drawing`), `annotate` shows a
function's lines with their gradients (its `annotation`, found by `tracing`).
"""
