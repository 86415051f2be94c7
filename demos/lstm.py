"""A memory that lasts 100 steps: an LSTM."""

import random

from demos.kit.panels import panels
from demos.kit.times import back_in_time
from engine import Value
from nn import LSTM, Adam, Layer, Neuron, Recurrent, Sequential, binary_cross_entropy, fit

LENGTH = 100
TASK = """\
The task: read 100 bits, 1 or -1; say at the end if the first, marked, was 1.

A plain recurrent layer writes its state h anew at every step:

  h_t = tanh(W u + b), where u = x_t ⊕ h_{t-1}

An LSTM has a memory c beside it, and gates between 0 and 1:

  f, i, o = σ(W_f u + b_f), σ(W_i u + b_i), σ(W_o u + b_o)
  c_t = f c_{t-1} + i tanh(W_g u + b_g)                     keep and write
  h_t = o tanh(c_t)                                         show

A neuron reads z from h_100; σ(z) is the answer. Before anything is learned:
|∂z/∂x_t|, how much z depends on bit t, and its factor for a step back in time.
"""


def marked(bits):
    """Each bit with a mark: 1 for the first, 0 for all others."""
    return [[bit, int(t == 1)] for t, bit in enumerate(bits, 1)]


def answering(layer, size, rng):
    """A recurrent layer, and a neuron that reads z from its last state."""
    return Sequential(marked, layer, lambda states: states[-1], Neuron(size, "linear", rng))


def influence(model, sequences):
    """The mean of |∂z/∂x_t| over sequences, for t = 1, ..., their length."""
    inputs = [[Value(bit) for bit in bits] for bits in sequences]
    for bits in inputs:
        model(bits).backward()
    return [sum(abs(bit.grad) for bit in column) / len(inputs) for column in zip(*inputs)]


def main(out, seed=1):
    rng = random.Random(seed)
    seen, unseen = ([[rng.choice((-1, 1)) for _ in range(LENGTH)] for _ in range(n)] for n in (64, 50))
    models = {
        "tanh": answering(Recurrent(Layer(9, 7, "tanh", rng), 7), 7, rng),
        "LSTM, b_f = 1": answering(LSTM(2, 3, rng), 3, rng),
        "LSTM, b_f = 5": answering(long := LSTM(2, 3, rng), 3, rng),
    }
    for forget, write in zip(long.forget.neurons, long.input.neurons):
        forget.b.data, write.b.data = 5, -5
    print(TASK)
    print("                t = 100        75        50        25         1     factor")
    before = {name: influence(model, seen[:10]) for name, model in models.items()}
    factors = {name: (d[0] / d[-1]) ** (1 / (LENGTH - 1)) for name, d in before.items()}
    for name, d in before.items():
        shown = "".join(f"{d[t - 1]:10.1e}" for t in (100, 75, 50, 25, 1))
        print(f"  {name:13}{shown}{factors[name]:11.2f}")
    gates = [Value(b).sigmoid().data for b in (1, 5)]
    print("\nThe chain rule multiplies at every step back: by W and tanh′, or, from c_t to")
    print(f"c_{{t-1}}, by f. That starts near σ(b_f): σ(1) = {gates[0]:.2f}, σ(5) = {gates[1]:.3f}.\n")
    print(f"Two learn from {len(seen)} sequences, the LSTM with b_i = -5: it writes little at first.")
    print(f"Right on {len(unseen)} others, where a guess is right in half of them:\n")
    print("                 weights   mean loss         right")
    shares, targets = {}, [int(bits[0] > 0) for bits in seen]
    for name in ("tanh", "LSTM, b_f = 5"):
        model, adam = models[name], Adam(models[name].parameters(), rate=0.05)
        losses = fit(model, seen, targets, binary_cross_entropy, adam, epochs=30, batch=16, rng=rng)
        shares[name] = sum((model(bits) > 0) == (bits[0] > 0) for bits in unseen) / len(unseen)
        loss = f"{losses[0]:.3f} → {losses[-1]:.3f}"
        print(f"  {name:13}  {len(adam.parameters):7}   {loss}{shares[name]:10.0%}")
    if panels([back_in_time(before)], out / "lstm.png", "How much z depends on bit t before learning"):
        print(f"\nAs a picture: {out / 'lstm.png'}")
    return {"before": before, "factors": factors, "shares": shares}
