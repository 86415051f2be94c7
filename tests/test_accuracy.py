"""The promise of `engine.rules`, on some of the points of `tests.accuracy`."""

import pytest

pytest.importorskip("mpmath", reason="mpmath is not installed: `pip install -e '.[dev]'` gets it")
from tests import accuracy


@pytest.mark.slow
@pytest.mark.parametrize("op", accuracy.TRUE)
def test_values_and_partials_are_as_accurate_as_promised(op):
    for which, error in enumerate(accuracy.errors(accuracy.RULES[op], op, count=2000)):
        assert error.share <= 1, (op, which, error)


def test_an_inaccurate_line_is_found():
    textbook = accuracy.RULES["tanh"]._replace(partials=("1 - out * out",))
    assert accuracy.errors(textbook, "tanh", count=200)[1].ulps > 1e6
