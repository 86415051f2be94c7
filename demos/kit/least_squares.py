"""Linear regression in closed form."""

from operator import mul


def least_squares_line(xs, ys):
    """Slope and intercept of the line with the least mean squared error."""
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    slope = sum((a - x) * (b - y) for a, b in zip(xs, ys)) / sum((a - x) ** 2 for a in xs)
    return slope, y - slope * x


def residuals(rows, ys):
    """What linear regression over rows of features leaves of ys.

    Gram–Schmidt: the projection on each feature leaves all columns after it.
    """
    columns = [*zip(*rows), ys]
    while len(columns) > 1:
        q, *later = columns
        columns = [_without(q, column) for column in later]
    return columns[0]


def _without(q, column):
    """A column without its projection on q."""
    share = sum(map(mul, q, column)) / sum(map(mul, q, q))
    return [b - share * a for a, b in zip(q, column)]
