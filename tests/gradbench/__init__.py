"""GradBench's evaluations on Values: https://github.com/gradbench/gradbench.

Each is written from its published definition. `hello` is the square and its
derivative; `det`, `llsq` (least squares), `lse` (log-sum-exp) and `ode` come
from cmpad; `gmm` (a Gaussian mixture), `ba` (bundle adjustment), `ht` (hand
tracking) and `lstm` from ADBench; `kmeans` needs a Hessian; `saddle` and
`particle` are derivatives inside of derivatives, by `descent`.

Where an evaluation is a sum of equal terms, or a list of them, the graph of one
term is recorded, and its program runs over rows. That is how they reach their
own sizes.
"""
