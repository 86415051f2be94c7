"""The demos do what they say: networks learn what they are meant to, and the pictures are there."""

import contextlib
import functools
import importlib
import importlib.util
import io
import math
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from demos import __main__ as command
from demos import optimizers, xor

ROOT = Path(command.__file__).parents[1]
PATHS = (os.environ["PATH"], str(Path(sys.executable).parent))


def said(lesson, *arguments, **options):
    """What a demo prints, and what it returns."""
    with contextlib.redirect_stdout(io.StringIO()) as text:
        result = lesson(*arguments, **options)
    return text.getvalue(), result


@pytest.fixture(scope="module")
def lesson(tmp_path_factory):
    """Runs a demo, once for all tests: what it prints, what it returns, and the folder of its pictures."""

    @functools.cache
    def run(name):
        out = tmp_path_factory.mktemp(name)
        return *said(importlib.import_module(f"demos.{name}").main, out), out

    return run


needs_layout = pytest.mark.skipif(
    not any(shutil.which(program, path=path) for program in ("dot", "graphviz-pure") for path in PATHS),
    reason="no program to draw graphs here: `pip install graphviz-pure` gets one",
)
drawn = importlib.util.find_spec("matplotlib") is not None


@pytest.mark.parametrize("seed", range(20))
def test_xor_is_learned_from_every_seed(seed, tmp_path, monkeypatch):
    monkeypatch.setattr(xor, "save", lambda drawing, path: True)
    monkeypatch.setattr(xor, "boundary", lambda *args, **kwargs: None)
    text, _ = said(xor.main, tmp_path, seed=seed)
    after = text.partition("After ")[2]
    assert re.findall(r"^ (\d)   (\d)  .*≈ (\d)$", after, re.MULTILINE) == [
        ("0", "0", "0"),
        ("0", "1", "1"),
        ("1", "0", "1"),
        ("1", "1", "0"),
    ]
    assert text.count("hidden unit ") == 2


def test_moons_are_told_apart(lesson):
    text, _, out = lesson("moons")
    assert int(re.search(r"accuracy after: +(\d+)%", text)[1]) > 97
    assert (out / "moons_boundary.png").exists() == drawn


def test_iris_by_cross_validation(lesson):
    assert lesson("iris")[1] >= 0.95


def test_digits_held_out(lesson):
    text, _, _ = lesson("digits")
    assert float(re.search(r"held out: ([\d.]+)%", text)[1]) > 95


def test_a_hidden_layer_bends_the_boundary(lesson):
    without, hidden = lesson("classification")[1]
    assert without < 0.8 < 0.97 < hidden


def test_every_other_optimiser_beats_plain_descent():
    histories = optimizers.descents()
    plain = histories.pop("gradient descent")
    for losses in histories.values():
        assert losses[-1] < 0.7 * plain[-1]


def test_zeros_stay_symmetric_and_large_weights_saturate(lesson):
    text, _, _ = lesson("initialization")
    copies, drawn_apart = (float(x) for x in re.findall(r"differ by up to ([\d.e-]+)", text))
    assert copies == 0 < drawn_apart
    normal, large = (float(x) for x in re.findall(r"second layer is ([\d.]+)", text))
    assert large < 0.1 < 0.5 < normal


@needs_layout
def test_by_hand_is_by_backward(lesson):
    text, _, out = lesson("step_through")
    for way in ("by hand", r"by backward\(\)"):
        gradients = re.search(rf"^{way}: +\[(.*)\]$", text, re.MULTILINE)[1]
        assert [float(x) for x in gradients.split(", ")] == [6, -4, -2, 4]  # fb, fa, f, ab + c
    assert "0 → 27 → 29" in text
    assert len(list(out.glob("step_*.svg"))) == 4


def test_the_gradient_beside_each_line(lesson):
    text, _, _ = lesson("by_line")
    p = 1 / (1 + math.exp(-(0.5 * 2 - 1 * 1.5 + 0.1)))
    assert f"p - y = {p - 1:.4f}" in text
    assert f"∂/∂w1 = ∂/∂z × x1 = {p - 1:.4f} × 2 = {(p - 1) * 2:.4f}" in text
    loop, unit = (part.partition("return")[0] for part in text.split("def two_layers")[1].split("def unit"))
    handed = re.findall(r"∂/∂unit = (\S+)", text)[0]
    assert handed == re.findall(r"∂/∂x = (\S+)", loop)[1] == re.findall(r"∂/∂x = (\S+)", unit)[1]


def test_every_demo_is_listed_with_a_short_line():
    text, _ = said(command.main, [])
    for name in command.LESSONS:
        assert re.search(rf"^  {name} +\w.+$", text, re.MULTILINE)
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("name", command.LESSONS)
def test_a_demo_fits_on_a_projector(name, lesson):
    text, _, out = lesson(name)
    assert [line for line in text.replace(str(out), "out").splitlines() if len(line) > 80] == []


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


@needs_layout
def test_the_command_says_where_its_pictures_are(tmp_path):
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
    text, _ = said(command.main, ["and_gate", "--out", str(tmp_path)])
    assert (
        "and_diagram.svg is missing:\n  no program to draw graphs here: `pip install graphviz-pure` gets one"
        in text
    )
    assert "the same function" in text
