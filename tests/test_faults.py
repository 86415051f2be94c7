"""What changes numbers changes all of them or none, also when interrupted."""

import subprocess
import sys

import pytest

from tests.changes import CHANGES
from tests.faults import check

# A file that an interrupt leaves open is closed when its object goes.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
QUICK = [
    name
    for name in CHANGES
    if name.startswith(("backward", "forward", "steps", "Adam", "load_state", "label", "save"))
]


@pytest.mark.parametrize("name", QUICK)
def test_an_interrupt_at_any_line_leaves_all_or_nothing(name):
    assert check(CHANGES[name]) > 0


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in CHANGES if name not in QUICK])
def test_an_interrupt_at_any_line_of_what_takes_longer(name):
    assert check(CHANGES[name]) > 0


@pytest.mark.slow
@pytest.mark.parametrize("name", CHANGES)
def test_no_memory_at_any_line(name):
    assert check(CHANGES[name], MemoryError) > 0


@pytest.mark.slow
def test_real_signals_at_random_moments():
    command = [sys.executable, "-m", "tests.faults", "--seconds", "0.5"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(done.stdout.splitlines()) == len(CHANGES)
