"""L = (a * b + c) * f: every step of the chain rule, by hand."""

from demos.kit.pictures import save
from engine import Value, draw, label, steps, tree


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
    print("That is its gradient. L's own is 1; every other comes from where it is used.\n")
    walk = steps(L)
    print(f"{walk}\n")
    for step in walk:
        print(step)
        save(draw(L, at=step, derivatives=True), out / f"step_{step.index}.svg")
    print(f"\nThe same as pictures: {out / 'step_1.svg'} to step_{len(walk.history)}.svg")

    print("\nA sum hands its gradient on to both terms as it is; a product hands each factor")
    print("its gradient times the other factor. What has arrived where, in the whole graph:\n")
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
    print(f"by backward(): {[leaf.grad for leaf in (a, b, c, f)]}")

    print("\nWhere a number is used twice, what arrives adds up. b is used in v1 and in v2:\n")
    a, b = Value(2, "a"), Value(-3, "b")
    for step in steps(a * b + b**3):
        print(step)
    print("\nBy the rules of school: ∂/∂b (a b + b³) = a + 3 b² = 2 + 27, one for each use.")
