"""Losses over the epochs, as bars of text and as one picture."""

import importlib.util
import math

BARS = "▁▂▃▄▅▆▇█"


def curves(histories, path, width=32):
    """Print each history of losses as bars on one logarithmic scale.

    The first and the last loss stand there as numbers. `histories` are lists of
    losses by name. The picture goes to `path` where matplotlib is installed.
    """
    logs = {name: [math.log10(max(loss, 1e-12)) for loss in losses] for name, losses in histories.items()}
    low = min(min(values) for values in logs.values())
    high = max(max(values) for values in logs.values())
    margin = max(map(len, histories))
    for name, values in logs.items():
        picked = [values[i * (len(values) - 1) // (width - 1)] for i in range(width)]
        bars = "".join(BARS[round(7 * (value - low) / (high - low or 1))] for value in picked)
        first, last = histories[name][0], histories[name][-1]
        print(f"  {name:{margin}}  {bars}  {first:.3g} → {last:.3g}")
    if importlib.util.find_spec("matplotlib") is None:
        print("  (as a picture too with matplotlib: pip install matplotlib)")
        return
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 4.2), layout="constrained")
    axes = figure.subplots()
    for i, (name, losses) in enumerate(histories.items()):  # thinner and thinner: equal curves show both
        style = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))[i % 5]
        axes.plot(range(1, len(losses) + 1), losses, label=name, linestyle=style, linewidth=max(1, 4 - i))
    axes.set(xlabel="epoch", ylabel="mean loss", yscale="log")
    axes.legend()
    axes.grid(alpha=0.3)
    figure.savefig(path, dpi=150)
    print(f"\n  as a picture: {path}")
