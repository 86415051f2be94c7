"""The fuzzer: a run of it, and that it finds mistakes which are put in."""

import pytest

from engine import OPERATIONS, Value, topological_order
from tests.fuzz.checks import Tally, fuzz, wrong
from tests.fuzz.draw import draw

pytest_plugins = ["tests.engine.views.browser"]


@pytest.mark.slow
def test_ten_thousand_graphs_agree_in_all_forms():
    found = fuzz(Tally("ten thousand"), lambda tally: tally.graphs < 10_000)
    assert found is None, str(found)


@pytest.mark.slow
def test_the_pages_of_graphs_agree_with_them(chromium):
    tab = chromium.new_page()
    for i in range(500):
        recipe = draw(f"pages {i}")
        assert wrong("javascript", recipe, tab) is None, (recipe.source, recipe.points)
    tab.close()


def test_a_seed_has_its_graphs():
    graphs = [[repr(draw(f"{seed} {i}")) for i in range(20)] for seed in (1, 1, 2)]
    assert graphs[0] == graphs[1] != graphs[2] and len(set(graphs[0])) == 20


def pullback_of_sin(monkeypatch):
    """A graph's own backward pass is wrong."""

    def pullback(node):
        node.left.grad += node.grad * node.data

    monkeypatch.setattr(OPERATIONS["sin"], "pullback", pullback)


def partial_of_log(monkeypatch):
    """A program's lines are wrong."""
    rule = OPERATIONS["log"].rule
    monkeypatch.setattr(OPERATIONS["log"], "rule", rule._replace(partials=("1 / a * (1 + 2e-16)",)))


def forward_of_cosh(monkeypatch):
    """A graph is right when it is built, and not when it is computed again."""
    monkeypatch.setattr(OPERATIONS["cosh"], "forward", lambda a: 1.0)


def half_a_pass(monkeypatch):
    """What fails leaves half of its numbers behind."""

    def forward(self):
        for node in topological_order(self):
            if node.operation is not None:
                node.data = node.operation.forward(*[parent.data for parent in node.parents])

    monkeypatch.setattr(Value, "forward", forward)


MISTAKES = [pullback_of_sin, partial_of_log, forward_of_cosh, half_a_pass]


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_found_and_made_small(mistake, monkeypatch):
    mistake(monkeypatch)
    found = fuzz(Tally("mistakes"), lambda tally: tally.graphs < 2_000)
    assert found is not None and len(found.recipe.lines) <= 3
    printed: dict = {}
    exec(str(found), printed)
    [test] = [each for name, each in printed.items() if name.startswith("test_")]
    with pytest.raises(AssertionError):
        test()
    monkeypatch.undo()
    test()
