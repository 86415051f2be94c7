"""Diagrams of networks: what they show, and that it can be read."""

import copy
import itertools
import math
import random
import re
import shutil

import pytest

from engine import Value
from nn import (
    AND,
    MLP,
    OR,
    XNOR,
    XOR,
    Concat,
    Layer,
    Neuron,
    Perceptron,
    Sequential,
    binary_cross_entropy,
    cross_entropy,
    diagram,
)
from nn.diagrams.maps import CELLS, SHADES, maps_of
from nn.diagrams.places import clear_places

SQUARE = [[0, 0], [1, 1]]
BLUE = SHADES[3:]  # over the boundary


def lines(drawing, node):
    """The lines of a node's text."""
    [text] = re.findall(rf"^\s*{node} \[label=<(.*?)> ", drawing.source, re.MULTILINE)
    return text.split("<BR/>")


def places(drawing):
    """Where each node stands."""
    found = re.findall(r'^\s*(\w+) \[.*?pos="(\S+),(\S+)!"', drawing.source, re.MULTILINE)
    return {name: (float(x), float(y)) for name, x, y in found}


def edges(drawing):
    return re.findall(r"^\s*(\w+) -> (\w+)", drawing.source, re.MULTILINE)


def weights(drawing):
    """The edges from circle to circle, whatever number interrupts them."""
    found = edges(drawing)
    after = dict(found)
    ends = [(a, after[b] if b.startswith("w") else b) for a, b in found if not a.startswith("w")]
    return [(a, b) for a, b in ends if not (a + b).endswith("_name") and not a.endswith("_name")]


def test_the_diagram_of_and_shows_the_weights():
    drawing = diagram(AND)
    assert [lines(drawing, f"w0_{i}") for i in range(3)] == [["20"], ["20"], ["-30"]]
    assert lines(drawing, "n0_2") == ["+1"] and lines(drawing, "n1_0") == ["σ"]


@pytest.mark.parametrize("model", [MLP(3, [5, 4, 2]), XOR, AND, Layer(2, 3)])
def test_a_diagram_has_an_edge_for_every_weight(model):
    found = weights(diagram(model))
    assert len(found) == len(set(found)) == len(model.parameters())


def test_a_diagram_refuses_what_it_cannot_draw():
    with pytest.raises(TypeError, match="a diagram shows layers of neurons"):
        diagram(Sequential(AND, lambda x: x))
    for empty in (Sequential(), Concat()):
        with pytest.raises(TypeError, match="a diagram shows layers of neurons"):
            diagram(empty)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (Sequential(Layer(2, 3), Layer(2, 1)), "Neuron(2, relu) takes 2 inputs, and before it are 3 neurons"),
        (Sequential(Neuron(2), Neuron(2)), "Neuron(2, relu) takes 2 inputs, and before it are 1 neuron"),
        (Concat(Neuron(2), Neuron(3)), "Neuron(3, relu) takes 3 inputs, and before it are 2 inputs"),
    ],
)
def test_layers_that_do_not_fit_are_not_drawn_as_if_they_did(model, message):
    with pytest.raises(ValueError, match=re.escape(f"the layers do not fit: {message}")):
        diagram(model)


@pytest.mark.parametrize("options", [{"x": [1, 0]}, {"maps": [[0, 0], [1, 1]]}])
def test_a_neuron_that_answers_no_number_is_named(options):
    with pytest.raises(TypeError, match=r"Neuron\(2, <lambda>\) answers one number, not \[Value"):
        diagram(Neuron(2, lambda z: [z]), **options)


def test_maps_are_around_one_row_too():
    [[rows]] = maps_of([[AND]], [[1, 0.5]])  # the plane from (0.5, 0) to (1.5, 1)
    assert len(rows) == CELLS and SHADES[-1] in rows[0] and rows[-1].startswith(SHADES[0])


@pytest.mark.parametrize(("count", "words"), [(1, "1 neuron:"), (3, "3 neurons:")])
def test_a_diagram_counts_its_neurons_in_words(count, words):
    assert f"a network of {words}" in repr(diagram(Layer(1, count)))


# names


@pytest.mark.parametrize("names", [["a"], ["a", "b", "c"], []])
def test_a_diagram_needs_a_name_for_every_input(names):
    with pytest.raises(ValueError, match=f"2 inputs need as many names, not {len(names)}"):
        diagram(AND, inputs=names)


def test_a_diagram_needs_a_name_for_every_output():
    with pytest.raises(ValueError, match="1 outputs need as many names, not 2"):
        diagram(AND, outputs=["yes", "no"])


@pytest.mark.parametrize("names", [["OR"], ["OR", "NAND", "AND"], [["OR"]]])
def test_a_diagram_needs_a_name_for_every_hidden_neuron(names):
    with pytest.raises(ValueError, match="2 hidden neurons need as many names"):
        diagram(XOR, hidden=names)


def test_hidden_neurons_have_names_in_one_list_or_in_one_for_each_layer():
    model = MLP(1, [2, 1, 1], "tanh")
    flat = diagram(model, hidden=["a", "b", "c"])
    assert [lines(flat, node)[0] for node in ("n1_0", "n1_1", "n2_0")] == ["a", "b", "c"]
    assert lines(flat, "n1_0") == ["a", "tanh"]
    assert diagram(model, hidden=[["a", "b"], ["c"]]).source == flat.source


def test_a_long_name_of_a_hidden_neuron_stands_above_its_circle():
    drawing = diagram(XOR, hidden=["x1 or x2", "NAND"])
    (x, y), (u, v) = (places(drawing)[node] for node in ("n1_0", "n1_0_name"))
    assert u == x and v > y and lines(drawing, "n1_0") == ["σ"]


@pytest.mark.parametrize(
    ("model", "names"),
    [
        (AND, ["y"]),
        (Neuron(2, "linear"), ["z"]),
        (MLP(2, [2, 1], "sigmoid"), ["z"]),
        (Layer(2, 2, "linear"), ["z1", "z2"]),
        (Layer(2, 2, "tanh"), ["y1", "y2"]),
        (Concat(Neuron(2, "linear"), AND), ["z1", "y2"]),
        (Perceptron(2), ["y"]),
    ],
)
def test_what_leaves_a_linear_neuron_is_called_z(model, names):
    drawing = diagram(model)
    outputs = re.findall(r"(\w+_name) \[", drawing.source)
    assert [lines(drawing, name) for name in outputs] == [[name] for name in names]


@pytest.mark.skipif(shutil.which("dot") is None, reason="no `dot` here")
@pytest.mark.parametrize("name", ["", "\x00", 7, "<b>much longer than its circle</b>"])
def test_a_diagrams_names_may_be_any(name):
    drawing = diagram(XOR, inputs=[name, "b"], outputs=[name], hidden=[name, "h"])
    assert "<b>" not in drawing.pipe(format="svg").decode()


def test_the_name_of_an_activation_or_a_loss_is_text_too():
    def g(z):
        return z.tanh()

    def loss(y, target):
        return (y - target) ** 2

    g.__name__, loss.__name__ = "<i>", "<b>"
    source = diagram(Neuron(1, g), x=[1], target=1, loss=loss).source
    assert "&lt;i&gt;" in source and "&lt;b&gt;" in source and "<i>" not in source and "<b>" not in source


# numbers on edges


def covers(place, size, edge):
    """Whether a box covers some of an edge."""
    (x, y), (width, height), ((left, bottom), (right, top)) = place, size, edge
    alongs = [i / 500 for i in range(501)]
    points = [(left + a * (right - left), bottom + a * (top - bottom)) for a in alongs]
    return any(abs(u - x) < width / 2 and abs(v - y) < height / 2 for u, v in points)


@pytest.mark.parametrize(
    ("model", "example"),
    [
        (Layer(4, 3, "linear", random.Random(0)), {}),
        (MLP(1, [4, 1], "tanh", random.Random(0)), {}),
        (MLP(2, [3, 3, 1], "tanh", random.Random(0)), {}),
        (MLP(1, [4, 1], "tanh", random.Random(0)), {"x": [1], "target": 2}),
        (XOR, {"x": [1, 0], "target": 1}),
        (Layer(4, 3, "linear", random.Random(3)), {}),  # its rows move apart
    ],
)
def test_a_number_interrupts_its_own_edge_alone(model, example):
    drawing = diagram(model, **example)
    place, after = places(drawing), dict(edges(drawing))
    numbers = {name for name in place if name.startswith("w")}
    assert len(numbers) == len(model.parameters())
    before = {b: a for a, b in edges(drawing) if b in numbers}
    size = {
        name: (0.1 * max(map(len, lines(drawing, name))), 0.22 * len(lines(drawing, name)))
        for name in numbers
    }
    for name in numbers:
        start, middle, end = place[before[name]], place[name], place[after[name]]
        across = (end[0] - start[0]) * (middle[1] - start[1]) - (end[1] - start[1]) * (middle[0] - start[0])
        assert abs(across) < 0.02  # it stands on its edge
        for other in numbers - {name}:
            assert not covers(middle, size[name], (place[before[other]], place[after[other]])), (name, other)
    for one, other in itertools.combinations(numbers, 2):
        (x, y), (u, v) = place[one], place[other]
        wide, high = ((size[one][i] + size[other][i]) / 2 for i in range(2))
        assert abs(x - u) > wide or abs(y - v) > high


@pytest.mark.parametrize("top", [-5.0, 0.0, 5.0])
def test_numbers_stand_between_the_columns_of_circles(top):
    edges = [((0.0, 0.0), (3.0, top + i)) for i in range(3)]
    for x, _ in clear_places(edges, [(0.8, 0.2)] * 3, radius=0.5):
        assert x - 0.4 > 0.5 and x + 0.4 < 2.5


def test_more_weights_than_can_be_read_have_no_numbers():
    assert lines(diagram(Layer(4, 8)), "w0_0")
    assert "w0_0" not in diagram(Layer(4, 9)).source


def test_a_network_that_is_too_large_to_read_is_refused_with_a_hint():
    model = MLP(20, [20, 1])
    with pytest.raises(ValueError, match=r"has 441 weights, too many to read: .*mlp.layers\[-1\].*limit=441"):
        diagram(model)
    assert len(weights(diagram(model, limit=441))) == 441
    assert len(weights(diagram(model.layers[-1]))) == 21
    with pytest.raises(ValueError, match="limit is how many weights to show, one at least, not 0"):
        diagram(AND, limit=0)


@pytest.mark.parametrize(
    ("numbers", "wanted"),
    [
        ((4, -2, 0.001), (5, 2.5, 0.5)),
        ((math.inf, 4, 2), (5, 5, 2.5)),
        ((math.nan, 4, 2), (0.5, 5, 2.5)),
        ((math.inf, -math.inf, 0), (5, 5, 0.5)),
    ],
)
def test_the_width_of_an_edge_is_proportional_to_its_weight(numbers, wanted):
    model = Neuron(2, "linear")
    for parameter, number in zip(model.parameters(), numbers):
        parameter.data = number
    widths = {
        edge: float(width)
        for edge, width in re.findall(r"-> (w0_\d) \[.*penwidth=\"?([\d.]+)", diagram(model).source)
    }
    assert widths == dict(zip(("w0_0", "w0_1", "w0_2"), wanted))


@pytest.mark.parametrize("weight", [math.inf, math.nan, 5e-324, 0.0, -1.7e308])
def test_any_weight_is_drawn(weight):
    model = Neuron(1, "linear")
    model.w[0].data = weight
    assert len(weights(diagram(model))) == 2


# an example


def test_a_diagram_of_an_example_shows_the_outputs():
    drawing = diagram(XOR, x=[1, 0], hidden=["OR", "NAND"])
    assert lines(drawing, "n0_0") == ["x1", "1"] and lines(drawing, "n0_1") == ["x2", "0"]
    assert lines(drawing, "n1_0") == ["OR", "σ", "0.99995"]
    assert lines(drawing, "n2_0") == ["σ", "0.99995"]
    assert "∂" not in drawing.source


def shown(text):
    return float(text.removeprefix("∂ "))


@pytest.mark.parametrize(
    ("model", "target", "loss"),
    [
        (MLP(2, [2, 1], "tanh", random.Random(0)), 1, binary_cross_entropy),
        (MLP(2, [2, 2], "sigmoid", random.Random(1)), [0, 1], cross_entropy),
    ],
)
def test_gradients_are_those_of_backward_and_the_models_own_stay(model, target, loss):
    for parameter in model.parameters():
        parameter.grad = 7.0
    drawing = diagram(model, x=[0.5, -2], target=target, loss=loss)
    assert all(parameter.grad == 7 for parameter in model.parameters())
    copied = copy.deepcopy(model)
    copied.zero_grad()
    error = loss(copied([0.5, -2]), target)
    error.backward()
    assert f"{loss.__name__} = {error.data:.4g} for target {target}" in drawing.source
    for depth, layer in enumerate(copied.layers):
        parameters = [p for neuron in layer.neurons for p in [*neuron.w, neuron.b]]
        for i, parameter in enumerate(parameters):
            weight, gradient = lines(drawing, f"w{depth}_{i}")
            assert float(weight) == pytest.approx(parameter.data, rel=0.01)
            assert shown(gradient) == pytest.approx(parameter.grad, rel=0.1)


def test_the_gradient_of_an_output_is_in_its_circle():
    model = Neuron(1, "linear")
    model.load_state({"w[0]": 2, "b": 1})
    drawing = diagram(model, x=[3], target=5)  # (7 - 5)²
    assert lines(drawing, "n1_0") == ["Σ", "7", "∂ 4"]
    assert lines(drawing, "n0_0") == ["x1", "3", "∂ 8"]
    assert [lines(drawing, f"w0_{i}") for i in range(2)] == [["2", "∂ 12"], ["1", "∂ 4"]]
    assert "mean_squared_error = 4 for target 5" in drawing.source


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"target": 1}, ValueError, "a target is that of an example"),
        ({"x": [1, 0], "loss": cross_entropy}, ValueError, "a loss needs a target"),
        ({"x": [1]}, ValueError, "Neuron(2, sigmoid) takes 2 inputs, not 1"),
        ({"x": ["a", 1]}, TypeError, "a diagram takes numbers, not 'a'"),
        (
            {"x": [1, 0], "target": 1, "loss": 3},
            TypeError,
            "a loss is a function of an output and a target, not 3",
        ),
        (
            {"x": [1, 0], "target": 1, "loss": lambda y, t: 3},
            TypeError,
            "a loss returns a Value; <lambda> returns 3",
        ),
        ({"maps": [[0, 0, 0]]}, ValueError, "maps takes rows of two numbers"),
        ({"maps": []}, ValueError, "maps takes rows of two numbers, such as [[0, 0], [1, 1]], not []"),
        ({"maps": 3}, TypeError, "maps takes rows of two numbers, such as [[0, 0], [1, 1]], not 3"),
        (
            {"maps": [[0, 0], [1e308, -1e308]]},
            ValueError,
            "maps takes numbers up to 1e+300, not all of [1e+3",
        ),
        ({"maps": [[0, math.nan]]}, ValueError, "maps takes numbers up to 1e+300, not all of [0.0, nan]"),
        ({"hidden": 3}, TypeError, "the hidden neurons of a diagram have a list of names, not 3"),
    ],
)
def test_what_is_wrong_with_an_example_or_a_map_is_said(options, error, message):
    with pytest.raises(error, match=re.escape(message)):
        diagram(AND, **options)


def test_a_perceptron_has_outputs_and_maps_but_no_gradients():
    model = Perceptron(2)
    model.load_state({"w[0]": 1, "w[1]": 1, "b": -0.5})
    assert lines(diagram(model, x=[1, 0]), "n1_0") == ["&gt; 0", "1"]
    assert {row for [rows] in maps_of([[model]], SQUARE) for row in rows} > {SHADES[-1]}
    with pytest.raises(TypeError, match=r"what Perceptron\(.* answers, a plain number, has none"):
        diagram(model, x=[1, 0], target=1)


# maps


def colours(rows):
    """The colours of a map, cell by cell: rows from top to bottom."""
    cells = []
    for row in rows:
        stripes = [stripe.partition(";") for stripe in row.split(":")]
        cells.append([c for c, _, share in stripes for _ in range(round(CELLS * float(share or 1)))])
    return cells


@pytest.mark.parametrize(
    ("network", "layers"),
    [
        (XOR, [[XOR.functions[0].functions[0], XOR.functions[0].functions[1]], [XOR.functions[1]]]),
        (XNOR, [[XNOR.functions[0].functions[0], XNOR.functions[0].functions[1]], [XNOR.functions[1]]]),
    ],
)
def test_a_map_is_blue_where_the_network_answers_1(network, layers):
    cells = colours(maps_of(layers, SQUARE)[1][0])
    assert all(len(row) == CELLS for row in cells) and len(cells) == CELLS
    for x1, x2 in itertools.product((0, 1), repeat=2):
        row, column = (round((0.15 + at) / 1.3 * CELLS - 0.5) for at in (1 - x2, x1))
        assert (cells[row][column] in BLUE) == (network([x1, x2]).data > 0.5)


def test_the_boundary_of_a_linear_neuron_is_where_it_is_0():
    neuron = Neuron(2, "linear")
    neuron.load_state({"w[0]": 1, "w[1]": 0, "b": 0})
    [[rows]] = maps_of([[neuron]], [[-1, -1], [1, 1]])
    assert all(row == rows[0] for row in rows)
    [cells, *_] = colours(rows)
    assert [c in BLUE for c in cells] == [False] * (CELLS // 2) + [True] * (CELLS // 2)
    assert cells[0] == SHADES[0] and cells[-1] == SHADES[-1]


def test_where_a_relu_is_off_its_map_is_light():
    neuron = Neuron(2, "relu")
    neuron.load_state({"w[0]": 1, "w[1]": 0, "b": 0})
    [[[row, *_]]] = maps_of([[neuron]], [[-1, -1], [1, 1]])
    assert not {*colours([row])[0][: CELLS // 2]} & {*BLUE}


def test_a_neuron_that_answers_0_everywhere_has_one_colour():
    neuron = Neuron(2, "linear")
    neuron.load_state({"w[0]": 0, "w[1]": 0, "b": 0})
    [[rows]] = maps_of([[neuron]], SQUARE)
    assert len({*rows}) == 1


def test_shades_grow_darker_and_the_boundary_is_the_largest_step():
    def lightness(colour):
        r, g, b = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
        return 0.299 * r + 0.587 * g + 0.114 * b

    steps = [lightness(a) - lightness(b) for a, b in itertools.pairwise(SHADES)]
    assert min(steps) > 0 and max(steps) == steps[2]


def test_maps_stand_in_place_of_the_neurons_with_their_text_below():
    drawing = diagram(XOR, maps=SQUARE, hidden=["OR", "NAND"], x=[1, 0])
    place = places(drawing)
    for node, text in (("n1_0", ["OR", "σ", "0.99995"]), ("n2_0", ["σ", "0.99995"])):
        assert f"{node}_{CELLS - 1}" in place and place[f"{node}_0"][1] > place[f"{node}_{CELLS - 1}"][1]
        assert lines(drawing, f"{node}_text") == text and place[f"{node}_text"][1] < place[node][1]
    assert len(weights(drawing)) == 9


def test_maps_are_of_networks_of_two_inputs():
    with pytest.raises(ValueError, match=r"maps are of networks of two inputs, and MLP.* has 3"):
        diagram(MLP(3, [1]), maps=SQUARE)


@pytest.mark.skipif(shutil.which("dot") is None, reason="no `dot` here")
def test_a_map_is_drawn_in_svg():
    drawing = diagram(OR, maps=SQUARE)
    picture = drawing.pipe(format="svg").decode()
    drawn = [shade for shade in SHADES if shade in drawing.source]
    assert len(drawn) > 3 and all(shade in picture for shade in drawn)


def test_an_output_that_is_nearly_1_does_not_read_as_1():
    assert lines(diagram(AND, [1, 1]), "n1_0")[-1] == "0.99995"


def test_a_sigmoid_given_as_a_function_has_its_boundary_at_a_half():
    neuron = Neuron(2, Value.sigmoid)
    named = Neuron(2, "sigmoid")
    for each in (neuron, named):
        each.load_state({"w[0]": 20, "w[1]": 20, "b": -30})
    assert maps_of([[neuron]], SQUARE) == maps_of([[named]], SQUARE)
