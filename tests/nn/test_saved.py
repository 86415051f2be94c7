"""Saved models: every bit comes back, into the same architecture only."""

import contextlib
import json
import math
import os
import random
import re
import resource
import stat
import time

import pytest

import nn
from engine import Value
from nn import (
    LSTM,
    MLP,
    XOR,
    Attention,
    Concat,
    Convolution1D,
    Convolution2D,
    Embedding,
    Layer,
    Module,
    Neuron,
    Perceptron,
    Recurrent,
    RMSNorm,
    Sequential,
)

# as the first version wrote it
FIRST_VERSION = """{
 "layers[0].neurons[0].w[0]": 0.5,
 "layers[0].neurons[0].w[1]": -0.25,
 "layers[0].neurons[0].b": 0.0,
 "layers[1].neurons[0].w[0]": 3.0,
 "layers[1].neurons[0].b": -1e-05
}"""


def cube(z):
    return z * z * z


def unsaved(path, change):
    """Write an MLP's file with something changed in it."""
    MLP(2, [1, 1], "tanh").save(path)
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


# what is in a file


def test_every_number_comes_back_bit_for_bit(tmp_path):
    numbers = [-0.0, 5e-324, -2.2e-308, 1.7976931348623157e308, 0.1 + 0.2]
    neuron, other = Neuron(4), Neuron(4)
    for parameter, number in zip(neuron.parameters(), numbers):
        parameter.data = number
    neuron.save(tmp_path / "neuron.json")
    other.load(tmp_path / "neuron.json")
    assert [p.data.hex() for p in other.parameters()] == [number.hex() for number in numbers]


def test_a_file_says_the_architecture_beside_the_numbers(tmp_path):
    model = MLP(2, [3, 1], "tanh")
    model.save(tmp_path / "model.json")
    assert json.loads((tmp_path / "model.json").read_text()) == {
        "linegrad": 1,
        "model": {"class": "MLP", "inputs": 2, "layers": [3, 1], "activation": "tanh"},
        "parameters": model.state(),
    }


def test_a_file_of_the_first_version_still_loads(tmp_path):
    (tmp_path / "model.json").write_text(FIRST_VERSION)
    model = MLP(2, [1, 1])
    model.load(tmp_path / "model.json")
    assert model.state() == json.loads(FIRST_VERSION)
    with pytest.raises(
        ValueError, match=r"model\.json: the state does not fit MLP\(2, \[2, 1\], relu\): missing"
    ):
        MLP(2, [2, 1]).load(tmp_path / "model.json")


class Model(Module):
    """A user's, that holds modules in all ways, and itself."""

    def __init__(self, activation):
        self.scale, self.steps = Value(2), random.random()
        self.net, self.more = MLP(2, [2, 1], activation), [Neuron(1), {"inner": Layer(1, 2, activation)}]
        self.named = {"last": Neuron(1, activation)}
        self.itself = self
        self.architecture = "a name that Module uses"


MODELS = [
    lambda: Model("tanh"),
    lambda: Sequential(Layer(2, 2, "tanh"), Neuron(2, cube), abs),
    lambda: Concat(Neuron(2), lambda x: x),
    lambda: Perceptron(3),
    lambda: Recurrent(Layer(3, 2), 2),
    lambda: LSTM(2, 2),
    lambda: Attention(2, 3),
    lambda: Attention(2, 3, heads=2, causal=True),
    lambda: RMSNorm(3),
    lambda: Convolution1D(Neuron(2), 2),
    lambda: Convolution2D(Neuron(4), 2, 2),
    lambda: Embedding(["good", "bad"], 3),
    lambda: XOR,
    lambda: Module(),
]


@pytest.mark.parametrize("make", MODELS)
def test_any_model_can_be_saved_and_loaded(make, tmp_path):
    model, other = make(), make()
    model.save(tmp_path / "model.json")
    other.load(tmp_path / "model.json")
    assert other.state() == model.state()


# into another architecture


@pytest.mark.parametrize(
    ("saved", "model", "difference"),
    [
        (MLP(2, [3, 1], "tanh"), MLP(2, [3, 1]), "activation is 'tanh' in the file, 'relu' in the model"),
        (MLP(2, [3, 1]), MLP(2, [4, 1]), "layers[0] is 3 in the file, 4 in the model"),
        (MLP(2, [3, 1]), MLP(2, [3, 3, 1]), "layers is [3, 1] in the file, [3, 3, 1] in the model"),
        (MLP(2, [3, 1]), MLP(3, [3, 1]), "inputs is 2 in the file, 3 in the model"),
        (MLP(2, [3, 1]), Layer(2, 3), "class is 'MLP' in the file, 'Layer' in the model"),
        (Neuron(1, cube), Neuron(1), "activation is 'function cube' in the file, 'relu' in the model"),
        (Layer(1, 2, "tanh"), Layer(1, 2), "activation is 'tanh' in the file, 'relu' in the model"),
        (
            Sequential(Concat(Neuron(2), Neuron(2)), Neuron(2, "tanh")),
            Sequential(Concat(Neuron(2), Neuron(2, "tanh")), Neuron(2, "tanh")),
            "functions[0].functions[1].activation is 'relu' in the file, 'tanh' in the model",
        ),
        (Model("tanh"), Model("relu"), "net.activation is 'tanh' in the file, 'relu' in the model"),
        (Model("tanh"), Model("relu"), "named.last.activation is 'tanh' in the file, 'relu' in the model"),
        (
            Convolution2D(Neuron(6), 2, 3),
            Convolution2D(Neuron(6), 3, 2),
            "height is 2 in the file, 3 in the model; width is 3 in the file, 2 in the model",
        ),
        (Recurrent(abs, 1), Recurrent(len, 1), "function is 'function abs' in the file"),
        (LSTM(1, 2), LSTM(2, 2), "inputs is 1 in the file, 2 in the model"),
        (Attention(2, 3), Attention(2, 4), "size is 3 in the file, 4 in the model"),
        (Attention(2, 2), Attention(2, 1, heads=2), "heads is None in the file, 2 in the model"),
        (Attention(2, 3, causal=True), Attention(2, 3), "'causal' is True in the file, None in the model"),
        (RMSNorm(2), RMSNorm(3), "size is 2 in the file, 3 in the model"),
        (Perceptron(2), Neuron(2), "class is 'Perceptron' in the file, 'Neuron' in the model"),
    ],
)
def test_a_file_of_another_architecture_is_refused_and_the_difference_named(
    saved, model, difference, tmp_path
):
    saved.save(tmp_path / "model.json")
    before = model.state()
    with pytest.raises(ValueError, match=re.escape(difference)) as error:
        model.load(tmp_path / "model.json")
    assert "model.json does not fit" in str(error.value)
    assert model.state() == before


def test_an_activation_by_name_and_its_function_are_the_same(tmp_path):
    MLP(2, [3, 1], Value.tanh).save(tmp_path / "model.json")
    MLP(2, [3, 1], "tanh").load(tmp_path / "model.json")


def test_an_architecture_of_numpys_numbers_can_be_saved(tmp_path):
    numpy = pytest.importorskip("numpy")
    MLP(numpy.int64(2), numpy.array([3, 1])).save(tmp_path / "model.json")
    assert repr(nn.load(tmp_path / "model.json")) == "MLP(2, [3, 1], relu)"


class Clipped(Module):
    def __init__(self, most):
        self.most, self.w = most, Value(3)

    def architecture(self):
        return {"most": self.most}


@pytest.mark.parametrize("most", (math.inf, math.nan))
def test_an_architecture_of_what_json_has_no_number_for_can_be_saved(most, tmp_path):
    Clipped(most).save(tmp_path / "model.json")
    Clipped(most).load(tmp_path / "model.json")
    with pytest.raises(ValueError, match=f"most is '{most}' in the file, 5 in the model"):
        Clipped(5).load(tmp_path / "model.json")


@pytest.mark.parametrize("depth", range(880, 1000, 7))
def test_an_architecture_that_is_nested_deeply_is_refused_too(depth, tmp_path):
    unsaved(tmp_path / "model.json", lambda content: content["model"].update(activation="DEEP"))
    text = (tmp_path / "model.json").read_text()
    (tmp_path / "model.json").write_text(text.replace('"DEEP"', "[" * depth + "]" * depth))
    for load in (nn.load, MLP(2, [1, 1], "tanh").load):
        with pytest.raises(ValueError, match=r"model\.json"):
            load(tmp_path / "model.json")


# nn.load


@pytest.mark.parametrize("activation", ["linear", "relu", "sigmoid", "tanh"])
def test_nn_load_makes_the_mlp_of_a_file(activation, tmp_path):
    model = MLP(3, [4, 2, 1], activation)
    model.save(tmp_path / "model.json")
    random.seed(3)
    again = nn.load(tmp_path / "model.json")
    drawn = random.random()
    random.seed(3)
    assert drawn == random.random()  # it took none of the program's random numbers
    assert type(again) is MLP and repr(again) == repr(model) and again.state() == model.state()
    assert again([1, -2, 3]).data == model([1, -2, 3]).data
    assert [p.label for p in again.parameters()] == [p.label for p in model.parameters()]


def test_nn_load_says_what_is_needed_where_a_file_is_not_enough(tmp_path):
    path = tmp_path / "model.json"

    def relu(z):  # not the one that has this name
        return z * z

    for model, needed in (
        (
            Layer(2, 2),
            "holds a model of class 'Layer', and nn.load makes MLPs only: make the model, and call its",
        ),
        (
            MLP(2, [2, 1], relu),
            "'function relu', and no file holds a function: make MLP(2, [2, 1], the function), and call its",
        ),
    ):
        model.save(path)
        with pytest.raises(ValueError, match=re.escape(needed)):
            nn.load(path)
    path.write_text(FIRST_VERSION)
    with pytest.raises(
        ValueError, match="does not say what model it is of: make the model, and call its load"
    ):
        nn.load(path)


@pytest.mark.parametrize(
    "model",
    [
        {"inputs": 10**9},
        {"inputs": 10**4000, "layers": [10**4000]},
        {"layers": [10**9, 10**9]},
        {"layers": [1] * 100_000},
        {"layers": [-1, 1]},
        {"layers": [1.0, 1]},
        {"layers": [True, 1]},
        {"layers": []},
        {"layers": 3},
        {"layers": None},
        {"inputs": 0},
        {"inputs": "2"},
        {"inputs": None},
        {"activation": "rleu"},
        {"activation": ["tanh"]},
        {"activation": None},
        {"activation": "function " + "x\n" * 1000},
        {"class": ["MLP"]},
        {"class": "\x1b[2J" * 1000},
        {"more": 1},
    ],
)
def test_nn_load_refuses_a_hostile_architecture_before_it_makes_one(model, tmp_path):
    unsaved(tmp_path / "model.json", lambda content: content["model"].update(model))
    start = time.perf_counter()
    for load in (nn.load, MLP(2, [1, 1], "tanh").load):
        with pytest.raises(ValueError, match=r"model\.json") as error:
            load(tmp_path / "model.json")
        assert len(str(error.value)) < 1000 and str(error.value).isprintable()
    assert time.perf_counter() - start < 1


# files that hold something else


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"w[0]": 1, "b": 2, "b": 3}', "it has 'b' twice"),
        ('{"linegrad": 1, "linegrad": 1}', "it has 'linegrad' twice"),
        ('{"w[0]": 1, "b": true}', "b is True, not a number"),
        ('{"w[0]": 1, "b": [2]}', "b is [2], not a number"),
        ('{"w[0]": 1, "b": "2"}', "b is '2', not a number"),
        ('{"w[0]": 1, "b": {}}', "b is {}, not a number"),
        ('{"w[0]": 1, "b": null}', "b is None, not a number"),
        ('{"w[0]": 1, "b": NaN}', "it has NaN, which is no number"),
        ('{"w[0]": 1, "b": -Infinity}', "it has -Infinity, which is no number"),
        ('{"w[0]": 1, "b": 1e999}', "b is inf, not a number"),
        ('{"w[0]": 1, "b": 1' + "0" * 400 + "}", "b is 1000"),
        ('{"w[0]": 1, "b": 1' + "0" * 10_000 + "}", "is not a saved state"),
        ('{"w[0]": 1, "\\u001b[2J": 1, "b": 1}', r"unknown '\x1b[2J'"),
        ('{"a": ' * 100_000, "is not a saved state"),
        ("[" * 100_000, "is not a saved state"),
        ('{"parameters": {"w[0]": 1, "b": 1}}', 'its "linegrad" is None, not 1'),
        ('{"linegrad": 2, "model": {}, "parameters": {}}', 'its "linegrad" is 2, not 1'),
        ('{"linegrad": true, "model": {}, "parameters": {}}', 'its "linegrad" is True, not 1'),
        ('{"linegrad": 1, "parameters": {}}', 'its "model" is None'),
        ('{"linegrad": 1, "model": [], "parameters": {}}', 'its "model" is []'),
        ('{"linegrad": 1, "model": {}, "parameters": {}, "x": 1}', "it has an unknown 'x'"),
        (
            '{"linegrad": 1, "model": {}, "parameters": {}}',
            "class is None in the file, 'Neuron' in the model",
        ),
        (b'{"w[0]": 1, "b\xff": 1}', "is not a saved state: 'utf-8' codec"),
        (b"\x89PNG", "is not a saved state"),
        (b"\xef\xbb\xbf{}", "is not a saved state"),
        ("3", "it holds 3, not names and numbers"),
        ("[1, 2]", "it holds [1, 2], not names and numbers"),
    ],
)
def test_a_file_that_is_no_saved_model_is_refused_by_name(text, message, tmp_path):
    path = tmp_path / "model.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    neuron = Neuron(1)
    before = neuron.state()
    with pytest.raises(ValueError, match=re.escape(message)) as error:
        neuron.load(path)
    assert str(path) in str(error.value) and neuron.state() == before
    with pytest.raises(ValueError, match=re.escape(str(path))):
        nn.load(path)


# saving


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o755])
def test_an_existing_file_keeps_its_permissions(mode, tmp_path):
    path = tmp_path / "model.json"
    path.touch()
    path.chmod(mode)
    (tmp_path / "link.json").symlink_to(path)
    for name in ("model.json", "link.json"):
        Neuron(1).save(tmp_path / name)
        assert stat.S_IMODE(path.stat().st_mode) == mode


def test_a_new_file_has_the_permissions_of_the_umask(tmp_path):
    before = os.umask(0o027)
    try:
        Neuron(1).save(tmp_path / "model.json")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "model.json").stat().st_mode) == 0o640


@contextlib.contextmanager
def small_disk():
    """No file gets more than 100 bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextlib.contextmanager
def nobody():
    """Not the user who may do everything."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@pytest.mark.parametrize(
    ("name", "around", "kind"),
    [
        ("missing/model.json", contextlib.nullcontext, FileNotFoundError),
        ("model.json/model.json", contextlib.nullcontext, NotADirectoryError),
        ("locked/model.json", nobody, PermissionError),
        ("model.json", small_disk, OSError),
        ("new.json", small_disk, OSError),
        ("link.json", small_disk, OSError),
        ("loop.json", contextlib.nullcontext, OSError),
        ("m" * 300, contextlib.nullcontext, OSError),
    ],
)
def test_a_save_that_fails_names_the_users_path_and_leaves_no_trace(
    name, around, kind, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "locked").mkdir(mode=0o500)
    (tmp_path / "link.json").symlink_to("model.json")
    (tmp_path / "loop.json").symlink_to("loop.json")
    Neuron(1).save("model.json")
    before, text = sorted(tmp_path.rglob("*")), (tmp_path / "model.json").read_text()
    with around(), pytest.raises(kind) as error:
        Neuron(9).save(name)
    assert error.value.filename == name and str(error.value).endswith(f": {name!r}")
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "model.json").read_text() == text


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
@pytest.mark.parametrize("step", ["chmod", "replace", "open"])
def test_an_interrupted_save_leaves_the_old_file_and_no_other(step, error, tmp_path, monkeypatch):
    path = tmp_path / "model.json"
    Neuron(1).save(path)
    text = path.read_text()

    def interrupted(*args, **kwargs):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(type(path), step, interrupted)
        with pytest.raises(error):
            Neuron(1).save(path)
    assert path.read_text() == text and list(tmp_path.iterdir()) == [path]


def test_a_parameter_that_is_no_finite_number_is_named(tmp_path):
    model = MLP(1, [1, 1])
    model.layers[1].neurons[0].b.data = math.nan
    with pytest.raises(
        ValueError, match=r"model\.json can hold finite numbers only, but layers\[1\].*b is nan"
    ):
        model.save(tmp_path / "model.json")
    assert not list(tmp_path.iterdir())
