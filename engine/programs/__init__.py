"""A graph as a program. Read in this order:

1. `tape`         a graph as lines, forward and then backward
2. `python_text`  those lines as a Python module
3. `compiled`     such a module's function, and where it failed
4. `program`      Program: called, run over many rows
5. `c_formula`    a formula in C
6. `c_text`       the lines in C, with what never changes in `run.c`
7. `native`       Native: the C compiled, called as a Program is

`identifiers` makes names of labels, `rows` reads and checks what a call gives,
`line_by_line` shows lines with their numbers, `compiler` runs the C compiler,
`buffers` shows C the memory of an array.
"""
