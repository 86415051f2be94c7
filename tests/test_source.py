"""Generated code is code: it can be read, quoted in a traceback and stepped through."""

import inspect
import linecache
import traceback

import pytest

from engine import Value
from engine.operations import OPERATIONS
from engine.source import define

METHODS = {
    name: method
    for name, method in vars(Value).items()
    if inspect.isfunction(method) and method.__code__.co_filename.startswith("<")
}
PULLS = {
    f"{op}, {variant}": getattr(operation, variant, operation).pull
    for op, operation in OPERATIONS.items()
    for variant in ("both vary", "with_constant_left", "with_constant_right")
}


@pytest.mark.parametrize("function", [*METHODS.values(), *PULLS.values()], ids=[*METHODS, *PULLS])
def test_the_source_is_the_code_that_runs(function):
    linecache.checkcache()  # which drops what it takes for files that are gone
    source = inspect.getsource(function)
    again = {}
    exec(source, {}, again)
    assert again[function.__name__].__code__.co_code == function.__code__.co_code
    assert again[function.__name__].__code__.co_consts == function.__code__.co_consts


def test_every_operation_has_its_method_and_says_its_derivative():
    texts = " ".join(method.__doc__ for method in METHODS.values())
    assert len(METHODS) >= len(OPERATIONS)
    for operation in OPERATIONS.values():
        assert all(f"= {partial}" in texts for partial in operation.rule.partials)


def test_a_traceback_quotes_the_generated_line():
    with pytest.raises(ZeroDivisionError) as caught:
        OPERATIONS["/"].value(1.0, 0.0)
    assert traceback.extract_tb(caught.tb)[-1].line == "return a / b"


def test_functions_of_one_name_keep_their_own_source():
    one = define("f", "def f():\n    return 1\n", "<one>", {})
    two = define("f", "def f():\n    return 2\n", "<two>", {})
    assert (one(), two()) == (1, 2)
    assert "return 1" in inspect.getsource(one) and "return 2" in inspect.getsource(two)
