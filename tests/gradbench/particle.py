"""particle: which charge makes a charged particle fall through the origin?

It starts at (0, 8) with speed (0.75, 0), and charges at (10, 10 - w) and
(10, 0) repel it: its acceleration is a derivative, of a potential. The w that
is sought makes least the square of where it crosses the axis, by a descent. So
there is a derivative inside of a derivative.
"""

from array import array

from engine import Program, Value, grad, gradient
from tests.gradbench.descent import minimum
from tests.gradbench.recurrence import EMPTY, Recurrence

DT = 0.1
START = [0.0, 8.0, 0.75, 0.0]


def potential(x, y, w):
    """The sum of the inverse distances to both charges."""
    return sum(1 / ((x - 10) ** 2 + (y - up) ** 2).sqrt() for up in (10 - w, 0.0))


def step(state, slope):
    """The state after DT by Euler's method, with the potential's gradient."""
    x, y, vx, vy = state
    return [x + DT * vx, y + DT * vy, vx - DT * slope[0], vy - DT * slope[1]]


def crossing(state):
    """The square of where a straight line from the state meets the axis."""
    x, y, vx, vy = state
    return (x - y / vy * vx) ** 2


def flight(w):
    """The square of where the particle crosses the axis, a function of w that
    `derivative` differentiates.
    """
    slope, state = gradient(lambda x, y: potential(x, y, w)), START
    while (new := step(state, slope(*state[:2])))[1] > 0:
        state = new
    return crossing(state)


def flight_by_step(compiled=Program.native):
    """`flight` and its derivative, as a function of a number, by the program of
    one step: as many as the particle takes.
    """
    w, state = Value(0, "w"), [Value(1, name) for name in ("x", "y", "vx", "vy")]
    slope = grad(potential(*state[:2], w), state[:2])
    one = Recurrence(state, step(state, slope), compiled=compiled)
    last = compiled(Program(crossing(state), parameters=state))

    def value_and_slope(number):
        w.data, states = number, [array("d", START)]
        while (new := one.step(states[-1], EMPTY, array("d", [number])))[1] > 0:
            states.append(new)
        value, ahead = last.value_and_gradient([[]], states.pop())
        _, [slope] = one.back(states, [EMPTY] * len(states), ahead)
        return value, slope

    return value_and_slope


def particle(w=0.0, compiled=Program.native):
    """The w that is sought."""
    value_and_slope = flight_by_step(compiled)
    [found] = minimum(lambda w: value_and_slope(w[0])[0], lambda w: [value_and_slope(w[0])[1]], [w])
    return found
