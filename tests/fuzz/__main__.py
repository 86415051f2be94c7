"""python -m tests.fuzz: random graphs, in all of their forms, for a minute."""

import argparse
import random
import sys
import time

from tests.fuzz.browser import browser_tab
from tests.fuzz.checks import Tally, fuzz


def main() -> int:
    parser = argparse.ArgumentParser("python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0, help="how long to look (1)")
    parser.add_argument(
        "--seed", type=int, default=random.randrange(10**6), help="which graphs; else new ones"
    )
    options = parser.parse_args()
    end, tally = time.monotonic() + 60 * options.minutes, Tally(options.seed)
    with browser_tab() as tab:
        found = fuzz(tally, lambda _: time.monotonic() < end, tab)
    if found:
        print(f"# graph {tally.graphs - 1:,} of seed {options.seed}, made small:\n\n{found}", end="")
        return 1
    print(tally)
    return 0


if __name__ == "__main__":
    sys.exit(main())
