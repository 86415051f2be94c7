"""The page's own JavaScript: its passes over a graph, judged node by node."""

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from engine import Value, topological_order
from engine.views.javascript import operations_script
from engine.views.lesson import lesson
from engine.views.play import page_script
from tests.fuzz import locally
from tests.fuzz.case import NO_NUMBER, Case, Disagreement

# How far JavaScript's functions may be from Python's, in ULP.
UNITS = 4
RUN = """({lesson, script, points}) => {
    document.body.innerHTML = "<p id='lesson'></p>";
    document.getElementById("lesson").textContent = lesson;
    const {nodes, evaluate, backward, operations, NoNumber} = new Function(
        script + "; return {nodes, evaluate, backward, operations, NoNumber};")();
    return points.map((point) => {
        const data = nodes.map((node) => node.parents.length ? null : Number(node.data));
        for (const [i, number] of point) data[i] = number;
        let grads = null;
        try {
            evaluate(operations, data);
            grads = backward(data);
        } catch (error) {
            if (!(error instanceof NoNumber)) throw error;
        }
        return [data, grads];
    });
}"""


@contextmanager
def browser_tab() -> Iterator[Any]:
    """A tab of a browser; None without one, or without playwright."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    try:
        from playwright.sync_api import sync_playwright

        from tests.engine.views.browser import QUIET
    except ModuleNotFoundError:
        program = None
    if program is None:
        yield None
        return
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=program, args=QUIET)
        yield browser.new_page()
        browser.close()


def check_page(tab: Any, case: Case) -> None:
    """The script of the graph's page finds what its operations have there."""
    output, leaves = case.graph()
    found = tab.evaluate(RUN, sent(case, output, leaves))
    for point, (data, grads) in zip(case.points, found, strict=True):
        try:
            check_passes(topological_order(output), data, grads)
        except Disagreement as wrong:
            raise Disagreement(f"javascript at {point}: {wrong}") from None


def sent(case: Case, output: Value, leaves: Sequence[Value]) -> dict[str, Any]:
    """A graph for the browser; of its page's script what computes."""
    order = topological_order(output)
    data, operations = lesson(output)
    script = page_script(operations_script(operations)).partition("// A step in words")[0]
    places = [next((i for i, node in enumerate(order) if node is leaf), None) for leaf in leaves]
    points = [[(i, x) for i, x in zip(places, point) if i is not None] for point in case.points]
    return {"lesson": json.dumps(data), "script": script, "points": points}


def check_passes(order: list[Value], data: list[float | None], grads: list[float] | None) -> None:
    """Judge what JavaScript found; no data, no gradients: an error there."""
    known = {node: float(x) for node, x in zip(order, data) if x is not None}
    computed = order[: len(known)]
    if raises(lambda: locally.check_data(computed, known, UNITS)):
        raise Disagreement(f"there is {data}, and Python raises an error")
    if len(computed) < len(order):
        node = order[len(computed)]
        if not raises(lambda: node.operation.forward(*[known[parent] for parent in node.parents])):
            raise Disagreement(
                f"{node.op} of {locally.operands_of(node, known)} is an error, and not in Python"
            )
    elif grads is None:
        if not raises(lambda: [locally.terms(node, known, 1.0) for node in order]):
            raise Disagreement("the backward pass is an error, and not in Python")
    elif raises(
        lambda: locally.check_gradients(order, known, dict(zip(order, map(float, grads))), 4 * UNITS)
    ):
        raise Disagreement(f"there is a gradient, {grads}, and Python raises an error")


def raises(compute: Callable[[], Any]) -> bool:
    """Whether this raises what an operation without a number does."""
    try:
        compute()
    except NO_NUMBER:
        return True
    return False
