"""A memory that lasts 100 steps: an LSTM.

A sequence of bits, 1 or -1, of which the first is marked. Was it 1? The answer
is asked for at the end. A plain recurrent layer does not learn it.
"""

import random
import time

from demos.kit.panels import panels
from engine import Value
from nn import LSTM, Adam, Layer, Neuron, Recurrent, Sequential, binary_cross_entropy, fit
from nn.plot.palette import name_at, series

LENGTH = 100
CELL = """\
  u = x_t ⊕ h_{t-1}
  f, i, o = σ(W_f u + b_f), σ(W_i u + b_i), σ(W_o u + b_o)  the gates
  g = tanh(W_g u + b_g)
  c_t = f c_{t-1} + i g                                     the memory
  h_t = o tanh(c_t)                                         the state"""


def marked(bits):
    """Each bit with a mark: 1 for the first, 0 for all others."""
    return [[bit, int(t == 0)] for t, bit in enumerate(bits)]


def answering(layer, size, rng):
    """A recurrent layer, and a neuron that answers from its last state."""
    return Sequential(marked, layer, lambda states: states[-1], Neuron(size, "linear", rng))


def long_memory(rng):
    """An LSTM that forgets little, and writes little until it has learned."""
    lstm = LSTM(2, 3, rng)
    for forget, write in zip(lstm.forget.neurons, lstm.input.neurons):
        forget.b.data, write.b.data = 5, -5
    return answering(lstm, 3, rng)


def sequences(count, rng):
    return [[rng.choice((-1, 1)) for _ in range(LENGTH)] for _ in range(count)]


def influence(model, rows):
    """The mean of |∂z/∂x_t| over sequences, for t = 1, ..., the length."""
    totals = [0.0] * LENGTH
    for row in rows:
        bits = [Value(bit) for bit in row]
        model(bits).backward()
        totals = [total + abs(bit.grad) for total, bit in zip(totals, bits)]
    return [total / len(rows) for total in totals]


def right(model, rows):
    return sum((model(bits) > 0) == (bits[0] > 0) for bits in rows) / len(rows)


def main(out, seed=0):
    rng = random.Random(seed)
    rows, unseen, few = (sequences(count, rng) for count in (64, 50, 10))
    targets = [int(bits[0] > 0) for bits in rows]
    print(f"h_t = tanh(W u + b) forgets. An LSTM has a memory c beside its state h:\n\n{CELL}\n")
    models = {
        "tanh": lambda: answering(Recurrent(Layer(9, 7, "tanh", rng), 7), 7, rng),
        "LSTM, bias 1": lambda: answering(LSTM(2, 3, rng), 3, rng),
        "LSTM, bias 5": lambda: long_memory(rng),
    }
    print("Before anything is learned: |∂z/∂x_t|, how much the answer z depends on bit t\n")
    times = (100, 75, 50, 25, 1)
    print(f"  {'t':12}" + "".join(f"{t:10}" for t in times))
    before = {}
    for name, make in models.items():
        before[name] = influence(make(), few)
        print(f"  {name:12}" + "".join(f"{before[name][t - 1]:10.1e}" for t in times))
    print("\nBack through time, each step multiplies: by W and tanh′, or by f. With a bias")
    print("b_f of 1, f is near σ(1) = 0.73 and 0.73¹⁰⁰ = 2e-14; σ(5)¹⁰⁰ = 0.51.")
    print(f"\nTwo of them learn from {len(rows)} sequences; {len(unseen)} others are held out:\n")
    print("                weights   mean loss       held out   seconds")
    shares = {}
    for name in ("tanh", "LSTM, bias 5"):
        model = models[name]()
        start = time.perf_counter()
        adam = Adam(model.parameters(), rate=0.05)
        losses = fit(model, rows, targets, binary_cross_entropy, adam, epochs=30, batch=16, rng=rng)
        seconds = time.perf_counter() - start
        shares[name] = right(model, unseen)
        print(f"  {name:12}  {len(adam.parameters):7}   {losses[0]:.3f} → {losses[-1]:.3f}", end="   ")
        print(f"{shares[name]:8.0%}   {seconds:7.1f}")
    gate = model.functions[1].input  # of u = (bit, mark, h), with h = 0
    opened, shut = max(
        (at.data, not_at.data) for at, not_at in zip(gate([1, 1, 0, 0, 0]), gate([1, 0, 0, 0, 0]))
    )
    print("\nThe LSTM has learned what to write into its memory. The input gate that opens")
    print(f"most at the mark is {opened:.2f} there, and {shut:.2f} for other bits; σ(-5) was 0.007.")
    if panels([curves(before)], out / "lstm.png", "How much the answer depends on bit t, before learning"):
        print(f"\nAs a picture: {out / 'lstm.png'}")
    return {"before": before, "shares": shares, "gate": (opened, shut)}


def curves(influences):
    """Influences over time on a logarithmic scale, a function of axes."""

    def on(axes):
        axes.set(xlabel="t", ylabel="mean |∂z/∂xₜ|", yscale="log", xlim=(1, LENGTH))
        axes.yaxis.set_major_formatter(lambda y, _: f"{y:.0e}")
        for i, (name, numbers) in enumerate(influences.items()):
            axes.plot(range(1, LENGTH + 1), numbers, **series(i))
            beside = 8 if numbers[11] > 0.1 * numbers[-1] else 0.02  # above a flat curve, below a steep one
            name_at(axes, 12, beside * numbers[11], name, series(i)["color"])

    return on
