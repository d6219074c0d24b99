"""Modules say what they are, file lengths, and tests that mirror modules."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "skdistill"
TESTS = ROOT / "tests"
MODULES = sorted(PACKAGE.rglob("*.py"))
FILES = [
    path
    for name in ("skdistill", "tests", "benchmarks", "docs", "examples")
    for path in (ROOT / name).rglob("*.py")
]

# tests of the whole, which mirror no module
WHOLE = {
    *("architecture", "bad_input", "conventions", "documented", "examples", "extending", "readme"),
    *("sklearn_contract", "typed"),
    *("any_rows", "bare", "empty_columns", "every_form", "fuzzed_files", "html_browser"),
    "multilabel",
    *("kinds_everywhere", "layers", "old_files", "portable", "sparse_rows"),
}


def short(path):
    return str(path.relative_to(ROOT))


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
