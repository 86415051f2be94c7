"""The house: who imports from whom, and that lists name what is there."""

import ast
import re
from pathlib import Path

import pytest

import engine
from engine import Value
from engine.rules import RULES

ROOT = Path(engine.__file__).parents[1]
# An import goes to the left. A file stands in the first place that fits.
ORDER = [
    "rules",
    "source",
    "lazy",
    "signatures",
    "formula",
    "operation",
    "errors",
    "notebook",
    "files",
    "unchanged",
    "value",
    "decisions",
    "cases",
    "copies",
    "algebra",
    "calculus",
    "differences",
    "user_formula",
    "define",
    "notation",
    "indices",
    "programs",
    "views",
]


def imports(path):
    """The modules that a file imports from, with the names: (module, name)."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield from ((node.module, alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)


@pytest.mark.parametrize("package", ["nn", "demos"])
def test_nn_and_demos_import_public_names_of_the_engine_only(package):
    for path in (ROOT / package).rglob("*.py"):
        for module, name in imports(path):
            if module.split(".")[0] == "engine":
                assert module == "engine" and name in engine.__all__, (path, module, name)


def test_imports_in_the_engine_run_one_way():
    folder = ROOT / "engine"
    for path in folder.rglob("*.py"):
        place = path.relative_to(folder).parts[0].removesuffix(".py")
        for module, _ in imports(path):
            package, _, rest = module.partition(".")
            assert package not in ("nn", "demos", "tests"), path
            if package == "engine" and place != "__init__":
                assert ORDER.index(rest.split(".")[0]) <= ORDER.index(place), (path, module)


def test_the_engine_exports_what_it_says():
    assert sorted(engine.__all__) == sorted(set(engine.__all__))
    assert all(hasattr(engine, name) for name in engine.__all__)


def test_the_docstring_of_the_engine_names_its_files_and_tools():
    named = set(re.findall(r"`(\w+)/?`", engine.__doc__))
    files = {path.stem for path in (ROOT / "engine").glob("*.py")} - {"__init__"}
    assert files <= named
    assert {"programs", "views"} <= named
    for wing in ("programs", "views"):
        text = (ROOT / "engine" / wing / "__init__.py").read_text(encoding="utf-8")
        files = {path.stem for path in (ROOT / "engine" / wing).glob("*.py")} - {"__init__"}
        assert files <= set(re.findall(r"`(\w+)`", text)), wing


def test_every_operation_that_the_readme_names_is_there():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    [listed] = re.findall(r"A Value has (.*?) as\s+methods", readme, re.DOTALL)
    named = set(re.findall(r"[a-z]\w+", listed)) - {"and"}
    assert len(named) > 15 and named <= RULES.keys() and all(hasattr(Value, op) for op in named)


def public_functions(path):
    """The public functions and methods of a file: names and trees."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node.name, node, 0
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            for inner in node.body:
                public = isinstance(inner, ast.FunctionDef) and not re.match("_(?!_)", inner.name)
                if public:
                    static = any(getattr(each, "id", "") == "staticmethod" for each in inner.decorator_list)
                    yield f"{node.name}.{inner.name}", inner, 0 if static else 1


@pytest.mark.parametrize("package", ["engine", "nn"])
def test_public_functions_are_annotated(package):
    for path in (ROOT / package).rglob("*.py"):
        for name, function, bound in public_functions(path):
            arguments = function.args.posonlyargs + function.args.args + function.args.kwonlyargs
            arguments += filter(None, [function.args.vararg, function.args.kwarg])
            bare = [argument.arg for argument in arguments[bound:] if argument.annotation is None]
            assert not bare and function.returns is not None, (path, name, bare)


@pytest.mark.slow
def test_an_editor_completes_what_an_operation_gives():
    jedi = pytest.importorskip("jedi", reason="jedi is not installed: `pip install -e '.[dev]'` gets it")
    for expression in ("a.tanh()", "a * 2", "a**2", "a.exp()", "(a - 1).maximum(1).relu()"):
        script = f"from engine import Value\na = Value(2)\nb = {expression}\nb."
        names = {each.name for each in jedi.Script(script).complete(4, 2)}
        assert {"data", "grad", "backward", "tanh", "exp"} <= names, expression
