"""Faults on purpose: what changes numbers is interrupted, wherever it can be.

`python -m tests.faults SECONDS` sends itself real signals at random moments.
"""

import linecache
import random
import signal
import sys
import time
from collections.abc import Callable, Collection
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import engine
import nn
from engine import unchanged

OURS = (*(f"{Path(package.__file__).parent}/" for package in (engine, nn)), "<linegrad")
SAFE = "try:", "except", "finally:", "restore()"


class Change(NamedTuple):
    """Something that changes numbers.

    `make()` makes what it is done to, `run(thing)` does it, and
    `state(thing)` is all that it may change, as a text. `between` has more
    states that count as whole: after some of several steps.
    """

    make: Callable[[], Any]
    run: Callable[[Any], Any]
    state: Callable[[Any], str]
    between: Callable[[], Collection[str]] = tuple


def raised_at(k: int, call: Callable[[], Any], error: type[BaseException]) -> bool:
    """Call, and raise `error` at the k-th line of the engine or nn, if any.

    Python handles signals when a function begins, after calls and where it
    jumps back, not at every line. So the way from an error to `restore()` is
    left out, where it does none of these: SAFE lines.
    """
    lines, raised = 0, False

    def trace(frame, event, arg):
        nonlocal lines, raised
        file = frame.f_code.co_filename
        if raised or not file.startswith(OURS) or file == unchanged.__file__:
            return None
        if event == "line":
            text = linecache.getline(file, frame.f_lineno).strip()
            lines += not text.startswith(SAFE)
            if lines == k:
                raised = True
                raise error
        return trace

    outer = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    except BaseException:  # or what was made of the error
        if not raised:
            raise
    finally:
        sys.settrace(outer)
    return raised


def check(change: Change, error: type[BaseException] = KeyboardInterrupt) -> int:
    """Raise at every line in turn; return how many there are.

    Each time all has to be as before, or as it is when all is done. From
    there, the change is made as if nothing had happened.
    """
    states = whole_states(change)
    for k in count(1):
        thing = change.make()
        raised = raised_at(k, partial(change.run, thing), error)
        check_state(change, thing, states, f"line {k}")
        if not raised:
            break
    return k - 1


def whole_states(change: Change) -> list[str]:
    """The state before, those between, and that when all is done."""
    thing = change.make()
    before = change.state(thing)
    change.run(thing)
    return [before, *change.between(), change.state(thing)]


def check_state(change: Change, thing: Any, states: list[str], where: str) -> None:
    """The state is one of these; from the first, the last is reached."""
    state = change.state(thing)
    assert state in states, f"{where}: {states[0]} became {state}, not {states[-1]}"
    if state == states[0]:
        change.run(thing)
        assert change.state(thing) == states[-1], where


def check_by_signals(change: Change, seconds: float, rng: random.Random) -> int:
    """Interrupt at random moments for some time; return how often it was."""
    states = whole_states(change)
    thing = change.make()
    start = time.perf_counter()
    change.run(thing)
    longest = 1.5 * (time.perf_counter() - start) + 1e-4

    running = False

    def interrupt(number, frame):
        if running:  # not late
            raise KeyboardInterrupt

    signal.signal(signal.SIGALRM, interrupt)
    interrupts, end = 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        thing = change.make()
        try:
            try:
                running = True
                signal.setitimer(signal.ITIMER_REAL, rng.uniform(1e-6, longest))
                change.run(thing)
            finally:
                running = False
                signal.setitimer(signal.ITIMER_REAL, 0)
        except KeyboardInterrupt:
            interrupts += 1
        check_state(change, thing, states, "a signal")
    return interrupts


if __name__ == "__main__":
    from tests.changes import CHANGES

    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 1.0
    for name, change in CHANGES.items():
        print(f"{check_by_signals(change, seconds, random.Random(name))} interrupts: {name}", flush=True)
