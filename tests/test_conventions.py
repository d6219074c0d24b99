"""Docstrings, file lengths, and tests that mirror modules."""

import ast
import inspect
import re
from pathlib import Path

import pytest

import skdistill

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "skdistill"
TESTS = ROOT / "tests"
MODULES = sorted(PACKAGE.rglob("*.py"))
FILES = [
    path for name in ("skdistill", "tests", "benchmarks") for path in (ROOT / name).rglob("*.py")
]

# tests of the whole, which mirror no module
WHOLE = {
    *("architecture", "bad_input", "conventions", "readme", "sklearn_contract"),
    *("any_rows", "fuzzed_files", "old_files", "portable"),
}

PUBLIC = [name for name in skdistill.__all__ if callable(getattr(skdistill, name))]


def short(path):
    return str(path.relative_to(ROOT))


def documented_parameters(docstring):
    """List the names under the heading Parameters of a numpydoc docstring."""
    section = re.search(
        r"^Parameters\n-{10}\n(.*?)(?=^\S[^\n]*\n-{3,}$|\Z)", docstring, re.S | re.M
    )
    if section is None:
        return []
    entries = re.findall(r"^(\S.*?)(?: : .*)?$", section[1], re.M)
    return [name.strip().lstrip("*") for entry in entries for name in entry.split(",")]


def public_callables():
    """Yield every public class and function, and the public methods that skdistill defines."""
    for name in PUBLIC:
        obj = getattr(skdistill, name)
        yield pytest.param(obj, id=name)
        if inspect.isclass(obj):
            for method, value in vars(obj).items():
                if inspect.isfunction(value) and not method.startswith("_"):
                    yield pytest.param(value, id=f"{name}.{method}")


@pytest.mark.parametrize("obj", list(public_callables()))
def test_a_public_name_has_a_numpydoc_docstring(obj):
    docstring = inspect.getdoc(obj)
    assert docstring
    summary = docstring.split("\n", 1)[0]
    assert summary.endswith(".")
    parameters = [name for name in inspect.signature(obj).parameters if name != "self"]
    documented = documented_parameters(docstring)
    if inspect.isclass(obj) or documented:  # the plain methods of scikit-learn's API need none
        assert documented == parameters


@pytest.mark.parametrize("path", MODULES, ids=short)
def test_a_module_says_what_it_is(path):
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", FILES, ids=short)
def test_a_file_is_at_most_500_lines(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 500


@pytest.mark.parametrize("path", sorted(TESTS.rglob("test_*.py")), ids=short)
def test_a_test_file_mirrors_a_module(path):
    place = path.parent.relative_to(TESTS)
    folder = (PACKAGE.parent if place.parts[:1] == ("benchmarks",) else PACKAGE) / place
    name = path.stem.removeprefix("test_")
    homes = [folder / f"{name}.py", folder / f"_{name}.py", folder / name / "__init__.py"]
    assert name in WHOLE or any(home.is_file() for home in homes)
