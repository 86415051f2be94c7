"""One lesson a file, to be read from top to bottom and run: `python -m demos`."""
