"""What takes a Value's number out of the graph without a word, and what to
write instead: README's table.
"""

import math
import statistics
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from engine import Value, decisions, topological_order


class Way(NamedTuple):
    """A way out of the graph, and the one that stays in it: of Values a, b."""

    out: Callable[[Value, Value], Any]
    instead: Callable[[Value, Value], Value]


def array_element(numpy, dtype):
    def element(a, b):
        array = numpy.zeros(2, dtype=dtype)
        array[0], array[1] = a, b
        return array[0] * array[1]

    return element


PYTHON = {
    "float": Way(lambda a, b: float(a) * float(b), lambda a, b: a * b),
    "math.tanh": Way(lambda a, b: math.tanh(a), lambda a, b: a.tanh()),
    "math.hypot": Way(math.hypot, Value.hypot),
    "math.fsum": Way(lambda a, b: math.fsum([a, b]), lambda a, b: sum([a, b])),
    "statistics.fmean": Way(lambda a, b: statistics.fmean([a, b]), lambda a, b: sum([a, b]) / 2),
}


def with_numpy(np):
    return {
        "np.float64": Way(lambda a, b: np.float64(a) * b.data, lambda a, b: np.float64(b.data) * a),
        "dtype=float": Way(
            lambda a, b: np.prod(np.array([a, b], dtype=float)), lambda a, b: np.prod(np.array([a, b]))
        ),
        "astype": Way(lambda a, b: np.array([a, b]).astype(float).sum(), lambda a, b: np.array([a, b]).sum()),
        "a float array": Way(array_element(np, float), array_element(np, object)),
        "np.interp": Way(
            lambda a, b: np.interp(a, [0, 2], [1, 3]), lambda a, b: 1 + (3 - 1) / (2 - 0) * (a - 0)
        ),
    }


def with_pandas(np, pd):
    return {
        "mean": Way(lambda a, b: pd.Series([a, b]).mean(), lambda a, b: pd.Series([a, b]).sum() / 2),
        "np.mean": Way(
            lambda a, b: np.mean(pd.Series([a, b])), lambda a, b: np.mean(pd.Series([a, b]).to_numpy())
        ),
        "std": Way(
            lambda a, b: pd.Series([a, b]).std(), lambda a, b: np.std(pd.Series([a, b]).to_numpy(), ddof=1)
        ),
        "groupby": Way(
            lambda a, b: pd.Series([a, b]).groupby([0, 0]).mean()[0],
            lambda a, b: pd.Series([a, b]).groupby([0, 0]).sum()[0] / 2,
        ),
        "rolling": Way(
            lambda a, b: pd.Series([a, b]).rolling(2).mean()[1],
            lambda a, b: (pd.Series([a, b]) + pd.Series([a, b]).shift())[1] / 2,
        ),
    }


def check(way):
    """One leaves the graph, and decisions() notices; the other stays in it."""
    a, b = Value(0.5, "a"), Value(1.25, "b")
    with decisions() as found:
        out = way.out(a, b)
    assert not isinstance(out, Value) and isinstance(out, float)
    assert {each.how for each in found} == {"converted"} and {each.node for each in found} <= {a, b}
    with decisions() as found:
        instead = way.instead(a, b)
    assert found == []
    assert type(instead) is Value and a in set(topological_order(instead))
    assert instead.data == pytest.approx(out, rel=1e-15)
    instead.backward()
    assert a.grad != 0


@pytest.mark.parametrize("name", PYTHON)
def test_ways_out_of_the_graph(name):
    check(PYTHON[name])


def test_ways_out_of_the_graph_by_numpy():
    np = pytest.importorskip("numpy", reason="NumPy is not installed")
    for way in with_numpy(np).values():
        check(way)


def test_ways_out_of_the_graph_by_pandas():
    np = pytest.importorskip("numpy", reason="NumPy is not installed")
    pd = pytest.importorskip("pandas", reason="pandas is not installed: it takes no means of Values")
    for way in with_pandas(np, pd).values():
        check(way)


def test_pandas_sums_and_products_stay_in_the_graph():
    pd = pytest.importorskip("pandas", reason="pandas is not installed: it adds no Values")
    a, b = Value(0.5, "a"), Value(1.25, "b")
    series, frame = pd.Series([a, b]), pd.DataFrame({"x": [a, b], "y": [1.0, 2.0]})
    for out in (series.sum(), series @ series, (2 * series)[0], series.cumsum()[1], series.prod()):
        assert type(out) is Value
    assert type(frame.sum(axis=1)[0]) is Value and type((frame.x * frame.y)[1]) is Value


@pytest.mark.parametrize("take", [round, int, math.floor], ids=lambda take: take.__name__)
def test_what_jumps_leaves_the_graph_too(take):
    with decisions() as found:
        assert take(Value(2.75, "a")) == take(2.75)
    assert [each.how for each in found] == ["converted"]


def test_text_and_data_are_not_noticed():
    a = Value(0.5, "a")
    with decisions() as found:
        assert f"{a:.2f}" == "0.50" and a.data == 0.5
    assert found == []


def test_what_could_not_take_the_number_says_so():
    with pytest.raises(TypeError):
        statistics.mean([Value(1), Value(2)])
    np = pytest.importorskip("numpy", reason="NumPy is not installed")
    values = np.array([Value(1.0), Value(2.0)])
    floats = np.zeros(2)
    with pytest.raises(TypeError):
        floats += values
    with pytest.raises(TypeError):
        np.linalg.solve(np.array([values, values]), floats)
    assert list(floats) == [0, 0]


def test_products_by_math_stay_in_the_graph():
    a, b = Value(0.5, "a"), Value(1.25, "b")
    products = [math.prod([a, b])]
    if hasattr(math, "sumprod"):  # since Python 3.12
        products.append(math.sumprod([a, 2], [b, 1.5]))
    for out in products:
        assert type(out) is Value and {a, b} <= set(topological_order(out))
