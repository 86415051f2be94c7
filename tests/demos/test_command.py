"""The command that runs the demos lists them all, and says what is missing."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from demos import __main__ as command
from tests.demos.conftest import printed

ROOT = Path(command.__file__).parents[1]


def test_every_demo_is_listed_with_a_short_line():
    text, _ = printed(command.main, [])
    for name in command.LESSONS:
        assert re.search(rf"^  {name} +\w.+$", text, re.MULTILINE)
    assert max(map(len, text.splitlines())) <= 80


QUICK = {"and_gate", "derivatives", "step_through", "taylor"}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] * (name not in QUICK)) for name in command.LESSONS]
)
def test_a_demo_fits_on_a_projector(name, lesson):
    text = lesson(name).text.replace(str(lesson(name).out), "out")
    assert [line for line in text.splitlines() if len(line) > 80] == []


def test_the_readme_names_every_demo_and_no_other():
    table = (Path(command.__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    lecture = table.partition("## The lecture")[2].partition("## ")[0]
    named = [
        name for line in lecture.splitlines() if line.startswith("|") for name in re.findall(r"`(\w+)`", line)
    ]
    assert sorted(named) == sorted(command.LESSONS)


def test_an_unknown_demo_gets_a_suggestion():
    with pytest.raises(SystemExit, match="no demo called xorr; did you mean xor"):
        command.main(["xorr"])


@pytest.mark.slow
def test_the_command_says_where_its_pictures_are(tmp_path, needs_layout):
    arguments = [sys.executable, "-m", "demos", "and_gate", "--out", str(tmp_path / "new")]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert str(tmp_path / "new" / "and_graph.svg") in done.stdout
    assert (tmp_path / "new" / "and_graph.svg").exists()


def test_a_folder_that_cannot_be_made_is_named_in_one_line(tmp_path):
    (tmp_path / "file").touch()
    for out in (tmp_path / "file", tmp_path / "file" / "folder"):
        with pytest.raises(SystemExit, match=f"^--out {re.escape(str(out))}: "):
            command.main(["and_gate", "--out", str(out)])


def test_a_reader_who_has_seen_enough_ends_it_quietly():
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "wb") as pipe:
        done = subprocess.run(
            [sys.executable, "-m", "demos"], cwd=ROOT, stdout=pipe, stderr=subprocess.PIPE, text=True
        )
    assert (done.returncode, done.stderr) == (1, "")


def test_without_a_layout_program_a_lesson_says_so_and_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda *args, **kwargs: None)
    monkeypatch.setenv("PATH", "")
    text, _ = printed(command.main, ["and_gate", "--out", str(tmp_path)])
    assert (
        "and_diagram.svg is missing:\n  no program to draw graphs here: `pip install graphviz-pure` gets one"
        in text
    )
    assert "the same function" in text
