"""Pictures saved where it is possible, so that a lesson goes on elsewhere."""

import graphviz


def save(picture, path):
    """Write a drawing or a plot to a file; or print how to get what it takes.

    Returns whether it worked.
    """
    try:
        picture.save(path)
    except (graphviz.ExecutableNotFound, ImportError) as error:
        print(f"  {path.name} is missing:\n  {error}")
        return False
    return True


def show(plot, path):
    """Print a plot's text, if any; write its picture where matplotlib is."""
    if plot.text:
        print(plot)
    if save(plot, path):
        print(f"  as a picture: {path}")


def save_steps(figures, path):
    """Write figures that show something step by step: path_1.png, ...

    They are to be made one by one, where matplotlib is.
    """
    count = 0
    try:
        for count, figure in enumerate(figures, 1):
            figure.savefig(path.with_name(f"{path.name}_{count}.png"))
    except ImportError:
        print(f"\n({path.name}, step by step as pictures, with matplotlib: pip install matplotlib)")
        return
    print(f"\nThe same as it fills, in {count} pictures to step through, from")
    print(path.with_name(f"{path.name}_1.png"))
