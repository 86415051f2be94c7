"""How far the table's values and partials are from the true ones.

`python -m tests.accuracy` prints the worst error of each, in units in the last
place (ULP), over points of the whole domain: subnormal, huge, and close to
where something happens. mpmath knows the true digits, by definitions that are
written here without regard to floats.
"""

import math
import random
import sys
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from mpmath import mp, mpf

from engine.operation import FUNCTIONS
from engine.rules import POWERS, TABLE, Rule

mp.prec = 240


def _sigmoid(a):
    return mp.exp(a) / (1 + mp.exp(a)) if a < 0 else 1 / (1 + mp.exp(-a))


def _softplus(a):
    return mp.log1p(mp.exp(-abs(a))) + max(a, 0)


def _normal(a):
    """The normal distribution's function and its density."""
    return mp.erfc(-a / mp.sqrt(2)) / 2, mp.exp(-a * a / 2) / mp.sqrt(2 * mp.pi)


def _root(a):
    return mp.sign(a) * mp.cbrt(abs(a))


def _power(a, b):
    """a to the power b, and its partials."""
    if a == 0:
        return (mpf(b == 0), mpf(b == 1) if b >= 1 or b == 0 else mp.inf, mpf(0))
    out = a**b
    return out, b * out / a, mp.log(a) * out if a > 0 else mp.nan


# The value and each partial, as true functions of the operands.
TRUE: dict[str, tuple[Callable[..., Any], ...]] = {
    "+": (lambda a, b: a + b, lambda a, b: mpf(1), lambda a, b: mpf(1)),
    "-": (lambda a, b: a - b, lambda a, b: mpf(1), lambda a, b: mpf(-1)),
    "*": (lambda a, b: a * b, lambda a, b: b, lambda a, b: a),
    "/": (lambda a, b: a / b, lambda a, b: 1 / b, lambda a, b: -a / b**2),
    "**": tuple(lambda a, b, i=i: _power(a, b)[i] for i in range(3)),
    "maximum": (max, lambda a, b: mpf(a > b), lambda a, b: mpf(b > a)),
    "minimum": (min, lambda a, b: mpf(a < b), lambda a, b: mpf(b < a)),
    "hypot": (mp.hypot, lambda a, b: a / mp.hypot(a, b), lambda a, b: b / mp.hypot(a, b)),
    "arctan2": (mp.atan2, lambda a, b: b / (a**2 + b**2), lambda a, b: -a / (a**2 + b**2)),
    "neg": (lambda a: -a, lambda a: mpf(-1)),
    "abs": (abs, mp.sign),
    "exp": (mp.exp, mp.exp),
    "expm1": (mp.expm1, mp.exp),
    "log": (mp.log, lambda a: 1 / a),
    "log1p": (mp.log1p, lambda a: 1 / (1 + a)),
    "log2": (lambda a: mp.log(a, 2), lambda a: 1 / (a * mp.log(2))),
    "log10": (mp.log10, lambda a: 1 / (a * mp.log(10))),
    "sqrt": (mp.sqrt, lambda a: 1 / (2 * mp.sqrt(a))),
    "cbrt": (_root, lambda a: 1 / (3 * _root(a) ** 2)),
    "sin": (mp.sin, mp.cos),
    "cos": (mp.cos, lambda a: -mp.sin(a)),
    "tan": (mp.tan, lambda a: mp.sec(a) ** 2),
    "arcsin": (mp.asin, lambda a: 1 / mp.sqrt(1 - a * a)),
    "arccos": (mp.acos, lambda a: -1 / mp.sqrt(1 - a * a)),
    "arctan": (mp.atan, lambda a: 1 / (1 + a * a)),
    "sinh": (mp.sinh, mp.cosh),
    "cosh": (mp.cosh, mp.sinh),
    "tanh": (mp.tanh, lambda a: mp.sech(a) ** 2),
    "arcsinh": (mp.asinh, lambda a: 1 / mp.sqrt(1 + a * a)),
    "arccosh": (mp.acosh, lambda a: 1 / mp.sqrt(a * a - 1)),
    "arctanh": (mp.atanh, lambda a: 1 / (1 - a * a)),
    "erf": (mp.erf, lambda a: 2 / mp.sqrt(mp.pi) * mp.exp(-a * a)),
    "erfc": (mp.erfc, lambda a: -2 / mp.sqrt(mp.pi) * mp.exp(-a * a)),
    "sigmoid": (_sigmoid, lambda a: _sigmoid(a) * _sigmoid(-a)),
    "softplus": (_softplus, _sigmoid),
    "log_sigmoid": (lambda a: -_softplus(-a), lambda a: _sigmoid(-a)),
    "relu": (lambda a: max(a, 0), lambda a: mpf(a > 0)),
    "leaky_relu": (lambda a: max(a, mpf("0.01") * a), lambda a: mpf(1) if a > 0 else mpf("0.01")),
    "elu": (lambda a: a if a > 0 else mp.expm1(a), lambda a: mpf(1) if a > 0 else mp.exp(a)),
    "silu": (lambda a: a * _sigmoid(a), lambda a: _sigmoid(a) * (1 + a * _sigmoid(-a))),
    "gelu": (lambda a: a * _normal(a)[0], lambda a: _normal(a)[0] + a * _normal(a)[1]),
    **{f"** {n}": (lambda a, n=n: a**n, lambda a, n=n: n * a ** (n - 1)) for n in POWERS},
}
RULES = {rule.op: rule for rule in TABLE} | {f"** {n}": rule for n, rule in POWERS.items()}


def numbers(rng: random.Random) -> Iterator[float]:
    """Numbers of all sizes: most of them where functions have their shape."""
    while True:
        sign = rng.choice((-1, 1))
        yield rng.uniform(-1, 1)
        yield rng.uniform(-5, 5)
        yield rng.uniform(-40, 40)
        yield rng.uniform(-750, 750)
        yield sign * 10 ** rng.uniform(-323, 308)
        yield sign * (1 - 10 ** rng.uniform(-16, 0))
        yield sign * (1 + 10 ** rng.uniform(-15.5, 2))
        yield sign * 10 ** rng.uniform(-10, 3)


def points(op: str, count: int) -> Iterator[tuple[float, ...]]:
    """So many points for an operation, always the same."""
    rng = random.Random(op)
    one, other = numbers(rng), numbers(rng)
    for i in range(count):
        a = next(one)
        if op != "**":
            yield (a, next(other) if i % 2 else rng.gauss(0, 2))[: len(RULES[op].operands)]
        elif i % 3 == 0:
            yield a, float(rng.randint(-9, 9))
        elif i % 3 == 1:  # a power that is a number, for any base
            yield abs(a), rng.uniform(-708, 708) / (math.log(abs(a)) or 1)
        else:
            yield abs(a), rng.uniform(-9, 9)


class Error(NamedTuple):
    """An error: its share of the limit, its size in ULP, and where it is."""

    share: float
    ulps: float
    point: tuple[float, ...]


def ulps(number: float, true: Any) -> float:
    """How many units in its last place a float is from the true number.

    Beyond the largest float the float must be infinite, or nearly.
    """
    nearest = float(true)
    if math.isinf(nearest):
        return 0.0 if abs(number) >= sys.float_info.max else math.inf
    if not math.isfinite(number):
        return math.inf
    return float(abs(mpf(number) - true) / mpf(math.ulp(nearest)))


def errors(rule: Rule, op: str, count: int) -> list[Error]:
    """The error of the value and of each partial closest to its limit."""
    worst = [Error(0.0, 0.0, ())] * (1 + len(rule.operands))
    for point in points(op, count):
        value = _evaluated(TRUE[op][0], point)
        if value is None:
            continue
        for i, text in enumerate([rule.expression, *rule.partials]):
            true = _evaluated(TRUE[op][i], point)
            if true is not None and (bound := limit(op, i, point, value)):
                off = ulps(_computed(rule, text, point), true)
                worst[i] = max(worst[i], Error(off / bound, off, point))
    return worst


def limit(op: str, which: int, point: tuple[float, ...], value: Any) -> float:
    """How many ULP the docstring of `engine.rules` allows; 0 for any number."""
    a, partial = point[0], which > 0
    if partial and abs(value) > sys.float_info.max:
        return 0  # the value itself is infinite, or raises an error
    match op:
        case "cbrt":
            return 5 if partial else 3
        case "erf" | "erfc" if partial:
            return 4 + a * a
        case "gelu" if partial:
            return 4 + 2 * a * a if abs(a + 0.75) > 0.4 else 0
        case "gelu" if a < 0:
            return 2 + 2 * a * a
        case "silu" if partial:
            return 4 if abs(a + 1.28) > 1.2 and a > -708 else 0
        case "**" | "/" if partial and 0 < abs(value) < 2.3e-308:
            return 0
        case "arctan2" if partial and abs(point[2 - which]) < 2.3e-308 * max(1, mp.hypot(*point)):
            return 0
        case "**" if which == 1 and abs(point[1]) > 2**53:
            return 0
    return 4 if partial else 2


def _evaluated(function, point):
    """The true number, or None where there is none that is real and finite."""
    try:
        true = function(*map(mpf, point))
    except (ValueError, ArithmeticError):
        return None
    return true if isinstance(true, mpf) and mp.isfinite(true) else None


def _computed(rule, text, point):
    """The number that the table gives; NaN or infinite where it raises."""
    terms = dict(zip(rule.operands, point))
    try:
        if text != rule.expression:
            terms["out"] = eval(rule.expression, FUNCTIONS, terms)
        return eval(text, FUNCTIONS, terms)
    except OverflowError:
        return math.inf
    except (ValueError, ZeroDivisionError):
        return math.nan


def main() -> None:
    """Print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    print(f"worst error in ULP, each over {count:,} points\n")
    print(f"{'':12} {'value':>7} {'at':24} {'∂/∂a':>7} {'at':24} {'∂/∂b':>7} at")
    for op in TRUE:
        rule = RULES[op]
        cells = [
            f"{error.ulps:7.2f} {', '.join(f'{x:.4g}' for x in error.point):24}"
            for error in errors(rule, op, count)
        ]
        print(f"{op:12} {' '.join(cells)}".rstrip(), flush=True)


if __name__ == "__main__":
    main()
