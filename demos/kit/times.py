"""Gradients over time, on a logarithmic scale."""

from nn.plot.palette import label_ends, series


def back_in_time(influences):
    """Means of |∂z/∂x_t| for t = 1, ..., T, by name; a function of axes.

    The curves go from t = T back to 1, where their names are.
    """

    def on(axes):
        from matplotlib.ticker import NullLocator

        length = max(map(len, influences.values()))
        axes.set(xlabel=f"steps back in time, {length} - t", ylabel="mean |∂z/∂xₜ|")
        axes.set(xlim=(0, length - 1), yscale="log")
        axes.yaxis.set_minor_locator(NullLocator())
        axes.yaxis.set_major_formatter(lambda y, _: f"{y:.0e}")
        for i, numbers in enumerate(influences.values()):
            axes.plot(range(len(numbers)), numbers[::-1], **series(i))
        ends = enumerate(influences.items())
        label_ends(axes, [(name, numbers[0], series(i)["color"]) for i, (name, numbers) in ends])

    return on
