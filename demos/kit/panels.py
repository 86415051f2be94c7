"""Several plots in one picture."""

from nn.plot import palette
from nn.plot.figure import MISSING, WIDE


def panels(parts, path, title="", columns=None, layout=None):
    """Draw each part, a function of axes (a Plot's `on`), into a grid.

    With a `layout`, lines of letters, each part goes where its letter is: the
    first one to the first letter, over all places that have it. The picture
    has a projector's form, and goes to `path` where matplotlib is installed.
    Returns whether it worked.
    """
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
    except ImportError:
        print(f"  {path.name} is missing:\n  {MISSING}")
        return False
    columns = columns or len(parts)
    with rc_context(palette.STYLE):
        figure = Figure(figsize=WIDE, layout="compressed")
        figure.suptitle(title)
        if layout:
            grid = list(figure.subplot_mosaic(layout).values())
        else:
            grid = list(figure.subplots(-(-len(parts) // columns), columns, squeeze=False).flat)
        for axes, on in zip(grid, parts):
            on(axes)
        for axes in grid[len(parts) :]:
            axes.set_axis_off()
        figure.draw_without_rendering()  # axes of one scale take the layout a second pass
        figure.savefig(path)
    return True


def show_panels(parts, path, title="", columns=None, layout=None):
    """Draw panels, and say where the picture is."""
    if panels(parts, path, title, columns, layout):
        print(f"  as a picture: {path}")
