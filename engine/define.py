"""define: an operation of one's own, checked, and then like any other."""

import ast
import builtins
import keyword
import re
from collections.abc import Sequence
from itertools import product

from engine.cases import with_float_results
from engine.differences import compare
from engine.errors import in_words, is_list, short_repr
from engine.formula import Formula
from engine.operation import BINARY, FUNCTIONS, OPERATIONS, UNARY, Operation, add_operation, method
from engine.rules import MATH, OWN, RULES, Rule, add_rule
from engine.user_formula import table_text
from engine.value import NAMES, Value

# Where partials are compared with differences: small numbers come first.
POINTS = (0.61, -0.83, 1.19, -0.29, 1.83, -1.37, 0.17, -2.71, 3.07, 0.93, -7.3, 9.1)

# Letters of formulas, counters of loops, and what a program is called if its
# output has no label.
_LETTER = re.compile(r"[abfgi-n]|out|(p|n|i|part)\d+")


def define(name: str, value: str, partials: Sequence[str]) -> None:
    """Add an operation to the table, as a method of Value.

    `value` is its formula in the operands a, or a and b; `partials` has the
    derivative with respect to each, in which `out` is the result. Formulas have
    numbers, + - * / **, cases (`x if a < 0 else y`), Python's `math` and the
    table's operations that are functions. The operation then is in steps,
    pictures, programs, native code, pages and higher derivatives, like any.

    >>> root = "sqrt(a * a + 4)"
    >>> define("squareplus", f"(a + {root}) / 2", [f"out / {root}"])
    >>> x = Value(1.5, "x")
    >>> y = x.squareplus()
    >>> y.backward(); y.data, x.grad
    (2.0, 0.8)

    Each partial is compared with central differences. Raises ValueError, with
    the point and both numbers, if one is wrong; if the name is taken, or if a
    formula has something else in it. The same definition again is no error. (To
    change one, choose another name, or start Python anew.)

    >>> define("cube", value="a * a * a", partials=["a * a"])
    Traceback (most recent call last):
    ValueError: cube: ∂/∂a = a * a is 0.3721 at a = 0.61; a central difference
    gives 1.1163
    """
    if not isinstance(name, str):
        raise TypeError(f"an operation's name is a word such as 'swish', not {in_words(name)}")
    if not is_list(partials):
        write = f": write [{short_repr(partials)}]" if isinstance(partials, str) else ""
        raise TypeError(f"partials is a list of formulas, not {in_words(partials)}{write}")
    texts = [table_text(name, text) for text in (value, *partials)]
    texts[0] = ast.unparse(with_float_results(Formula(texts[0]).tree))
    rule = Rule(name, texts[0], tuple(texts[1:]))
    if RULES.get(name) == rule:
        return
    _check_name(name)
    _check_letters(rule)
    _check_partials(rule)
    if name in RULES:
        raise ValueError(f"{name} is an operation already, {RULES[name].expression}: choose another name")
    try:
        add_rule(rule)
        operation = add_operation(rule)
        NAMES[operation.global_name] = operation
        NAMES[name] = FUNCTIONS[name]
        setattr(Value, name, method(UNARY if len(rule.partials) == 1 else BINARY, name, name, NAMES))
    except BaseException:  # Ctrl-C, say: nothing is half defined
        _forget(name)
        raise


def _forget(name):
    OWN.discard(name)
    for table in (RULES, OPERATIONS, FUNCTIONS, NAMES):
        table.pop(name, None)
    NAMES.pop(name.upper(), None)
    if name in vars(Value):
        delattr(Value, name)


def _check_name(name):
    word = name.isascii() and name.isidentifier() and name[0] != "_"
    if not word or keyword.iskeyword(name):
        raise ValueError(f"{short_repr(name)} is no name for an operation: a word such as 'swish' is")
    if name in RULES:
        return  # (a wrong partial is said first)
    taken = hasattr(Value, name) or hasattr(builtins, name) or name in MATH
    if taken or not NAMES.keys().isdisjoint((name, name.upper())) or _LETTER.fullmatch(name):
        raise ValueError(f"{name} means something else here: choose another name")


def _check_letters(rule):
    if len(rule.partials) not in (1, 2):
        given = f"{rule.op} has {len(rule.partials)} partials"
        raise ValueError(f"{given}: an operation has one for a, or two, for a and b")
    allowed = {*rule.operands}
    for text in (rule.expression, *rule.partials):
        wrong = [letter for letter in Formula(text).letters if letter not in allowed]
        if wrong:
            names = " and ".join(sorted(allowed))
            also = "; for b, give its partial too" if wrong[0] == "b" else ""
            raise ValueError(
                f"{rule.op}: {wrong[0]!r} in {text} is unknown; it is a formula in {names}{also}"
            )
        allowed.add("out")


def _check_partials(rule):
    """Compare the partials with differences at all points of the domain."""
    forward = Operation.with_variants(rule)
    tried = 0
    for point in product(POINTS, repeat=len(rule.operands)):
        try:
            out = forward.forward(*point)
        except (ValueError, ArithmeticError):
            continue
        tried += 1
        for i, text in enumerate(rule.partials):

            def along(x, point=point, i=i):
                return forward.forward(*point[:i], x, *point[i + 1 :])

            where = ", ".join(f"{letter} = {x}" for letter, x in zip("ab", point))
            begin = f"{rule.op}: ∂/∂{'ab'[i]} = {text}"
            try:
                number = forward.partials[i](*point, *[None] * (2 - len(point)), out)
            except (ValueError, ArithmeticError) as error:
                raise ValueError(f"{begin} fails at {where}: {error}") from None
            found = compare(along, point[i], number)
            if found.is_settled and not found.is_right:
                slope = f"{found.slope.value:.6g}"
                if found.left is not None:
                    slope = f"{found.left:.6g} on the left and {found.right:.6g} on the right"
                raise ValueError(f"{begin} is {number:.6g} at {where}; a central difference gives {slope}")
    if not tried:
        raise ValueError(f"{rule.op}: {rule.expression} has no value at any of {POINTS}")
