"""A browser for the tests of pages."""

import shutil

import pytest

# No connection of the browser's own, and no sandbox, which containers lack.
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium():
    """The browser, or a line that says what is missing."""
    driver = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed: `pip install -e '.[dev]'` gets it"
    )
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no chromium here to show pages")
    with driver.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=program, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def shown(chromium, tmp_path):
    """Shows a page from disk: shown(play(d), "#step=7"). An error in it fails
    the test, and so does a request for anything else.
    """
    contexts, errors = [], []

    def show(page, address="", width=1366, height=768, **options):
        contexts.append(chromium.new_context(viewport={"width": width, "height": height}, **options))
        tab = contexts[-1].new_page()
        tab.on("pageerror", lambda error: errors.append(str(error)))
        tab.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        path = tmp_path / f"{len(contexts)}.html"
        page.save(path)
        tab.on(
            "request",
            lambda request: (
                None if request.url.startswith((path.as_uri(), "data:")) else errors.append(request.url)
            ),
        )
        tab.goto(path.as_uri() + address)
        return tab

    yield show
    for context in contexts:
        context.close()
    assert errors == []
