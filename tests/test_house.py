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
ORDER = ["rules", "source", "formula", "operation", "errors", "value", "notation", "programs", "views"]


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


def test_the_readme_lists_every_operation():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    [listed] = re.findall(r"A Value has (.*?)as methods", readme, re.DOTALL)
    words = set(re.findall(r"\w+", listed))
    assert {op for op in RULES if hasattr(Value, op)} <= words
