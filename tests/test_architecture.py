"""Who may import whom, and what a server need not load."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "skdistill"

# Every module or subpackage of skdistill, each with what it may import. Only what stands above
# can be imported, so there are no cycles. `_choose_recipe` stands below compose and train, whose
# machinery its race runs; data flows the other way, in the Recipe that they are handed.
MAY_IMPORT = {
    "_version": set(),
    "__init__": {"_version"},  # the public names are imported lazily
    "exceptions": set(),
    "_boosting": set(),
    "_afresh": set(),
    "_ambient": set(),
    "_extension": set(),
    "_progress": set(),
    "_seeds": set(),
    # libraries: they know nothing of the estimator
    "tables": set(),
    "_described": set(),
    "layers": {"_described"},
    "runtime": {"_described", "_extension", "exceptions", "layers", "tables"},
    "losses": {"_extension"},
    "samplers": {"_boosting", "_seeds", "layers", "runtime", "tables"},
    "sources": {"runtime", "tables"},
    "students": {"_ambient", "_boosting", "_extension", "_progress", "layers", "losses"},
    # what stages share
    "_bars": {"_progress"},
    "_digest": {"tables"},
    "_cache": {"_digest", "_version", "exceptions"},
    "_callbacks": {"_progress", "exceptions"},
    "_constraints": {"losses", "samplers", "students"},
    "_rare_levels": {"exceptions", "runtime", "tables"},
    "_show_versions": {"_version", "losses", "runtime"},
    "_store": {"tables"},
    "_skorch_rows": {"tables"},
    "_adapt": {"_afresh", "_skorch_rows"},
    "_teachers": {"_adapt", "_afresh", "_boosting", "_seeds", "exceptions", "runtime", "tables"},
    "_probabilities": {"exceptions", "tables"},
    "_answers": {"_adapt", "_probabilities", "exceptions", "tables"},
    "_transfer_set": {"_ambient", "_store", "losses"},
    "_validation": {"_probabilities", "exceptions", "tables"},
    "_training": {"_validation", "losses", "students"},
    "_routing": {"_teachers", "exceptions"},
    # the stages
    "_repeats": {"tables"},
    "_folds": {"_repeats", "exceptions", "tables"},
    "_ask_teacher": {"_adapt", "_answers", "_probabilities", "_progress", "exceptions", "tables"},
    "_calibrate_scores": {"exceptions"},
    "_seen": {"_ask_teacher", "_calibrate_scores", "exceptions", "samplers", "tables"},
    "_answer_rows": {"_answers", "_progress", "_transfer_set", "runtime", "tables"},
    "_compose_transfer_set": {
        "_answer_rows",
        "_progress",
        "_transfer_set",
        "samplers",
        "sources",
        "tables",
    },
    "_train_student": {
        "_ambient",
        "_calibrate_scores",
        "_progress",
        "_transfer_set",
        "layers",
        "runtime",
        "students",
    },
    "_rehearsal": {"_ambient", "_progress", "_train_student", "_transfer_set", "students"},
    "_choose_recipe": {
        "_compose_transfer_set",
        "_progress",
        "_train_student",
        "_training",
        "exceptions",
        "samplers",
        "students",
        "tables",
    },
    "_held_out": {"_ask_teacher", "_choose_recipe", "_folds"},
    # the estimator, and what reads a fitted one by its public attributes
    "_classifier": {
        "_adapt",
        "_afresh",
        "_ambient",
        "_answers",
        "_ask_teacher",
        "_cache",
        "_calibrate_scores",
        "_callbacks",
        "_choose_recipe",
        "_compose_transfer_set",
        "_constraints",
        "_held_out",
        "_rare_levels",
        "_rehearsal",
        "_routing",
        "_seeds",
        "_seen",
        "_teachers",
        "_train_student",
        "_training",
        "_validation",
        "sources",
        "tables",
    },
    "export": {
        "__init__",
        "_ambient",
        "exceptions",
        "layers",
        "runtime",
        "tables",
    },  # the version; what skl2onnx is to convert
    "report": {"_answers", "_boosting", "_seeds", "exceptions", "runtime", "tables"},
    "search": {
        "_afresh",
        "_ambient",
        "_cache",
        "_callbacks",
        "_classifier",
        "_folds",
        "_progress",
        "_seeds",
        "_teachers",
        "_train_student",
        "_validation",
        "exceptions",
        "report",
        "tables",
    },
    "cli": {
        "__init__",
        "_cache",
        "_teachers",
        "exceptions",
        "export",
        "layers",
        "report",
        "runtime",
        "tables",
    },
}
PLANNED: set[str] = set()  # listed above, not written yet

FILES = sorted(PACKAGE.rglob("*.py"))
UNITS = sorted({path.relative_to(PACKAGE).with_suffix("").parts[0] for path in FILES})


def unit_of(parts):
    """Name the module or subpackage of skdistill that a path or dotted name leads into."""
    return parts[0] if parts and parts[0] in MAY_IMPORT else "__init__"


def imported_units(tree, package):
    """List what a file of `package` (dotted) imports of skdistill, inside functions too."""
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            up = package.split(".")[: -(node.level - 1) or None] if node.level else []
            origin = ".".join([*up, *filter(None, [node.module])])
            names += [f"{origin}.{alias.name}" for alias in node.names]
    split = (name.split(".") for name in names)
    return {unit_of(parts[1:]) for parts in split if parts[0] == "skdistill"}


def units_imported_by(unit):
    """Return what the files of a module or subpackage import of the others."""
    imported = set()
    for path in FILES:
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        if parts[0] == unit:
            package = ".".join(["skdistill", *parts[:-1]])
            imported |= imported_units(ast.parse(path.read_text(encoding="utf-8")), package)
    return imported - {unit}


@pytest.mark.parametrize("unit", UNITS)
def test_a_module_imports_what_it_may_and_no_permission_is_left_unused(unit):
    assert unit in MAY_IMPORT, f"Say in MAY_IMPORT what {unit} may import."
    assert units_imported_by(unit) == MAY_IMPORT[unit]


def test_only_what_stands_above_is_imported():
    above = set()
    for unit, imports in MAY_IMPORT.items():
        assert imports <= above, unit
        above.add(unit)


def test_every_rule_is_about_a_module_that_exists():
    assert set(MAY_IMPORT) - set(UNITS) == PLANNED


@pytest.mark.parametrize(
    ("statement", "unit"),
    [
        ("import skdistill._cache", "_cache"),
        ("from skdistill import _cache", "_cache"),
        ("from skdistill import load", "__init__"),
        ("from skdistill.runtime._files import load", "runtime"),
        ("from ._layers import Linear", "runtime"),
        ("from .. import _cache", "_cache"),
        ("from .._cache import Cache", "_cache"),
        ("def f():\n    import skdistill.losses", "losses"),
    ],
)
def test_an_import_is_seen_in_every_spelling(statement, unit):
    assert imported_units(ast.parse(statement), "skdistill.runtime") == {unit}


@pytest.mark.parametrize("module", ["skdistill", "skdistill.runtime", "skdistill.export._c"])
def test_a_server_loads_numpy_and_no_heavy_library(module):
    heavy = {"joblib", "onnx", "onnxruntime", "pandas", "polars", "pyarrow", "scipy", "skl2onnx"}
    heavy |= {"sklearn", "skorch", "torch"}
    loaded = subprocess.run(
        [sys.executable, "-c", f"import sys, {module}; print(*sys.modules)"],
        capture_output=True,
        check=True,
        text=True,
    ).stdout.split()
    assert module in loaded
    assert not heavy & set(loaded)
