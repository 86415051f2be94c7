"""Guesses: judged, counted, and never in the way."""

import pytest

from demos.page import example
from engine import Value, play
from tests.engine.views.pages import do

pytest_plugins = ["tests.engine.views.browser"]
pytestmark = pytest.mark.slow


class Guesser:
    def __init__(self, tab):
        self.tab = tab
        do(tab, "guess")

    def say(self, typed):
        self.tab.fill("#answer", typed)
        do(self.tab, "check")
        return self.tab.inner_text("#verdict")


def test_guesses_are_judged_and_counted(shown):
    tab = shown(play(example()), "#step=5")
    guesser = Guesser(tab)
    assert tab.text_content("[data-node=b] .grad") == "·"
    assert guesser.say("x").startswith("Type a number")
    assert guesser.say("-27") == "Not yet: mind the sign of the product."
    assert "how fast does b ** 3 rise with b" in guesser.say("9")
    assert guesser.say("27") == "Right: b.grad is 27."
    assert tab.get_attribute("body", "data-step") == "6"
    assert tab.inner_text("#score") == "Right at once: 0 of 1"  # the first answer counts
    assert guesser.say("-3") == "Right: a.grad is -3."
    assert guesser.say("2") == "Not yet: add to what had arrived, 27."
    assert guesser.say("27") == "Not yet: add what this step brings."
    assert guesser.say("25") == "Not yet: mind the sign of the product."
    assert guesser.say("-2") == "Not yet: mind the sign of the product; and add to what had arrived, 27."
    assert guesser.say("28") == "Not yet: multiply by the local derivative, ∂v1/∂b."
    assert guesser.say("29") == "Right: b.grad is 29."
    assert tab.get_attribute("body", "data-step") == "7"
    assert tab.inner_text("#score") == "Right at once: 1 of 3"


def test_a_guess_that_forgot_the_incoming_gradient_is_told(shown):
    x, y = Value(0.3, "x"), Value(7, "y")
    tab = shown(play(x * y * 5), "#step=4")
    guesser = Guesser(tab)
    assert guesser.say("7") == "Not yet: multiply by the incoming gradient, 5."
    assert guesser.say("5") == "Not yet: multiply by the local derivative, ∂v1/∂x."
    assert guesser.say("35").startswith("Right")
    assert guesser.say("1.5").startswith("Right")


def test_a_guess_forward_and_at_the_start(shown):
    tab = shown(play(example()), "#step=2")
    guesser = Guesser(tab)
    assert tab.eval_on_selector_all("#backward code", "all => all[3].textContent") == "d_b = …"
    assert guesser.say("33") == "Not yet: the sign is wrong."
    assert guesser.say("30") == "Not yet: put the numbers into v1 + v2 once more."
    assert guesser.say("-33") == "Right: d is -33."
    assert guesser.say("0") == "Not yet: how fast does a number rise with itself."
    assert guesser.say("1") == "Right: d.grad is 1."
    do(tab, "guess")
    assert tab.eval_on_selector_all("#backward code", "all => all[3].textContent") == "d_b = 3 * (b * b)"


def test_a_guess_may_be_rounded_and_never_blocks(shown):
    x = Value(1, "x")
    tab = shown(play((x / 3).exp()))
    guesser = Guesser(tab)
    assert guesser.say("0.33").startswith("Right")
    assert guesser.say("1,4").startswith("Right")  # e^(1/3) = 1.3956
    do(tab, "next")
    assert tab.get_attribute("body", "data-step") == "3"
    assert tab.inner_text("#score") == "Right at once: 2 of 2"
    do(tab, "last")
    assert "last number" in tab.inner_text("#question")
    do(tab, "guess")
    assert not tab.is_visible("#guess")
