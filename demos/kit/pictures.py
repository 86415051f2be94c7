"""Drawings saved where it is possible, so that a lesson goes on elsewhere."""

import graphviz


def save(drawing, path):
    """Write a drawing to a file; if that fails, print how to get what it takes.

    Returns whether it worked.
    """
    try:
        drawing.render(path)
    except graphviz.ExecutableNotFound as error:
        print(f"  {path.name} is missing:\n  {error}")
        return False
    return True
