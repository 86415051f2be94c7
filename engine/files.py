"""Files that are written whole or not at all."""

import errno
import os
import stat
from os import PathLike
from pathlib import Path
from uuid import uuid4

from engine.errors import check_path


def write_file(path: str | PathLike[str], content: str | bytes) -> None:
    """Write a file, a text in UTF-8, whole or not at all.

    A file that is there keeps its permissions, and a link stays a link. Raises
    OSError that names `path`, also if something other than a file is there, or
    a file that may not be written.
    """
    path = check_path("a file", path)
    target = Path(os.path.realpath(path))  # what a link stands for
    try:
        mode = _mode(target)
        if mode is not None and not stat.S_ISREG(mode):
            raise OSError(f"{path} is not a file, and stays as it is")
        if mode is not None and not os.access(target, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        temporary = target.with_name(f".{target.name[:40]}.{uuid4().hex}")
        try:
            with temporary.open("xb") as file:
                if mode is not None:  # before there is something to read in it
                    temporary.chmod(stat.S_IMODE(mode))
                file.write(content.encode() if isinstance(content, str) else content)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        if error.errno is None:
            raise
        raise OSError(error.errno, error.strerror, str(path)) from None


def _mode(path):
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None
