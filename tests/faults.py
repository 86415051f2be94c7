"""Faults at every moment: what changes state does so whole or not at all.

`interrupted` raises an error at the first line that is executed inside `engine`
and `nn` (generated code counts too), then at the second, and so on until the
change gets through. `signalled` sends real signals at random moments. Each time
the state is exactly as before or complete; made again, the change completes it.
`tests/changes.py` has what changes something.

Python handles signals where a function begins, where a loop jumps back and
after a call, so an error at every line is harsher than reality. Left out are
therefore the way from an error to `restore()`, which does none of these, and
the end of a `with`, whose `__exit__` may be C code; and since Python 3.12 the
jump of a comprehension, from which a trace function's error goes past `try`. Of
a second fault while things are put back, nothing is promised.

`python -m tests.faults --seconds 10 backward` counts what signals met.
"""

import argparse
import dis
import json
import linecache
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, count
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
OURS = (f"{ROOT / 'engine'}/", f"{ROOT / 'nn'}/", "<linegrad", "<program", "<loops")
SAFE = "try:", "except ", "finally:", "restore()"


class Change(NamedTuple):
    """Something that changes state.

    `make()` makes what it is done to, `run(thing)` does it, and `state(thing)`
    is all that it may change (the numbers, for instance: it is compared as a
    text, in which NaN is itself and -0.0 is not 0.0). `between()` has more
    states that count as whole: after some of several steps. Where the change
    `repeats`, it is complete when it is made again; and `then(thing)` goes on
    as if nothing had happened. `fails` says that it raises an error itself.
    """

    make: Callable[[], Any]
    run: Callable[[Any], Any]
    state: Callable[[Any], Any]
    between: Callable[[], Iterable[Any]] = list
    repeats: bool = True
    then: Callable[[Any], Any] = lambda thing: None
    fails: bool = False


class Attempt(NamedTuple):
    """A fault: its number, the line where it came, and what was the case."""

    number: int
    place: str
    found: str  # "before", "between" or "complete"


class Judge:
    """What is right after a fault in a change."""

    def __init__(self, change: Change) -> None:
        self.change = change
        thing = change.make()
        self.before = repr(change.state(thing))
        perform(change, thing)
        self.complete = repr(change.state(thing))
        self.between = list(map(repr, change.between()))
        change.then(thing)
        self.later = repr(change.state(thing))

    def found(self, thing: Any, place: str) -> str:
        """What the state is after a fault; an AssertionError if it is wrong."""
        change = self.change
        now = repr(change.state(thing))
        found = "complete" if now == self.complete else "before" if now == self.before else "between"
        assert found != "between" or now in self.between, (
            f"after a fault at {place}: {now} is neither\n{self.before} nor\n{self.complete}"
        )
        if change.repeats:
            if found != "complete":
                perform(change, thing)
                again = repr(change.state(thing))
                assert again == self.complete, f"once more after a fault at {place}: {again}"
            change.then(thing)
            later = repr(change.state(thing))
            assert later == self.later, f"going on after a fault at {place}: {later}, not {self.later}"
        return found


def perform(change: Change, thing: Any) -> None:
    """Make the change, with its own error if it fails."""
    try:
        change.run(thing)
    except (ValueError, ArithmeticError):
        if not change.fails:
            raise


class Fault:
    """A trace function that raises an error at the k-th line of ours."""

    def __init__(self, k: int, error: type[BaseException]) -> None:
        self.left, self.error, self.place = k, error(), ""

    def __call__(self, frame: Any, event: str, arg: Any) -> Any:
        code = frame.f_code
        if self.place or not code.co_filename.startswith(OURS) or _restores(frame):
            return None
        if event == "line":
            self.left -= 1
            if self.left <= 0 and not _left_out(frame):
                self.place = f"{code.co_filename}:{frame.f_lineno} ({code.co_name})"
                raise self.error
        return self


def _restores(frame):
    """Whether a frame is that of an __exit__, or called by one."""
    while frame is not None and frame.f_code is not with_fault.__code__:
        if frame.f_code.co_name == "__exit__":
            return True
        frame = frame.f_back
    return False


def _left_out(frame):
    """Whether there is to be no fault here: see above."""
    code, number, place = frame.f_code, frame.f_lineno, frame.f_lasti
    line = linecache.getline(code.co_filename, number, frame.f_globals).strip()
    begin = min(start for start, _, each in code.co_lines() if each == number)
    ends_with = line.startswith("with ") and place != begin
    jumps = sys.version_info >= (3, 12) and dis.opname[code.co_code[place]] in ("JUMP_BACKWARD", "FOR_ITER")
    return line.startswith(SAFE) or ends_with or jumps


def with_fault(fault: Fault, call: Callable[[], Any]) -> None:
    """Make a call with a fault in it."""
    tracer = sys.gettrace()
    try:
        sys.settrace(fault)
        call()
    except type(fault.error) as error:
        if error is not fault.error:
            raise
    finally:
        sys.settrace(tracer)


def interrupted(
    change: Change, error: type[BaseException] = KeyboardInterrupt, most: int | None = None
) -> Iterator[Attempt]:
    """Attempts, with an error at line 1, at line 2 and so on, all judged.

    With `most`, so many of the lines: the last ones, and others at random.
    """
    judge, last = Judge(change), _lines(change)
    first = 1 if most is None else max(1, last - most // 2)
    some = random.Random(0).sample(range(1, first), min(first - 1, most // 2)) if most else []
    for k in chain(some, count(first)):
        thing, fault = change.make(), Fault(k, error)
        with_fault(fault, lambda thing=thing: perform(change, thing))
        if fault.place:
            yield Attempt(k, fault.place, judge.found(thing, fault.place))
        elif k > last:  # it got through
            assert repr(change.state(thing)) == judge.complete
            return


def _lines(change):
    """How many lines are executed, more or less: what is cached is not."""
    thing, counter = change.make(), Fault(sys.maxsize, KeyboardInterrupt)
    with_fault(counter, lambda: perform(change, thing))
    return sys.maxsize - counter.left


def signalled(change: Change, seconds: float) -> Counter[str]:
    """How often each state was found, after signals for so many seconds.

    An interval timer sends SIGALRM, handled as Ctrl-C is, at a random moment
    while the change is made. (To be called in the main thread of a process of
    one's own.)
    """
    judge, found = Judge(change), Counter()
    runs = came = False

    def handler(number, frame):
        nonlocal runs, came
        if runs:  # some systems deliver a signal after its timer was stopped
            runs, came = False, True
            raise KeyboardInterrupt("a signal")

    signal.signal(signal.SIGALRM, handler)
    latest = 1.1 * _duration(change) + 2e-5  # the timer itself takes some time
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        thing, came = change.make(), False
        try:
            runs = True
            signal.setitimer(signal.ITIMER_REAL, random.uniform(1e-6, latest))
            perform(change, thing)
            runs = False
            signal.setitimer(signal.ITIMER_REAL, 0)
        except KeyboardInterrupt:
            pass
        if came:
            found[judge.found(thing, "a signal")] += 1
    return found


def _duration(change):
    times = []
    for _ in range(5):
        thing, start = change.make(), time.perf_counter()
        perform(change, thing)
        times.append(time.perf_counter() - start)
    return sorted(times)[2]


def main() -> None:
    from tests.changes import CHANGES

    parser = argparse.ArgumentParser(description="Real signals while something changes")
    parser.add_argument("names", nargs="*", help="which changes, all by default")
    parser.add_argument("--seconds", type=float, default=1, help="for how long, each of them")
    given = parser.parse_args()
    for name in given.names or CHANGES:
        print(json.dumps({name: signalled(CHANGES[name], given.seconds)}), flush=True)


if __name__ == "__main__":
    main()
