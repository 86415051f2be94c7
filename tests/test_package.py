"""The packages that are built: what is in them, and that tools read them."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("engine/", "nn/", "demos/")
ON_GITHUB = ("demos/pages/", "demos/pictures/")  # what the README shows there, and no program reads

pytestmark = pytest.mark.slow


def python(*arguments, cwd, **environment):
    """The text that Python prints; it must succeed."""
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=cwd,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def build(target, source, folder):
    """The one file that a build from the folder `source` makes, silently."""
    pytest.importorskip("hatchling", reason="hatchling is not installed: `pip install -e '.[dev]'` gets it")
    text = python("-m", "hatchling", "build", "--target", target, "--directory", folder, cwd=source)
    assert "warn" not in text.lower(), text
    [built] = folder.iterdir()
    return built


def unzip(wheel, folder):
    """The folder, in which the wheel's files now are."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def files(folder):
    """The files below a folder, by their names from there."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def packaged(names):
    """Those of the files that belong into the wheel."""
    return {name for name in names if name.startswith(PACKAGES) and not name.startswith(ON_GITHUB)}


@pytest.fixture(scope="module")
def sdist(tmp_path_factory):
    """The source distribution, unpacked."""
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(build("sdist", ROOT, tmp_path_factory.mktemp("sdist"))) as archive:
        archive.extractall(folder, filter="data")
    [root] = folder.iterdir()
    return root


@pytest.fixture(scope="module")
def wheels(sdist, tmp_path_factory):
    """The wheel, built from the source distribution, and an editable one."""
    return {
        "standard": build("wheel:standard", sdist, tmp_path_factory.mktemp("standard")),
        "editable": build("wheel:editable", ROOT, tmp_path_factory.mktemp("editable")),
    }


@pytest.fixture(scope="module")
def unpacked(wheels, tmp_path_factory):
    """The wheel, unpacked."""
    return unzip(wheels["standard"], tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module", params=["standard", "editable"])
def installed(request, wheels, tmp_path_factory):
    """A virtual environment with linegrad and nothing else, not even pip."""
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, symlinks=os.name != "nt")
    unzip(wheels[request.param], sysconfig.get_path("purelib", "venv", {"base": str(folder)}))
    return folder


def test_the_distributions_have_every_tracked_file(sdist, unpacked):
    if not (ROOT / ".git").exists():
        pytest.skip("no git repository here to say which files are tracked")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True)
    tracked = set(listed.stdout.splitlines())
    assert tracked <= files(sdist)
    assert packaged(tracked) <= files(unpacked)


def test_the_wheel_has_three_packages_and_nothing_else(unpacked):
    names = {name for name in files(unpacked) if ".dist-info/" not in name}
    assert names == packaged(names)


def test_the_wheel_works_outside_a_checkout(unpacked, tmp_path):
    path = {"PYTHONPATH": str(unpacked)}
    assert python("-c", "import nn; print(nn.__file__)", cwd=tmp_path, **path).startswith(str(unpacked))
    python("-m", "demos", "page", "program", cwd=tmp_path, **path)
    assert list((tmp_path / "out").glob("*.html"))


def test_a_file_named_engine_beside_a_script_hides_the_engine_and_is_named(unpacked, tmp_path):
    (tmp_path / "engine.py").touch()
    script = tmp_path / "script.py"
    script.write_text("from nn import MLP", encoding="utf-8")
    path = os.environ | {"PYTHONPATH": str(unpacked)}
    hidden = subprocess.run([sys.executable, script], env=path, capture_output=True, text=True)
    assert "ImportError" in hidden.stderr and f"({tmp_path / 'engine.py'})" in hidden.stderr
    python("-P", script, cwd=tmp_path, PYTHONPATH=str(unpacked))


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_a_type_checker_reads_what_is_installed(checker, installed, tmp_path):
    pytest.importorskip(checker, reason=f"{checker} is not installed: `pip install -e '.[dev]'` gets it")
    if checker == "pyright" and shutil.which("node") is None:
        pytest.skip("no node here to run pyright")
    options = {"mypy": ["--strict", "--python-executable"], "pyright": ["--pythonpath"]}[checker]
    shutil.copy(ROOT / "tests/typing/script.py", tmp_path)
    interpreter = Path(sysconfig.get_path("scripts", "venv", {"base": str(installed)})) / "python"
    python("-m", checker, *options, interpreter, "script.py", cwd=tmp_path)


def test_an_editor_reads_what_is_installed(installed):
    jedi = pytest.importorskip("jedi", reason="jedi is not installed: `pip install -e '.[dev]'` gets it")
    environment = jedi.create_environment(installed, safe=False)

    def completions(text):
        return {each.name for each in jedi.Script(text, environment=environment).complete()}

    assert {"data", "grad", "backward"} <= completions("from engine import Value\n(Value(2) * 3).tanh().")
    assert {"MLP", "fit", "hinge"} <= completions("import nn\nnn.")
