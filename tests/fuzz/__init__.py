"""The fuzzer: random graphs, in all of the forms that promise the same numbers.

`operations` lists what graphs are made of, `recipe` is a graph as data, and
`draw` draws one at random. `case` is what it comes to: the graph's own numbers,
with which the others are compared. `forms` computes it in every form, `native`
and `browser` in those that take a compiler or a browser; `locally` judges
numbers node by node, without the engine. `checks` runs all that. What disagrees
is made as small as it can be by `shrink`, and written down as a test by
`report`.

(tests.graphs has graphs within the domain of every operation, for tests that
need numbers everywhere; these here go where there are none.)
"""
