"""diagram: a network as lectures draw it, neurons as circles in layers."""

from collections.abc import Sequence
from typing import Any

from engine import Drawing, html_label
from nn.checks import check_list
from nn.layers import MLP, Concat, Layer, Neuron, Sequential, activation_name
from nn.perceptron import Perceptron

SYMBOLS = {"linear": "Σ", "relu": "relu", "sigmoid": "σ", "tanh": "tanh"}
POSITIVE, NEGATIVE = "#2166ac", "#b2182b"
READABLE = 40  # up to how many weights stand as numbers on their edges


def diagram(model: Any, inputs: Sequence[str] | None = None, outputs: Sequence[str] | None = None) -> Drawing:
    """A network as a graphviz.Digraph: inputs, and neurons in layers.

    A +1 node stands for what each layer's biases multiply. Every edge is a
    weight: blue if positive, red and dashed if negative, the wider the larger.
    Up to 40 weights are on their edges as numbers. `inputs` are names to use
    instead of x1, x2, ..., and `outputs` instead of y1, y2, ...; a name that
    is too long for its circle stands beside it.

    Draws a Neuron, Perceptron, Layer or MLP, and what Sequential and Concat
    make of them. Raises TypeError that names the part for anything else, and
    ValueError if the names are not as many as what they name.

    >>> from nn import AND
    >>> "-30" in diagram(AND).source
    True
    """
    layers = _layers(model)
    weights = [p.data for layer in layers for neuron in layer for p in [*neuron.w, neuron.b]]
    readable, largest = len(weights) <= READABLE, max(map(abs, weights)) or 1
    drawing = Drawing(format="svg", comment=f"a network of {sum(map(len, layers))} neurons", engine="neato")
    drawing.attr(splines="line", outputorder="edgesfirst", pad="0.1")
    drawing.attr("node", shape="circle", fixedsize="true", width="0.55", fontname="Helvetica", fontsize="11")
    drawing.attr("edge", arrowsize="0.5")

    inputs = _names("inputs", inputs, [f"x{i + 1}" for i in range(len(layers[0][0].w))])
    several = len(layers[-1]) > 1
    outputs = _names("outputs", outputs, [f"y{i + 1}" if several else "y" for i in range(len(layers[-1]))])
    places = _column(len(inputs) + 1, 0)
    sources = {f"x{i}": place for i, place in enumerate(places[:-1], 1)}
    for (name, (x, y)), text in zip(sources.items(), inputs):
        fits = _width(text) < 0.5
        _circle(drawing, name, (x, y), text if fits else name, fillcolor="#cfe8fc")
        if not fits:
            _beside(drawing, f"{name}_name", (x - 0.8 - _width(text) / 2, y), text)
            drawing.edge(f"{name}_name", name)
    for depth, layer in enumerate(layers, 1):
        last = depth == len(layers)
        bias, bias_place = f"one{depth}", places[-1]
        _circle(drawing, bias, bias_place, "+1", style="filled,dashed", fillcolor="#eeeeee")
        x = bias_place[0] + 1.4 + (0.8 if readable else 0.2) * len(layer)
        places = _column(len(layer) + (not last), x)
        targets = {f"z{depth}_{i}": place for i, place in enumerate(places[: len(layer)], 1)}
        edges = {}
        for neuron, (name, place) in zip(layer, targets.items()):
            _circle(drawing, name, place, _symbol(neuron), fillcolor="#fde2b8")
            for (source, start), weight in zip([*sources.items(), (bias, bias_place)], [*neuron.w, neuron.b]):
                _weight(drawing, source, name, weight.data, largest)
                edges[start, place] = f"{source}_{name}", weight.data
        if readable:
            for (name, weight), place in zip(edges.values(), _free_places(edges)):
                _number(drawing, name, place, weight)
        sources = targets
    for i, ((source, (x, y)), text) in enumerate(zip(sources.items(), outputs), 1):
        _beside(drawing, f"y{i}", (x + 0.8 + _width(text) / 2, y), text)
        drawing.edge(source, f"y{i}")
    return drawing


def _names(kind, given, usual):
    if given is None:
        return usual
    names = check_list(given, f"the {kind} of a diagram have a list of names")
    if len(names) != len(usual):
        raise ValueError(f"{len(usual)} {kind} need as many names, not {len(names)}")
    return names


def _width(text):
    """About how many inches a text takes, which may have several lines."""
    return max(0.09 * len(line) for line in str(text).split("\n"))


def _free_places(edges):
    """A place for a number on each edge, clear of other edges and numbers."""
    taken = []
    for edge in edges:
        (left, _), (right, _) = edge
        middle_first = sorted((0.2 + i / 50 for i in range(31)), key=lambda along: abs(along - 0.4))
        xs = [left + along * (right - left) for along in middle_first]
        others = [other for other in edges if other != edge]
        taken.append(max(((x, _height(edge, x)) for x in xs), key=lambda place: _room(place, others, taken)))
    return taken


def _room(place, edges, taken):
    """How far a number here is from edges and other numbers, up to 0.1."""
    x, y = place
    gaps = [max(abs(y - v), 0.4 * abs(x - u)) - 0.18 for u, v in taken]  # a number is wide and low
    for edge in edges:
        before, after = (_height(edge, end) - y for end in (x - 0.25, x + 0.25))
        gaps.append(min(abs(before), abs(after)) if before * after > 0 else 0)
    return min([0.1, *gaps])


def _height(edge, x):
    (left, bottom), (right, top) = edge
    return bottom + (x - left) / (right - left) * (top - bottom)


def _column(count, x):
    """Positions in inches, one below the other, centred on the axis."""
    return [(x, 0.8 * ((count - 1) / 2 - i)) for i in range(count)]


def _circle(drawing, name, place, text, style="filled", **look):
    drawing.node(name, f"<{html_label(text)}>", pos="{},{}!".format(*place), style=style, **look)


def _beside(drawing, name, place, text):
    look = {"shape": "plaintext", "fixedsize": "false", "width": "0.3"}
    drawing.node(name, f"<{html_label(text)}>", pos="{},{}!".format(*place), **look)


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


def _symbol(neuron):
    if isinstance(neuron, Perceptron):
        return "> 0"
    return SYMBOLS.get(neuron.activation, activation_name(neuron.activation))


def _weight(drawing, source, target, weight, largest):
    color, style = (POSITIVE, "solid") if weight >= 0 else (NEGATIVE, "dashed")
    drawing.edge(
        source, target, color=color, style=style, penwidth=f"{0.4 + 2.6 * abs(weight) / largest:.2f}"
    )


def _number(drawing, name, place, weight):
    look = {"shape": "box", "style": "filled", "color": "white", "fixedsize": "false", "fontsize": "10"}
    look["fontcolor"] = POSITIVE if weight >= 0 else NEGATIVE
    size = {"width": "0", "height": "0", "margin": "0.02"}
    drawing.node(name, f"{weight:.3g}", pos="{},{}!".format(*place), **look, **size)
