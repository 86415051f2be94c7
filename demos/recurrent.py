"""A recurrent layer learns parity, XOR over time.

One network with two inputs, x_t and its own last answer h_{t-1}, at every step
of a sequence.
"""

import random
from itertools import accumulate, product
from operator import xor

from demos.kit.pictures import save
from engine import Value, draw
from nn import XOR, GradientDescent, Layer, Neuron, Recurrent, Sequential, diagram, fit, mean_squared_error

ROWS = [list(bits) for bits in product((0, 1), repeat=3)]


def parities(bits):
    """After every bit, 1 if the ones so far are odd in number, else 0."""
    return list(accumulate(bits, xor))


def accuracy(model, sequences):
    """The share of sequences all of whose states are right."""
    right = sum([round(h.data) for h in model(bits)] == parities(bits) for bits in sequences)
    return right / len(sequences)


def main(out, seed=0):
    bits = [1, 0, 1, 1, 1]
    by_hand = [round(h.data) for h in Recurrent(XOR, size=1)(bits)]
    print("h_t = f(x_t, h_{t-1}), with the same f at every step. With the network XOR")
    print(f"for f, h_t is the parity of x_1, ..., x_t: {bits} → {by_hand}.")
    print("\nNow f, a network with four hidden units, learns from sequences of three bits:\n")
    for attempt in range(20):
        rng = random.Random(seed + 1000 * attempt)
        cell = Sequential(Layer(2, 4, "tanh", rng), Layer(4, 1, "sigmoid", rng))
        model = Recurrent(cell, size=1)
        descent = GradientDescent(model.parameters(), rate=2)
        losses = fit(model, ROWS, list(map(parities, ROWS)), mean_squared_error, descent, epochs=600)
        print(f"  {len(losses)} steps of gradient descent: mean loss {losses[0]:.3f} → {losses[-1]:.4f}")
        if accuracy(model, ROWS) == 1:
            break
        print("  Stuck: once more, from other weights.")
    print("\n  x_1 to x_3   parities     h_1 to h_3")
    for row in ROWS:
        print(f"  {row}    {parities(row)}    {'  '.join(f'{h.data:.3f}' for h in model(row))}")

    print("\nSequences longer than it ever saw, right if all states are, rounded:\n")
    every = [list(bits) for bits in product((0, 1), repeat=8)]
    shares = {8: accuracy(model, every)}
    print(f"  all {len(every)} of length 8: {shares[8]:.0%}")
    for length in (20, 100, 1000):
        some = [[rng.randrange(2) for _ in range(length)] for _ in range(4000 // length)]
        shares[length] = accuracy(model, some)
        print(f"  {len(some)} random ones of length {length}: {shares[length]:.0%}")

    print("\nWhy length does not matter: the next state, and its derivative ∂h_t/∂h_{t-1}:\n")
    derivatives = []
    for x, h in product((0, 1), repeat=2):
        before = Value(h)
        after = cell([x, before])
        after.backward()
        derivatives.append(before.grad)
        print(f"  x = {x}, h = {h}: next {after.data:.3f}, derivative {before.grad:+.3f}")
    print("\nThe derivatives are small, so the error of a state shrinks from step to step.")
    print("So does a gradient on its way back, by the chain rule: long ago is hard to see.")

    # Weight sharing as a graph: one neuron over three steps, three uses of each
    # weight.
    inputs = [Value(bit, f"x{t}") for t, bit in enumerate((1, 0, 1), 1)]
    states = Recurrent(Neuron(2, "tanh", rng), size=1)(inputs)
    for t, state in enumerate(states, 1):
        state.label = f"h{t}"
    states[-1].backward()
    save(draw(states[-1], inputs=inputs, fold=True), out / "recurrent_graph.svg")
    save(diagram(cell, inputs=["x", "h"], outputs=["next h"]), out / "recurrent_cell.svg")
    print(f"\nPictures in {out}/: recurrent_cell.svg (f) and recurrent_graph.svg (one")
    print("neuron over three steps: a weight has three uses, whose gradients add up).")
    return {"shares": shares, "derivatives": derivatives}
