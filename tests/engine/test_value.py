"""Value: what a graph computes, what its gradients are, and what it costs to
hold one.
"""

import copy
import gc
import math
import operator
import pickle
import random
import re
import sys
import traceback
import weakref
from decimal import Decimal
from fractions import Fraction

import pytest

from engine import Constant, Value, decisions, steps, topological_order
from engine.operation import OPERATIONS
from engine.rules import TABLE

SIGNS = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
    "neg": operator.neg,
    "abs": operator.abs,
}
UNARY = [rule.op for rule in TABLE if len(rule.partials) == 1]
BINARY = [rule.op for rule in TABLE if len(rule.partials) == 2]


def apply(op, *operands):
    """An operation as a user of Value writes it."""
    return SIGNS[op](*operands) if op in SIGNS else getattr(Value, op)(*operands)


def gradient(output, *leaves):
    """∂output/∂leaves."""
    for leaf in leaves:
        leaf.grad = 0.0
    output.backward()
    return [leaf.grad for leaf in leaves]


STEPS = [
    lambda a, b, c: a + b,
    lambda a, b, c: a - b,
    lambda a, b, c: a * b,
    lambda a, b, c: a / (b * b + 1),
    lambda a, b, c: (a * a + 1) ** b.tanh(),
    lambda a, b, c: a.maximum(b),
    lambda a, b, c: a * c,
    lambda a, b, c: c - a,
    lambda a, b, c: c ** a.sin(),
    lambda a, b, c: a**3,
    lambda a, b, c: -a,
    lambda a, b, c: a.relu(),
    lambda a, b, c: a.softplus(),
    lambda a, b, c: a.cos(),
]


def random_graph(seed, data):
    """Leaves with these data, and an output that reuses them and what is made
    of them at random.
    """
    rng = random.Random(seed)
    leaves = [Value(x) for x in data]
    nodes = list(leaves)
    for _ in range(40):
        node = rng.choice(STEPS)(rng.choice(nodes), rng.choice(nodes), rng.uniform(0.5, 2))
        nodes.append(node if abs(node.data) < 5 else node.tanh())
    return leaves, sum(nodes[-8:])


RANDOM = [(seed, [random.Random(f"{seed}.{i}").gauss(0, 1) for i in range(3)]) for seed in range(40)]


# every operation, through the operators


@pytest.mark.parametrize("op", UNARY)
def test_an_operation_on_one_value(op):
    x = Value(1.3 if op == "arccosh" else 0.3, "x")
    out = apply(op, x)
    assert out.op == op and out.parents[0] is x and len(out.parents) == 1 and out.label == ""
    assert out.data == OPERATIONS[op].forward(x.data)
    assert gradient(out * 5, x) == pytest.approx([5 * OPERATIONS[op].partials[0](x.data, None, out.data)])


@pytest.mark.parametrize("op", BINARY)
def test_an_operation_on_two_values_and_on_a_value_and_a_number(op):
    a, b = Value(1.7, "a"), Value(0.6, "b")
    out = apply(op, a, b)
    assert out.op == op and out.parents[0] is a and out.parents[1] is b
    assert out.data == OPERATIONS[op].forward(1.7, 0.6)
    partials = [5 * partial(1.7, 0.6, out.data) for partial in OPERATIONS[op].partials]
    assert gradient(out * 5, a, b) == pytest.approx(partials)

    right = apply(op, a, 0.6)
    assert right.data == out.data and right.op == op and right.parents[0] is a
    assert gradient(right * 5, a) == pytest.approx(partials[:1])
    if op in SIGNS:
        left = apply(op, 1.7, b)
        assert left.data == out.data and left.op == op and left.parents[1] is b
        assert gradient(left * 5, b) == pytest.approx(partials[1:])


@pytest.mark.parametrize("kind", (int, float, bool, Fraction, Decimal))
@pytest.mark.parametrize("op", [op for op in BINARY if op in SIGNS])
def test_every_kind_of_real_number_on_either_side(op, kind):
    x, number = Value(3.0), kind(True)
    assert apply(op, x, number).data == apply(op, 3.0, 1.0)
    assert apply(op, number, x).data == apply(op, 1.0, 3.0)


@pytest.mark.parametrize("exponent", (-2, -1, -0.5, 0, 0.5, 1, 2, 3, 4, 5))
def test_a_number_as_exponent(exponent):
    x = Value(1.3)
    y = x**exponent
    assert y.data == pytest.approx(1.3**exponent)
    assert gradient(y, x) == pytest.approx([exponent * 1.3 ** (exponent - 1)])
    assert y.op == "**" and y.parents[0] is x and y.parents[1] == exponent


def test_values_and_numbers_as_base_and_exponent():
    a, b = Value(3.0), Value(2.0)
    assert gradient(a**b, a, b) == pytest.approx([6, 9 * math.log(3)])
    assert gradient(2**b, b) == pytest.approx([4 * math.log(2)])
    assert gradient(a**a, a) == pytest.approx([27 * (1 + math.log(3))])


# gradients


@pytest.mark.parametrize(
    "f, slope",
    [
        (lambda x: x + x, 2),
        (lambda x: x - x, 0),
        (lambda x: x * x, 6),
        (lambda x: x / x, 0),
        (lambda x: x.maximum(x), 1),
        (lambda x: x * x * x, 27),
        (lambda x: (x * x) * (x * x), 108),
        (lambda x: (y := x * 2) * y + y, 26),
        (lambda x: (y := x + x).exp() - y.exp() + x, 1),
        (lambda x: sum([x] * 10), 10),
        (lambda x: x, 1),
    ],
)
def test_every_use_of_a_value_counts(f, slope):
    x = Value(3.0)
    assert gradient(f(x), x) == pytest.approx([slope])


@pytest.mark.parametrize("seed, data", RANDOM)
def test_random_graphs_against_central_differences(seed, data):
    leaves, output = random_graph(seed, data)
    h = 1e-6
    slopes = []
    for i in range(len(data)):
        up, down = ([x + step * (i == j) for j, x in enumerate(data)] for step in (h, -h))
        slopes.append((random_graph(seed, up)[1].data - random_graph(seed, down)[1].data) / (2 * h))
    assert gradient(output, *leaves) == pytest.approx(slopes, rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("seed, data", RANDOM)
def test_random_graphs_against_the_chain_rule_from_the_other_end(seed, data):
    leaves, output = random_graph(seed, data)
    order = topological_order(output)
    grads = gradient(output, *leaves)
    for leaf, grad in zip(leaves, grads):
        slopes = {node: float(node is leaf) for node in order}
        for node in order:
            operands = [parent.data for parent in node.parents]
            for i, parent in enumerate(node.parents):
                partial = OPERATIONS[node.op].partials[i]
                if slopes[parent]:
                    slopes[node] += partial(*(operands + [None])[:2], node.data) * slopes[parent]
        assert grad == pytest.approx(slopes[output], rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("seed, data", RANDOM)
def test_leaves_accumulate_and_interior_nodes_do_not(seed, data):
    _, output = random_graph(seed, data)
    output.backward()
    order = topological_order(output)
    first = [node.grad for node in order]
    assert output.grad == 1
    for times in (2, 3):
        output.backward()
        for node, grad in zip(order, first):
            assert node.grad == (grad if node.parents else times * grad)


def test_outputs_that_share_nodes_add_up_in_the_leaves_alone():
    x = Value(2.0)
    shared = x * x
    (shared * 3).backward()
    (shared + x).backward()
    assert shared.grad == 1 and x.grad == 3 * 4 + 5
    x.backward()
    assert x.grad == 18


def test_two_plain_numbers_make_a_node_of_constants():
    out = Value.maximum(3.0, 4)
    assert (out.data, [type(parent) for parent in out.parents]) == (4.0, [Constant, Constant])
    with pytest.raises(TypeError, match=r"maximum\(3.0, 'x'\).*not str"):
        Value.maximum(3.0, "x")


def test_zero_grad_clears_the_whole_graph():
    a, b = Value(2), Value(3)
    output = (a * b).tanh() + a
    output.backward()
    assert a.grad and b.grad and output.grad and output.left.grad
    output.zero_grad()
    assert {node.grad for node in topological_order(output)} == {0.0}
    output.backward()
    once = a.grad
    output.zero_grad()
    output.backward()
    assert a.grad == once


def test_gradients_can_be_set_and_are_floats():
    x = Value(2)
    x.grad = 10.0
    y = x**3
    y.grad = 99.0
    y.backward()
    assert x.grad == 22 and y.grad == 1
    assert type(x.grad) is float and type(x.data) is float


def test_constants_are_nodes_without_a_gradient():
    x = Value(3.0)
    y = 2 * x + 1 - x / 4 + 5**x - x**7 + x.maximum(1) + 0.0
    y.backward()
    constants = [node for node in topological_order(y) if type(node) is Constant]
    assert sorted(node.data for node in constants) == [0, 1, 1, 2, 4, 5, 7]
    assert all(node.grad == 0 and node.op == "" and node.parents == () for node in constants)


def test_sum_leaves_no_stray_node():
    values = [Value(x) for x in range(4)]
    order = topological_order(sum(values))
    assert [node.op for node in order] == ["", "", "", "", "+", "+", "+"]
    assert sum(values[:1]) is values[0]
    assert len(topological_order(0.0 + values[0])) == 3


def test_topological_order_has_parents_first_and_every_node_once():
    for seed, data in RANDOM:
        order = topological_order(random_graph(seed, data)[1])
        place = {node: i for i, node in enumerate(order)}
        assert len(place) == len(order)
        assert all(place[parent] < place[node] for node in order for parent in node.parents)


# forward


@pytest.mark.parametrize("seed, data", RANDOM)
def test_forward_equals_a_fresh_graph(seed, data):
    leaves, output = random_graph(seed, data)
    moved = [x + 1e-3 for x in data]
    for leaf, x in zip(leaves, moved):
        leaf.data = x
    output.forward()
    fresh_leaves, fresh = random_graph(seed, moved)
    assert [node.data for node in topological_order(output)] == [
        node.data for node in topological_order(fresh)
    ]
    assert gradient(output, *leaves) == gradient(fresh, *fresh_leaves)


@pytest.mark.parametrize("op", UNARY + BINARY)
def test_forward_recomputes_every_operation(op):
    before, after = (1.3, 1.8) if op == "arccosh" else (0.3, 0.8)
    x = Value(before)
    number = () if op in UNARY else (0.5,)
    out = apply(op, x, *number)
    x.data = after
    out.forward()
    assert out.data == apply(op, Value(after), *number).data
    assert out.data != apply(op, Value(before), *number).data


# what cannot be computed


@pytest.mark.parametrize(
    "wrong", ("3", None, 1j, [1], (1,), b"1", bytearray(b"1"), {}, object(), float, Value), ids=repr
)
def test_data_is_one_real_number(wrong):
    with pytest.raises(
        TypeError, match="one real number, not .*" + getattr(wrong, "__name__", type(wrong).__name__)
    ):
        Value(wrong)


@pytest.mark.parametrize("wrong", ("x", None, 1j, [1], (1,), b"1", {}), ids=repr)
@pytest.mark.parametrize("op", BINARY)
def test_operands_are_real_numbers(op, wrong):
    with pytest.raises(TypeError, match=f"v.*real number, not {type(wrong).__name__}") as caught:
        apply(op, Value(1, "v"), wrong)
    assert "During handling" not in "".join(traceback.format_exception(caught.value))
    if op in SIGNS and not (op == "*" and isinstance(wrong, str)):
        with pytest.raises(TypeError, match=f"v.*real number, not {type(wrong).__name__}"):
            apply(op, wrong, Value(1, "v"))


@pytest.mark.parametrize(
    "f, error, message",
    [
        (lambda x: (x - 5).log(), ValueError, r"log\(x - 5\) where x - 5 = -2.0"),
        (lambda x: (-x).sqrt(), ValueError, r"sqrt\(-x\) where -x = -3.0"),
        (lambda x: x.arcsin(), ValueError, r"arcsin\(x\) where x = 3.0"),
        (lambda x: (x - 4).log1p(), ValueError, r"log1p\(x - 4\) where x - 4 = -1.0"),
        (lambda x: x / 0, ZeroDivisionError, r"x / 0 where x = 3.0:"),
        (lambda x: 1 / (x - 3), ZeroDivisionError, r"1 / \(x - 3\) where x - 3 = 0.0:"),
        (lambda x: x / (x - x), ZeroDivisionError, r"x / \(x - x\) where x = 3.0, x - x = 0.0:"),
        (lambda x: x / Value(0, "x"), ZeroDivisionError, r"x / x where x = 3.0, x = 0.0:"),
        (lambda x: (y := x - 3) / y, ZeroDivisionError, r"\(x - 3\) / \(x - 3\) where x - 3 = 0.0:"),
        (lambda x: Value(-0.5, "y") ** Value(-0.5, "y"), ValueError, r"y \*\* y where y = -0.5:"),
        (lambda x: (-x) ** 0.5, ValueError, r"\(-x\) \*\* 0.5 where -x = -3.0"),
        (lambda x: (x - 3) ** -x, ValueError, r"\(x - 3\) \*\* \(-x\) where x - 3 = 0.0, -x = -3.0"),
        (lambda x: x**1000, OverflowError, r"x \*\* 1000 where x = 3.0:"),
        (lambda x: (x * 1000).exp(), OverflowError, r"exp\(x \* 1000\) where x \* 1000 = 3000.0"),
        (lambda x: (x * -1000).sinh(), OverflowError, r"sinh\(x \* -1000\) where x \* -1000 = -3000.0"),
    ],
)
def test_where_there_is_no_real_result_the_error_names_operation_label_and_number(f, error, message):
    with pytest.raises(error, match=message):
        f(Value(3, "x"))


def test_a_failing_backward_changes_no_gradient():
    x, b = Value(0, "x"), Value(2)
    early = b * 3
    y = x.sqrt() + early
    for node, grad in zip((x, b, early, y), (1.0, 2.0, 3.0, 4.0)):
        node.grad = grad
    with pytest.raises(ZeroDivisionError, match=r"the derivative of sqrt\(x\) where x = 0.0"):
        y.backward()
    assert [node.grad for node in (x, b, early, y)] == [1, 2, 3, 4]


def test_a_failing_forward_changes_no_data():
    x = Value(2, "x")
    early = x * 3
    late = early.log()
    x.data = -1.0
    with pytest.raises(ValueError, match=r"log\(x \* 3\) where x \* 3 = -3.0"):
        late.forward()
    assert (x.data, early.data, late.data) == (-1, 6, math.log(6))


@pytest.mark.parametrize("name", ("data", "grad"))
@pytest.mark.parametrize("wrong", ("7", None, [1.0], 1j, b"7", object()))
def test_a_mistaken_assignment_is_an_error_and_changes_nothing(name, wrong):
    x = Value(5)
    x.grad = 2.0
    with pytest.raises(TypeError, match="one real number, not"):
        setattr(x, name, wrong)
    assert (x.data, x.grad) == (5, 2)


@pytest.mark.parametrize("kind", (int, bool, Fraction, Decimal, Value))
def test_an_assigned_number_becomes_a_float(kind):
    x = Value(5)
    x.data = x.grad = kind(1)
    assert type(x.data) is type(x.grad) is float and (x.data, x.grad) == (1, 1)


@pytest.mark.parametrize("label", (5, ["x"], b"x"))
def test_a_label_is_text(label):
    with pytest.raises(TypeError, match="a Value's label is text, not "):
        Value(3, label)


@pytest.mark.parametrize("zero", (0.0, -0.0))
def test_a_constant_zero_as_base_needs_no_derivative(zero):
    for exponent in (0.5, 1e-320, 1, 3):
        x = Value(exponent)
        y = Constant(zero) ** x
        assert gradient(y, x) == [0] and y.parents[0].grad == 0
        assert repr(y.data) == repr((zero**x).data)


@pytest.mark.parametrize("base", (Value(-2), Value(-2, "a"), -2))
def test_a_negative_base_has_no_derivative_by_the_exponent(base):
    message = r"∂/∂n has log\(-2\), and a negative .* A constant exponent, as in x \*\* 2, needs no"
    power = base ** Value(2, "n")
    for run in (power.backward, steps(power).run):
        with pytest.raises(ValueError, match=message):
            run()
    if isinstance(base, Value):
        (base**2).backward()


# values among other things


@pytest.mark.parametrize("kind", (Value, int, float, Fraction, Decimal))
@pytest.mark.parametrize("name", ("lt", "le", "gt", "ge", "eq", "ne"))
def test_comparisons_go_by_data(name, kind):
    compare = getattr(operator, name)
    whole = Value(0)
    for x, y in ((1, 2), (2, 2), (3, 2)):
        whole.data = x
        for left, right in ((Value(x), kind(y)), (kind(x), Value(y)), (whole, kind(y))):
            assert compare(left, right) is compare(x, y)


def test_order_goes_by_data():
    a, b, c = Value(3), Value(-1), Value(2)
    assert max(a, b, c) is a and min([a, b, c]) is b and max(b, 0) == 0
    assert [v.data for v in sorted([a, b, c])] == [-1, 2, 3]
    assert Value(-1) and not Value(0)
    assert a != "3" and a != None and Value(math.nan) != Value(math.nan)  # noqa: E711
    with pytest.raises(TypeError, match="'<' not supported between instances of 'float' and 'str'"):
        max(a, "x")


def test_hashing_goes_by_identity():
    a, twin = Value(1), Value(1)
    assert len({a, twin, a}) == 2
    assert {a: "a", twin: "twin"}[twin] == "twin"


def test_conversions():
    v = Value(2.5, "v")
    assert float(v) == 2.5 and type(float(v)) is float and math.floor(v) == 2
    assert format(v, ".3f") == f"{v:.3f}" == "2.500" and f"{v:8.1e}" == " 2.5e+00"
    assert str(v) == repr(v) == f"{v}" == "Value(data=2.5, grad=0.0, label='v')"
    assert repr(Value(1)) == "Value(data=1.0, grad=0.0)"
    assert repr((v + 1).parents[1]) == "Constant(1.0)"
    assert +v is v


@pytest.mark.parametrize("again", (copy.copy, copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v))))
def test_a_leaf_can_be_copied_and_pickled(again):
    v = Value(2.5, "v")
    v.grad = -1.0
    twin = again(v)
    assert (twin.data, twin.grad, twin.label, twin.parents) == (2.5, -1, "v", ())
    assert gradient(v * twin, twin) == [2.5] and v.grad == -1 + 2.5


def test_a_subclass_is_a_value_too():
    class Weight(Value):
        pass

    w, x = Weight(3), Value(2)
    for y in (w * x, x * w):
        assert set(y.parents) == {w, x} and gradient(y, w, x) == [2, 3]
    assert gradient(w * w, w) == [6] and gradient(2**w, w) == [8 * math.log(2)]


def test_a_value_has_no_other_attributes():
    with pytest.raises(AttributeError):
        Value(1).gard = 0.0


# the memory a graph takes


@pytest.fixture
def no_garbage_collector():
    gc.disable()
    yield
    gc.enable()


def test_a_graph_is_freed_when_its_output_is_dropped(no_garbage_collector):
    leaves, output = random_graph(1, [0.5, -0.5, 1.5])
    output.backward()
    output.forward()
    root = (output - output).sqrt()
    with pytest.raises(ZeroDivisionError):
        output / root
    with pytest.raises(ZeroDivisionError):
        root.backward()
    nodes = [weakref.ref(node) for node in topological_order(root)]
    del output, root
    assert {ref() for ref in nodes} == {None, *leaves}


@pytest.mark.slow
def test_a_chain_of_a_million_nodes(no_garbage_collector):
    x = Value(1.0)
    before = sys.getallocatedblocks()
    y = x
    for _ in range(1_000_000):
        y = -y
    y.backward()
    assert (y.data, x.grad) == (1, 1)
    x.data = 2.0
    y.forward()
    assert y.data == 2
    held = sys.getallocatedblocks()
    del y
    assert held - before > 1_000_000 and sys.getallocatedblocks() - before < 1000


def test_a_constant_has_no_gradient_wherever_it_stands():
    two, x = Constant(2), Value(3)
    output = two * x + two.exp() * x + two**x + two
    output.backward()
    assert two.grad == 0
    assert x.grad == pytest.approx(2 + math.exp(2) + math.log(2) * 2**3, rel=1e-15)


# what is no operation


def test_a_value_is_its_own_conjugate_and_rounds_as_a_float():
    x = Value(2.5)
    assert x.conjugate() is x
    assert (int(Value(-2.7)), round(x), round(Value(3.5)), round(Value(1.236), 2)) == (-2, 2, 4, 1.24)
    with decisions() as found:
        round(x), int(x)
    assert [each.node for each in found] == [x, x]


@pytest.mark.parametrize(
    "jump, text",
    [
        (lambda a: a % 2, "a % 2"),
        (lambda a: 2 % a, "2 % a"),
        (lambda a: a // 2, "a // 2"),
        (lambda a: 2 // a, "2 // a"),
    ],
)
def test_what_jumps_is_refused_with_a_reason(jump, text):
    with pytest.raises(TypeError, match=f"^{re.escape(text)}: .*jumps"):
        jump(Value(7, "a"))


@pytest.mark.parametrize("x", [1.0000001, -1 - 2**-52, math.nextafter(1, 2)])
def test_a_number_that_is_just_out_of_a_domain_is_named_with_every_digit(x):
    with pytest.raises(ValueError) as caught:
        Value(x).arcsin()
    assert str(caught.value).startswith(f"arcsin({x!r}): ")
