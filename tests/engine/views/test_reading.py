"""Whoever reads the page: its names, its sizes, on a screen and on paper."""

import shutil
import subprocess
import tarfile

import pytest

from demos.page import example
from engine import Value, play, steps
from tests.engine.views.pages import ROWS, cards, change, do, number, xor

pytest_plugins = ["tests.engine.views.browser"]
pytestmark = pytest.mark.slow

SIZES = {"projector": (1920, 1080), "laptop": (1366, 768), "phone": (390, 844)}


HOSTILE = [
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "&lt;b&gt; & <!-- -->",
    "a\u2028b\u2029c",
    "\ud800lone",
    "\u202eright to left",
    "שלום",
    "]]></style><script>alert(1)//",
    "$policy ${title} {0}",
    "new\nline",
    "`${alert(1)}`",
]


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_labels_are_shown_and_inject_nothing(shown, name):
    x, w = Value(2, name), Value(3, "w")
    y = x * w
    y.label = name
    alerts = []
    tab = shown(play(y, inputs=[x], rows=[[1], [2]]))
    tab.on("dialog", lambda dialog: alerts.append(dialog))
    do(tab, "last")
    names = steps(y).names
    assert set(cards(tab)) == {names[x], names[w], names[y]}
    assert tab.locator("img").count() == 0 and tab.locator("script").count() == 2
    assert number(cards(tab)[names[x]][1]) == 3
    change(tab, names[x], 5)
    assert number(cards(tab)[names[y]][0]) == 15
    assert alerts == []


@pytest.mark.parametrize(
    "name", ["append", "addEventListener", "elements", "rate", "row", "step", "guess", "__proto__", ""]
)
def test_a_label_may_be_any_name_of_the_browsers(shown, name):
    x = Value(2, name)
    tab = shown(play(x * 3), "#step=3")
    change(tab, name or "v1", 5)
    do(tab, "last")
    assert tab.text_content(".node.output .data") == "6 → 15"


def test_a_name_from_right_to_left_turns_no_number(shown):
    x, y = Value(-1.5, "שלום"), Value(3, "y")
    tab = shown(play(x * y), "#step=3")
    # ... = 1 × שלום = 1 × -1.5 = -1.5: each part is right of the one before
    places = tab.evaluate(
        """() => {
            const text = document.querySelectorAll('#explanation .rule span')[4].firstChild;
            const place = (word) => {
                const range = document.createRange();
                const from = text.textContent.indexOf(word);
                range.setStart(text, from);
                range.setEnd(text, from + word.length);
                return range.getBoundingClientRect().left;
            };
            return ['= 1', 'שלום', '-1.5', '= -1.5'].map(place);
        }"""
    )
    assert places == sorted(places) and len(set(places)) == 4


def accessible(tab, axe):
    tab.evaluate(axe)
    found = tab.evaluate(
        "axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })"
    )
    return [
        (each["id"], [node["html"][:120] for node in each["nodes"][:3]], each["nodes"][0]["failureSummary"])
        for each in found["violations"]
    ]


@pytest.fixture(scope="session")
def axe(tmp_path_factory):
    """The script of axe-core, from npm."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("no npm here to fetch axe-core")
    folder = tmp_path_factory.mktemp("axe")
    done = subprocess.run([npm, "pack", "axe-core@4"], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("npm could not fetch axe-core")
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        return archive.extractfile("package/axe.min.js").read().decode()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_everyone_can_use_it(shown, axe, size, scheme):
    loss, inputs, _ = xor()
    for page in (play(example()), play(loss, inputs=inputs, rows=ROWS, rate=2)):
        width, height = SIZES[size]
        tab = shown(page, "#step=6", width, height, color_scheme=scheme)
        assert accessible(tab, axe) == []
        do(tab, "guess")
        change(
            tab, "nothing" if page is None else ("b" if 'data-node="b"' in page.html else "x1"), "no number"
        )
        tab.click(".node.output")
        assert accessible(tab, axe) == []


@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_too_small_or_too_wide(shown, size):
    loss, inputs, _ = xor()
    width, height = SIZES[size]
    least = {"projector": 18, "laptop": 14, "phone": 14}[size]
    for page in (play(example()), play(loss, inputs=inputs, rows=ROWS, rate=2)):
        tab = shown(page, "#step=6", width, height)
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        sizes = tab.evaluate(
            """() => [...document.querySelectorAll('body *')].filter((e) => e.offsetParent !== null || e.closest('svg'))
            .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()))
            .filter((e) => !e.closest('title, script, style, #sheet, option'))
            .map((e) => {
                const scale = e.getScreenCTM ? e.getScreenCTM().a : 1;
                return [parseFloat(getComputedStyle(e).fontSize) * scale, e.outerHTML.slice(0, 80)];
            })"""
        )
        assert len(sizes) > 30
        assert [each for each in sizes if each[0] < least] == []


def test_nodes_do_not_jump(shown):
    tab = shown(play(example()))
    boxes = "all => all.map(n => n.querySelector('rect') ? JSON.stringify(n.querySelector('rect').getBBox()) + n.getAttribute('transform') : '')"
    before = tab.eval_on_selector_all("[data-node]", boxes)
    do(tab, "last")
    change(tab, "b", -1234.5678)
    assert tab.eval_on_selector_all("[data-node]", boxes) == before
    # and every number stays inside its node
    overflow = tab.eval_on_selector_all(
        "[data-node]",
        "all => all.filter(n => n.querySelector('.data')).map(n => [n.querySelector('rect').getBBox().width, ...[...n.querySelectorAll('text')].map(t => t.getBBox().width)])",
    )
    assert all(max(texts) <= width for width, *texts in overflow)


def test_it_prints_as_a_sheet(shown):
    tab = shown(play(example()))
    tab.emulate_media(media="print")
    assert tab.is_visible("#sheet") and tab.is_visible("svg.graph") and tab.is_visible("[data-line='7']")
    assert not tab.is_visible("[data-do=next]")
    text = tab.inner_text("#sheet")
    assert text.count("Backward") == 4 and "0 → 27 → 29" in text
    assert len(tab.pdf()) > 10_000
