"""Gradient descent, and `fit`, which descends until convergence."""


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
        """Set the gradient of every parameter to zero."""
        for parameter in self.parameters:
            parameter.grad = 0.0

    def step(self):
        """Update every parameter from its gradient."""
        new = self.update([p.data for p in self.parameters], [p.grad for p in self.parameters])
        for parameter, data in zip(self.parameters, new):
            parameter.data = data

    def update(self, weights, gradient):
        """The weights after a step, from the weights and the gradient before it."""
        return [w - self.rate * g for w, g in zip(weights, gradient)]


def fit(model, rows, targets, loss, optimizer, epochs=1000, tolerance=0.0):
    """Descend the mean of loss(model(x), y) over rows x and targets y until convergence.

    That is, until an epoch changes the mean loss by no more than `tolerance`, or for `epochs` epochs.
    Returns the mean loss of every epoch, each measured before that epoch's step.
    """
    history = []
    for _ in range(epochs):
        optimizer.zero_grad()
        mean = sum(loss(model(x), y) for x, y in zip(rows, targets)) / len(rows)
        mean.backward()
        optimizer.step()
        history.append(mean.data)
        if len(history) > 1 and abs(history[-1] - history[-2]) <= tolerance:
            break
    return history
