"""Gradient descent."""


class GradientDescent:
    """W ← W - α ∇L(W): a step of size α, the learning rate, against the gradient.

    With L the mean of the losses over n examples, this is W ← W - α/n · Σᵢ ∇L(f(xᵢ), yᵢ).

    >>> from engine import Value
    >>> w = Value(3)
    >>> descent = GradientDescent([w], rate=0.1)
    >>> for _ in range(50):
    ...     descent.zero_grad()
    ...     (w * w).backward()
    ...     descent.step()
    >>> abs(w.data) < 1e-4
    True
    """

    def __init__(self, parameters, rate):
        self.parameters, self.rate = list(parameters), rate

    def zero_grad(self):
        for parameter in self.parameters:
            parameter.grad = 0.0

    def step(self):
        for parameter in self.parameters:
            parameter.data -= self.rate * parameter.grad
