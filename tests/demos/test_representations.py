"""Hidden layers make classes separable by lines, as their lesson claims."""

import random

import pytest

from demos import representations
from demos.xor import ROWS, TARGETS
from nn import binary_cross_entropy
from tests.demos.conftest import printed


def sides(network):
    """On which side of β·z + b = 0 the hidden units put each row."""
    hidden, output = network.layers
    [beta] = output.neurons
    z = [[float(unit) for unit in hidden(x)] for x in ROWS]
    return [beta.w[0].data * z1 + beta.w[1].data * z2 + beta.b.data > 0 for z1, z2 in z]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_hidden_layers_move_classes_until_lines_separate_them(seed, tmp_path, monkeypatch):
    for picture in ("while_learning", "by_layer"):
        monkeypatch.setattr(representations, picture, lambda *args: None)
    _, found = printed(representations.main, tmp_path, seed=seed)
    networks = found["networks"]
    assert len(networks) == len(representations.EPOCHS)
    assert sides(networks[0]) != TARGETS and sides(networks[-1]) == TARGETS
    assert found["right"][0] < 4 == found["right"][-1]
    a, b, distance = found["closest"]
    assert TARGETS[a] == TARGETS[b] and distance < 0.02
    of_inputs, of_first, of_second = found["shares"]
    assert of_inputs < 0.5 < 0.8 < of_first <= of_second > 0.95


@pytest.mark.slow
def test_in_the_strip_one_row_is_wrong_half_way(lesson):
    assert lesson("representations").found["right"] == [2, 3, 4, 4]


def test_a_snapshot_is_kept_of_each_epoch_that_is_shown():
    networks, losses = representations.learn_xor(random.Random(1))
    assert len(losses) == representations.EPOCHS[-1]
    for epoch, network in zip(representations.EPOCHS[:-1], networks):  # losses are taken before their step
        assert binary_cross_entropy(list(map(network, ROWS)), TARGETS).data == pytest.approx(losses[epoch])
    assert sides(networks[0]) != TARGETS and sides(networks[-1]) == TARGETS
