"""Runs timed against each other, in alternation, so that all meet the same state of the machine."""

import gc
import statistics
import time


def race(runs, rounds=7, budget=0.1):
    """Seconds per call of every run, one number a round: {name: [seconds, ...]}.

    In each round every run is called for about `budget` seconds, at least once, and its fastest call of
    that round counts, which is the one that was disturbed least.
    """
    seconds = {name: [] for name in runs}
    for run in runs.values():
        run()  # caches warm, whatever compiles compiled
    for _ in range(rounds):
        for name, run in runs.items():
            gc.collect()  # what others left is not on this one's account
            fastest, end = float("inf"), time.perf_counter() + budget
            while True:
                start = time.perf_counter()
                run()
                now = time.perf_counter()
                fastest = min(fastest, now - start)
                if now > end:
                    break
            seconds[name].append(fastest)
    return seconds


def table(title, seconds, ours):
    """The seconds as a table of ratios: how many times as long as `ours` each takes, median and range."""
    lines = [
        f"| {title} | times as long as {ours} | lowest to highest of the rounds |",
        "| --- | ---: | ---: |",
    ]
    ratios = {name: [s / base for s, base in zip(theirs, seconds[ours])] for name, theirs in seconds.items()}
    for name, ratio in sorted(ratios.items(), key=lambda item: statistics.median(item[1])):
        low, middle, high = (_digits(x) for x in (min(ratio), statistics.median(ratio), max(ratio)))
        spread = "" if name == ours else f"{low} to {high}"
        lines.append(
            f"| {'**' + name + '**' if name.startswith('linegrad') else name} | {middle} | {spread} |"
        )
    return "\n".join(lines)


def _digits(ratio):
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:,.0f}"
