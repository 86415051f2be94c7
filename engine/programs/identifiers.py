"""Labels as identifiers: whatever a label says, a program only has a name."""

import keyword
import re
import unicodedata
from collections.abc import Iterable

from engine.formula import Formula
from engine.rules import POWERS, RULES, SHARED

# Names with a meaning in a program's formulas, or in Python.
_TEXTS = [text for rule in [*RULES.values(), *POWERS.values()] for text in (rule.expression, *rule.partials)]
_FORMULAS = {name for text in _TEXTS for name in Formula(text).names} - {"a", "b", "out"}
RESERVED = {*_FORMULAS, *SHARED, "inf", "nan", "range", "reversed", *keyword.kwlist}


def identifiers(names: Iterable[str]) -> list[str]:
    """An identifier for each name, in ASCII, all different, and after `d_` too.

    >>> identifiers(["w[0]", "p['bias']", "θ", "ŷ", "x₁", "lambda", "2nd"])
    ['w_0', 'p_bias', 'theta', 'y', 'x1', 'lambda_', 'v2nd']
    >>> identifiers(["θ", "d_θ", "w[0]", "w 0", "!"])
    ['theta', 'd_theta_2', 'w_0', 'w_0_2', 'v']
    >>> identifiers(['x\\nimport os', '"); system("'])
    ['x_import_os', 'system']
    """
    taken, found = RESERVED | RULES.keys(), []
    again: dict[str, int] = {}
    for name in names:
        plain = identifier = _identifier(name)
        while identifier in taken or f"d_{identifier}" in taken:
            again[plain] = again.get(plain, 1) + 1
            identifier = f"{plain}_{again[plain]}"
        taken |= {identifier, f"d_{identifier}"}
        found.append(identifier)
    return found


def _identifier(name):
    letters = re.sub(r"[^\x00-\x7f]", _spelled, unicodedata.normalize("NFKD", name))
    word = re.sub(r"\W+", "_", letters, flags=re.ASCII).strip("_")[:30]
    if not word or word[0].isdigit():
        return f"v{word}"
    return f"{word}_" if word in RESERVED or word in RULES else word


def _spelled(character):
    """A Greek letter in words, nothing for an accent, else a gap."""
    name = unicodedata.name(character[0], "")
    if name.startswith("GREEK"):
        return name.split()[-1].lower()
    return "" if unicodedata.combining(character[0]) else "_"
