import pytest

from engine import Value, assign, restorer


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


def test_assign_takes_no_text_for_a_number():
    a, b = pair()
    for name in ("data", "grad"):
        with pytest.raises(TypeError, match=r"one real number, not '7' \(str\)"):
            assign([a, b], name, [1.0, "7"])
    assert numbers(a, b) == [(1, 3), (2, 4)]


@pytest.mark.parametrize("error", (KeyboardInterrupt, ValueError, MemoryError))
def test_everything_is_put_back_after_an_error(error):
    a, b = pair()
    restore = restorer(([a], "data"), ([a, b], "grad"), ([a], "label"))

    def fails():
        try:
            a.data = a.grad = b.grad = 9.0
            a.label = "a"
            raise error
        except BaseException:
            restore()
            raise

    with pytest.raises(error):
        fails()
    assert numbers(a, b) == [(1, 3), (2, 4)] and a.label == ""
