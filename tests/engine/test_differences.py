"""Slopes by differences against closed forms."""

import math

import pytest

from engine.differences import compare, slope


@pytest.mark.parametrize(
    "f, x, exact, tolerance",
    [
        (math.sin, 1.0, math.cos(1), 1e-12),
        (math.exp, 20.0, math.exp(20), 1e-11),
        (lambda x: x**7 - 3 * x * x, 2.5, 7 * 2.5**6 - 15, 1e-12),
        (math.log, 1e-8, 1e8, 1e-10),  # steps of 1 leave its domain
        (math.sqrt, 1e-12, 5e5, 1e-10),
        (lambda x: 1 / x, 1e-3, -1e6, 1e-10),
        (lambda x: math.sin(1e6 * x), 0.3, 1e6 * math.cos(3e5), 1e-9),  # a hundred thousand periods a step
        (lambda x: math.exp(-1e4 * x * x), 0.01, -200 * math.exp(-1), 1e-10),
        (lambda x: x * x, 1e10, 2e10, 1e-10),
        (lambda x: math.sin(x) + 1, 1e-8, 1.0, 1e-12),
        (lambda x: max(0.0, x), 1e-3, 1.0, 1e-12),  # next to a kink
        (lambda x: 3.0, 2.0, 0.0, 0.0),
    ],
)
def test_a_slope_is_good_to_nine_digits_and_knows_its_error(f, x, exact, tolerance):
    found = slope(f, x)
    assert found.value == pytest.approx(exact, rel=tolerance, abs=1e-12)
    assert abs(found.value - exact) <= found.error < 1e-8 * max(1.0, abs(exact))


def test_both_sides_of_a_kink():
    def kink(x):
        return math.exp(x) if x < 0 else 1 - 3 * math.sin(x)

    assert slope(kink, 0.0, side=-1).value == pytest.approx(1, abs=1e-7)
    assert slope(kink, 0.0, side=1).value == pytest.approx(-3, abs=1e-7)
    assert slope(math.sqrt, 0.0, side=-1).error == math.inf  # it is not defined there


def test_where_there_is_no_slope_none_is_given():
    for f in (lambda x: float(x >= 1), lambda x: math.floor(x * 1.0)):
        assert slope(f, 1.0).error == math.inf
    assert math.isnan(slope(lambda x: math.log(-1 - x * x), 1.0).value)


def test_an_infinite_derivative_is_wrong():
    for number in (math.inf, -math.inf, math.nan):
        assert not compare(lambda x: x * x, 3.0, number).is_right


def test_a_function_that_changes_on_a_small_scale_is_no_mistake():
    def bell(x):
        return math.exp(-((x * 1e4 - 1) ** 2))

    assert compare(bell, 0.0, 2e4 * bell(0.0)).is_right
    assert not compare(bell, 0.0, 2.001e4 * bell(0.0)).is_right
    assert not compare(bell, 0.0, 0.001).is_right
    assert compare(math.exp, 709.0, math.exp(709)).is_right  # though f(709.8) overflows
