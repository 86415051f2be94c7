"""A program's parameters as an array, and their places in it; and that a native
program has all that a Program has.
"""

import math
from array import array

import pytest

from engine import Program, Value, c_compiler

FORMS = [
    "program",
    pytest.param("native", marks=pytest.mark.skipif(not c_compiler(), reason="no C compiler")),
]
ROWS = [[0.5], [-2.0], [3.0]]


def made(form="program"):
    """A program whose parameters are in another order than w, b; and these."""
    x, w, b = Value(0.7, "x"), Value(-1.3, "w"), Value(0.2, "b")
    program = Program((b + w * x).tanh() * w, inputs=[x])
    assert program.parameters == [b, w]
    return (program.native() if form == "native" else program), [w, b], x


@pytest.mark.parametrize("form", FORMS)
def test_an_array_of_the_parameters_and_back(form):
    program, [w, b], _ = made(form)
    numbers = program.to_array()
    assert numbers == array("d", [0.2, -1.3])
    numbers[1] = 0.5
    assert w.data == -1.3  # it is a copy
    for given in (numbers, [0.2, 0.5], (0.2, 0.5), memoryview(numbers), map(float, numbers)):
        w.data, b.data, w.grad = 1.0, 1.0, 3.0
        program.from_array(given)
        assert (w.data, b.data, w.grad) == (0.5, 0.2, 3.0)
    assert program.value_and_gradient(ROWS, numbers) == program.value_and_gradient(ROWS)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "wrong, kind, message",
    [
        ([1.0], ValueError, "1 number given for 2 parameters"),
        (array("d", [1, 2, 3]), ValueError, "3 numbers given for 2 parameters"),
        ([1.0, "2"], TypeError, r"parameter w is '2' \(str\), not a real number"),
        ([1.0, 2j], TypeError, "parameter w is 2j"),
        (None, TypeError, "the parameters are None"),
        (3, TypeError, r"the parameters are 3 \(int\)"),
        ({1.0, 2.0}, TypeError, r"the parameters are .* \(set\)"),
        ([1.0, 10**400], OverflowError, "parameter w: .* is beyond the largest float"),
    ],
)
def test_wrong_numbers_change_nothing(form, wrong, kind, message):
    program, [w, b], _ = made(form)
    with pytest.raises(kind, match=message):
        program.from_array(wrong)
    assert (w.data, b.data) == (-1.3, 0.2)


def test_numbers_may_be_what_data_may_be():
    program, [w, b], _ = made()
    program.from_array([math.inf, math.nan])
    assert b.data == math.inf and math.isnan(w.data)
    program.from_array([True, 2])
    assert (b.data, w.data) == (1.0, 2.0) and {type(w.data), type(b.data)} == {float}


@pytest.mark.parametrize("form", FORMS)
def test_places_take_numbers_to_the_program_and_derivatives_back(form):
    program, leaves, _ = made(form)
    places = program.places(leaves)
    assert places == [1, 0]
    assert [program.parameters[place] for place in places] == leaves
    numbers = program.to_array()
    for place, number in zip(places, [0.5, 0.25]):
        numbers[place] = number
    mean, slopes = program.value_and_gradient(ROWS, numbers)
    for leaf, number in zip(leaves, [0.5, 0.25]):
        leaf.data = number
    assert mean == program.batch(ROWS)
    assert [slopes[place] for place in places] == [leaf.grad for leaf in leaves]


def test_places_are_of_this_leaf_whatever_its_number():
    w, b, other = Value(1, "w"), Value(1, "b"), Value(1, "other")
    program = Program(w * b)
    assert program.places([b, w, b]) == [1, 0, 1] and program.places([]) == []
    with pytest.raises(
        ValueError, match="'other' is not among this program's parameters: it is an input, or"
    ):
        program.places([w, other])


def test_an_input_has_no_place():
    program, [w, _], x = made()
    with pytest.raises(ValueError, match="'x' is not among this program's parameters: it is an input"):
        program.places([w, x])
    with pytest.raises(TypeError, match=r"leaves\[0\] is 'w' \(str\), not a Value"):
        program.places(["w"])


# the interface of Native

GIVEN = {
    "value": [2.0],
    "batch": [ROWS],
    "value_and_gradient": [ROWS, [0.5, 0.25]],
    "each": [ROWS, ["x", "w"]],
    "line_by_line": [2.0],
    "function": [2.0, 0.25, 0.5],
    "from_array": [[0.5, 0.25]],
}
# A result that has no `==` of its own, as something that has.
SHOWN = {
    "each": lambda pair: [part.tolist() for part in pair],
    "line_by_line": repr,
    "loops": str,
    "native": lambda native: native.value(2.0),
    "rowwise": lambda rowwise: rowwise.tape,
}


def interface(thing):
    return sorted(name for name in dir(thing) if not name.startswith("_"))


def result(thing, name):
    """What an attribute is, or what its call gives; and the numbers then."""
    found = getattr(thing, name)
    if callable(found) and name != "loops":
        leaves = {"places": [thing.parameters[::-1]], "rowwise": [("w",)]}
        found = found(*GIVEN.get(name, leaves.get(name, [])))
    shown = SHOWN.get(name, lambda each: each)(found)
    return shown, [(leaf.data, leaf.grad) for leaf in thing.parameters]


@pytest.mark.skipif(not c_compiler(), reason="no C compiler")
@pytest.mark.parametrize("name", interface(made()[0]))
def test_native_has_what_a_program_has(name):
    program, _, _ = made()
    native = program.native()
    if name == "source":
        assert "static" in native.source and native.program.source == program.source
        return
    numbers = [(leaf.data, leaf.grad) for leaf in program.parameters]
    expected = result(program, name)
    for leaf, (data, grad) in zip(program.parameters, numbers):
        leaf.data, leaf.grad = data, grad
    assert result(native, name) == expected


@pytest.mark.skipif(not c_compiler(), reason="no C compiler")
@pytest.mark.parametrize("name", ["name", "inputs", "parameters", "value", "each", "line_by_line", "loops"])
def test_native_of_several_outputs_has_it_too(name):
    x, w = Value(2, "x"), Value(3, "w")
    program = Program([w * x, x.tanh()], inputs=[x])
    native = program.native()
    assert result(program, name) == result(native, name)
    assert native.to_array() == program.to_array() == array("d", [3])
