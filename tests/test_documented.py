"""Every public name has a complete numpydoc docstring, and a place on the site's API page."""

import inspect
import re
from importlib import import_module
from pathlib import Path

import pytest
from numpydoc.validate import validate

DOCS = Path(__file__).parents[1] / "docs"

# the modules that users import from; students and sources are the estimator's own
MODULES = ["skdistill"] + [
    f"skdistill.{name}"
    for name in ("exceptions", "export", "losses", "report", "runtime", "samplers", "search")
]
# numpydoc's codes: a docstring is there, and its summary is a sentence;
SUMMARY = {"GL08", "SS01", "SS03"}
# parameters are all there, in order, with type and description, and so is what is returned
VALUES = {"PR01", "PR02", "PR03", "PR04", "PR07", "RT01", "RT03", "YD01"}


def public():
    """Yield the dotted name and the object of each public class, function and method."""
    for module in MODULES:
        home = import_module(module)
        for name in filter(lambda name: callable(getattr(home, name)), home.__all__):
            obj = getattr(home, name)
            yield f"{module}.{name}", obj
            for method in vars(obj) if inspect.isclass(obj) else ():
                if not method.startswith("_") and callable(getattr(obj, method)):
                    yield f"{module}.{name}.{method}", getattr(obj, method)


def entries(page):
    """Return the dotted names under all autosummary directives of a page."""
    module, names = "", set()
    for line in page.splitlines():
        if found := re.match(r"\.\. currentmodule:: (\S+)", line):
            module = found[1]
        elif found := re.fullmatch(r" {3}(\w+)", line):
            names.add(f"{module}.{found[1]}")
    return names


NAMES = dict(public())


@pytest.mark.parametrize("name", NAMES)
def test_a_docstring_is_complete(name):
    assert not [error for error in validate(name)["errors"] if error[0] in SUMMARY | VALUES]


def unannotated(obj):
    """List the parameters, and the return, of a class's or function's signatures without type."""
    if inspect.isclass(obj):
        home = obj.__module__.split(".")[0]
        bases = [base for base in obj.__mro__ if base.__module__.split(".")[0] == home]
        members = [member for base in bases for member in vars(base).items()]
        members = [m for name, m in members if name == "__init__" or name[0] != "_"]
    else:
        members = [obj]
    found = []
    for member in members:
        function = getattr(member, "fget", None) or getattr(member, "__func__", member)
        if not inspect.isfunction(function):
            continue
        signature = inspect.signature(inspect.unwrap(function))
        types = {name: each.annotation for name, each in signature.parameters.items()}
        types = {name: each for name, each in types.items() if name not in ("self", "cls")}
        types["return"] = signature.return_annotation
        missing = [name for name, each in types.items() if each is inspect.Signature.empty]
        found += [f"{function.__qualname__}: {name}" for name in missing]
    return found


@pytest.mark.parametrize("module", ["measures", "report", "search"])
def test_signatures_have_types(module):
    home = import_module(f"skdistill.{module}")
    assert [line for name in home.__all__ for line in unannotated(getattr(home, name))] == []


def test_a_signature_without_types_is_found():
    class Half:
        def method(self, a: int, b) -> int: ...

        @property
        def value(self): ...

    names = [line.split(".")[-1] for line in unannotated(Half)]
    assert names == ["method: b", "value: return"]


def test_an_incomplete_docstring_is_found():
    found = {code for code, _ in validate(f"{__name__}.entries")["errors"]}
    assert {"PR01", "RT01"} <= found & VALUES


def test_every_public_name_is_on_the_api_page():
    page = (DOCS / "api.md").read_text(encoding="utf-8")
    listed = entries(page) | set(re.findall(r"`(skdistill\.[\w.]+)`", page))
    names = {f"{module}.{name}" for module in MODULES for name in import_module(module).__all__}
    assert names <= listed, names - listed
