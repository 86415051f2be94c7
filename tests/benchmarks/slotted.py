"""The fastest hand-written scalar Value in pure Python: slots, stored local
gradients, a recursive sort.
"""


class Slotted:
    """A number, its operands, and its derivative with respect to each of them,
    computed as it is made.
    """

    __slots__ = ("data", "grad", "local_gradients", "parents")

    def __init__(self, data, parents=(), local_gradients=()):
        self.data, self.grad = data, 0.0
        self.parents, self.local_gradients = parents, local_gradients

    def __add__(self, other):
        other = other if isinstance(other, Slotted) else Slotted(other)
        return Slotted(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Slotted) else Slotted(other)
        return Slotted(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, n):
        return Slotted(self.data**n, (self,), (n * self.data ** (n - 1),))

    def relu(self):
        return Slotted(self.data if self.data > 0 else 0.0, (self,), (1.0 if self.data > 0 else 0.0,))

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + -other

    def __rsub__(self, other):
        return -self + other

    def __truediv__(self, other):
        return self * other**-1

    __radd__, __rmul__ = __add__, __mul__

    def backward(self):
        order, seen = [], set()

        def visit(node):
            if node not in seen:
                seen.add(node)
                for parent in node.parents:
                    visit(parent)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            for parent, local in zip(node.parents, node.local_gradients):
                parent.grad += local * node.grad
