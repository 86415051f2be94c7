"""A disagreement as a test to paste."""

from tests.fuzz.recipe import HEADER, Recipe

TEST = """\
{header}from tests.fuzz.case import Case
from tests.fuzz.checks import check


def test_{name}_agrees_with_the_graph({fixture}):
{graph}
    # {message}
    case = Case(graph, labels={labels}, inputs={inputs}, points={points})
    check({form!r}, case{argument})
"""


def as_test(recipe: Recipe, form: str, message: str) -> str:
    """A test that fails as long as this form does not agree."""
    graph = "".join(f"    {row}\n" for row in recipe.source.splitlines())
    fixture = "chromium" if form == "javascript" else ""
    return TEST.format(
        header=HEADER,
        name="".join(letter if letter.isalnum() else "_" for letter in form),
        fixture=fixture,
        graph=graph,
        message=ascii(message)[1:-1],
        labels=ascii(recipe.labels),
        inputs=recipe.inputs,
        points=recipe.points,
        form=form,
        argument=", chromium.new_page()" if fixture else "",
    )
