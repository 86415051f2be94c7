"""One line of a program in C: on vectors of eight rows at once, or lane by lane.

Arithmetic and comparisons are those of whole vectors. A line that calls a function goes lane by lane, and
so evaluates only that branch of a conditional which the lane's row takes.

What Python refuses (the log of -1, 1 / 0, exp of 1000) is infinite or NaN in C. So the results of calls
and divisions pass through `sure`, or `sures` of a vector, which remember if one was not finite.
"""

import ast
import math

SIGNS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
SIGNS |= {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
CONSTANTS = {"pi": repr(math.pi), "inf": "__builtin_inf()", "nan": '__builtin_nan("")'}
# Exact, so compiled in place. The others are the C library's functions, which Python calls as well.
IN_PLACE = {"abs": "__builtin_fabs", "sqrt": "__builtin_sqrt"}


class Names:
    """How C writes a program's names: those of vectors, one number a row, and those of single numbers.

    >>> vectors = {"x": "kept[0]", "v": "v_", "d": "d_"}
    >>> names = Names(vectors, numbers={"p": "w[5]"}, helpers=["sigmoid"])
    >>> for text in (
    ...     "v = p * x - 2",
    ...     "v = 0.0 if x <= 0 else x",
    ...     "d -= v / x",
    ...     "d += log(v) if v != 0 else 0.0",
    ...     "v = sigmoid(x)",
    ... ):
    ...     print(names.line(ast.parse(text).body[0]))
    v_ = (ALL(w[5]) * kept[0]) - ALL(2.0);
    v_ = PICK((kept[0] <= ALL(0.0)), ALL(0.0), kept[0]);
    d_ -= sures(v_ / kept[0], doubts);
    EACH d_[i] += (v_[i] != 0.0) ? sure(log(v_[i]), doubt) : 0.0;
    EACH v_[i] = sigmoid_(kept[0][i], doubt);
    """

    def __init__(self, vectors, numbers, helpers):
        self.vectors, self.numbers, self.helpers = vectors, numbers | CONSTANTS, helpers

    def line(self, tree):
        """An assignment, a += or a -= as a statement in C."""
        plain = isinstance(tree, ast.Assign)
        target = self.vectors[(tree.targets[0] if plain else tree.target).id]
        sign = "=" if plain else f"{SIGNS[type(tree.op)]}="
        kinds = {type(node) for node in ast.walk(tree.value)}
        if ast.Call in kinds or {ast.IfExp, ast.Div} <= kinds:
            return f"EACH {target}[i] {sign} {self.expression(tree.value, in_lane=True)};"
        return f"{target} {sign} {self.expression(tree.value)};"

    def expression(self, tree, in_lane=False):
        """An expression in C, of vectors or of the numbers in one lane."""

        def term(tree):
            text = self.expression(tree, in_lane)
            return text if isinstance(tree, (ast.Name, ast.Constant, ast.Call)) else f"({text})"

        match tree:
            case ast.Name(id=name) if name in self.vectors:
                return f"{self.vectors[name]}[i]" if in_lane else self.vectors[name]
            case ast.Name(id=name):
                return self.numbers[name] if in_lane else f"ALL({self.numbers[name]})"
            case ast.Constant(value=number):
                return repr(float(number)) if in_lane else f"ALL({float(number)!r})"
            case ast.UnaryOp(operand=operand):
                return f"-{term(operand)}"
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                quotient = f"{term(left)} / {term(right)}"
                if isinstance(right, ast.Constant) and right.value != 0:
                    return quotient
                return f"sure({quotient}, doubt)" if in_lane else f"sures({quotient}, doubts)"
            case ast.BinOp(left=left, op=op, right=right):
                return f"{term(left)} {SIGNS[type(op)]} {term(right)}"
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return f"{term(left)} {SIGNS[type(op)]} {term(right)}"
            case ast.IfExp(test=test, body=yes, orelse=no):
                if in_lane:
                    return f"{term(test)} ? {term(yes)} : {term(no)}"
                return f"PICK({term(test)}, {term(yes)}, {term(no)})"
            case ast.Call(func=ast.Name(id=name), args=arguments):
                numbers = ", ".join(self.expression(argument, in_lane) for argument in arguments)
                if name in self.helpers:
                    return f"{name}_({numbers}, doubt)"
                return f"sure({IN_PLACE.get(name, name)}({numbers}), doubt)"
        raise NotImplementedError(ast.unparse(tree))
