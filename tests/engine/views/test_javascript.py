"""Formulas in JavaScript: all of the table, and what has no form there."""

import pytest

from engine.formula import Formula
from engine.operation import OPERATIONS
from engine.rules import TABLE
from engine.views.javascript import javascript, operations_script


def test_every_operation_of_the_table_has_a_form():
    script = operations_script(OPERATIONS[rule.op] for rule in TABLE)
    assert script.count("forward:") == len(TABLE)
    assert script.count("derivative:") == sum(len(rule.partials) for rule in TABLE)
    assert script.count("  sigmoid: (a) => ") == 1  # softplus's partial and its own


@pytest.mark.parametrize("text", ["gamma(a)", "a % b", "1 if a < b < 2 else 0", "a and b", "fmod(a, b)"])
def test_what_has_no_form_is_named(text):
    with pytest.raises(ValueError, match="has no form in JavaScript here: use"):
        javascript(Formula(text))


def test_a_constants_operand_has_no_derivative():
    script = operations_script([OPERATIONS["*"].with_constant_right])
    assert script.count("derivative:") == 1 and "      null," in script


def test_numbers_are_the_same_numbers():
    assert javascript(Formula("a * 1e-320 + 0.1 - inf")) == "((a * 1e-320) + 0.1) - Infinity"
