"""Lists the demos, or runs them: python -m demos [NAME ...] [--all] [...]."""

import argparse
import difflib
import importlib
import inspect
import os
import sys
from pathlib import Path

LESSONS = (
    "step_through",
    "page",
    "by_line",
    "program",
    "perceptron",
    "regression",
    "activations",
    "features",
    "classification",
    "composition",
    "representations",
    "and_gate",
    "boolean_functions",
    "xor",
    "recurrent",
    "lstm",
    "convolution",
    "digits_convolution",
    "embedding",
    "attention",
    "gpt",
    "overfitting",
    "descent",
    "optimizers",
    "initialization",
    "derivatives",
    "layerwise",
    "modes",
    "taylor",
    "newton",
    "own_operation",
    "moons",
    "iris",
    "digits",
)


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m demos", description="Lessons in backpropagation.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="the demos to run; none lists them")
    parser.add_argument("--all", action="store_true", help="run every demo")
    parser.add_argument("--out", type=Path, default=Path("out"), help="where pictures go (default: out)")
    parser.add_argument("--seed", type=int, help="start demos that draw random numbers from this seed")
    options = parser.parse_args(arguments)
    for name in options.names:
        if name not in LESSONS:
            near = difflib.get_close_matches(name, LESSONS, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}?" if near else "`python -m demos` lists them."
            sys.exit(f"There is no demo called {name}; {hint}")
    names = LESSONS if options.all else options.names
    if not names:
        print("Run one with `python -m demos NAME`:\n")
        for name in LESSONS:
            print(f"  {name:18} {_lesson(name).__doc__.splitlines()[0]}")
        return
    try:
        options.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        sys.exit(f"--out {options.out}: {error.strerror}")
    for name in names:
        if len(names) > 1:
            print(f"\n{'=' * 78}\n{name}\n{'=' * 78}")
        lesson = _lesson(name).main
        seeded = options.seed is not None and "seed" in inspect.signature(lesson).parameters
        lesson(options.out, **({"seed": options.seed} if seeded else {}))


def _lesson(name):
    return importlib.import_module(f"demos.{name}")


if __name__ == "__main__":
    try:
        main()
        sys.stdout.flush()
    except BrokenPipeError:  # `| head` has read enough; nothing is left to write when Python exits
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
