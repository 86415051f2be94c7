"""A formula changed as a tree means what the changed text would mean."""

import math
import pickle
import random

import pytest

from engine.formula import Formula
from engine.operation import FUNCTIONS
from engine.rules import POWERS, TABLE

RULES = [*TABLE, *POWERS.values()]
TEXTS = sorted({text for rule in RULES for text in (rule.expression, *rule.partials, *rule.textbook)})


def points(text):
    """Numbers for the letters, in the domain of every function but acosh."""
    beyond = 1.0 if "acosh" in text or "a - 1)" in text else 0.0
    for a, b in ((0.3, 0.7), (0.9, -0.2), (0.5, 0.5), (0.2, 1.0)):
        yield {"a": a + beyond, "b": b, "out": 0.4 + a, "g": -1.7}


def value(formula, numbers):
    return eval(formula.text, FUNCTIONS, numbers)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("letter", ["a", "b", "out", "g"])
def test_a_number_put_for_a_letter_has_its_place(text, letter):
    product = Formula(text).times("g")
    for numbers in points(text):
        there = product.put(letter, numbers[letter])
        assert letter not in there.letters
        for formula in (there, there.simplified):
            assert value(formula, numbers) == pytest.approx(value(product, numbers), rel=1e-15)


@pytest.mark.parametrize("text", TEXTS)
def test_a_number_that_does_not_combine_leaves_the_formula_as_it_is(text):
    product = Formula(text).times("g")
    rng = random.Random(text)
    for letter in product.letters:
        numbers = [rng.gauss(0, 3), 2.5, -2.5, 0.0, -0.0, 1.0, -1.0, math.inf]
        for number in numbers:
            if not product.combines(letter, number):
                others = [number if each == letter else each for each in product.letters]
                assert product.put(letter, number).simplified.text == product.python(*others)


@pytest.mark.parametrize("text", TEXTS)
def test_the_case_that_holds_has_the_value_of_the_whole(text):
    for numbers in points(text):
        case = Formula(text).where(FUNCTIONS | numbers)
        assert " if " not in case.text.split("(a if")[0]
        assert value(case, numbers) == value(Formula(text), numbers)


@pytest.mark.parametrize("text", TEXTS)
def test_a_part_under_a_letter_of_its_own_is_still_the_whole(text):
    product = Formula(text).times("g")
    for part in product.parts:
        named = product.replaced(part, "part1")
        for numbers in points(text):
            try:
                known = {"part1": value(part, numbers)}
            except ValueError:  # the case that does not hold: log of a negative number
                continue
            assert value(named, numbers | known) == value(product, numbers)


def test_both_zeros_are_numbers_of_their_own():
    for _ in range(2):  # the second time from the cache
        assert Formula("g * b").put("b", 0.0).text == "g * 0.0"
        assert Formula("g * b").put("b", -0.0).text == "g * -0.0"


def test_letters_come_in_the_order_of_the_text():
    formula = Formula("b if a < b else a")
    assert formula.letters == ("b", "a")
    assert formula.python("y", "x") == "y if x < y else x"


def test_a_formula_is_its_text():
    formula = Formula("g * b")
    assert formula == Formula("g * b") == pickle.loads(pickle.dumps(formula)) != Formula("g * a")
    assert len({formula, Formula("g * b")}) == 1


def test_only_a_minus_is_taken_off():
    assert Formula("-exp(a)").without_minus == Formula("exp(a)")
    assert Formula("+exp(a)").without_minus is Formula("a - b").without_minus is None
