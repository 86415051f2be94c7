"""Numbers as a map, from cream to navy: the larger, the darker."""

import math

from nn.plot.palette import shades

CREAM_TO_NAVY = ("#fff7ea", "#9fb4d4", "#08306b")


def image_rows(pixels, width=8):
    """Pixels in one list as the rows of an image."""
    return [pixels[i : i + width] for i in range(0, len(pixels), width)]


def text_map(pixels):
    """An image of numbers from 0 to 1 as lines of text."""
    return "\n".join("    " + text_row(row).rstrip() for row in image_rows(pixels))


def text_maps(maps, letters):
    """Maps side by side, with letters for their rows and columns.

    >>> print(text_maps([[[1], [0.25, 0.75]], [[1], [1, 0]]], "ab"))
         a b    a b
      a  ██     ██
      b  ░░▓▓   ██
    """
    texts = [[" ".join(letters), *map(text_row, rows)] for rows in maps]
    width = 2 * len(letters)
    lines = ("   ".join(text.ljust(width) for text in line) for line in zip(*texts))
    return "\n".join(f"  {letter}  {line}".rstrip() for letter, line in zip(" " + letters, lines))


def text_row(numbers):
    return "".join(2 * shade(number) for number in numbers)


def shade(number):
    """A number from 0 to 1 as a character, the larger the darker."""
    return " ░▒▓█"[round(4 * number)]


def shaded(rows, between=None, title=""):
    """Rows of numbers as shades, a function of axes for `panels`.

    Without `between` they are those that put 0 half-way.
    """
    largest = max(abs(x) for row in rows for x in row)
    low, high = between or (-largest, largest)

    def on(axes):
        axes.imshow(rows, cmap=shades(CREAM_TO_NAVY), vmin=low, vmax=high)
        axes.set(xticks=[], yticks=[], title=title)
        axes.spines[:].set_visible(False)

    return on


def named_map(rows, down, across, title=""):
    """Shares from 0 to 1, shaded, with names; a row may end early."""
    full = [row + [math.nan] * (len(across) - len(row)) for row in rows]
    draw = shaded(full, (0, 1), title)

    def on(axes):
        draw(axes)
        for i, row in enumerate(rows):
            axes.plot([-0.5, len(row) - 0.5, len(row) - 0.5], [i + 0.5, i + 0.5, i - 0.5], "0.7", lw=1.5)
        axes.set_xticks(range(len(across)), across)
        axes.set_yticks(range(len(down)), down)
        axes.tick_params(length=0)

    return on


def table_map(rows, down, across, title=""):
    """The same with each share written."""
    draw = named_map(rows, down, across, title)

    def on(axes):
        draw(axes)
        for i, row in enumerate(rows):
            for j, share in enumerate(row):
                color = "white" if share > 0.75 else "black"
                axes.text(j, i, f"{share:.2f}", ha="center", va="center", color=color)

    return on
