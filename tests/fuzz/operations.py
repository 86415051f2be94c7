"""The operations of the fuzzer's graphs: the whole table, and defined ones.

Importing this defines the latter, which are as different as they can be: with
cases, of two operands, on other operations, with a constant of their own.
"""

from engine import define
from engine.rules import RULES, TABLE

define("fuzz_bump", "exp(-a * a)", ["-2 * a * out"])
define("fuzz_ramp", "0 if a < 0 else a if a < 1 else 1", ["0 if a < 0 else 1 if a < 1 else 0"])
define("fuzz_blend", "a * sigmoid(b) + b", ["sigmoid(b)", "a * sigmoid(b) * sigmoid(-b) + 1"])
define("fuzz_ratio", "a / (1 + b * b)", ["1 / (1 + b * b)", "-2 * b * out / (1 + b * b)"])
define("fuzz_side", "a * b if a < b else b", ["b if a < b else 0", "a if a < b else 1"])
DEFINED = ("fuzz_bump", "fuzz_ramp", "fuzz_blend", "fuzz_ratio", "fuzz_side")

SIGNS = ("+", "-", "*", "/", "**")
UNARY = [op for op in [rule.op for rule in TABLE] + [*DEFINED] if len(RULES[op].partials) == 1]
BINARY = [op for op in [rule.op for rule in TABLE] + [*DEFINED] if len(RULES[op].partials) == 2]
