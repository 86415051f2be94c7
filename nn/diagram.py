"""diagram: a network as every lecture draws it, neurons as circles in layers."""

from engine.drawing import Drawing, rich
from nn.layers import MLP, Concat, Layer, Neuron, Sequential, activation_name
from nn.perceptron import Perceptron

SYMBOLS = {"linear": "Σ", "relu": "relu", "sigmoid": "σ", "tanh": "tanh"}
READABLE = 40  # so many weights can be read as numbers beside their edges


def diagram(model, inputs=None):
    """A network as a graphviz.Digraph: inputs, neurons in layers, and a +1 node for each layer's biases.

    Every edge is a weight: blue if positive, red and dashed if negative, the wider the larger. Up to 40
    weights are written beside their edges. `inputs` are names to use instead of x1, x2, ...

    Draws a Neuron, Perceptron, Layer or MLP, and what Sequential and Concat make of them; raises
    TypeError, naming the part, for anything else, and ValueError if the names are not as many as the inputs.

    >>> from nn import AND
    >>> "-30" in diagram(AND).source
    True
    """
    layers = _layers(model)
    weights = [p.data for layer in layers for neuron in layer for p in [*neuron.w, neuron.b]]
    written, largest = len(weights) <= READABLE, max(map(abs, weights)) or 1
    drawing = Drawing(format="svg", comment=f"a network of {sum(map(len, layers))} neurons", engine="neato")
    drawing.attr(splines="line", outputorder="edgesfirst", pad="0.1")
    drawing.attr("node", shape="circle", fixedsize="true", width="0.55", fontname="Helvetica", fontsize="11")
    drawing.attr("edge", arrowsize="0.5")

    given = [f"x{i + 1}" for i in range(len(layers[0][0].w))]
    if inputs is not None and len(inputs) != len(given):
        raise ValueError(f"{len(given)} inputs need as many names, not {len(inputs)}")
    places = _column(len(given) + 1, 0)
    for name, place, text in zip(given, places, inputs or given):
        _circle(drawing, name, place, text, fillcolor="#cfe8fc")
    sources = dict(zip(given, places))
    for depth, layer in enumerate(layers, 1):
        last = depth == len(layers)
        bias, bias_place = f"one{depth}", places[-1]
        _circle(drawing, bias, bias_place, "+1", style="filled,dashed", fillcolor="#eeeeee")
        x = bias_place[0] + 1.4 + (0.8 if written else 0.2) * len(layer)
        places = _column(len(layer) + (not last), x)
        targets = {f"z{depth}_{i}": place for i, place in enumerate(places[: len(layer)], 1)}
        for j, (neuron, (name, place)) in enumerate(zip(layer, targets.items())):
            _circle(drawing, name, place, _symbol(neuron), fillcolor="#fde2b8")
            along = 0.3 + min(0.2, 0.45 / len(layer)) * j  # a column of numbers for each neuron
            for (source, start), weight in zip([*sources.items(), (bias, bias_place)], [*neuron.w, neuron.b]):
                _weight(drawing, source, name, weight.data, largest)
                if written:
                    between = [a + along * (b - a) for a, b in zip(start, place)]
                    _number(drawing, f"{source}_{name}", between, weight.data)
        sources = targets
    for i, (source, (x, y)) in enumerate(sources.items(), 1):
        name = "y" if len(sources) == 1 else f"y{i}"
        drawing.node(name, shape="plaintext", width="0.3", pos=f"{x + 1},{y}!")
        drawing.edge(source, name)
    return drawing


def _column(count, x):
    """Positions in inches, one below the other, centred on the axis."""
    return [(x, 0.8 * ((count - 1) / 2 - i)) for i in range(count)]


def _circle(drawing, name, place, text, style="filled", **look):
    drawing.node(name, f"<{rich(text)}>", pos="{},{}!".format(*place), style=style, **look)


def _layers(model):
    """The neurons of a network, layer by layer, each fed by all of the layer before."""
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
    color, style = ("#2166ac", "solid") if weight >= 0 else ("#b2182b", "dashed")
    drawing.edge(
        source, target, color=color, style=style, penwidth=f"{0.4 + 2.6 * abs(weight) / largest:.2f}"
    )


def _number(drawing, name, place, weight):
    look = {"shape": "box", "style": "filled", "color": "white", "fixedsize": "false", "fontsize": "10"}
    size = {"width": "0", "height": "0", "margin": "0.02"}
    drawing.node(name, f"{weight:.3g}", pos="{},{}!".format(*place), **look, **size)
