"""diagram: a network as lectures draw it, neurons as circles in layers."""

import math
from collections.abc import Callable, Sequence
from itertools import chain, islice
from typing import Any

from engine import Drawing, Value, counted, format_number, html_label, short_repr
from nn.checks import check_inputs, check_list, check_positive
from nn.diagrams.example import example_of
from nn.diagrams.maps import maps_of
from nn.diagrams.places import all_clear, clear_places, column
from nn.layers import MLP, Concat, Layer, Neuron, Sequential, activation_name
from nn.losses import mean_squared_error
from nn.perceptron import Perceptron

SYMBOLS = {"linear": "Σ", "relu": "relu", "sigmoid": "σ", "tanh": "tanh"}
POSITIVE, NEGATIVE = "#08306b", "#c2570c"  # dark and light, so that grey shows them too
WIDEST, THINNEST = 5, 0.5  # of an edge, in points
FONT = {"fontname": "Helvetica", "fontsize": "16"}
LETTER, LINE = 0.14, 0.26  # about the width of one, and the height of the other, in inches
MAP = 0.9  # inches
READABLE = 40  # up to how many numbers stand on the edges


def diagram(
    model: Any,
    x: Sequence[Any] | None = None,
    target: Any = None,
    loss: Callable[[Any, Any], Value] | None = None,
    *,
    maps: Sequence[Sequence[float]] | None = None,
    inputs: Sequence[str] | None = None,
    hidden: Sequence[Any] | None = None,
    outputs: Sequence[str] | None = None,
    limit: int = 400,
) -> Drawing:
    """A network as a graphviz.Digraph: inputs, and neurons in layers.

    A +1 node stands for what each layer's biases multiply. Every edge is a
    weight: dark if positive, orange and dashed if negative. Its width is
    proportional to |w|: 5 points for the largest, but 0.5 at least. Up to 40
    weights are on their edges as numbers, up to 20 with their gradients.

    With `x`, the inputs of an example, circles have their outputs. With a
    `target` too, `loss(output, target)` is computed, by default the squared
    error (of a list of outputs, if there are several), and each ∂ is a
    gradient of it: in a circle by that output, on an edge by that weight. The
    model's own gradients stay as they are.

    Inputs are called x1, x2, ..., what leaves a linear neuron z (a logit, or a
    score) and what leaves another y, or z1, y2, ... if there are several.
    `inputs` and `outputs` are lists of other names, and `hidden` is one for
    the hidden neurons, layer after layer (OR and NAND in XOR, or the lecture's
    z⁽²⁾); a name that is too long for its circle stands beside it.

    With `maps`, rows of two inputs, each neuron of a network of two inputs is
    a map of the plane around those rows, x1 to the right and x2 upwards: dark
    where its output is high, with its boundary (1/2 for σ, else 0) between
    cream and blue.

    Draws a Neuron, Perceptron, Layer or MLP, and what Sequential and Concat
    make of them. Raises TypeError that names the part for anything else, or if
    a perceptron has a target (a threshold has no gradient), and ValueError if
    the layers do not fit, if the names are not as many as what they name, if a
    target has no `x`, or if there are more than `limit` weights.

    >>> from nn import AND, XOR
    >>> "-30" in diagram(AND).source
    True
    >>> repr(diagram(XOR, hidden=["OR", "NAND"], x=[1, 0])).partition(":")[0]
    '<a network of 3 neurons'
    """
    layers = _layers(model)
    _check_sizes(layers)
    weights = [[weight for neuron in layer for weight in [*neuron.w, neuron.b]] for layer in layers]
    count, nin = sum(map(len, weights)), len(layers[0][0].w)
    if count > check_positive(limit, "limit is how many weights to show"):
        raise ValueError(
            f"{short_repr(model)} has {counted(count, 'weight')}, too many to read: draw one of its layers or neurons, "
            f"as diagram(mlp.layers[-1]) does for an MLP, or all of it by limit={count}"
        )
    names = [_names("inputs", inputs, [f"x{i + 1}" for i in range(nin)])]
    names += _hidden_names(hidden, layers[:-1])
    names.append(_names("outputs", outputs, _output_names(layers[-1])))
    if x is None and target is not None:
        raise ValueError("a target is that of an example: diagram(model, x=[...], target=...)")
    if target is None and loss is not None:
        raise ValueError("a loss needs a target: diagram(model, x=[...], target=..., loss=...)")
    example = None
    if x is not None:
        example = example_of(layers, weights, check_inputs(x, nin, model), target, loss or mean_squared_error)
    if maps is not None and nin != 2:
        raise ValueError(f"maps are of networks of two inputs, and {short_repr(model)} has {nin}")
    return _drawn(layers, weights, names, example, None if maps is None else maps_of(layers, maps))


def _layers(model):
    """The neurons of a network, layer by layer, each fed by the last."""
    match model:
        case Neuron() | Perceptron():
            return [[model]]
        case Layer():
            return [model.neurons]
        case MLP():
            return [layer.neurons for layer in model.layers]
        case Sequential() if model.functions:
            return [layer for function in model.functions for layer in _layers(function)]
        case Concat() if model.functions and all(len(_layers(function)) == 1 for function in model.functions):
            return [[neuron for function in model.functions for neuron in _layers(function)[0]]]
    raise TypeError(f"a diagram shows layers of neurons, and {model!r} is none")


def _check_sizes(layers):
    """Raise ValueError unless each neuron takes what is before its layer."""
    count = len(layers[0][0].w)
    for layer in layers:
        for neuron in layer:
            if len(neuron.w) != count:
                before = counted(count, "input" if layer is layers[0] else "neuron")
                raise ValueError(
                    f"the layers do not fit: {neuron!r} takes {counted(len(neuron.w), 'input')}, and before it are {before}"
                )
        count = len(layer)


def _names(kind, given, usual):
    if given is None:
        return usual
    names = check_list(given, f"the {kind} of a diagram have a list of names")
    if len(names) != len(usual):
        raise ValueError(f"{len(usual)} {kind} need as many names, not {len(names)}")
    return [str(name) for name in names]


def _hidden_names(given, layers):
    """Names of hidden neurons, given in one list or in one for each layer."""
    if given is not None:
        given = check_list(given, "the hidden neurons of a diagram have a list of names")
        given = [name for each in given for name in (each if isinstance(each, (list, tuple)) else [each])]
    names = iter(_names("hidden neurons", given, [""] * sum(map(len, layers))))
    return [list(islice(names, len(layer))) for layer in layers]


def _output_names(layer):
    """z is a logit or a score, which no activation has squashed."""
    letters = ["z" if getattr(neuron, "activation", None) == "linear" else "y" for neuron in layer]
    return [letter + str(i) * (len(layer) > 1) for i, letter in enumerate(letters, 1)]


def _drawn(layers, weights, names, example, maps):
    """The drawing of a network, with what is known of it."""
    texts = [_texts(depth, layers, names, example) for depth in range(len(names))]
    numbers = _numbers(weights, example)
    side = max([_side(lines) for lines in chain(*(texts[:1] if maps else texts))] + [MAP] * bool(maps))
    below = LINE * max(map(len, chain(*texts[1:]))) if maps else 0
    above = 0 if all(map(_fits, chain(*names[1:-1]))) else LINE
    columns, places_of_numbers = _layout([*map(len, names)], side, side + below + above + 0.2, numbers)
    sizes = [abs(weight.data) for weight in chain(*weights)]
    largest = max(filter(math.isfinite, sizes), default=0) or 1

    neurons = counted(sum(map(len, layers)), "neuron")
    drawing = Drawing(format="svg", comment=f"a network of {neurons}", engine="neato")
    drawing.attr(splines="line", outputorder="edgesfirst", pad="0.1", **FONT)
    drawing.attr("node", penwidth="1.5", **FONT)
    if example and example.title:
        drawing.attr(label=f"<{html_label(f'loss: {example.title}.  ∂: its gradient')}>", labelloc="t")
    for depth, places in enumerate(columns):
        for i, (place, lines) in enumerate(zip(places, texts[depth])):
            if depth and maps:
                _map(drawing, f"n{depth}_{i}", place, side, maps[depth - 1][i], lines)
            else:
                _circle(drawing, f"n{depth}_{i}", place, side, lines, "#fde2b8" if depth else "#cfe8fc")
        _names_beside(drawing, depth, places, side, names)
    for depth, of_layer in enumerate(weights):
        bias = f"n{depth}_{len(names[depth])}"
        _circle(drawing, bias, columns[depth][-1], side, ["+1"], "#eeeeee", style="filled,dashed")
        shown = numbers and [*zip(numbers[depth], places_of_numbers[depth])]
        _edges(drawing, depth, len(columns[depth]), of_layer, shown, largest)
    return drawing


def _fits(name):
    """Whether a name stands in its circle, instead of beside it."""
    return len(name) <= 5 and "\n" not in name


def _texts(depth, layers, names, example):
    """The lines in each circle of a column: name, symbol, output, gradient."""
    texts = []
    for i, name in enumerate(names[depth]):
        named = [name] if depth < len(layers) and name and _fits(name) else []
        lines = [*named, _symbol(layers[depth - 1][i])] if depth else named or [f"x{i + 1}"]
        if example:
            lines.append(format_number(example.outputs[depth][i] + 0))
        if example and example.output_gradients:
            lines.append(_gradient(example.output_gradients[depth][i]))
        texts.append(lines)
    return texts


def _symbol(neuron):
    if isinstance(neuron, Perceptron):
        return "> 0"
    name = activation_name(neuron.activation)
    return SYMBOLS.get(name, name if len(name) <= 8 else f"{name[:7]}…")


def _number(number):
    return f"{number + 0:.3g}"  # + 0 makes -0 a 0


def _gradient(number):
    return f"∂ {number + 0:.2g}"


def _numbers(weights, example):
    """The text on each weight's edge; None if they are too many to read."""
    count = sum(map(len, weights))
    if count > READABLE:
        return None
    numbers = [[_number(weight.data) for weight in of_layer] for of_layer in weights]
    if not example or not example.weight_gradients or 2 * count > READABLE:
        return numbers
    gradients = [map(_gradient, of_layer) for of_layer in example.weight_gradients]
    return [list(map("{}\n{}".format, *of_layer)) for of_layer in zip(numbers, gradients)]


def _side(lines):
    """The diameter of a circle in which lines of text fit."""
    tops = [LINE * (abs(i - (len(lines) - 1) / 2) + 0.3) for i in range(len(lines))]
    return max(0.7, *(math.hypot(_width(line) + 0.1, 2 * top) for line, top in zip(lines, tops)))


def _width(text):
    """About how many inches a text takes, which may have several lines."""
    return max(LETTER * len(line) for line in text.split("\n"))


def _layout(sizes, side, pitch, numbers):
    """The columns of circles, and the places of the numbers between them.

    The rows move apart until no number is on another or on a foreign edge, by
    half of their distance at most.
    """
    for stretch in (1, 1.25, 1.5):
        columns = _columns(sizes, side, stretch * pitch, numbers)
        places, clear = [], True
        for depth, texts in enumerate(numbers or []):
            sources, targets = columns[depth], columns[depth + 1]
            edges = [(source, target) for target in targets[: sizes[depth + 1]] for source in sources]
            boxes = [(_width(text), LINE * (text.count("\n") + 1)) for text in texts]
            places.append(clear_places(edges, boxes, side / 2))
            clear = clear and all_clear(edges, boxes, places[-1])
        if clear:
            break
    return columns, places


def _columns(sizes, side, pitch, numbers):
    """The places of each column's circles, and of its +1, which the last lacks.

    The distance leaves room for the numbers on the edges between, and keeps
    edges from being steep.
    """
    columns, x = [], 0.0
    for depth, size in enumerate(sizes):
        count = size + (depth < len(sizes) - 1)
        if depth:
            fan = sizes[depth - 1] + 1
            x += max(side + _room(numbers and numbers[depth - 1], fan, size), 0.5 * pitch * max(fan, count))
        columns.append(column(count, x, pitch))
    return columns


def _room(numbers, sources, targets):
    """How long edges are between circles, by the numbers and the crossings."""
    if not numbers:
        return 0.6
    return 0.6 + max(map(_width, numbers)) + 0.3 * (1 + numbers[0].count("\n")) * sources * (targets - 1)


def _edges(drawing, depth, fan, weights, numbers, largest):
    """Edges from `fan` circles to the next; a number interrupts its own alone.

    `numbers` are texts and their places, or None.
    """
    for k, weight in enumerate(weights):
        source, target = f"n{depth}_{k % fan}", f"n{depth + 1}_{k // fan}"
        color, style = (POSITIVE, "solid") if weight.data >= 0 else (NEGATIVE, "dashed")
        width = min(WIDEST, max(THINNEST, WIDEST * (abs(weight.data) / largest)))
        look = {"color": color, "style": style, "penwidth": f"{width:.2f}"}
        if numbers:
            text, place = numbers[k]
            _text(drawing, f"w{depth}_{k}", place, text, fontcolor=color)
            drawing.edge(source, f"w{depth}_{k}", dir="none", **look)
            source = f"w{depth}_{k}"
        drawing.edge(source, target, **look)


def _circle(drawing, node, place, side, lines, fillcolor, style="filled"):
    text = html_label("\n".join(lines))
    look = {"shape": "circle", "fixedsize": "true", "width": f"{side:.2f}", "style": style}
    drawing.node(node, f"<{text}>", pos=_pos(place), fillcolor=fillcolor, **look)


def _map(drawing, node, place, side, rows, lines):
    """A neuron as a map, striped row by row, and its text below.

    Each row is higher than its share, so that no gaps shine through.
    """
    x, y = place
    box = {"label": "", "shape": "box", "fixedsize": "true", "width": f"{side:.2f}"}
    for i, row in enumerate(rows):
        middle = y + side * (0.5 - (i + 0.5) / len(rows))
        style = "striped" if ":" in row else "filled"
        look = {"height": f"{1.6 * side / len(rows):.3f}", "style": style, "color": "transparent"}
        drawing.node(f"{node}_{i}", pos=_pos((x, middle)), fillcolor=row, **look, **box)
    drawing.node(node, pos=_pos(place), height=f"{side:.2f}", style="", penwidth="2", **box)
    _text(drawing, f"{node}_text", (x, y - side / 2 - LINE * len(lines) / 2 - 0.05), "\n".join(lines))


def _names_beside(drawing, depth, places, side, names):
    """Names that do not stand in their circles.

    Those of inputs are on the left, of outputs on the right, and of hidden
    neurons above.
    """
    first, last = depth == 0, depth == len(names) - 1
    for i, (name, (x, y)) in enumerate(zip(names[depth], places)):
        node, text = f"n{depth}_{i}", f"n{depth}_{i}_name"
        away = side / 2 + 0.5 + _width(name) / 2
        if last:
            _text(drawing, text, (x + away, y), name)
            drawing.edge(node, text)
        elif first and not _fits(name):
            _text(drawing, text, (x - away, y), name)
            drawing.edge(text, node)
        elif not _fits(name):
            _text(drawing, text, (x, y + side / 2 + LINE / 2), name)


def _text(drawing, node, place, text, **look):
    look |= {"shape": "plaintext", "width": "0", "height": "0", "margin": "0.03"}
    drawing.node(node, f"<{html_label(text)}>", pos=_pos(place), **look)


def _pos(place):
    return "{:.3f},{:.3f}!".format(*place)
