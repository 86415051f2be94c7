"""Lessons are run once for all tests."""

import contextlib
import importlib
import inspect
import io
import os
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

PATHS = (os.environ["PATH"], str(Path(sys.executable).parent))


def printed(lesson, *arguments, **options):
    """What a demo prints, and what it returns."""
    with contextlib.redirect_stdout(io.StringIO()) as text:
        found = lesson(*arguments, **options)
    return text.getvalue(), found


@pytest.fixture(scope="session")
def lesson(tmp_path_factory):
    """Runs a demo: its text, what it found, and the folder of its pictures."""

    runs = {}

    def run(name, seed=None):
        main = importlib.import_module(f"demos.{name}").main
        seeds = inspect.signature(main).parameters.get("seed")
        usual = seeds is None or seed in (None, seeds.default)
        key = name, None if usual else seed
        if key not in runs:
            out = tmp_path_factory.mktemp(name)
            text, found = printed(main, out, **({} if usual else {"seed": seed}))
            runs[key] = SimpleNamespace(text=text, found=found, out=out)
        return runs[key]

    return run


@pytest.fixture
def needs_layout():
    """Skip where no program draws graphs."""
    if not any(shutil.which(program, path=path) for program in ("dot", "graphviz-pure") for path in PATHS):
        pytest.skip("no program to draw graphs here: `pip install graphviz-pure` gets one")
