"""All checks by the names of forms, and a run of them over random graphs."""

import random
from collections.abc import Callable
from typing import Any, NamedTuple

from tests.fuzz.browser import check_page
from tests.fuzz.case import Case
from tests.fuzz.draw import draw
from tests.fuzz.forms import FORMS, check_form
from tests.fuzz.native import check_native, commands, computable, together
from tests.fuzz.recipe import Recipe
from tests.fuzz.report import as_test
from tests.fuzz.shrink import shrunk

# One graph in so many meets a form; those that take long, fewer.
RARE = {"slopes": 16, "walked": 32, "annotated": 32, "pickled_program": 64, "native": 32, "javascript": 16}
OFTEN = 4
TOGETHER = 25  # graphs in a native program


def check(form: str, case: Case, tab: Any = None) -> None:
    """Raise Disagreement if a form does not find what the graph finds.

    The form is one of FORMS, "native" and a compiler's command, or
    "javascript", which takes a tab of a browser.
    """
    if form == "javascript":
        check_page(tab, case)
    elif form.startswith("native "):
        check_native(case, form.removeprefix("native "))
    else:
        check_form(form, case)


class Found(NamedTuple):
    """A disagreement: the smallest recipe, its form, and what is wrong."""

    recipe: Recipe
    form: str
    message: str

    def __str__(self) -> str:
        return as_test(*self)


class Tally:
    """What a run has done so far."""

    def __init__(self, seed: object) -> None:
        self.seed, self.graphs, self.points, self.forms = seed, 0, 0, dict[str, int]()

    def __str__(self) -> str:
        compared = ", ".join(f"{form} {count:,}" for form, count in sorted(self.forms.items()))
        return f"{self.graphs:,} graphs at {self.points:,} points, seed {self.seed}: all agree ({compared})"


def fuzz(tally: Tally, go_on: Callable[[Tally], bool], tab: Any = None) -> Found | None:
    """Draw graphs and compare their forms, as long as `go_on` says so.

    Returns the first disagreement, made small.
    """
    compilers, batch = commands(), []
    while go_on(tally):
        seed = f"{tally.seed} {tally.graphs}"
        recipe, rng = draw(seed), random.Random(f"forms of {seed}")
        chosen = {
            form for form in dict.fromkeys((*FORMS, *RARE)) if rng.randrange(RARE.get(form, OFTEN)) == 0
        }
        tally.graphs += 1
        tally.points += len(recipe.points)
        jobs = [(form, recipe, [recipe]) for form in FORMS if form in chosen]
        if "javascript" in chosen and tab:
            jobs.append(("javascript", recipe, [recipe]))
        if "native" in chosen and compilers and (possible := computable(recipe)):
            batch.append(possible)
            if len(batch) == TOGETHER:
                command = f"native {compilers[tally.graphs % len(compilers)]}"
                jobs += [(command, together(batch), batch), (command, recipe, [recipe])]
                batch = []
        for form, whole, parts in jobs:
            tally.forms[form] = tally.forms.get(form, 0) + len(parts)
            if wrong(form, whole, tab):
                return smallest(form, whole, parts, tab)
    return None


def smallest(form: str, whole: Recipe, parts: list[Recipe], tab: Any) -> Found:
    """The smallest recipe that a form gets wrong; of one part, if one does."""
    failing = next((part for part in parts if wrong(form, part, tab)), whole)
    recipe = shrunk(failing, lambda smaller: wrong(form, smaller, tab) is not None)
    return Found(recipe, form, wrong(form, recipe, tab) or "")


def wrong(form: str, recipe: Recipe, tab: Any = None) -> str | None:
    """What a form gets wrong: it disagrees, or raises what it should not."""
    try:
        check(form, recipe.case, tab)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None
