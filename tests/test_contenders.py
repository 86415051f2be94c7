"""A benchmark compares times of the same computation only."""

import math

import pytest

from tests.benchmarks.contenders import contest


@pytest.mark.parametrize("wrong", [2.1, math.nan, math.inf])
def test_a_contender_that_computes_something_else_is_refused(wrong):
    contenders = {"right": lambda task: lambda: [1.0, 2.0], "other": lambda task: lambda: [1.0, wrong]}
    with pytest.raises(ArithmeticError, match="other differs from right"):
        contest("sums", None, contenders, ours="right", rounds=1, budget=0.001)
