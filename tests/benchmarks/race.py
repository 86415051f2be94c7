"""Runs timed against each other, in alternation, so that all meet the same
state of the machine.
"""

import gc
import statistics
import time


def race(runs, rounds=7, budget=0.1):
    """Seconds per call of every run, one number a round: {name: [seconds,
    ...]}.

    In each round every run is called for about `budget` seconds, at least once,
    and the mean of its calls counts, as it does in training: garbage
    collections and all.
    """
    seconds = {name: [] for name in runs}
    for run in runs.values():
        run()  # caches warm, whatever compiles compiled
    for _ in range(rounds):
        for name, run in runs.items():
            gc.collect()  # what others left is not on this one's account
            calls, start = 0, time.perf_counter()
            while (elapsed := time.perf_counter() - start) < budget or not calls:
                run()
                calls += 1
            seconds[name].append(elapsed / calls)
    return seconds


def ratios(seconds, ours):
    """How many times as long as `ours` every run takes, a number a round."""
    return {name: [s / base for s, base in zip(theirs, seconds[ours])] for name, theirs in seconds.items()}


def table(title, ratio, ours):
    """The ratios to `ours` as a table, median and range over the rounds, the
    fastest first.
    """
    lines = [
        f"| {title} | times as long as {ours} | lowest to highest of the rounds |",
        "| --- | ---: | ---: |",
    ]
    for name in sorted(ratio, key=lambda name: statistics.median(ratio[name])):
        rounds = ratio[name]
        spread = "" if name == ours else f"{digits(min(rounds))} to {digits(max(rounds))}"
        lines.append(f"| {bold(name)} | {digits(statistics.median(rounds))} | {spread} |")
    return "\n".join(lines)


def summary(tasks, ours):
    """The medians of several tasks as one table, a column a task, by the first
    task's order.
    """
    medians = {
        title: {name: statistics.median(r) for name, r in ratio.items()} for title, ratio in tasks.items()
    }
    names = sorted(
        {name for median in medians.values() for name in median},
        key=lambda name: [median.get(name, float("inf")) for median in medians.values()],
    )
    lines = [f"| times as long as {ours} | {' | '.join(medians)} |", "| --- |" + " ---: |" * len(medians)]
    for name in names:
        cells = [digits(median[name]) if name in median else "" for median in medians.values()]
        lines.append(f"| {bold(name)} | {' | '.join(cells)} |")
    return "\n".join(lines)


def bold(name):
    return f"**{name}**" if name.startswith("linegrad") else name


def digits(ratio):
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:,.0f}"
