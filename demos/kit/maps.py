"""Numbers as a map, from cream to navy: the larger, the darker."""

CREAM_TO_NAVY = ("#fff7ea", "#9fb4d4", "#08306b")


def shaded(rows, limits=None, title=""):
    """Rows of numbers as shades, a function of axes for `panels`.

    Without `limits` they are those that put 0 half-way.
    """
    largest = max(abs(x) for row in rows for x in row)
    low, high = limits or (-largest, largest)

    def on(axes):
        from matplotlib.colors import LinearSegmentedColormap

        colors = LinearSegmentedColormap.from_list("cream to navy", CREAM_TO_NAVY)
        axes.imshow(rows, cmap=colors, vmin=low, vmax=high)
        axes.set(xticks=[], yticks=[], title=title)
        axes.spines[:].set_visible(False)

    return on
