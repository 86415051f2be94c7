"""Elementwise: a formula on arrays is the formula on each element."""

import math
import random
from array import array

import pytest

from engine import Elementwise, NoCompiler, Value, one_hot


def curve(x, y, *, scale, shift=0.5):
    z = (x * y + shift).tanh() * scale
    return z / (y * y + 1), z.maximum(0), (x * x + y * y).sqrt()


def by_hand(x, y, scale, shift=0.5):
    z = math.tanh(x * y + shift) * scale
    return z / (y * y + 1), max(z, 0.0), math.sqrt(x * x + y * y)


@pytest.fixture(params=["python", "native"])
def made(request):
    """What makes an Elementwise of a formula, in one of its two forms."""

    def make(formula):
        elementwise = Elementwise(formula)
        if request.param == "native":
            try:
                elementwise.compile()
            except NoCompiler:
                pytest.skip("there is no C compiler")
        return elementwise

    return make


@pytest.fixture
def elementwise(made):
    return made(curve)


@pytest.mark.parametrize("count", [0, 1, 2, 7, 8, 9, 31, 32, 33, 100])
def test_each_element_is_the_formulas(elementwise, count):
    rng = random.Random(count)
    x, y = ([rng.gauss(0, 1) for _ in range(count)] for _ in "xy")
    for arrays in ((x, y), (array("d", x), tuple(y))):
        found = elementwise(*arrays, scale=2)
        assert [list(each) for each in found] == [
            pytest.approx([by_hand(a, b, 2)[k] for a, b in zip(x, y)], rel=1e-14) for k in range(3)
        ]
    assert x == list(array("d", x))


def test_what_an_element_refuses_is_refused(made):
    root = made(lambda x: x.sqrt())
    inverse = made(lambda x, *, n: n / x)
    with pytest.raises(
        ValueError, match=r"element 20: v1 = sqrt\(x\) where x = -1\.0: (math domain error|expected a nonneg)"
    ):
        root([1.0] * 20 + [-1.0])
    with pytest.raises(ZeroDivisionError):
        inverse([1.0] * 20 + [0.0], n=1)


def test_arguments_are_checked():
    made = Elementwise(curve)
    with pytest.raises(
        TypeError, match=r"elements x, y and numbers scale, shift; given are 1 arrays and shift"
    ):
        made([1.0])
    with pytest.raises(ValueError, match="arrays of different lengths: 1 x, 2 y"):
        made([1.0], [1.0, 2.0], scale=1)
    with pytest.raises(TypeError, match="one element at least"):
        Elementwise(lambda: 3)()


@pytest.mark.parametrize(
    "formula", [lambda w: max(w, 0), lambda w: w if w > 0 else -w, lambda w: math.sqrt(w)]
)
def test_a_branch_for_one_element_is_not_recorded_for_all(formula):
    with pytest.raises(ValueError, match=r"takes an element's number in .*test_elementwise.py, line .*relu"):
        Elementwise(formula)([1.0, 4.0])


def test_an_element_with_a_default_is_an_element():
    assert Elementwise(lambda a, b=2, *, c=3: a + b * c)([1.0], [2.0]) == (array("d", [7.0]),)


@pytest.mark.parametrize(
    "domain", (lambda x: (x - 2).log(), lambda x: (x - 1).sqrt() / (x - 1), lambda x: 1 / (1 - x))
)
def test_a_formula_is_recorded_wherever_it_has_numbers(domain):
    formula = Elementwise(domain)
    assert formula([3.0, 5.0])[0].tolist() == [domain(Value(3)).data, domain(Value(5)).data]


@pytest.mark.parametrize("taken", (int, round, float, bool))
def test_an_elements_number_is_not_taken(taken):
    with pytest.raises(ValueError, match="takes an element's number in"):
        Elementwise(lambda x: x * taken(x))([1.0])


def test_an_element_that_is_an_index_is_an_error_that_says_why():
    choose = Elementwise(lambda k: one_hot(k, 2)[1])
    with pytest.raises(ValueError, match=r"recorded at NaN, where it raises: checked_index\(k, 2\)"):
        choose([0, 1])
