"""Ways to look at a pass. Each gives an object whose text a prompt prints.

Jupyter shows that text in colours, and pictures and pages as they are.

1. `steps`        walks a pass node by node; a `step` explains one, and
                  `kinks` which case of a derivative holds
2. `tree`         shows a graph as text
3. `draw`         shows a graph as a picture, which is a `drawing`: a `card` in
                  each node, few nodes by `fold`, a pass at a `moment`
4. `what_if`      shows what changes if a leaf has another number
5. `annotate`     shows a function's lines with their gradients: an `annotation`
                  of what `tracing` found
6. `play`         makes a page to step through, whose files are in `page/`. It
                  knows the graph from a `lesson`, its operations from the table
                  as `javascript`, and what to draw in `planes`; it shows a
                  `picture`, in which a `layout` places boxes and arrows

`check_gradients` shows every gradient beside the slope that differences find.
After a leaf changed, the first three say which numbers are `stale`.
"""
