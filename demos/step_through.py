"""L = (a * b + c) * f: every step of the chain rule, by hand."""

from demos.kit.pictures import save
from engine import Value, draw, label, play, steps, tree


def main(out):
    a, b, c, f = Value(2), Value(-3), Value(10), Value(-2)
    e = a * b
    d = e + c
    L = d * f
    label(locals())

    print("Forward: from the leaves to L, one operation at a time.\n")
    for step in steps(L, forward=True):
        print(step)

    print("\nBackward asks: if a number in there rises a little, how much does L rise?")
    print("That is its gradient. L's own is 1; every other comes from its uses.\n")
    walk = steps(L)
    print(f"{walk}\n")
    for step in walk:
        print(step)
        save(draw(L, at=step, derivatives=True), out / f"step_{step.index}.svg")
    print(f"\nThe same as pictures: {out / 'step_1.svg'} to step_{len(walk.history)}.svg")
    print("and as a page, to step through with the arrow keys, and to change numbers:")
    print(f"  {play(L).save(out / 'step_through.html')}")

    print("\nA sum hands its gradient on to both terms as it is; a product hands each factor")
    print("its gradient times the other factor. All data and gradients of the graph:\n")
    print(tree(L))

    # Take none of it on trust: push a leaf, compute L again, and compare.
    before = L.data
    b.data += 0.001
    L.forward()
    print(
        f"\nRaise b by 0.001, and L changes by {L.data - before:.6f}: b.grad says {b.grad:g} times as much."
    )
    b.data -= 0.001
    L.forward()

    print("\nEvery step can be undone. One back, and a.grad and b.grad are zero again:\n")
    print(f"{walk.back()}\na.grad = {a.grad:g}, b.grad = {b.grad:g}\n")
    print(f"And forward again:\n\n{next(walk)}")

    by_hand = [leaf.grad for leaf in (a, b, c, f)]
    walk.reset()
    L.backward()
    print("\nL.backward() does the same at once. The gradients of a, b, c and f,")
    print(f"by hand:       {by_hand}")
    by_backward = [leaf.grad for leaf in (a, b, c, f)]
    print(f"by backward(): {by_backward}")

    print("\nWhere a number has two uses, their contributions add up. b has one in v1 and")
    print("one in v2:\n")
    two_uses = steps(Value(2, "a") * (b := Value(-3, "b")) + b**3)
    for step in two_uses:
        print(step)
    print("\nBy the rules of school: ∂/∂b (a b + b³) = a + 3 b² = 2 + 27, one for each use.")
    return {"by hand": by_hand, "by backward": by_backward, "two uses": two_uses}
