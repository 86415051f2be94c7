"""Backpropagation as the lecture states it, layer by layer: z(j), then D(j).

A model f_W = f_m ∘ ... ∘ f₁ is a list of layers, objects with value, D_z and
D_W (see `jacobians`). All counting is by the lecture's j, from 1 to m, with
z(0) = x. In shapes, layer j makes h_j numbers of h_{j-1} with d_j parameters
W_j. `Value.backward` computes the same gradients, a scalar at a time.
`table` and `picture` show what is computed here.

(CIS 4190/5190, Spring 2023, lecture 13: Backpropagation Algorithm.)
"""

from collections.abc import Callable, Iterator, Sequence
from operator import mul
from typing import Any

from engine import counted, short_repr
from nn.checks import check_function, check_list, check_numbers, is_scalar
from nn.layerwise.jacobians import Differentiable, Matrix, Vector, identity, product, shape, size

Layers = Sequence[Differentiable]
Times = Callable[[Any, Any], Any]
LossGradient = Callable[[Any, Any], Any]


def forward(layers: Layers, x: Vector) -> list[list[Any]]:
    """The forward pass, [z(0), ..., z(m)]: z(0) = x, and z(j) = f_j(z(j-1)).

    >>> from nn.layerwise import Activation, Linear
    >>> W, beta = [[1, 2], [3, 4]], [[1, -1]]
    >>> forward([Linear(W), Activation("relu"), Linear(beta)], [-2, 1.5])
    [[-2, 1.5], [1.0, 0.0], [1.0, 0.0], [1.0]]
    """
    layers = as_layers(layers)
    z = [check_numbers(check_list(x, "the input x is a list of numbers"), "the first layer")]
    for layer in layers:
        z.append(layer.value(z[-1]))
    return z


def backward(layers: Layers, z: Sequence[Vector], times: Times = mul) -> Iterator[tuple[int, Matrix, Matrix]]:
    """The backward pass: j, D(j) and D_Wj f_W(x), for j = m, ..., 1, from z.

    D(j), the derivative of the output with respect to z(j), is h_m × h_j:
    D(m) = 1, the identity, and D(j) = D(j+1) · D_z f_{j+1}(z(j)). From it
    D_Wj f_W(x) = D(j) · D_W f_j(z(j-1)), which is h_m × d_j. `times`
    multiplies two numbers, so that one can count.

    Raises ValueError that names the layer where one of its derivatives has the
    wrong shape.

    >>> from nn.layerwise import Linear
    >>> layers = [Linear([[1, 2], [3, 4]]), Linear([[5, 6]])]
    >>> for j, D, D_W in backward(layers, forward(layers, [1, -1])):
    ...     print(j, D, D_W)
    2 [[1]] [[-1, -1]]
    1 [[5, 6]] [[5, -5, 6, -6]]
    """
    layers, z = _checked(layers, z)
    D = identity(len(z[-1]))
    for j in range(len(layers), 0, -1):
        D_z, D_W = derivatives(layers, j, z)
        yield j, D, product(D, D_W, times)
        if j > 1:
            D = product(D, D_z, times)  # D(j-1)


def naive(layers: Layers, z: Sequence[Vector], times: Times = mul) -> Iterator[tuple[int, Matrix, Matrix]]:
    """What `backward` yields, each D(j) = D_z f_m · ... · D_z f_{j+1} anew."""
    layers, z = _checked(layers, z)
    for j in range(len(layers), 0, -1):
        D = identity(len(z[-1]))
        for i in range(len(layers), j, -1):
            D = product(D, derivatives(layers, i, z)[0], times)
        yield j, D, product(D, derivatives(layers, j, z)[1], times)


def derivatives(layers: Layers, j: int, z: Sequence[Vector]) -> tuple[Matrix, Matrix]:
    """D_z f_j(z(j-1)), which is h_j × h_{j-1}; D_W f_j(z(j-1)), h_j × d_j."""
    layer, h, k = layers[j - 1], len(z[j]), len(z[j - 1])
    D_z, D_W = layer.D_z(z[j - 1]), layer.D_W(z[j - 1])
    if shape(D_z) != (h, k) or len(D_W) != h:
        raise ValueError(
            f"layer {j}, {layer!r}, makes {counted(h, 'number')} of {k}: its D_z must be {h}×{k} and its D_W must "
            f"have {counted(h, 'row')}, but they are {size(D_z)} and {size(D_W)}"
        )
    return D_z, D_W


def backpropagation(layers: Layers, x: Vector, y: Any, loss_gradient: LossGradient) -> list[list[Any]]:
    """The gradients of L(f_W(x), y) with respect to W_1, ..., W_m.

    Each is a list of d_j numbers:
    ∇_Wj L(f_W(x), y)ᵀ = ∇_ŷ L(z(m), y)ᵀ · D_Wj f_W(x), where
    `loss_gradient(ŷ, y)` gives ∇_ŷ L as a list of h_m numbers. Raises
    ValueError if it does not, and what `backward` raises.

    >>> from nn.layerwise import Linear
    >>> layers = [Linear([[1, 2], [3, 4]]), Linear([[5, 6]])]
    >>> backpropagation(layers, [1, -1], 0, lambda z, y: [2 * (z[0] - y)])
    [[-110, 110, -132, 132], [22, 22]]
    """
    layers = as_layers(layers)
    check_function(loss_gradient, "loss_gradient is a function of a prediction and its target")
    z = forward(layers, x)
    gradient = loss_gradient(z[-1], y)
    fits = isinstance(gradient, (list, tuple)) and len(gradient) == len(z[-1])
    if not fits or not all(map(is_scalar, gradient)):
        raise ValueError(
            f"the loss has one derivative for each number of the prediction {z[-1]}: loss_gradient must "
            f"return a list of {counted(len(z[-1]), 'number')}, not {gradient!r}"
        )
    return [product([gradient], D_W)[0] for _, _, D_W in backward(layers, z)][::-1]


def multiplications(algorithm: Callable[..., Iterator[Any]], layers: Layers, x: Vector) -> int:
    """How many numbers `backward` or `naive` multiplies, by 0 and 1 too.

    >>> from nn.layerwise import Linear
    >>> layers = [Linear([[2]])] * 10
    >>> [multiplications(way, layers, [1]) for way in (backward, naive)]
    [19, 55]
    """
    layers = as_layers(layers)
    check_function(algorithm, "multiplications counts those of an algorithm, backward or naive")
    done = 0

    def times(a, b):
        nonlocal done
        done += 1
        return a * b

    for _ in algorithm(layers, forward(layers, x), times):
        pass
    return done


def as_layers(layers: Any) -> list[Differentiable]:
    """A list of layers, or an error.

    >>> from nn.layerwise import Linear
    >>> as_layers(map(Linear, [[[1, 2]], [[3]]]))
    [Linear(1×2), Linear(1×1)]
    """
    wanted = "layers are a list of objects with value, D_z and D_W, as layers_of(model) makes"
    layers = check_list(layers, wanted)
    for layer in layers:
        if not all(hasattr(layer, part) for part in ("value", "D_z", "D_W")):
            raise TypeError(f"{wanted}; one of them is {short_repr(layer)}")
    return layers


def _checked(layers, z):
    """Layers, and the z of a forward pass through them, or an error."""
    layers = as_layers(layers)
    m = len(layers)
    if not isinstance(z, (list, tuple)) or not all(hasattr(z_j, "__len__") for z_j in z):
        raise TypeError(f"z is the list of lists that forward returned, not {short_repr(z)}")
    if len(z) != m + 1:
        raise ValueError(
            f"z has the input and the result of each of {counted(m, 'layer')}, {m + 1} lists, not {len(z)}"
        )
    return layers, z
