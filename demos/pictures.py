"""Drawings saved where they can be, so that a lesson goes on where they can't."""

import graphviz


def save(drawing, path):
    """Write a drawing to a file, or print in one line what that would take."""
    try:
        drawing.render(path)
    except graphviz.ExecutableNotFound as error:
        print(f"  (no {path.name}: {error})")
