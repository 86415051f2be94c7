"""The sixteen boolean functions of two inputs as networks, and features with which XOR is linear."""

import re
import shutil
from itertools import product

import pytest

from demos import boolean_functions as demo
from nn import XNOR, XOR, Perceptron


@pytest.mark.parametrize("targets", list(product((0, 1), repeat=4)))
def test_fourteen_of_the_sixteen_functions_take_one_perceptron_and_two_take_two_layers(targets):
    learner = Perceptron(2)
    learned = learner.learn(demo.ROWS, targets)[-1] == 0
    network = learner if learned else {(0, 1, 1, 0): XOR, (1, 0, 0, 1): XNOR}[targets]
    assert tuple(round(float(network(row))) for row in demo.ROWS) == targets
    assert learned == (targets not in ((0, 1, 1, 0), (1, 0, 0, 1)))


@pytest.mark.skipif(shutil.which("dot") is None, reason="no graphviz")
@pytest.mark.parametrize("seed", range(3))
def test_quadratic_and_learned_features_compute_xor_and_the_inputs_alone_do_not(tmp_path, capsys, seed):
    demo.main(tmp_path, seed)
    text = capsys.readouterr().out
    rows = re.findall(r"^ +(\d) +(\d) +(0\.\d{3}) .* ([01]\.\d{3})  .* ([01]\.\d{3})$", text, re.MULTILINE)
    assert len(rows) == 4
    for x1, x2, plain, quadratic, learned in rows:
        assert float(plain) == pytest.approx(0.5, abs=0.01)
        assert float(quadratic) == pytest.approx(int(x1 != x2), abs=0.1)
        assert float(learned) == pytest.approx(int(x1 != x2), abs=0.1)
    assert text.count("Perceptron(") == 14
    assert len(list(tmp_path.glob("boolean_*.svg"))) == 6
