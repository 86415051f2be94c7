import os
from pathlib import Path

import pytest

from engine import Value, draw, play, write_file


def text(folder):
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


@pytest.mark.parametrize("content", ("∂y/∂x\n", "∂y/∂x\n".encode()))
def test_a_file_is_written_as_it_is_given_and_keeps_its_permissions(content, tmp_path):
    path = tmp_path / "file"
    write_file(path, "first")
    path.chmod(0o640)
    write_file(str(path), content)
    assert path.read_bytes() == "∂y/∂x\n".encode() and path.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_a_link(tmp_path):
    link, path = tmp_path / "link", tmp_path / "file"
    path.write_text("first")
    link.symlink_to(path)
    write_file(link, "second")
    assert link.is_symlink() and path.read_text() == "second"


@pytest.mark.parametrize("error", (KeyboardInterrupt, MemoryError))
@pytest.mark.parametrize("last", ("replace", "chmod"))
def test_what_is_interrupted_changes_no_file(error, last, tmp_path, monkeypatch):
    def interrupted(self, *_):
        raise error

    page, drawing = play(Value(3, "x") * 2), draw(Value(3, "x") * 2)
    (tmp_path / "f.svg").write_text("first")
    monkeypatch.setattr(Path, last, interrupted)
    monkeypatch.setattr(type(drawing), "pipe", lambda *_: b"a picture")
    for write in (lambda path: write_file(path, "second"), page.save, drawing.render):
        with pytest.raises(error):
            write(tmp_path / "f.svg")
        assert text(tmp_path) == {"f.svg": "first"}


def test_errors_name_the_path(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        write_file(tmp_path / "none" / "file", "text")
    assert caught.value.filename == str(tmp_path / "none" / "file")
    with pytest.raises(OSError, match="is not a file, and stays as it is"):
        write_file(tmp_path, "text")
    with pytest.raises(OSError, match="is not a file, and stays as it is"):
        write_file(os.devnull, "text")


def test_a_file_that_may_not_be_written_stays(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_text("first")
    path.chmod(0o444)
    if os.access(path, os.W_OK):  # root may
        monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(PermissionError) as caught:
        write_file(path, "second")
    assert caught.value.filename == str(path) and text(tmp_path) == {"file": "first"}
