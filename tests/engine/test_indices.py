"""Indices: a Value chooses a row of a table, in every form of a graph."""

import copy
import pickle

import pytest

from engine import Program, Value, c_compiler, check_gradients, grad, one_hot, steps, what_if

SIZE = 5


def lookup():
    """The square of the entry that k chooses from a table, and of 10 k's."""
    k, table = Value(2, "k"), [Value(i * i + 1, f"w{i}") for i in range(SIZE)]
    chosen = sum(hot * w for hot, w in zip(one_hot(k, SIZE), table))
    return k, table, chosen * chosen


@pytest.mark.parametrize("k", range(SIZE))
def test_a_one_hot_vector_is_the_kronecker_delta(k):
    assert [hot.data for hot in one_hot(Value(k), SIZE)] == [float(i == k) for i in range(SIZE)]


def test_another_index_chooses_anew_in_the_graph_and_in_its_gradient():
    k, table, square = lookup()
    for place in range(SIZE):
        k.data = place
        square.forward()
        square.zero_grad()
        square.backward()
        w = place * place + 1
        assert square.data == w * w and k.grad == 0
        assert [entry.grad for entry in table] == [2.0 * w * (i == place) for i in range(SIZE)]


def test_a_program_has_it_as_an_input_and_sums_over_rows():
    k, table, square = lookup()
    program = Program(square, inputs=[k])
    programs = [program] + [program.native()] * (c_compiler() is not None)
    rows = [[3], [0], [3], [4]]
    for each in programs:
        mean, gradient = each.value_and_gradient(rows)
        assert mean == (100 + 1 + 100 + 289) / 4
        assert list(gradient) == [0.5, 0.0, 0.0, 10.0, 8.5]
        assert each.each(rows, [table[3], k])[1].tolist() == [
            [20.0, 0.0],
            [0.0, 0.0],
            [20.0, 0.0],
            [0.0, 0.0],
        ]
    assert program.loops.function(3, *[w.data for w in table])[0] == 100


def test_a_program_of_a_hessian_chooses_anew():
    k, table, square = lookup()
    [first] = grad(square, [table[1]])
    program = Program(grad(first, [table[1]]), inputs=[k])
    assert [program.value(place) for place in range(SIZE)] == [[2.0 * (place == 1)] for place in range(SIZE)]


def test_lines_that_compare_with_0_1_2_are_one_loop_and_the_table_a_matrix():
    k = Value(2, "k")
    table = [[Value(1, f"e_{i}_{j}") for j in range(4)] for i in range(SIZE)]
    chosen = one_hot(k, SIZE)
    columns = [sum(hot * w for hot, w in zip(chosen, column)) for column in zip(*table)]
    text = str(Program(sum(x * x for x in columns), inputs=[k]).loops)
    assert "    for i in range(5):\n        v2[i] = 1.0 if v1 == i else 0.0\n" in text
    assert "        for j in range(1, 5):\n            v3[i] += v2[j] * e[j][i]\n" in text


@pytest.mark.parametrize("wrong", [SIZE, -1, 1.5, 1e300, float("inf"), float("nan")])
def test_what_is_no_index_is_an_error_everywhere_and_changes_nothing(wrong):
    k, table, square = lookup()
    program = Program(square, inputs=[k])
    programs = [program] + [program.native()] * (c_compiler() is not None)
    message = "not a whole number from 0 to 4" if wrong == wrong else "is NaN"
    for each in programs:
        with pytest.raises(ValueError, match=message):
            each(wrong)
        with pytest.raises(ValueError, match=f"row 1: .*{message}"):
            each.batch([[1], [wrong], [2]])
        with pytest.raises(ValueError, match=f"row 1: .*{message}"):
            each.each([[1], [wrong]])
    assert not any(w.grad for w in table)
    with pytest.raises(ValueError, match="not a whole number from 0 to 4"):
        one_hot(Value(wrong), SIZE)
    k.data = wrong
    with pytest.raises(ValueError, match=r"checked_index\(k, 5\) where k = .*not a whole number from 0 to 4"):
        square.forward()
    assert square.data == 25


def test_copies_and_views_have_it():
    k, _, square = lookup()
    square.label = "L"
    program = pickle.loads(pickle.dumps(Program(square, inputs=[k])))
    assert program.value(4) == 289
    assert copy.deepcopy(square).data == 25
    assert "checked_index(k, 5)" in "".join(map(str, steps(square, forward=True)))
    assert str(what_if(square, k=4)).endswith("L changes by 264, from 25 to 289")
    check = check_gradients(square)
    assert check and str(check).endswith("not checked, as an index has no slope: k")


def test_an_index_that_is_a_number_too_is_checked():
    k = Value(1, "k")
    assert not check_gradients(one_hot(k, 3)[1] * k)  # which has no slope at 1


def test_a_check_where_the_index_has_become_wrong_says_so():
    k, _, square = lookup()
    k.data = 7
    with pytest.raises(ValueError, match=r"checked_index\(k, 5\) where k = 7.0: not a whole number"):
        check_gradients(square)
    assert square.data == 25


def test_what_only_makes_an_index_is_not_checked():
    def entry(k, x, unused):
        return one_hot(2 * k + 1, 4)[3] * x

    check = check_gradients(entry, 1, 0.5, 7)
    assert check and str(check).endswith(
        "2 gradients, and all are right\nnot checked, as an index has no slope: k"
    )


@pytest.mark.parametrize(("index", "size"), [(2, 3), ([Value(2)], 3), (Value(2), 2.5)])
def test_other_arguments_are_errors(index, size):
    with pytest.raises(TypeError, match=r"one_hot is for an index that is a Value|size is how many places"):
        one_hot(index, size)


def test_of_a_number_as_fit_gives_to_a_graph_the_error_says_what_takes_it():
    with pytest.raises(TypeError, match=r"not 2 \(int\); of a number, there is nn.one_hot$"):
        one_hot(2, 3)
