"""help() fits the 80 columns of a terminal."""

import inspect
import pydoc
import types

import pytest

import engine
import nn
from engine import shorten_signatures

PUBLIC = [(module, name) for module in (engine, nn) for name in module.__all__]
# Where pydoc goes on with what is not linegrad's: graphviz's methods, dict's.
FOREIGN = "Methods inherited from graphviz", "Methods inherited from builtins", "class dict("
FROM_GRAPHVIZ = " |  Drawing(name: "


def helped(thing):
    """The lines that help() prints, but for its title, which is Python's."""
    lines = pydoc.render_doc(thing, renderer=pydoc.plaintext).splitlines()[1:]
    foreign = [i for i, line in enumerate(lines) if any(each in line for each in FOREIGN)]
    return [line for line in lines[: min(foreign, default=None)] if not line.startswith(FROM_GRAPHVIZ)]


@pytest.mark.parametrize("module, name", PUBLIC, ids=[name for _, name in PUBLIC])
def test_help_fits_80_columns(module, name):
    thing = getattr(module, name)
    if not isinstance(thing, type | types.FunctionType):
        thing = type(thing)
    assert [line for line in helped(thing) if len(line) > 80] == []


@pytest.mark.parametrize("module", [engine, nn])
def test_help_of_a_package_begins_with_an_overview(module):
    text = "\n".join(helped(module))
    overview = text.partition("PACKAGE CONTENTS")[0]
    assert all(len(line) <= 80 for line in overview.splitlines())
    assert len(overview.splitlines()) > 5


def test_the_overview_names_every_tool():
    for tool in [
        "steps",
        "tree",
        "draw",
        "play",
        "what_if",
        "annotate",
        "decisions",
        "check_gradients",
        "grad",
        "Program",
        "define",
        "label",
    ]:
        assert f"{tool}(" in engine.__doc__.partition("To learn how it works")[0]


def test_a_short_signature_is_the_same_signature():
    def scale(vector: list[engine.Value], /, by: "float" = 2.5, *, name: str = "a.b (c, d)") -> float:
        return by

    before = inspect.signature(scale)
    shorten_signatures([scale])
    assert inspect.signature(scale) == before
    assert str(inspect.signature(scale)) == (
        "(vector: list[Value], /, by: float = 2.5, *,\n    name: str = 'a.b (c, d)') -> float"
    )
    assert inspect.signature(scale).bind([1], by=3).arguments == {"vector": [1], "by": 3}


def test_a_short_signature_breaks_no_line_within_what_is_returned():
    assert str(inspect.signature(engine.derivative)) == (
        "(f: Callable[[Any], Any])\n    -> Callable[[Any], Any]"
    )
