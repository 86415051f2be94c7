"""What every task does with its contenders: find which are installed, check
that all agree, time them.
"""

from engine import NoCompiler
from tests.benchmarks.race import race, ratios, table


def contest(title, task, contenders, ours, tolerance=1e-9, **timing):
    """Print and return how many times as long as `ours` every installed
    contender takes for a task.

    A contender is a function of the task that returns a run, or a run and a
    function that makes a list of numbers of what it returns. All must give the
    same numbers as the first, which says what is right.
    """
    runs, missing, right = {}, [], None
    for name, contender in contenders.items():
        try:
            made = contender(task)
        except ImportError as error:
            missing.append(f"{name} ({error.name})")
            continue
        except NoCompiler:
            missing.append(f"{name} (a C compiler)")
            continue
        run, numbers = made if isinstance(made, tuple) else (made, list)
        found = numbers(run())
        right = right or found
        scale = max(map(abs, right))
        errors = [abs(a - b) / scale for a, b in zip(found, right, strict=True)]
        if not all(error <= tolerance for error in errors):  # which NaN is not
            worst = max(errors)
            raise ArithmeticError(
                f"{name} differs from {next(iter(contenders))} by {worst:.1e} of the largest number"
            )
        runs[name] = run
    ours = ours if ours in runs else next(iter(runs))
    ratio = ratios(race(runs, **timing), ours)
    print(table(title, ratio, ours))
    if missing:
        print(f"\nNot here: {', '.join(missing)}.")
    print(flush=True)
    return ratio
