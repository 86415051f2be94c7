"""NumPy's scalars, and its object arrays of Values, although the engine does
not know NumPy.
"""

import math
import operator

import pytest

from engine import Value, topological_order
from engine.operation import OPERATIONS

np = pytest.importorskip("numpy", reason="NumPy is not installed: arrays of Values are not tested")

UFUNCS = {"neg": "negative", "abs": "absolute"}
SIGNS = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]


def values(*numbers):
    return np.array([Value(x) for x in numbers])


def data(array):
    return np.array(array, dtype=float)


def grads(array):
    return np.vectorize(lambda v: v.grad, otypes=[float])(array)


@pytest.mark.parametrize("kind", (np.float64, np.float32, np.int64, np.bool_, np.array))
@pytest.mark.parametrize("sign", SIGNS)
def test_numpy_scalars_on_either_side(sign, kind):
    x = Value(3)
    for out, expected, slope in (
        (sign(x, kind(1)), sign(3.0, 1.0), (sign(3 + 1e-6, 1) - sign(3 - 1e-6, 1)) / 2e-6),
        (sign(kind(1), x), sign(1.0, 3.0), (sign(1, 3 + 1e-6) - sign(1, 3 - 1e-6)) / 2e-6),
    ):
        x.grad = 0.0
        out.backward()
        assert type(out) is Value and type(out.data) is float
        assert out.data == expected and x.grad == pytest.approx(slope)


@pytest.mark.parametrize("wrong", (np.ones(1), np.ones((2, 2)), np.complex64(1), np.str_("3")), ids=repr)
def test_data_is_one_real_number(wrong):
    with pytest.raises(TypeError, match="one real number, not"):
        Value(wrong)


@pytest.mark.parametrize("kind", (np.float64, np.float32, np.int64, np.array))
def test_comparisons_with_numpy_scalars(kind):
    x = Value(2)
    assert x < kind(3) and kind(3) > x and x == kind(2) and kind(2) == x and x != kind(3) and x >= kind(2)
    assert type(Value(kind(2)).data) is float


UNARY = [op for op, operation in OPERATIONS.items() if len(operation.partials) == 1]


@pytest.mark.parametrize("op", [op for op in UNARY if hasattr(np, UFUNCS.get(op, op))])
def test_ufuncs_on_arrays_and_on_one_value(op):
    ufunc, numbers = getattr(np, UFUNCS.get(op, op)), np.array([0.2, 0.5, 0.9]) + (op == "arccosh")
    x = values(*numbers)
    out = ufunc(x)
    assert data(out) == pytest.approx(ufunc(numbers))
    out.sum().backward()
    assert grads(x) == pytest.approx((ufunc(numbers + 1e-6) - ufunc(numbers - 1e-6)) / 2e-6)
    assert type(ufunc(x[0])) is Value and ufunc(x[0]).parents[0] is x[0]


def test_the_functions_that_numpy_has_are_named_as_numpy_names_them():
    others = {op for op in UNARY if not hasattr(np, UFUNCS.get(op, op))}
    assert {"sigmoid", "relu", "softplus", "erf"} <= others
    assert others & set(dir(math)) == {"erf", "erfc"}  # no other goes by math's name instead of NumPy's


@pytest.mark.parametrize("sign", SIGNS)
def test_arithmetic_of_arrays_numbers_and_values(sign):
    x, y, numbers = values(1, 2, 3), values(3, 2, 1), np.array([2.0, 4.0, 0.5])
    for left, right in ((x, y), (x, numbers), (numbers, x), (x, y[0]), (y[0], x), (y[0], numbers), (2, x)):
        out = sign(left, right)
        assert out.shape == (3,) and all(type(v) is Value for v in out)
        assert data(out) == pytest.approx(sign(data(left), data(right)))


def test_a_method_takes_one_value_or_number():
    with pytest.raises(TypeError, match=r"maximum\(.*'x'\), array.*not ndarray"):
        Value(2, "x").maximum(np.array([1.0, 3.0]))


def test_matrix_products():
    W, x = values(1, 2, 3, 4, 5, 6).reshape(2, 3), values(-1, 0.5, 2)
    out = W @ x
    assert data(out) == pytest.approx(data(W) @ data(x))
    assert len(topological_order(out[0])) == 6 + 3 + 2  # products and sums, and no stray node
    out.sum().backward()
    assert grads(W) == pytest.approx(np.tile(data(x), (2, 1)))
    assert grads(x) == pytest.approx(data(W).sum(axis=0))
    for left, right in ((data(W), x), (W, data(x)), (W.T, out), (x, x), (np.eye(3), W.T)):
        assert data(left @ right) == pytest.approx(data(left) @ data(right))


PRODUCTS = {
    "@": lambda W, x: W @ x,
    "dot": np.dot,
    "inner": np.inner,
    "tensordot": lambda W, x: np.tensordot(W, x, 1),
    "einsum": lambda W, x: np.einsum("ij,j->i", W, x),
    "einsum of two matrices": lambda W, x: np.einsum("ij,jk->ik", W, x.reshape(-1, 1)).ravel(),
    "sum": lambda W, x: (W * x).sum(axis=1),
    "np.sum": lambda W, x: np.sum(W * x, axis=1),
    "in columns": lambda W, x: np.asfortranarray(W) @ x,
}


@pytest.mark.parametrize("name", PRODUCTS)
def test_a_product_has_the_nodes_of_a_comprehension_and_no_other(name):
    W, x = values(*range(1, 13)).reshape(3, 4), values(-1, 0.5, 2, 3)
    out = PRODUCTS[name](W, x)
    by_hand = [sum(w * each for w, each in zip(row, x)) for row in W]
    assert [row.data for row in out] == [row.data for row in by_hand]
    for made, expected in zip(out, by_hand):
        assert [node.op for node in topological_order(made)] == [
            node.op for node in topological_order(expected)
        ]
        assert len(topological_order(made)) == 8 + 4 + 3  # leaves, products, sums


def test_a_mean_has_one_node_more_than_a_sum():
    x = values(1, 2, 4)
    for mean in (x.mean(), np.mean(x), np.mean(list(x))):
        assert mean.op == "/" and len(topological_order(mean.parents[0])) == 3 + 2


def test_the_standard_deviation_and_products_of_conjugates():
    x = values(1, 2, 4)
    deviation = np.std(x)
    assert deviation.data == pytest.approx(np.std([1, 2, 4]), rel=1e-15)
    deviation.backward()
    assert grads(x) == pytest.approx((data(x) - 7 / 3) / 3 / np.std([1, 2, 4]), rel=1e-14)
    assert np.vdot(x, x).data == 21 and np.conjugate(x)[1] is x[1]


def test_reductions_and_choices():
    x = values(3, -1, 2)
    assert x.max() is x[0] and np.argmin(x) == 1 and list(np.sort(x)) == [x[1], x[2], x[0]]
    assert (x.mean().data, x.prod().data, x.sum().data) == pytest.approx((4 / 3, -6, 4))
    assert len(topological_order(x.sum())) == 5
    assert list(x > 0) == [True, False, True]
    np.maximum(x, values(0, 0, 5)).sum().backward()
    assert list(grads(x)) == [1, 0, 0]
