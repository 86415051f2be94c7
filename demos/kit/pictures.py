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
