"""Layers that know their derivatives, for the algorithm in `nn.layerwise`.

They are functions f_W of plain numbers. A layer from k to h numbers, with d
parameters W, is any object that has

    value(z)    f_W(z)        a list of h numbers, for a list z of k numbers
    D_z(z)      D_z f_W(z)    an h × k matrix: row i has the derivatives of
                              output i with respect to z
    D_W(z)      D_W f_W(z)    an h × d matrix: the same with respect to W
                              (h empty rows if there is no W)

Vectors are lists of numbers, matrices lists of rows.
"""

from collections.abc import Callable, Sequence
from operator import mul
from typing import Any, Protocol

from engine import OPERATIONS, short_repr
from nn.checks import check_inputs, check_list, check_positive
from nn.layers import MLP, Layer, Neuron, Sequential

Vector = Sequence[Any]
Matrix = Sequence[Sequence[Any]]


class Differentiable(Protocol):
    """A layer as above."""

    def value(self, z: Vector) -> list[Any]: ...

    def D_z(self, z: Vector) -> Matrix: ...

    def D_W(self, z: Vector) -> Matrix: ...


class Linear:
    """f_W(z) = Wz, with D_z f = W; its parameters are W's entries, row by row.

    Output i is row i of W times z, so its derivative with respect to that row
    is zᵀ, to all others 0.

    >>> f = Linear([[1, 2], [3, 4]])
    >>> f.value([5, 6]), f.D_z([5, 6])
    ([17, 39], [[1, 2], [3, 4]])
    >>> f.D_W([5, 6])
    [[5, 6, 0, 0], [0, 0, 5, 6]]
    """

    def __init__(self, W: Matrix) -> None:
        self.W, self.shape = W, shape(W)

    def value(self, z: Vector) -> list[Any]:
        z = check_inputs(z, self.shape[1], self)
        return [sum(map(mul, row, z)) for row in self.W]

    def D_z(self, z: Vector) -> Matrix:
        return self.W

    def D_W(self, z: Vector) -> Matrix:
        z = check_inputs(z, self.shape[1], self)
        h, zeros = len(self.W), [0] * len(z)
        return [[*zeros * i, *z, *zeros * (h - 1 - i)] for i in range(h)]

    def __repr__(self) -> str:
        return f"Linear({size(self.W)})"


class Affine:
    """f_W(z) = W (z ⊕ 1): linear with biases, W's last column.

    The biases are the weights of a constant 1.

    >>> f = Affine([[1, 2, 3]])
    >>> f.value([5, 6]), f.D_z([5, 6]), f.D_W([5, 6])
    ([20], [[1, 2]], [[5, 6, 1]])
    """

    def __init__(self, W: Matrix) -> None:
        self.W, self.linear = W, Linear(W)

    def value(self, z: Vector) -> list[Any]:
        return self.linear.value([*check_inputs(z, self.linear.shape[1] - 1, self), 1])

    def D_z(self, z: Vector) -> Matrix:
        return [row[:-1] for row in self.W]

    def D_W(self, z: Vector) -> Matrix:
        return self.linear.D_W([*check_inputs(z, self.linear.shape[1] - 1, self), 1])

    def __repr__(self) -> str:
        return f"Affine({size(self.W)})"


class Activation:
    """g on each component, with D_z f = diag(g'(z₁), ...).

    g is an operation of the table of derivatives. Raises ValueError where the
    table has no such function of one number.

    >>> g = Activation("relu")
    >>> g.value([-0.5, 0.5]), g.D_z([-0.5, 0.5]), g.D_W([-0.5, 0.5])
    ([0.0, 0.5], [[0.0, 0.0], [0.0, 1.0]], [[], []])
    """

    def __init__(self, name: str) -> None:
        known = [op for op, operation in OPERATIONS.items() if len(operation.partials) == 1]
        if not isinstance(name, str) or name not in known:
            raise ValueError(
                f"unknown activation {short_repr(name)}: the table of derivatives has {', '.join(known)}"
            )
        self.name, self.g, (self.slope,) = name, OPERATIONS[name].forward, OPERATIONS[name].partials

    def value(self, z: Vector) -> list[Any]:
        return [self.g(a) for a in check_list(z, f"{self} takes a list of numbers")]

    def D_z(self, z: Vector) -> Matrix:
        z = check_list(z, f"{self} takes a list of numbers")
        slopes = [float(self.slope(a, None, self.g(a))) for a in z]
        return [[slope if i == j else 0.0 for j in range(len(z))] for i, slope in enumerate(slopes)]

    def D_W(self, z: Vector) -> Matrix:
        return [[] for _ in z]

    def __repr__(self) -> str:
        return self.name


def layers_of(model: Any) -> list[Differentiable]:
    """The layers of a Neuron, Layer, MLP, or Sequential of such.

    They have the weights of the moment. All their parameters together are
    model.parameters(), in that order, where no layer is used twice. Raises
    TypeError that names the part for any other model, and where an activation
    is a function instead of a name.

    >>> layers_of(MLP(2, [4, 1], activation="tanh"))
    [Affine(4×3), tanh, Affine(1×5)]
    """
    match model:
        case MLP(layers=parts) | Sequential(functions=parts):
            return [layer for part in parts for layer in layers_of(part)]
        case Layer(neurons=neurons):
            activation = neurons[0].activation
        case Neuron(activation=activation):
            neurons = [model]
        case _:
            raise TypeError(f"the derivatives of {model!r} are not known: it is no Neuron, Layer or MLP")
    if callable(activation):
        raise TypeError(f"the derivative of {model!r} is not known: its activation is no name in the table")
    affine = Affine([[parameter.data for parameter in [*n.w, n.b]] for n in neurons])
    return [affine] if activation == "linear" else [affine, Activation(activation)]


def shape(matrix: Matrix) -> tuple[int, int]:
    """The numbers of rows and of columns; ValueError if it is not a matrix.

    >>> shape([[1, 2, 3], [4, 5, 6]])
    (2, 3)
    """
    rows = matrix if isinstance(matrix, (list, tuple)) else []
    if not rows or not all(isinstance(row, (list, tuple)) for row in rows):
        raise ValueError(f"a matrix is a list of rows, not {short_repr(matrix)}")
    lengths = {len(row) for row in matrix}
    if len(lengths) > 1:
        raise ValueError(
            f"the rows of a matrix have one length, not {' and '.join(map(str, sorted(lengths)))}"
        )
    return len(matrix), lengths.pop()


def size(matrix: Matrix) -> str:
    """A matrix's shape as people write it.

    >>> size([[1, 2, 3], [4, 5, 6]])
    '2×3'
    """
    return "{}×{}".format(*shape(matrix))


def product(A: Matrix, B: Matrix, times: Callable[[Any, Any], Any] = mul) -> list[list[Any]]:
    """The matrix product AB; `times` multiplies two numbers, so one can count.

    Raises ValueError where A has not as many columns as B has rows.

    >>> product([[1, 2], [3, 4]], [[5], [6]])
    [[17], [39]]
    """
    if shape(A)[1] != shape(B)[0]:
        raise ValueError(f"a {size(A)} matrix cannot be multiplied by a {size(B)} one")
    return [[sum(map(times, row, column)) for column in zip(*B)] for row in A]


def identity(n: int) -> list[list[int]]:
    """The n × n matrix that changes nothing."""
    n = check_positive(n, "an identity matrix has rows")
    return [[int(i == j) for j in range(n)] for i in range(n)]
