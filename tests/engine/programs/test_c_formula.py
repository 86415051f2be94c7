"""A formula in C; that it computes the same is seen by running programs."""

import re

import pytest

from engine.formula import Formula
from engine.programs.c_formula import c_template, divisors


@pytest.mark.parametrize("text", ["a**2", "a @ b", "a if b in (1, 2) else 0", "not a", "a < b < 1"])
@pytest.mark.parametrize("lanewise", [False, True])
def test_what_has_no_form_in_c_is_named(text, lanewise):
    with pytest.raises(ValueError, match="^" + re.escape(f"{text} has no form in C here")):
        c_template(Formula(text), lanewise)


def test_only_a_division_that_may_fail_is_checked():
    for text, checked in (("a / 2", False), ("a / 0", True), ("a / b", True), ("a / -2", True)):
        for lanewise in (False, True):
            assert ("finite" in c_template(Formula(text), lanewise)) == checked


def test_letters_keep_the_order_of_the_text():
    assert c_template(Formula("b if a < b else a"), True).format("y", "x") == "(x < y) ? y : x"


def test_divisors_are_letters_that_stand_alone_below():
    assert divisors(Formula("g / b + a / (1 + out)")) == {"b"}
