"""Several plots in one picture."""

from nn.plot import palette


def panels(parts, path, title="", columns=None):
    """Draw each part, a function of axes (a Plot's `on`), into a grid.

    The picture has a projector's form, and goes to `path` where matplotlib is
    installed. Returns whether it worked.
    """
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
    except ImportError:
        print(f"  {path.name} is missing:\n  matplotlib draws pictures: `pip install matplotlib` gets it")
        return False
    columns = columns or len(parts)
    with rc_context(palette.STYLE):
        figure = Figure(figsize=(9.6, 5.4))
        figure.suptitle(title)
        grid = figure.subplots(-(-len(parts) // columns), columns, squeeze=False).flat
        for axes, on in zip(grid, parts):
            on(axes)
        for axes in list(grid)[len(parts) :]:
            axes.set_axis_off()
        figure.savefig(path)
    return True
