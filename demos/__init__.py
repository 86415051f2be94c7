"""One lesson a file, to read from top to bottom and run: `python -m demos`."""
