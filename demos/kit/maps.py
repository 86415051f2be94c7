"""Numbers as a map, from cream to navy: the larger, the darker."""

from nn.plot.palette import shades

CREAM_TO_NAVY = ("#fff7ea", "#9fb4d4", "#08306b")


def image_rows(pixels, width=8):
    """Pixels in one list as the rows of an image."""
    return [pixels[i : i + width] for i in range(0, len(pixels), width)]


def text_map(pixels):
    """An image of numbers from 0 to 1 as lines of text."""
    return "\n".join("    " + "".join(2 * shade(p) for p in row).rstrip() for row in image_rows(pixels))


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


def table_map(rows, down, across, title=""):
    """Shares from 0 to 1, shaded and written, with names beside them."""
    draw = shaded(rows, (0, 1), title)

    def on(axes):
        draw(axes)
        axes.set_xticks(range(len(across)), across)
        axes.set_yticks(range(len(down)), down)
        axes.tick_params(length=0)
        for i, row in enumerate(rows):
            for j, share in enumerate(row):
                color = "white" if share > 0.75 else "black"
                axes.text(j, i, f"{share:.2f}", ha="center", va="center", color=color)

    return on
