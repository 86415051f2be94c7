"""Drawings saved where they can be, so that a lesson goes on where they can't."""

import graphviz


def save(drawing, path):
    """Write a drawing to a file, and return whether that worked; if not, say what it would take."""
    try:
        drawing.render(path)
    except graphviz.ExecutableNotFound as error:
        print(f"  {path.name} is missing:\n  {error}")
        return False
    return True
