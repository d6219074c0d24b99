"""Warnings of a fit, and statistics that never end one."""

import doctest
import inspect
import os
import re
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
from pathlib import Path

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skdistill
from skdistill import DistilledClassifier
from skdistill.exceptions import DistillationWarning, only_informs
from skdistill.tasks import proper
from skdistill.teachers._labels_only import LabelsOnly


def failing(error):
    @only_informs("the share", otherwise=0)
    def share():
        raise error

    return share


@pytest.mark.parametrize(
    "error",
    [ValueError("no rows"), ZeroDivisionError("no rows"), np.linalg.LinAlgError("no rows")],
)
def test_a_statistic_that_only_informs_gives_way_with_a_warning_by_name(error):
    with pytest.warns(DistillationWarning, match=r"the share could not .* \(no rows\): it is 0"):
        assert failing(error)() == 0


def test_a_fit_goes_on_where_realism_cannot_be_measured(monkeypatch):
    def fail(*args, **kwargs):
        raise ValueError("nothing to compare")

    monkeypatch.setattr("skdistill.samplers._realism.cross_val_score", fail)
    X = np.random.default_rng(0).normal(size=(240, 2))
    clf = DistilledClassifier(GaussianNB(), transfer="mixup", max_epochs=1, random_state=0)
    with pytest.warns(DistillationWarning, match="realism_auc could not be computed"):
        clf.fit(X, X[:, 0] > 0)
    assert {trial["realism_auc"] for trial in clf.transfer_summary_["trials"]} == {None}


PACKAGE, PYTHON = (Path(inspect.getsourcefile(module)).parent for module in (skdistill, os))


def in_file(file):
    """Return a function that warns, as if it stood in `file`, of a module called contextlib_x."""
    module = {"__name__": "contextlib_x"}
    code = "from skdistill.exceptions import warn\ndef warns():\n    warn('here')\n"
    exec(compile(code, str(file), "exec"), module)
    return module["warns"]


def data():
    X = np.random.default_rng(0).normal(size=(60, 2))
    return X, X[:, 0] > 0


def warns_in_fit():
    """Return a classifier that warns whenever it is fitted."""
    return DistilledClassifier(
        GaussianNB(), cv=2, alpha=0, transfer="mixup", hidden_layer_sizes=(4,), max_epochs=1
    )


def in_a_search(clf, X, y):
    GridSearchCV(clf, {"lr": [0.01]}, cv=2).fit(X, y)


def in_a_cross_validation(clf, X, y):
    cross_val_score(clf, X, y, cv=2)


def in_a_pipeline(clf, X, y):
    make_pipeline(StandardScaler(), clf).fit(X, y)


def in_a_users_function_in_threads(clf, X, y):
    def fit():
        clone(clf).fit(X, y)

    joblib.Parallel(n_jobs=2, prefer="threads")(joblib.delayed(fit)() for _ in range(2))


def behind_a_decorator(clf, X, y):
    @wraps(clf.fit)
    def fit(*args):
        return clf.fit(*args)

    fit(X, y)


@pytest.mark.parametrize(
    "fit",
    [in_a_search, in_a_cross_validation, in_a_pipeline, in_a_users_function_in_threads,
     behind_a_decorator],
)  # fmt: skip
def test_a_warning_points_at_the_line_of_the_user_that_fits(fit):
    with pytest.warns(DistillationWarning, match="labels alone") as caught:
        fit(warns_in_fit(), *data())
    lines, first = inspect.getsourcelines(fit)
    assert {warning.filename for warning in caught} == {__file__}
    (line,) = {warning.lineno for warning in caught}
    assert re.search(r"fit\(|cross_val_score", lines[line - first])


def test_one_line_of_the_user_is_warned_once_and_another_again():
    warns = in_file(PACKAGE / "x.py")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for _ in range(3):
            warns()
        warns()
    assert len(caught) == 2


def by_joblib(fit, X, y):
    joblib.Parallel(n_jobs=2, prefer="threads")([joblib.delayed(fit)(X, y)] * 2)


def by_an_executor(fit, X, y):
    with ThreadPoolExecutor(1) as executor:
        executor.submit(fit, X, y).result()


@pytest.mark.parametrize("in_threads", [by_joblib, by_an_executor])
def test_in_a_thread_without_a_line_of_the_user_it_points_at_ours(in_threads):
    with pytest.warns(DistillationWarning, match="labels alone") as caught:
        in_threads(warns_in_fit().fit, *data())
    assert {warning.filename for warning in caught} == {inspect.getsourcefile(LabelsOnly)}


PROGRAM = """
import multiprocessing
import joblib
import numpy as np
from skdistill.tasks import proper
job = np.zeros((1, 2)), "it"
joblib.Parallel(n_jobs=2)([joblib.delayed(proper)(*job)] * 2)
with multiprocessing.get_context("spawn").Pool(1) as pool:
    pool.apply(proper, job)
proper(*job)
"""


def test_processes_point_at_ours_and_a_program_of_the_command_line_at_its_own_line():
    words = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(words, capture_output=True, check=True, text=True)
    *others, last = re.findall(r"^(.*):(\d+): DistillationWarning", done.stderr, re.MULTILINE)
    assert last == ("<string>", "10")
    lines, first = inspect.getsourcelines(proper)
    assert len(others) >= 2
    assert {file for file, _ in others} == {inspect.getsourcefile(proper)}
    assert all(first <= int(line) < first + len(lines) for _, line in others)


def test_a_doctest_is_the_users():
    names = {"clf": warns_in_fit(), **dict(zip("Xy", data(), strict=True))}
    text = ">>> clf.fit(X, y).n_iter_\n1\n"
    test = doctest.DocTestParser().get_doctest(text, names, "guide", "guide.rst", 0)
    with pytest.warns(DistillationWarning, match="labels alone") as caught:
        assert doctest.DocTestRunner().run(test).failed == 0
    assert [(warning.filename, warning.lineno) for warning in caught] == [
        ("<doctest guide[0]>", 1)
    ]


@pytest.mark.parametrize(
    ("file", "of_user"),
    [
        (PACKAGE / "flow" / "x.py", False),
        (Path(joblib.__file__).parent / "x.py", False),
        (PYTHON / "contextlib.py", False),
        ("<frozen runpy>", False),
        (PACKAGE.with_name("skdistill_mine") / "x.py", True),
        ("/home/me/skdistill/x.py", True),
        ("/home/me/contextlib_x.py", True),
        ("/home/me/joblib.py", True),
        (PYTHON / "site-packages" / "company" / "x.py", True),
        (PYTHON / "dist-packages" / "company.py", True),
        ("<stdin>", True),
        ("<string>", True),
    ],
    ids=str,
)
def test_whose_a_line_is_is_said_by_its_file_alone(file, of_user):
    warns = in_file(file)
    with pytest.warns(DistillationWarning, match="here") as caught:
        warns()
    assert caught[0].filename == (str(file) if of_user else __file__)


def test_code_that_was_made_is_its_modules():
    made = {"__name__": "skdistill.layers", "__file__": str(PACKAGE / "layers" / "x.py")}
    exec("from skdistill.exceptions import warn\ndef f():\n    warn('here')\n", made)
    with pytest.warns(DistillationWarning, match="here") as caught:
        made["f"]()
    assert caught[0].filename == __file__
