import pytest

from engine import Value, assign, unchanged, unchanged_on_error


def pair():
    a, b = Value(1), Value(2)
    a.grad, b.grad = 3.0, 4.0
    return a, b


def numbers(*nodes):
    return [(node.data, node.grad) for node in nodes]


def test_assign_takes_any_real_numbers():
    a, b = pair()
    assign([a, b], "data", iter([True, 2]))
    assert numbers(a, b) == [(1, 3), (2, 4)] and type(a.data) is type(b.data) is float


@pytest.mark.parametrize("wrong", ([1.0], [1.0, 2.0, 3.0], [1.0, "x"], [1.0, None]))
def test_assign_changes_all_or_nothing(wrong):
    a, b = pair()
    with pytest.raises((ValueError, TypeError)):
        assign([a, b], "grad", wrong)
    assert numbers(a, b) == [(1, 3), (2, 4)]


@pytest.mark.parametrize("error", (KeyboardInterrupt, ValueError, MemoryError))
@pytest.mark.parametrize("manager", (unchanged, unchanged_on_error))
def test_everything_is_put_back_after_an_error(manager, error):
    a, b = pair()
    with pytest.raises(error), manager(([a], "data"), ([a, b], "grad")) as earlier:
        assert earlier == [[1], [3, 4]]
        a.data = a.grad = b.grad = 9.0
        raise error
    assert numbers(a, b) == [(1, 3), (2, 4)]


def test_without_an_error_the_one_keeps_what_is_new_and_the_other_does_not():
    a, b = pair()
    with unchanged_on_error(([a, b], "grad")):
        a.grad = 9.0
    with unchanged(([a, b], "data")):
        b.data = 9.0
    assert numbers(a, b) == [(1, 9), (2, 4)]
