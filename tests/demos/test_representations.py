"""Hidden layers make classes separable by lines, as their lesson claims."""

import importlib.util
import io
import random
from contextlib import redirect_stdout

import pytest

from demos import representations
from demos.xor import ROWS, TARGETS
from nn import binary_cross_entropy

MATPLOTLIB = importlib.util.find_spec("matplotlib") is not None


def found(seed, path, monkeypatch):
    """What the lesson returns; it draws nothing."""
    monkeypatch.setattr(representations, "panels", lambda *args, **settings: False)
    with redirect_stdout(io.StringIO()):
        return representations.main(path, seed=seed)


def sides(network):
    """On which side of β·z + b = 0 the hidden units put each row."""
    hidden, output = network.layers
    [beta] = output.neurons
    z = [[float(unit) for unit in hidden(x)] for x in ROWS]
    return [beta.w[0].data * z1 + beta.w[1].data * z2 + beta.b.data > 0 for z1, z2 in z]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_hidden_layers_move_classes_until_lines_separate_them(seed, tmp_path, monkeypatch):
    lesson = found(seed, tmp_path, monkeypatch)
    networks = lesson["networks"]
    assert len(networks) == len(representations.EPOCHS)
    assert sides(networks[0]) != TARGETS and sides(networks[-1]) == TARGETS
    assert lesson["right"][0] < 4 == lesson["right"][-1]
    a, b, distance = lesson["closest"]
    assert TARGETS[a] == TARGETS[b] and distance < 0.02
    of_inputs, of_first, of_second = lesson["shares"]
    assert of_inputs < 0.5 < 0.8 < of_first <= of_second > 0.95


@pytest.mark.slow
def test_the_strip_shows_one_row_wrong_half_way_and_both_pictures_are_there(lesson):
    representation = lesson("representations")
    assert representation.found["right"] == [2, 3, 4, 4]
    for name in ["representations_xor.png", "representations_spiral.png"] * MATPLOTLIB:
        assert (representation.out / name).exists() and str(representation.out / name) in representation.text


def test_a_snapshot_is_kept_of_each_epoch_that_is_shown():
    networks, losses = representations.learn_xor(random.Random(1))
    assert len(losses) == representations.EPOCHS[-1]
    for epoch, network in zip(representations.EPOCHS[:-1], networks):  # losses are taken before their step
        assert binary_cross_entropy(list(map(network, ROWS)), TARGETS).data == pytest.approx(losses[epoch])
    assert sides(networks[0]) != TARGETS and sides(networks[-1]) == TARGETS
