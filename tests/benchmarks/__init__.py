"""linegrad beside its peers, on the reader's own machine: `python -m
tests.benchmarks`.
"""
