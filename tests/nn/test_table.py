"""What print shows of models and optimisers."""

import html
import random

import pytest

from engine import Value
from nn import (
    AND,
    MLP,
    XOR,
    Adam,
    Convolution1D,
    Embedding,
    GradientDescent,
    Layer,
    Module,
    Neuron,
    Perceptron,
    Recurrent,
    Sequential,
    binary_cross_entropy,
    truth_table,
)
from nn.table import MOST_ROWS, Table

ANY_MODEL = [
    MLP(2, [2, 1]),
    Layer(2, 3),
    Neuron(2),
    Perceptron(2),
    Recurrent(Layer(3, 2), size=2),
    Convolution1D(Neuron(3), width=3),
    Embedding(["good", "bad"], size=2),
    XOR,
]


def test_a_network_prints_as_a_table_of_its_weights_and_gradients():
    network = MLP(2, [2, 1], activation="tanh", rng=random.Random(0))
    binary_cross_entropy(network([1, 0]), 1).backward()
    network.layers[0].freeze()
    text = str(network)
    assert text.splitlines()[:4] == [
        "MLP(2, [2, 1], tanh): 9 parameters",
        "                   data     grad",
        "layers[0].neurons[0]",
        "  w[0]  w1_1_1   0.6659   0.2839  frozen",
    ]
    assert "layers[1].neurons[0]\n  w[0]  w2_1_1  -0.7187   -0.348\n" in text
    assert len(text.splitlines()) == 14  # a screen


@pytest.mark.parametrize("model", ANY_MODEL, ids=lambda model: type(model).__name__)
def test_every_model_prints_each_parameter_in_eighty_columns_and_its_repr_in_one_line(model):
    lines = str(model).splitlines()
    assert all(len(line) <= 80 for line in lines)
    labels = [parameter.label for parameter in model.parameters()]
    assert all(any(label in line.split() for line in lines) for label in labels)
    assert "\n" not in repr(model)
    assert all(f">{label}</span>" in model._repr_html_() for label in labels)


def test_a_large_model_is_cut_and_says_so():
    text = str(MLP(64, [32, 10]))
    assert text.startswith("MLP(64, [32, 10], relu): 2,410 parameters\n")
    assert text.endswith("\n… and 2,370 more; .state() has all")
    assert len(text.splitlines()) < 50
    assert "more" not in str(MLP(3, [10]))  # 40 parameters


def test_labels_and_names_are_text_only():
    evil = "<script>\n\x1b[31m" + "w" * 100

    class Model(Module):
        def __init__(self):
            self.parts = {evil: [Value(1e300, evil), Value(-1e-300)]}

    model = Model()
    shown = model._repr_html_()
    assert "<script" not in shown and "\x1b" not in shown and html.escape("<script>") in shown
    lines = str(model).splitlines()
    assert len(lines) == 4 and all(line.isprintable() and len(line) <= 80 for line in lines)


def test_a_message_names_a_model_in_one_line():
    for wrong in (lambda: MLP(2, [3, 1])([1]), lambda: Layer(2, 3)([1]), lambda: Adam(AND)):
        with pytest.raises((TypeError, ValueError)) as error:
            wrong()
        assert "\n" not in str(error.value)


def test_a_model_without_parameters_prints_its_name():
    assert str(Sequential()) == "Sequential(): 0 parameters"


def test_optimisers_print_what_they_are():
    parameters = MLP(2, [2, 1]).parameters()
    assert repr(Adam(parameters, rate=0.1)) == "Adam(9 parameters, rate=0.1)"
    descent = GradientDescent(parameters[:1], rate=2, momentum=0.9)
    assert str(descent) == "GradientDescent(1 parameter, rate=2.0, momentum=0.9)"


def test_a_truth_table_shows_itself_at_the_prompt_and_has_rows():
    table = truth_table(AND)
    assert repr(table) == str(table) and repr(table).startswith("x1  x2  AND\n 0   0  σ(-30)")
    assert [row for row, _ in table.rows] == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert [round(output) for _, output in table.rows] == [0, 0, 0, 1]
    assert table.rows[3][1] == AND([1, 1]).data


@pytest.mark.parametrize("key", [1.5, b"x.y", "x.y", 'b["c.d', "it's.so"])
def test_a_key_with_a_point_is_not_the_path_of_a_module(key):
    class Own(Module):
        def __init__(self):
            self.weights = {key: Value(1)}

    _, _, line = str(Own()).splitlines()
    assert line.split()[0] == f"weights[{key!r}]"


def test_a_large_model_is_not_read_whole_to_show_its_first_rows():
    table = Table("large", [(f"w[{i}]", Value(i)) for i in range(MOST_ROWS)] + [(None, None)] * 1_000_000)
    assert repr(table).endswith("… and 1,000,000 more; .state() has all")


def test_a_truth_table_has_one_line_for_its_names_and_names_what_is_no_answer():
    assert len(truth_table(AND, name="AND\n" * 100).text.splitlines()) == 5
    with pytest.raises(OverflowError, match="takes numbers up to"):
        truth_table(lambda x: 10**400)
