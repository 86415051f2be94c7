"""A model's parameters as an array, for what computes with arrays."""

import math
import random
from array import array

import pytest

from engine import Program, Value
from nn import MLP, Adam, Module, Neuron, fit, mean_squared_error

ROWS = [[t / 5, math.sin(t / 5 + 0.5)] for t in range(-10, 11)]


def network():
    return MLP(1, [3, 1], "tanh", random.Random(0))


def recorded(model):
    """The loss of a row as a program, whose order is the graph's."""
    x, y = Value(0.5, "x"), Value(0.1, "y")
    return Program(mean_squared_error(model([x]), y), inputs=[x, y])


def test_an_array_is_in_order_of_parameters():
    model = network()
    numbers = model.to_array()
    assert type(numbers) is array and numbers.typecode == "d"
    assert list(numbers) == [parameter.data for parameter in model.parameters()]
    other = MLP(1, [3, 1], "tanh", random.Random(1))
    other.from_array(numbers)
    assert other.state() == model.state()
    numbers[0] = 7.0
    assert model.to_array()[0] != 7.0


@pytest.mark.parametrize(
    "given", [[1, 2, 3], (1.0, 2.0, 3.0), range(1, 4), array("f", [1, 2, 3]), map(float, (1, 2, 3))]
)
def test_what_comes_back_may_be_any_sequence(given):
    neuron = Neuron(2)
    neuron.b.grad = 5.0
    neuron.from_array(given)
    assert neuron.to_array() == array("d", [1, 2, 3]) and neuron.b.grad == 5.0
    assert {type(parameter.data) for parameter in neuron.parameters()} == {float}


def test_numbers_may_be_what_data_may_be():
    neuron = Neuron(1)
    neuron.from_array([math.inf, math.nan])
    assert neuron.w[0].data == math.inf and math.isnan(neuron.b.data)


@pytest.mark.parametrize(
    "wrong, kind, message",
    [
        ([1], ValueError, r"^1 number given for the 3 parameters of Neuron\(2, relu\)$"),
        (array("d", [1] * 4), ValueError, r"^4 numbers given for the 3 parameters of Neuron\(2, relu\)$"),
        ([1, 2, "3"], TypeError, r"^numbers\[2\] is '3' \(str\), not a real number$"),
        ([1, 2, 3j], TypeError, r"^numbers\[2\] is 3j"),
        ([[1, 2, 3]], TypeError, r"^numbers\[0\] is \[1, 2, 3\] \(list\), not a real number$"),
        (None, TypeError, "^numbers is None"),
        (b"abc", TypeError, r"^numbers is b'abc' \(bytes\), not a sequence of numbers$"),
        ([1, 2, 10**400], OverflowError, r"^numbers\[2\]: .* beyond the largest float"),
    ],
)
def test_wrong_numbers_change_nothing_and_say_what_is_wanted(wrong, kind, message):
    neuron = Neuron(2)
    before = neuron.state()
    with pytest.raises(kind, match=message):
        neuron.from_array(wrong)
    assert neuron.state() == before


def test_frozen_parameters_are_not_in_an_array_and_stay():
    model = network()
    model.layers[0].freeze()
    before = model.state()
    assert len(model.to_array()) == len(model.parameters()) == 4
    model.from_array([0.0] * 4)
    after = model.state()
    assert {name for name in after if after[name] != before[name]} <= {
        name for name in after if name.startswith("layers[1]")
    }
    assert list(model.to_array()) == [0.0] * 4
    with pytest.raises(
        ValueError,
        match=r"^10 numbers given for the 4 parameters of MLP\(1, \[3, 1\], tanh\) \(6 more are frozen\)$",
    ):
        model.from_array([0.0] * 10)
    model.freeze()
    assert list(model.to_array()) == []
    model.from_array([])


def test_the_message_counts_one_frozen_parameter():
    neuron = Neuron(1)
    neuron.freeze([neuron.b])
    with pytest.raises(ValueError, match=r"for the 1 parameter of Neuron\(1, relu\) \(1 more is frozen\)$"):
        neuron.from_array([1, 2])


def test_a_shared_parameter_stands_in_an_array_once():
    class Twice(Module):
        def __init__(self):
            self.w = Value(2, "w")
            self.again = [self.w, Value(1, "b")]

    twice = Twice()
    assert twice.to_array() == array("d", [2, 1])


def descend(f, numbers, steps=200, rate=0.1):
    """Plain gradient descent on an array, as a library might do it."""
    for _ in range(steps):
        _, slopes = f(numbers)
        numbers = [number - rate * slope for number, slope in zip(numbers, slopes)]
    return numbers


def test_a_descent_on_arrays_in_the_programs_order():
    model = network()
    program = recorded(model)
    assert program.parameters != model.parameters()
    before = program.batch(ROWS)
    found = descend(lambda a: program.value_and_gradient(ROWS, a), program.to_array())
    assert program.value_and_gradient(ROWS)[0] == before  # until now no Value has changed
    program.from_array(found)
    assert program.value_and_gradient(ROWS)[0] < before / 2


@pytest.mark.parametrize("frozen", [False, True])
def test_a_descent_on_arrays_in_the_models_order(frozen):
    model = network()
    if frozen:
        model.layers[0].freeze()
    program, before = recorded(model), model.state()
    assert len(program.parameters) == 10
    places, numbers = program.places(model.parameters()), program.to_array()

    def f(a):
        for place, number in zip(places, a):
            numbers[place] = number
        mean, slopes = program.value_and_gradient(ROWS, numbers)
        return mean, [slopes[place] for place in places]

    start = f(model.to_array())[0]
    model.from_array(descend(f, model.to_array()))
    assert f(model.to_array())[0] < 0.6 * start
    changed = {name for name, number in model.state().items() if number != before[name]}
    assert changed == {name for name in before if not frozen or name.startswith("layers[1]")}


def test_the_map_agrees_with_what_fit_does():
    rows, targets = [[x] for x, _ in ROWS], [y for _, y in ROWS]
    by_fit, by_hand = network(), network()
    fit(by_fit, rows, targets, mean_squared_error, Adam(by_fit.parameters(), 0.1), 5, engine="python")
    program, adam = recorded(by_hand), Adam(by_hand.parameters(), 0.1)
    places, numbers = program.places(by_hand.parameters()), program.to_array()
    weights = by_hand.to_array()
    for _ in range(5):
        for place, weight in zip(places, weights):
            numbers[place] = weight
        _, slopes = program.value_and_gradient(ROWS, numbers)
        weights = adam.update(weights, array("d", [slopes[place] for place in places]))
    by_hand.from_array(weights)
    assert by_hand.to_array() == by_fit.to_array()


# with NumPy and SciPy


def test_numpy_takes_an_array_without_a_copy():
    np = pytest.importorskip("numpy", reason="NumPy is not installed: arrays are not read by it")
    neuron = Neuron(2)
    numbers = neuron.to_array()
    taken = np.asarray(numbers)
    assert taken.dtype == np.float64 and np.shares_memory(taken, np.asarray(numbers))
    taken[0] = 7.0
    assert numbers[0] == 7.0
    assert np.linalg.norm(numbers) == pytest.approx(math.dist(numbers, [0] * 3))
    for given in (taken, taken.astype(np.float32), np.array([1, 2, 3]), np.ones((3, 2))[:, 0]):
        neuron.from_array(given)
        assert list(neuron.to_array()) == given.tolist()
    with pytest.raises(TypeError, match=r"^numbers\[0\] is array"):
        neuron.from_array(np.ones((3, 1)))
    with pytest.raises(ValueError, match=r"^number 1 is masked$"):
        neuron.from_array(np.ma.masked_array([1.0, 2.0, 3.0], [0, 1, 0]))


@pytest.mark.parametrize("frozen", [False, True])
def test_scipy_minimizes_from_an_array(frozen):
    np = pytest.importorskip("numpy", reason="NumPy is not installed")
    optimize = pytest.importorskip("scipy.optimize", reason="SciPy is not installed: it minimizes nothing")
    model = network()
    if frozen:
        model.layers[0].freeze()
    program, start = recorded(model), model.to_array()
    places, numbers = program.places(model.parameters()), np.asarray(program.to_array())

    def f(a):
        numbers[places] = a
        mean, slopes = program.value_and_gradient(ROWS, numbers)
        return mean, np.asarray(slopes)[places]

    found = optimize.minimize(f, start, jac=True)
    model.from_array(found.x)
    assert found.fun < (0.1 if frozen else 1e-3)
    assert program.value_and_gradient(ROWS)[0] == pytest.approx(found.fun, rel=1e-12)
    assert len(found.x) == (4 if frozen else 10)
