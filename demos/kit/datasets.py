"""The data that come with the demos, from demos/data/SOURCES.md."""

import csv
import gzip
from pathlib import Path

DATA = Path(__file__).parents[1] / "data"


def digits():
    """1,797 images of 8 by 8 pixels from 0 to 1, row by row; their digits."""
    with gzip.open(DATA / "digits.csv.gz", "rt") as file:
        rows = [[int(number) for number in row] for row in csv.reader(file)]
    return [[pixel / 16 for pixel in row[:-1]] for row in rows], [row[-1] for row in rows]


def iris():
    """150 flowers: four lengths in cm, the species as 0 to 2, their names."""
    with open(DATA / "iris.csv", encoding="utf-8", newline="") as file:
        (_, _, *species), *rows = csv.reader(file)
    return [[float(number) for number in row[:-1]] for row in rows], [int(row[-1]) for row in rows], species


def first_names():
    """2,037 first names of 3 to 8 letters, the most frequent first."""
    return (DATA / "names.txt").read_text(encoding="ascii").split()


def split(rows, labels, part, rng):
    """(rows, labels) in random order, and those of a `part` held out."""
    order = list(range(len(rows)))
    rng.shuffle(order)
    held = round(part * len(rows))
    parts = order[held:], order[:held]
    return tuple(([rows[i] for i in chosen], [labels[i] for i in chosen]) for chosen in parts)
