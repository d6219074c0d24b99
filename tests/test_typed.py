"""Type checkers see every public name, and every slip of a user's."""

import ast
import inspect
import json
import os
import re
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
from sklearn.utils._param_validation import StrOptions

import skdistill
from skdistill import DistilledClassifier, DistilledRegressor
from skdistill._plumbing import typed
from skdistill.samplers import SAMPLERS

ROOT = Path(__file__).parents[1]
MODULES = ["skdistill", *sorted(f"skdistill.{name}" for name in skdistill._PACKAGES)]
BEGINNING = """\
import numpy as np
import torch
from sklearn.ensemble import RandomForestClassifier  # type: ignore[import-untyped]

import skdistill
from skdistill import DistillationSearch, DistilledClassifier, DistilledRegressor, Munge
from skdistill import losses, samplers
from skdistill.exceptions import DistillationWarning
from skdistill.export import to_c, to_onnx, to_torch
from skdistill.losses import DistillationLoss, distillation_loss, point_loss, temper
from skdistill.report import fidelity_report
from skdistill.samplers import Bootstrap, two_sample_auc

X, y = np.zeros((20, 3)), np.arange(20) % 2
scores = torch.zeros(2, 3)


class Own:
    def fit(self, X: object, sample_weight: object = None, random_state: object = None) -> "Own":
        return self

    def draw(self, n_rows: int, random_state: object = None) -> object:
        return X


clf = DistilledClassifier(RandomForestClassifier(), random_state=0)
clf = clf.fit(X, y, sample_weight=np.ones(20), groups=y.tolist())
search = DistillationSearch(clf, max_bytes=20_000)
clf.fit(X, ["a", "b"] * 10, soft_targets=np.ones((20, 2)) / 2)
reg = DistilledRegressor(random_state=0)
reg = reg.fit(X, [0.5] * 20, soft_targets=np.ones((20, 1)))
"""
# a line that is right, and what is wrong instead
SLIPS = [
    (
        "DistilledClassifier(hidden_layer_sizes=(8,))",
        "DistilledClassifier(hiden_layer_sizes=(8,))",
    ),
    ("DistilledClassifier(hidden_layer_sizes=64)", "DistilledClassifier(hidden_layer_sizes='64')"),
    ("DistilledClassifier(calibration=None)", "DistilledClassifier(calibration='platt')"),
    ("DistilledClassifier(student='tabm')", "DistilledClassifier(student='tab')"),
    ("DistilledClassifier(transfer='munge')", "DistilledClassifier(transfer='mung')"),
    ("DistilledClassifier(transfer=Own())", "DistilledClassifier(transfer=Own)"),
    ("DistilledClassifier(n_bins=4)", "DistilledClassifier(n_bins='4')"),
    ("DistilledRegressor(loss='huber')", "DistilledRegressor(loss='kl')"),
    ("DistilledRegressor(calibration='linear')", "DistilledRegressor(calibration='sigmoid')"),
    ("DistilledRegressor(student='tabm')", "DistilledRegressor(student='tab')"),
    ("DistilledRegressor(loss=point_loss, n_bins=4)", "DistilledRegressor(temperature=2.0)"),
    ("reg.fit(X, y, groups=[1] * 20).predict(X).sum()", "reg.fit(X, y, group=[1] * 20)"),
    ("reg.predict(X).tolist()", "reg.predict_proba(X).tolist()"),
    ("round(reg.score(X, y), 2)", "round(reg.scor(X, y), 2)"),
    ("reg.set_params(lr=0.01).fit(X, y)", "reg.set_params(lr=0.01).fitt(X, y)"),
    ("reg.ask_teacher(X, calibrated=False)", "reg.ask_teacher(X, calibrate=False)"),
    ("print(reg.student_.predict(X), reg.n_iter_)", "print(reg.student_.predict_proba(X))"),
    ("point_loss(scores, scores, kind='huber')", "point_loss(scores, scores, kind='hubber')"),
    ("point_loss(scores, scores, delta=2.0)", "point_loss(scores, scores, beta=2.0)"),
    ("clf.fit(X, y, sample_weight=[1.0] * 20)", "clf.fit(X, y, weights=[1.0] * 20)"),
    ("clf.fit(X, y).predict_proba(X).sum()", "clf.fit(X, y).predict_prob(X).sum()"),
    ("clf.predict(X).tolist()", "clf.predicts(X).tolist()"),
    ("round(clf.score(X, y), 2)", "round(clf.scor(X, y), 2)"),
    ("clf.set_params(lr=0.01).fit(X, y)", "clf.set_params(lr=0.01).fitt(X, y)"),
    ("clf.get_params()['lr']", "clf.get_param()['lr']"),
    ("clf.set_fit_request(sample_weight=True)", "clf.set_fit_requests(sample_weight=True)"),
    ("clf.ask_teacher(X, calibrated=False)", "clf.ask_teacher(X, calibrate=False)"),
    ("print(clf.classes_, clf.history_[0])", "print(clf.class_, clf.history_[0])"),
    ("print(clf.n_iter_ + 1)", "print(clf.n_iters_ + 1)"),
    ("print(clf.student_.reader.read(X))", "print(clf.student_.reader.reads(X))"),
    ("print(clf.student_.classes_)", "clf.student_.scor(X, y)"),
    ("print(skdistill.load('a').layers)", "print(skdistill.load('a').layer)"),
    ("print(skdistill.DistilledClassifier())", "print(skdistill.DistiledClassifier())"),
    ("skdistill.show_versions()", "skdistill.show_version()"),
    ("print(skdistill.report, skdistill.search)", "print(skdistill.reports, skdistill.search)"),
    ("print(skdistill.students.STUDENTS)", "print(skdistill.students.STUDENT)"),
    ("with skdistill.progress(): pass", "with skdistill.progres(): pass"),
    ("from skdistill import layers as k; print(k)", "from skdistill import layer as k; print(k)"),
    ("from skdistill import Student as S; print(S)", "from skdistill import Studen as S"),
    ("from skdistill.export import to_c as c; print(c)", "from skdistill.export import toc as c"),
    ("Munge(local_variance=2.0).fit(X)", "Munge(local_varience=2.0).fit(X)"),
    ("Bootstrap().fit(X, random_state=0).draw(5)", "Bootstrap().fit(X, random_state=0).drawn(5)"),
    ("samplers.SAMPLERS['mixup']().get_params()", "samplers.SAMPLERS['mixup']().get_param()"),
    ("two_sample_auc(X, X, random_state=1)", "two_sample_auc(X, X, seed=1)"),
    ("to_c(clf, 'a.h', dtype='int8')", "to_c(clf, 'a.h', dtype='int4')"),
    ("to_onnx(clf, quantize='int8')", "to_onnx(clf, quantize='int4')"),
    ("to_torch(clf).eval()", "to_torch(clf).evaluate()"),
    ("skdistill.export.to_torch(clf)", "skdistill.export.to_toch(clf)"),
    (
        "distillation_loss(scores, scores, beta=0.5)",
        "distillation_loss(scores, scores, betta=0.5)",
    ),
    ("temper(scores, 2.0, standardize=True)", "temper(scores, 2.0, standardise=True)"),
    ("DistillationLoss(alpha=0.2)(scores, scores)", "DistillationLoss(alfa=0.2)(scores, scores)"),
    ("search.fit(X, y).predict(X).tolist()", "search.fit(X, y).predicts(X).tolist()"),
    ("print(search.best_score_ + 1)", "print(search.best_scor_ + 1)"),
    ("DistillationSearch(clf, max_bytes=1)", "DistillationSearch(clf, max_byte=1)"),
    ("print(fidelity_report(clf, X, y).verdict)", "print(fidelity_report(clf, X, y).verdicts)"),
    ("clf.student_.score(X, y, sample_weight=[1.0])", "clf.student_.score(X, y, weight=[1.0])"),
    ("clf.student_.shrink(2).save('s')", "clf.student_.shrink(2).saves('s')"),
    ("print(losses.KINDS, DistillationWarning)", "print(losses.KIND, DistillationWarning)"),
]
RIGHT, WRONG = zip(*SLIPS, strict=True)
SCRIPTS = {"right.py": BEGINNING + "\n".join(RIGHT), "wrong.py": BEGINNING + "\n".join(WRONG)}
FIRST = BEGINNING.count("\n") + 1  # line of the first slip


def mypy(folder):
    """Return what mypy says of the scripts in a folder, by file and line."""
    command = [sys.executable, "-m", "mypy", "--config-file=", "--follow-imports=silent"]
    command += ["--strict", f"--cache-dir={folder / 'cache'}", *SCRIPTS]
    environment = {**os.environ, "MYPYPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=folder)
    found = re.findall(r"(\w+\.py):(\d+): error: (.*)", done.stdout)
    return {(file, int(line)): message for file, line, message in found}


def pyright(folder):
    """Return what pyright says of the scripts in a folder, by file and line."""
    settings = {"extraPaths": [str(ROOT)], "strict": ["right.py"]}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
    found = json.loads(done.stdout)["generalDiagnostics"]
    errors = [each for each in found if each["severity"] == "error"]
    return {
        (Path(each["file"]).name, each["range"]["start"]["line"] + 1): each["message"]
        for each in errors
    }


@pytest.fixture(scope="module", params=["mypy", "pyright"])
def told(request, tmp_path_factory):
    """Return what a type checker says of users' scripts, by file and line."""
    if not find_spec(request.param):  # `make check-oldest` has neither
        pytest.skip(f"{request.param} is not installed")
    folder = tmp_path_factory.mktemp("user")
    for name, script in SCRIPTS.items():
        (folder / name).write_text(f"{script}\n", encoding="utf-8")
    return {"mypy": mypy, "pyright": pyright}[request.param](folder)


def test_nothing_is_said_of_a_right_script_however_strict(told):
    assert {at: message for at, message in told.items() if at[0] == "right.py"} == {}


def test_each_slip_is_told_at_its_line_and_nothing_else(told):
    lines = {line for file, line in told if file == "wrong.py"}
    assert [slip for line, slip in enumerate(WRONG, FIRST) if line not in lines] == []
    assert lines == set(range(FIRST, FIRST + len(WRONG)))


def public():
    """Yield the dotted name of each public function and method, and the function."""
    for module in MODULES:
        home = import_module(module)
        for name in home.__all__:
            obj = getattr(home, name)
            if inspect.isclass(obj):
                yield from methods(obj)
            elif callable(obj):
                yield f"{obj.__module__}.{name}", obj


def methods(cls):
    """Yield what of a class, and of its bases that are ours, is public."""
    for base in cls.__mro__:
        if base.__module__.startswith("skdistill."):
            for name, member in vars(base).items():
                function = getattr(member, "fget", None) or getattr(member, "__func__", member)
                is_public = name == "__init__" or not name.startswith("_")
                if is_public and inspect.isfunction(function):
                    yield f"{base.__module__}.{base.__qualname__}.{name}", function


def unannotated(function):
    """List the parameters without a type, and `return`; the first may be `self` or `cls`."""
    signature = inspect.signature(function)
    names = [
        name
        for name, parameter in signature.parameters.items()
        if parameter.annotation is parameter.empty
    ]
    names += ["return"] if signature.return_annotation is signature.empty else []
    return [name for name in names if name not in ("self", "cls")]


PUBLIC = dict(public())


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_whatever_is_public_has_its_types(name):
    assert unannotated(PUBLIC[name]) == []


def test_what_has_no_type_is_found():
    def function(self, a: int, b, *, c=3): ...

    assert unannotated(function) == ["b", "c", "return"]


@pytest.mark.parametrize("module", ["skdistill", "skdistill.export"])
def test_checkers_see_what_is_there_at_run_time(module):
    home = import_module(module)
    (block,) = [node for node in ast.parse(inspect.getsource(home)).body if type(node) is ast.If]
    aliases = [alias for node in block.body for alias in node.names]
    assert all(alias.asname == alias.name for alias in aliases)
    packages = getattr(home, "_PACKAGES", set())
    assert {alias.name for alias in aliases} == {*home._HOMES, *packages}
    assert {*home.__all__} <= {*home._HOMES, "__version__"}
    for node in block.body:
        for alias in node.names:
            there = getattr(import_module(node.module), alias.name)
            assert getattr(home, alias.name) is there


ESTIMATORS = DistilledClassifier, DistilledRegressor


@pytest.mark.parametrize("estimator", [*ESTIMATORS, *SAMPLERS.values()])
def test_what_checkers_see_of_the_bases_is_there(estimator):
    bases = {base.__name__ for base in estimator.__mro__} - {
        "CallbackSupport"
    }  # empty where it is ours
    seen = ast.parse(inspect.getsource(typed)).body[-1].body
    promised = [
        each.name
        for base in seen
        if isinstance(base, ast.ClassDef) and base.name in bases
        for each in base.body
        if isinstance(each, ast.FunctionDef)
    ]
    assert "get_params" in promised
    assert [name for name in promised if not hasattr(estimator, name)] == []


@pytest.mark.parametrize(
    ("estimator", "name"),
    [(each, name) for each in ESTIMATORS for name in inspect.signature(each).parameters],
)
def test_a_parameter_takes_by_its_type_the_words_that_it_takes(estimator, name):
    constraints = estimator._parameter_constraints[name]
    words = {word for each in constraints if isinstance(each, StrOptions) for word in each.options}
    hint = get_type_hints(estimator.__init__)[name]
    given = [hint, *get_args(hint)]
    literals = [word for each in given if get_origin(each) is Literal for word in get_args(each)]
    assert set(literals) == words or hint is Any
