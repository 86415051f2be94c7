"""A graph as a program. Read in this order:

1. `tape`         a graph as lines, forward and then backward
2. `python_text`  those lines as a Python module
3. `compiled`     such a module's function, and where it failed
4. `program`      Program: called, run over many rows
5. `merged`       the lines made fewer, on numbered places
6. `rolled`       those in loops where they repeat
7. `loops`        Loops: the loops as Python, with names for places (`arrays`)
8. `c_formula`    a formula in C
9. `c_bodies`     lines and loops in C; what may change places in a loop is
                  known from `dependences`
10. `c_functions` those as functions of bounded length
11. `c_text`      a whole tape in C, parameters as given if they are `in_order`;
                  what never changes is in C files: `vectors.c` first
12. `native`      Native: the C compiled, called as a Program is
13. `rowwise`     outputs, and derivatives of each, for every row
14. `elementwise` Elementwise: a formula for every element of arrays

`identifiers` makes names of labels, `rows` reads and checks what a call gives,
`line_by_line` shows lines with their numbers, `compiler` runs the C compiler
and `machine_code` keeps what it made, connected with Python (`buffers.c`).
"""
