"""C text as functions of this process, by the machine's own C compiler."""

import _ctypes
import ctypes
import os
import platform
import shlex
import shutil
import subprocess
import tempfile
import weakref

# The arithmetic of Python, operation by operation: nothing fused, reordered or
# computed beforehand.
EXACT = ["-O2", "-ffp-contract=off", "-fno-builtin", "-fno-math-errno"]
# More text than that is lines which do not repeat. For them this takes half the
# time of -O2, and what comes out is as fast; without the second option it calls
# exp with registers in a state in which exp is slow.
LONG, LONG_FLAGS = 300_000, ["-O1", "-fexpensive-optimizations"]
# Code can still tell what is not finite. The macro is what glibc's headers look
# for before they offer the vector forms of exp, tanh and their kin.
FAST = ["-O3", "-ffast-math", "-fno-finite-math-only", "-D__FAST_MATH__"]
# Python's math has functions that C has not, or others of the same name.
UNKNOWN = "-Werror=implicit-function-declaration"
THIS_MACHINE = {"x86_64": ["-march=native"], "aarch64": ["-mcpu=native"], "arm64": ["-mcpu=native"]}


class NoCompiler(RuntimeError):
    """There is no C compiler here, or none that works."""


def c_compiler() -> list[str] | None:
    """The C compiler's command, $CC or else cc, in words; None without one."""
    command, *options = shlex.split(os.environ.get("CC") or "cc")
    found = shutil.which(command)
    return [os.path.abspath(found), *options] if found else None


def compile_c(text: str, fast_math: bool = False) -> ctypes.CDLL:
    """The functions of a C text, in a library that its last use unloads.

    Raises NoCompiler if there is no compiler, or if it fails.
    """
    command = c_compiler()
    if command is None:
        missing = os.environ.get("CC") or "cc"
        raise NoCompiler(
            f"no C compiler: {missing!r} is not there; `apt install gcc` or `xcode-select --install` gets one, "
            "and the variable CC may name another"
        )
    level = LONG_FLAGS if len(text) > LONG else []
    flags = [*(FAST if fast_math else EXACT), *level, *THIS_MACHINE.get(platform.machine(), [])]
    with tempfile.TemporaryDirectory(prefix="linegrad") as folder:
        text_file, code, library_file = (os.path.join(folder, name) for name in ("run.c", "run.o", "run.so"))
        with open(text_file, "w", encoding="ascii") as file:
            file.write(text)
        # Two steps: linking with -ffast-math changes the process's arithmetic.
        _run([*command, *flags, "-std=c11", UNKNOWN, "-fPIC", "-c", "-o", code, text_file], folder)
        _run([*command, "-shared", "-o", library_file, code, "-lm"], folder)
        try:
            library = ctypes.CDLL(library_file)
        except OSError as error:
            raise NoCompiler(f"what the C compiler made cannot be loaded: {error}") from None
    weakref.finalize(library, _ctypes.dlclose, library._handle).atexit = False
    return library


def _run(command, folder):
    environment = {**os.environ, "TMPDIR": folder}  # where a compiler keeps files of its own
    done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True)
    if done.returncode:
        message = done.stderr.decode(errors="replace").splitlines() or [f"exit status {done.returncode}"]
        line = next((line for line in message if "error" in line), message[0])
        raise NoCompiler(f"the C compiler failed: {shlex.join(command)}: {line}")
