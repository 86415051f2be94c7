"""What one does with the page, and where it shows itself."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

import engine
from demos.page import example
from engine import Value, one_hot, play, steps, topological_order
from engine.operation import OPERATIONS
from engine.rules import TABLE
from engine.views.javascript import operations_script
from engine.views.play import page_script
from tests.engine.views.pages import (
    ROWS,
    cards,
    change,
    check_page,
    do,
    until,
    xor,
)

pytest_plugins = ["tests.engine.views.browser"]
pytestmark = pytest.mark.slow

ROOT = Path(engine.__file__).parents[1]


def test_the_current_line_is_marked(shown):
    tab = shown(play(example()))
    seen = []
    for _ in range(7):
        do(tab, "next")
        [current] = tab.query_selector_all("[data-line][aria-current]")
        seen.append(current.inner_text())
    assert seen == [
        "v1 = a * b",
        "v2 = b * b * b",
        "d = v1 + v2",
        "d_d = 1.0",
        "d_v1 = 1.0",
        "d_b = 3 * (b * b)",
        "d_a = b",
    ]
    marked = tab.query_selector_all("li.current")
    assert [line.inner_text() for line in marked] == ["d_a = b", "d_b += a"]


def test_a_product_is_written_on_the_arrow_it_travels(shown):
    tab = shown(play(Value(-3, "x") * Value(-2, "y") * -2), "#step=5")
    words = [
        each for each in tab.eval_on_selector_all(".product", "all => all.map(t => t.textContent)") if each
    ]
    assert words == ["−2 × −2= 4", "−2 × −3= 6"]
    assert tab.eval_on_selector_all(".arrow.back", "all => all.length") == 2


def test_keys_buttons_slider_and_address_step(shown):
    tab = shown(play(example()), "#step=6")
    at = lambda: tab.get_attribute("body", "data-step")  # noqa: E731
    assert at() == "6"
    assert tab.text_content("[data-node=b] .grad") == "27 → …"
    for key, step in (
        ("ArrowRight", 7),
        ("ArrowRight", 7),
        ("ArrowLeft", 6),
        ("Home", 0),
        ("ArrowLeft", 0),
        ("End", 7),
    ):
        tab.keyboard.press(key)
        assert at() == str(step)
    until(tab, "location.hash === '#step=7'")
    for button, step in (("first", 0), ("next", 1), ("next", 2), ("back", 1), ("last", 7)):
        do(tab, button)
        assert at() == str(step)
    tab.fill("#slider", "4")
    assert at() == "4"
    tab.evaluate("location.hash = '#step=2'")
    until(tab, "document.body.dataset.step === '2'")
    tab.evaluate("location.hash = '#step=99'")
    until(tab, "document.body.dataset.step === '7'")


def test_it_plays_by_itself_and_pauses(shown):
    tab = shown(play(example()))
    tab.select_option("#speed", "10")
    tab.click("h1")
    tab.keyboard.press(" ")
    until(tab, "document.body.dataset.step === '3'")
    do(tab, "play")
    stopped = tab.get_attribute("body", "data-step")
    tab.wait_for_timeout(350)
    assert tab.get_attribute("body", "data-step") == stopped
    do(tab, "play")
    until(tab, "document.body.dataset.step === '7'")
    assert tab.get_attribute("[data-do=play]", "aria-pressed") == "false"


def test_a_click_on_a_node_goes_to_where_its_gradient_is_complete(shown):
    tab = shown(play(example()))
    tab.click("[data-node=b]")
    assert tab.get_attribute("body", "data-step") == "7"
    text = tab.inner_text("#paths")
    assert "2 paths lead from d to b. Each brings" in text
    assert "d → v1 → b: 1 × 1 × 2 = 2" in text and "d → v2 → b: 1 × 1 × 27 = 27" in text
    assert tab.eval_on_selector_all(".arrow.path", "all => all.length") == 4
    tab.focus("[data-node=v2]")
    tab.keyboard.press("Enter")
    assert tab.get_attribute("body", "data-step") == "5"


def test_a_line_and_its_node_light_up_together(shown):
    tab = shown(play(example()))
    tab.hover("[data-line='2']")
    assert tab.eval_on_selector_all(".node.lit", "all => all.map(n => n.dataset.node)") == ["v2"]
    tab.hover("[data-node=b]")
    assert tab.eval_on_selector_all("li.lit", "all => all.map(n => n.textContent)") == [
        "d_b = 3 * (b * b)",
        "d_b += a",
    ]


def test_a_changed_leaf_recomputes_both_passes(shown):
    tab = shown(play(example()), "#step=7")
    change(tab, "b", 1)
    assert cards(tab)["b"][:2] == ["1", "5"]
    assert cards(tab)["d"][0] == "3"
    assert tab.text_content("[data-node=b] .grad") == "29 → 5"
    assert tab.text_content("[data-node=d] .data") == "−33 → 3"
    check = example()
    check.left.left.data, check.left.right.data = 2.0, 1.0
    check.forward()
    do(tab, "first")
    check_page(tab, check)
    do(tab, "reset")
    assert cards(tab)["b"][:2] == ["-3", "29"]
    assert tab.text_content("[data-node=b] .grad") == "29"


def test_a_slider_changes_a_leaf_and_the_curve_shows_its_slope(shown):
    tab = shown(play(example()), "#step=7")
    tab.fill("input[aria-label='b, by a slider']", "2.5")
    assert float(cards(tab)["b"][0]) == 2.5
    caption = tab.inner_text("#curve figcaption")
    assert caption == "d over b: the tangent's slope is ∂d/∂b = 20.75 (○ before the change)"  # 2 + 3 b²


@pytest.mark.parametrize("typed", ["", "two", "1e999", "nan"])
def test_what_is_no_number_changes_nothing_and_says_so(shown, typed):
    tab = shown(play(example()), "#step=7")
    change(tab, "b", typed)
    assert cards(tab)["b"][:2] == ["-3", "29"]
    assert "b: " in tab.inner_text("#trouble") and "The page still shows b = -3." in tab.inner_text(
        "#trouble"
    )
    assert tab.get_attribute("input[name=b]", "aria-invalid") == "true"
    change(tab, "b", 1)
    assert tab.inner_text("#trouble") == "" and cards(tab)["b"][1] == "5"


def test_where_there_is_no_number_nothing_changes(shown):
    x = Value(2, "x")
    tab = shown(play((x.log() + 1 / x).sqrt()), "#step=9")
    for number, what in ((-1, "log(x) where x = -1"), (0, "log(x) where x = 0")):
        change(tab, "x", number)
        assert what in tab.inner_text("#trouble")
        assert float(cards(tab)["x"][0]) == 2


def test_a_wrong_index_is_called_so(shown):
    k = Value(1, "k")
    tab = shown(play(one_hot(k, 3)[1]))
    for number in (1.5, 3):
        change(tab, "k", number)
        wanted = f"checked_index(k, 3) where k = {number}: not a whole number from 0 to 2."
        assert tab.inner_text("#trouble") == f"{wanted} The page still shows k = 1."


def test_a_case_of_a_derivative_follows_the_numbers(shown):
    x = Value(2, "x")
    tab = shown(play((x * 3).relu()), "#step=4")
    assert "= 1 × 1 = 1" in tab.inner_text("#explanation")
    change(tab, "x", -2)
    assert "= 1 × 0 = 0" in tab.inner_text("#explanation")


def test_a_field_that_one_types_in_is_left_alone(shown):
    loss, inputs, _ = xor()
    tab = shown(play(loss, inputs=inputs, rows=ROWS, rate=2))
    do(tab, "run")
    tab.click("input[name=x1]")
    tab.keyboard.type("0.", delay=60)
    tab.keyboard.type("25", delay=60)
    assert tab.input_value("input[name=x1]").endswith("0.25")
    do(tab, "run")
    tab.fill("input[name=x1]", "0.5")
    assert cards(tab)["x1"][0] == "0.5"  # as one types, without Enter


def test_three_hundred_nodes_are_smooth(shown):
    label_of = Value(1, "x")
    graph = label_of
    for i in range(149):
        graph = graph * (1 + 0.001 * i)
    assert len(topological_order(graph)) == 299
    tab = shown(play(graph))
    spent = tab.evaluate(
        """() => {
            const begun = performance.now();
            for (let k = 0; k < 20; k++) document.querySelector('[data-do=next]').click();
            return (performance.now() - begun) / 20;
        }"""
    )
    assert spent < 100  # milliseconds a step, on a slow machine


def test_it_shows_itself_inside_a_notebook(chromium):
    html = play(example())._repr_mimebundle_()["text/html"]
    tab = chromium.new_page()
    tab.set_content(html)
    frame = tab.frame_locator("iframe")
    frame.locator("[data-do=last]").click()
    assert frame.locator("[data-node=b]").get_attribute("data-grad") == "29"
    assert not tab.is_visible("img")
    # A notebook that is not trusted keeps neither style nor frame.
    tab.set_content(re.sub(r"<(style|iframe).*?</\1>", "", html, flags=re.DOTALL))
    assert tab.is_visible("img")
    assert tab.evaluate("document.images[0].naturalWidth") > 300
    tab.close()


def test_a_walk_shows_the_page_at_its_step(shown):
    a, b = Value(2, "a"), Value(-3, "b")
    d = a * b + b**3
    d.backward()
    walk = steps(d)
    tab = shown(walk.play())
    assert tab.get_attribute("body", "data-step") == "3"
    for _ in range(3):
        next(walk)
    tab = shown(walk.play())
    assert tab.get_attribute("body", "data-step") == "6"
    assert float(cards(tab)["b"][1]) == b.grad == 29 + 27
    assert "29 → 56 → …" in tab.inner_text("#explanation")
    tab = shown(walk.back().play())
    assert tab.get_attribute("body", "data-step") == "5"


def test_without_graphviz_it_stands_in_columns(shown, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda *args, **kwargs: None)
    monkeypatch.setenv("PATH", "")
    page = play(example())
    monkeypatch.undo()
    tab = shown(page)
    do(tab, "last")
    assert float(cards(tab)["b"][1]) == 29
    boxes = tab.eval_on_selector_all(
        ".node rect:first-of-type",
        "all => all.map(r => { const b = r.getBoundingClientRect(); return [b.left, b.right, b.top, b.bottom] })",
    )
    for i, (left, right, top, bottom) in enumerate(boxes):
        for other in boxes[:i]:
            assert right <= other[0] or other[1] <= left or bottom <= other[2] or other[3] <= top


def test_the_scripts_have_no_known_fault(tmp_path):
    linter = shutil.which("oxlint")
    if linter is None:
        pytest.skip("oxlint is not installed: `pip install -e '.[dev]'` gets it")
    operations = operations_script(OPERATIONS[rule.op] for rule in TABLE)
    (tmp_path / "page.js").write_text(page_script(operations), encoding="utf-8")
    done = subprocess.run([linter, "-c", ROOT / ".oxlintrc.json", tmp_path], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
