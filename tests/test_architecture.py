"""Who may import whom, and what a server need not load."""

import ast
import re
import subprocess
import sys
import textwrap
from dataclasses import fields, is_dataclass
from importlib import import_module
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "skdistill"

# Every module or subpackage of skdistill, the ground first, each with what it may import. Only
# what stands above can be imported, so there are no cycles.
MAY_IMPORT = {
    "_version": set(),
    "__init__": {"_version"},  # the public names are imported lazily
    "exceptions": set(),
    "tables": set(),
    "_plumbing": {"_version", "exceptions", "tables"},
    "layers": {"_plumbing"},
    "runtime": {"_plumbing", "exceptions", "layers", "tables"},
    "losses": {"_plumbing"},
    "tasks": {"_plumbing", "exceptions", "layers", "losses", "tables"},
    "samplers": {"_plumbing", "layers", "runtime", "tables"},
    "sources": {"runtime", "tables"},
    "students": {"_plumbing", "layers", "tasks"},
    "training": {"_plumbing", "runtime", "students", "tasks"},
    "teachers": {"_plumbing", "exceptions", "runtime", "samplers", "tables", "tasks"},
    "flow": {
        "_plumbing",
        "exceptions",
        "runtime",
        "samplers",
        "sources",
        "tables",
        "tasks",
        "teachers",
        "training",
    },
    "race": {
        "_plumbing",
        "exceptions",
        "flow",
        "samplers",
        "students",
        "tables",
        "teachers",
        "training",
    },
    "_constraints": {"losses", "samplers", "students"},
    "_show_versions": {"_version", "losses", "runtime"},
    "_distilled": {
        "_plumbing",
        "flow",
        "race",
        "runtime",
        "sources",
        "tables",
        "tasks",
        "teachers",
        "training",
    },
    "_classifier": {
        "_constraints",
        "_distilled",
        "_plumbing",
        "losses",
        "runtime",
        "samplers",
        "tables",
        "tasks",
    },
    "_regressor": {
        "_constraints",
        "_distilled",
        "_plumbing",
        "losses",
        "runtime",
        "samplers",
        "tables",
        "tasks",
    },
    "measures": {"exceptions", "runtime", "tables", "tasks", "teachers"},
    "export": {"__init__", "_plumbing", "exceptions", "layers", "runtime", "tables"},
    "report": {"_plumbing", "exceptions", "measures", "tables", "tasks"},
    "search": {
        "_distilled",
        "_plumbing",
        "exceptions",
        "flow",
        "measures",
        "report",
        "tables",
        "tasks",
        "teachers",
        "training",
    },
    "cli": {
        "__init__",
        "_plumbing",
        "exceptions",
        "export",
        "layers",
        "measures",
        "report",
        "runtime",
        "tables",
        "tasks",
        "teachers",
    },
    "__main__": {"cli"},
}

# Words of one task, classes, and the files that may have them. Elsewhere the task says what an
# answer is, by which measures it is compared, and what these are called.
OF_CLASSES = re.compile(r"class(es)?_|n_classes|softmax|log_loss|accuracy")
MAY_SPEAK_OF_CLASSES = {
    "tasks": "it says what an answer is",
    "losses": "distributions over classes are what is learned",
    "layers": "a softmax ends a student, and its outputs are classes",
    "runtime/_classifier_student.py": "it is a student of classes",
    "runtime/_multilabel_student.py": "scikit-learn's classifiers of labels say what each may be",
    "teachers/_adapt.py": "it makes scikit-learn's classifiers of other libraries'",
    "teachers/_default.py": "its teachers are classifiers",
    "export/_c_outputs.py": "it writes the outputs",
    "export/_torch.py": "torch's own names of what ends a net",
    "export/_onnx_sklearn_outputs.py": "it writes the outputs",
    "_classifier.py": "it is an estimator of classes",
    "search/_search.py": "it is an estimator of classes",
    "report/_class_displays.py": "its displays are about classes",
}
FILES = sorted(PACKAGE.rglob("*.py"))
UNITS = sorted({path.relative_to(PACKAGE).with_suffix("").parts[0] for path in FILES})


def unit_of(parts):
    """Name the module or subpackage of skdistill that a path or dotted name leads into."""
    return parts[0] if parts and parts[0] in MAY_IMPORT else "__init__"


def imported_names(tree, package):
    """List the dotted names that a file of `package` imports, inside functions too."""
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            up = package.split(".")[: -(node.level - 1) or None] if node.level else []
            origin = ".".join([*up, *filter(None, [node.module])])
            names += [f"{origin}.{alias.name}" for alias in node.names]
    return names


def imported_units(tree, package):
    """List what a file of `package` (dotted) imports of skdistill."""
    split = (name.split(".") for name in imported_names(tree, package))
    return {unit_of(parts[1:]) for parts in split if parts[0] == "skdistill"}


def private_imports(tree, package):
    """List the names imported of other packages' private modules."""
    names = (name.split(".") for name in imported_names(tree, package))
    foreign = (n for n in names if n[0] == "skdistill" and len(n) > 2 and n[1][0] != "_")
    own = package.split(".")[1:2]
    return [".".join(name) for name in foreign if name[2].startswith("_") and name[1:2] != own]


def speaks_of_classes(tree):
    """Whether an identifier or a string, docstrings included, has a word of classes."""
    for node in ast.walk(tree):
        words = [getattr(node, field, None) for field in ("name", "asname", "id", "attr", "arg")]
        if isinstance(node, ast.Constant):
            words.append(node.value)
        if any(isinstance(word, str) and OF_CLASSES.search(word) for word in words):
            return True
    return False


def units_imported_by(unit):
    """Return what the files of a module or subpackage import of the others."""
    imported = set()
    for path in FILES:
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        if parts[0] == unit:
            package = ".".join(["skdistill", *parts[:-1]])
            tree = ast.parse(path.read_text(encoding="utf-8"))
            imported |= imported_units(at_run_time(tree) if unit == "__init__" else tree, package)
    return imported - {unit}


def at_run_time(tree):
    """Leave out what is for type checkers alone: there, skdistill imports all that is public."""
    body = []
    for node in tree.body:
        for_checkers = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        body += node.orelse if for_checkers else [node]
    return ast.Module(body, [])


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
    assert set(MAY_IMPORT) == set(UNITS)


@pytest.mark.parametrize(
    ("statement", "unit"),
    [
        ("import skdistill._plumbing.cache", "_plumbing"),
        ("from skdistill import _plumbing", "_plumbing"),
        ("from skdistill import load", "__init__"),
        ("from skdistill.runtime._files import load", "runtime"),
        ("from ._layers import Linear", "runtime"),
        ("from .. import _plumbing", "_plumbing"),
        ("from .._plumbing.cache import Cache", "_plumbing"),
        ("def f():\n    import skdistill.losses", "losses"),
    ],
)
def test_an_import_is_seen_in_every_spelling(statement, unit):
    assert imported_units(ast.parse(statement), "skdistill.runtime") == {unit}


@pytest.mark.parametrize("path", FILES, ids=str)
def test_what_is_private_stays_inside_its_package(path):
    package = ".".join(["skdistill", *path.relative_to(PACKAGE).parts[:-1]])
    assert private_imports(ast.parse(path.read_text(encoding="utf-8")), package) == []


@pytest.mark.parametrize(
    ("statement", "package", "found"),
    [
        ("from skdistill.runtime._files import load", "skdistill.cli", True),
        ("from skdistill.runtime import _files", "skdistill.cli", True),
        ("from ..runtime._files import load", "skdistill.cli", True),
        ("from skdistill.runtime._files import load", "skdistill.runtime", False),
        ("from skdistill.runtime import load", "skdistill.cli", False),
        ("from skdistill._plumbing.cache import Cache", "skdistill.cli", False),
        ("from skdistill._classifier import DistilledClassifier", "skdistill.search", False),
    ],
)
def test_a_private_import_is_seen_in_every_spelling(statement, package, found):
    assert bool(private_imports(ast.parse(statement), package)) == found


def test_only_who_is_about_classes_speaks_of_them():
    found = set()
    for path in FILES:
        file = path.relative_to(PACKAGE).as_posix()
        if speaks_of_classes(ast.parse(path.read_text(encoding="utf-8"))):
            unit = file.split("/")[0]
            found.add(unit if unit in MAY_SPEAK_OF_CLASSES else file)
    assert found == set(MAY_SPEAK_OF_CLASSES)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("clf.classes_", True),
        ("n_classes = 2", True),
        ("def f(*, class_weight): ...", True),
        ("f(n_classes=2)", True),
        ("from scipy.special import log_softmax", True),
        ("from scipy.special import expit as softmax_of_two", True),
        ("f'the {mean} accuracy'", True),
        ('"""Docstring of a log_loss."""', True),
        ("class Classes:\n    'The log loss by class.'", False),
        ("from skdistill.report._class_displays import ReliabilityDisplay", False),
        ("# softmax", False),
    ],
)
def test_a_word_of_classes_is_seen_in_every_place(text, found):
    assert speaks_of_classes(ast.parse(text)) == found


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


def test_every_public_package_is_there_after_one_import():
    names = "exceptions export layers losses report runtime samplers search sources students"
    code = f"""
        import sys, skdistill
        for name in {names.split()}:
            assert name in dir(skdistill) and f"skdistill.{{name}}" not in sys.modules, name
        for name in {names.split()}:
            assert getattr(skdistill, name).__name__ == f"skdistill.{{name}}"
        assert not hasattr(skdistill, "reports") and not hasattr(skdistill, "_classifiers")
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True)


def records():
    """Yield the dataclasses on the packages' faces that hold arrays."""
    for init in sorted(PACKAGE.glob("*/__init__.py")):
        face = import_module(f"skdistill.{init.parent.name}")
        for cls in filter(is_dataclass, vars(face).values()):
            if any("ndarray" in str(field.type) for field in fields(cls) if field.init):
                yield cls


@pytest.mark.parametrize("record", sorted(set(records()), key=str))
def test_a_record_of_arrays_checks_them_when_it_is_made(record):
    assert any("__post_init__" in vars(base) for base in record.__mro__)


@pytest.mark.parametrize("path", FILES, ids=str)
def test_what_the_race_may_know_is_a_value_and_no_prefix(path):
    names = {n.id for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.Name)}
    assert not [name for name in names if name.startswith("race_")]
