"""hello: x², and its derivative 2x."""

from engine import derivative


def square(x):
    return x * x


double = derivative(square)


def rounds(count, x=1.0):
    """What the evaluation asks for: the square, its double, and again."""
    for _ in range(count):
        y = square(x)
        x = double(y)
        yield y, x
