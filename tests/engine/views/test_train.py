"""Training on the page is the lecture's gradient descent."""

import math

import pytest

import nn
from engine import Value, format_number, play, topological_order
from tests.engine.views.pages import ROWS, cards, change, do, until, xor

pytest_plugins = ["tests.engine.views.browser"]
pytestmark = pytest.mark.slow


def descended(network, inputs, rate):
    """One step of gradient descent on the mean over ROWS, by the graph."""
    gradients = []
    losses = []
    for *x, y in ROWS:
        network.zero_grad()
        loss = nn.binary_cross_entropy(network(x), y)
        loss.backward()
        losses.append(loss.data)
        gradients.append([p.grad for p in network.parameters()])
    for parameter, each in zip(network.parameters(), zip(*gradients)):
        parameter.data -= rate * sum(each) / len(ROWS)
    return sum(losses) / len(ROWS)


def test_descent_is_that_of_the_lecture(shown):
    loss, inputs, network = xor()
    tab = shown(play(loss, inputs=inputs, rows=ROWS, rate=2))
    assert tab.get_attribute("body", "data-epoch") == "0"
    for epoch in range(5):
        before = float(tab.get_attribute("body", "data-loss"))
        assert before == pytest.approx(descended(network, inputs, 2.0), rel=1e-12)
        do(tab, "descend")
        assert tab.get_attribute("body", "data-epoch") == str(epoch + 1)
    found = cards(tab)
    for parameter in network.parameters():
        assert float(found[parameter.label][0]) == pytest.approx(parameter.data, rel=1e-12)
    tab.fill("input[name=rate]", "0.5")
    descended(network, inputs, 0.5)
    do(tab, "descend")
    found = cards(tab)
    for parameter in network.parameters():
        assert float(found[parameter.label][0]) == pytest.approx(parameter.data, rel=1e-12)


def test_xor_is_learned_in_the_browser_and_starts_again(shown):
    loss, inputs, network = xor()
    tab = shown(play(loss, inputs=inputs, rows=ROWS, rate=2))
    first = {name: rest[0] for name, rest in cards(tab).items()}
    for what in ("restart", "reset"):  # where nothing has changed
        do(tab, what)
        assert float(tab.get_attribute("body", "data-loss")) > 0.5
    do(tab, "run")
    until(tab, "document.body.dataset.loss < 0.01")
    do(tab, "run")
    epoch = tab.get_attribute("body", "data-epoch")
    tab.wait_for_timeout(200)
    assert tab.get_attribute("body", "data-epoch") == epoch
    do(tab, "restart")
    assert tab.get_attribute("body", "data-epoch") == "0"
    assert all(cards(tab)[p.label][0] == first[p.label] for p in network.parameters())
    do(tab, "descend")
    do(tab, "reset")
    assert tab.get_attribute("body", "data-epoch") == "0"
    assert all(cards(tab)[p.label][0] == first[p.label] for p in network.parameters())
    do(tab, "new")
    assert any(cards(tab)[p.label][0] != first[p.label] for p in network.parameters())


def test_a_rows_passes_are_seen_and_its_gradients_stand_in_the_table(shown):
    loss, inputs, _ = xor()
    tab = shown(play(loss, inputs=inputs, rows=ROWS, rate=2))
    do(tab, "last")
    means = []
    for row, numbers in enumerate(ROWS):
        tab.select_option("[name=row]", str(row))
        found = cards(tab)
        assert [float(found[leaf.label][0]) for leaf in inputs] == numbers
        for leaf, x in zip(inputs, numbers):
            leaf.data = float(x)
        loss.forward()
        loss.zero_grad()
        loss.backward()
        assert float(found["loss"][0]) == pytest.approx(loss.data, rel=1e-14)
        cells = tab.eval_on_selector_all(
            f"#gradients tbody tr:nth-child({row + 1}) td", "all => all.map(c => c.textContent)"
        )
        order = [
            node
            for node in topological_order(loss)
            if node.label and not node.operation and node not in set(inputs)
        ]
        assert cells[4:] == [format_number(node.grad) for node in order]
        means.append([node.grad for node in order])
    cells = tab.eval_on_selector_all("#gradients tr.mean td", "all => all.map(c => c.textContent)")
    assert cells[4:] == [format_number(sum(each) / 4) for each in zip(*means)]
    assert tab.eval_on_selector_all("#gradients tr.chosen th", "all => all.map(c => c.textContent)") == ["4"]
    change(tab, "x1", 0.5)
    assert tab.input_value("[name=row]") == ""


def test_the_planes_show_the_logit_and_the_hidden_units(shown):
    loss, inputs, _ = xor()
    tab = shown(play(loss, inputs=inputs, rows=ROWS, rate=2))
    for figure in ("plane", "hidden"):
        assert tab.eval_on_selector_all(f"#{figure} .row", "all => all.length") == 4
    do(tab, "run")
    until(tab, "document.body.dataset.loss < 0.05")
    do(tab, "run")
    # Where two answers cost the same stands a line between the rows' marks.
    boundary = tab.get_attribute("#plane .boundary", "d")
    assert boundary.count("M") > 20 and tab.get_attribute("#hidden .boundary", "d").count("M") > 10


def test_descent_that_diverges_stops_and_says_so(shown):
    w, x = Value(3, "w"), Value(1, "x")
    tab = shown(play((w * x) ** 4, inputs=[x], rows=[[1], [2]], rate=10))
    do(tab, "run")
    until(tab, "document.getElementById('halt').textContent !== ''")
    assert "A smaller α may help" in tab.inner_text("#halt")
    assert math.isfinite(float(cards(tab)["w"][0]))
    assert tab.get_attribute("[data-do=run]", "aria-pressed") == "false"


def test_own_numbers_that_lose_their_loss_give_way_to_the_first_row(shown):
    w, x = Value(2, "w"), Value(1, "x")
    tab = shown(play((w - x * 0.5).sqrt() + w * w, inputs=[x], rows=[[1], [2]], rate=0.02))
    change(tab, "x", 3.9)
    do(tab, "run")
    until(tab, "document.getElementById('trouble').textContent !== ''")
    assert "The page shows row 1 instead" in tab.inner_text("#trouble")
    do(tab, "run")
    assert tab.input_value("[name=row]") == "0" and cards(tab)["x"][0] == "1"


def test_new_weights_without_a_loss_change_nothing(shown):
    w, x = Value(2, "w"), Value(1, "x")
    tab = shown(play((w - x * 0.5).sqrt() + w * w, inputs=[x], rows=[[1], [2]], rate=0.01))
    change(tab, "w", 5)
    change(tab, "x", 9)
    do(tab, "restart")
    assert tab.inner_text("#halt").startswith("Not with these weights")
    assert cards(tab)["w"][0] == "5" and tab.get_attribute("body", "data-epoch") == "0"
    change(tab, "w", 1e308)
    assert "The page still shows w = 5" in tab.inner_text("#trouble")


def test_descent_leaves_frozen_parameters_as_they_are_and_says_so(shown):
    loss, inputs, network = xor()
    assert shown(play(loss, inputs=inputs, rows=ROWS)).inner_text("#frozen") == ""
    network.layers[0].freeze()
    tab = shown(play(loss, inputs=inputs, rows=ROWS, rate=2))
    first = {name: rest[0] for name, rest in cards(tab).items()}
    frozen = {p.label for _, p in network.named_parameters()} - {p.label for p in network.parameters()}
    for _ in range(3):
        before = float(tab.get_attribute("body", "data-loss"))
        assert before == pytest.approx(descended(network, inputs, 2.0), rel=1e-12)
        do(tab, "descend")
    do(tab, "last")
    found = cards(tab)
    assert len(frozen) == 6 and all(found[name][0] == first[name] for name in frozen)
    assert float(found["b1_1"][1]) != 0  # it has a gradient still
    for parameter in network.parameters():
        assert float(found[parameter.label][0]) == pytest.approx(parameter.data, rel=1e-12)
    said = tab.inner_text("#frozen")
    assert said.startswith("Frozen, so descent leaves them as they are: ") and said.endswith(" and 1 more.")
    assert sum(name in said for name in frozen) == 5
    do(tab, "new")
    found = cards(tab)
    assert all(found[name][0] == first[name] for name in frozen)
    for what in ("reset", "first"):
        do(tab, what)
    assert {name: rest[0] for name, rest in cards(tab).items()} == first


def test_a_network_that_is_frozen_whole_does_not_change_on_the_page(shown):
    loss, inputs, network = xor()
    network.freeze()
    tab = shown(play(loss, inputs=inputs, rows=ROWS))
    first = {name: rest[0] for name, rest in cards(tab).items()}
    for what in ("descend", "new", "restart"):
        do(tab, what)
        assert {name: rest[0] for name, rest in cards(tab).items()} == first
