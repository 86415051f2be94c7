"""C text as functions of this process, by the machine's own C compiler."""

import _ctypes
import ctypes
import importlib.util
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
import weakref

# The arithmetic of Python, operation by operation: nothing fused, reordered or
# computed beforehand, whatever $CC says.
EXACT = [
    "-O2",
    "-fno-fast-math",
    *("-fno-unsafe-math-optimizations", "-fno-associative-math", "-fno-reciprocal-math"),
    *("-fno-finite-math-only", "-fsigned-zeros", "-ffp-contract=off", "-fno-builtin", "-fno-math-errno"),
    "-fno-trapping-math",  # flags that nobody reads; clang lets no vector be one instruction for them
]
# Code can still tell what is not finite, and does not multiply by 1 / x, which
# may be infinite. The macro is what glibc's headers look for before they offer
# the vector forms of exp, tanh and their kin.
FAST = ["-O3", "-ffast-math", "-fno-finite-math-only", "-fno-reciprocal-math", "-D__FAST_MATH__"]
# More text than that is lines which do not repeat. For them this takes half the
# time of -O2, and what comes out is as fast; without the second option it calls
# exp with registers in a state in which exp is slow.
LONG, LONG_FLAGS = 300_000, ["-O1", "-fexpensive-optimizations"]
# Python's math has functions that C has not, or others of the same name.
UNKNOWN = "-Werror=implicit-function-declaration"
# (clang 14 fails at vectors that are wider than it prefers)
THIS_MACHINE = {
    "x86_64": ["-march=native", "-mprefer-vector-width=512"],
    "aarch64": ["-mcpu=native"],
    "arm64": ["-mcpu=native"],
}
# Linking with these changes the arithmetic of the whole process.
NOT_TO_LINK = ("-O", "-ffast-math", "-funsafe-math-optimizations", "-mdaz-ftz")


class NoCompiler(RuntimeError):
    """There is no C compiler here, or none that works."""


def c_compiler() -> list[str] | None:
    """The C compiler's command in words: $CC, else cc, else that of ziglang.

    None without one, or if there is no command in $CC.
    """
    try:
        words = shlex.split(os.environ.get("CC", "cc"))
    except ValueError:  # a quotation mark is missing
        return None
    found = shutil.which(words[0]) if words else None
    if found:
        return [os.path.abspath(found), *words[1:]]
    if "CC" not in os.environ and importlib.util.find_spec("ziglang"):
        return [sys.executable, "-m", "ziglang", "cc"]
    return None


def compile_c(text: str, fast_math: bool = False) -> ctypes.PyDLL:
    """The functions of a C text, in a library that its last use unloads.

    They are called with Python's lock, and let others run meanwhile themselves.

    Raises NoCompiler if there is no compiler, or if it fails.
    """
    command = c_compiler()
    if command is None:
        wrong = f"$CC is {os.environ.get('CC')!r}, which names no command here"
        missing = wrong if "CC" in os.environ else "there is no command cc"
        raise NoCompiler(
            f"no C compiler: {missing}; `pip install ziglang` brings one, `apt install gcc` or "
            "`xcode-select --install` another, and the variable CC may name one"
        )
    level = LONG_FLAGS if len(text) > LONG else []
    flags = [*(FAST if fast_math else EXACT), *level, *THIS_MACHINE.get(platform.machine(), [])]
    linker = [word for word in command if not word.startswith(NOT_TO_LINK)]
    try:
        folder = tempfile.mkdtemp(prefix="linegrad")
    except OSError as error:
        raise NoCompiler(f"the C compiler has no folder for its files: {error}") from None
    try:
        text_file, code, library_file = (os.path.join(folder, name) for name in ("run.c", "run.o", "run.so"))
        with open(text_file, "w", encoding="ascii") as file:
            file.write(text)
        # Two steps, for the second has fewer options.
        _run([*command, *flags, "-std=c11", UNKNOWN, "-fPIC", "-c", "-o", code, text_file], folder)
        _run([*linker, "-shared", "-o", library_file, code, "-lm"], folder)
        library = ctypes.PyDLL(library_file)
    except OSError as error:  # a full disk, a command that is no program
        raise NoCompiler(f"the C compiler cannot be run here: {error}") from None
    finally:  # not when a process that was forked meanwhile ends
        shutil.rmtree(folder, ignore_errors=True)
    weakref.finalize(library, _ctypes.dlclose, library._handle).atexit = False
    return library


def _run(command, folder):
    environment = {**os.environ, "TMPDIR": folder}  # where a compiler keeps files of its own
    done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True)
    if done.returncode:
        message = done.stderr.decode(errors="replace").splitlines() or [f"exit status {done.returncode}"]
        line = next((line for line in message if "error" in line), message[0])
        raise NoCompiler(f"the C compiler failed: {line.strip()} (the command was {shlex.join(command)})")
