"""Generated code is code: it can be read, quoted in a traceback and stepped
through.
"""

import inspect
import linecache
import textwrap
import traceback

import pytest

from engine import Value
from engine.operation import BINARY, OPERATIONS, UNARY, method_source
from engine.rules import TABLE
from engine.source import compile_function

METHODS = {
    name: method
    for name, method in vars(Value).items()
    if inspect.isfunction(method) and method.__code__.co_filename.startswith("<")
}
PULLBACKS = {
    f"{op}, {variant}": getattr(operation, variant, operation).pullback
    for op, operation in OPERATIONS.items()
    for variant in ("both vary", "with_constant_left", "with_constant_right")
}


@pytest.mark.parametrize("function", [*METHODS.values(), *PULLBACKS.values()], ids=[*METHODS, *PULLBACKS])
def test_the_source_is_the_code_that_runs(function):
    linecache.checkcache()  # which drops what it takes for files that are gone
    source = inspect.getsource(function)
    again = {}
    exec(source, {}, again)
    assert again[function.__name__].__code__.co_code == function.__code__.co_code
    assert again[function.__name__].__code__.co_consts == function.__code__.co_consts


def test_every_operation_has_its_method_and_says_its_derivative():
    methods = [*METHODS.values(), Value.__mul__, Value.exp]
    texts = " ".join(method.__doc__ for method in methods)
    assert len(methods) >= len(TABLE)
    for rule in TABLE:
        assert all(f"= {partial}" in texts for partial in rule.textbook or rule.partials)


@pytest.mark.parametrize("template, name, op", [(BINARY, "__mul__", "*"), (UNARY, "exp", "exp")])
def test_the_methods_that_are_written_out_are_what_the_template_gives(template, name, op):
    source = inspect.getsource(getattr(Value, name))
    assert not getattr(Value, name).__code__.co_filename.startswith("<")
    assert textwrap.dedent(source) == method_source(template, name, op)


def test_a_traceback_quotes_the_generated_line():
    with pytest.raises(ZeroDivisionError) as caught:
        OPERATIONS["/"].forward(1.0, 0.0)
    assert traceback.extract_tb(caught.tb)[-1].line == "return a / b"


def test_functions_of_one_name_keep_their_own_source():
    one = compile_function("f", "def f():\n    return 1\n", "<one>", {})
    two = compile_function("f", "def f():\n    return 2\n", "<two>", {})
    assert (one(), two()) == (1, 2)
    assert "return 1" in inspect.getsource(one) and "return 2" in inspect.getsource(two)
