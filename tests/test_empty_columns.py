"""Empty and nearly empty columns, in every container and for every helper."""

import datetime

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse
from sklearn.naive_bayes import BernoulliNB
from sklearn.tree import DecisionTreeClassifier

from skdistill import DistillationSearch, DistilledClassifier
from skdistill.cli._teacher_files import _preset
from skdistill.report import fidelity_report
from skdistill.samplers import SAMPLERS, two_sample_auc
from skdistill.tables import take_rows
from skdistill.teachers._default import TableBoosting

# a fit may have more to say about such tables, but not that something failed
pytestmark = pytest.mark.filterwarnings(
    "ignore::skdistill.exceptions.DistillationWarning", "error:.*could not be computed"
)

N = 220
RNG = np.random.default_rng(0)
NUMBERS = RNG.normal(size=N)
Y = NUMBERS + 0.3 * RNG.normal(size=N) > 0
VALUES = {
    "number": RNG.normal(size=N).astype(object),
    "text": RNG.choice(list("abc"), N).astype(object),
    "flag": RNG.choice([True, False], N).astype(object),
    "date": np.array([datetime.datetime(2020, 1, 1) + datetime.timedelta(i) for i in range(N)]),
}


def nearly_empty(kind, n_known):
    column = np.full(N, None, dtype=object)
    column[:n_known] = VALUES[kind][:n_known]
    return column


COLUMNS = {
    **{f"{kind} {n}": nearly_empty(kind, n) for kind in VALUES for n in (0, 1, 5)},
    "constant": np.full(N, 7.0),
    "constant text": np.full(N, "a", dtype=object),
    "of one class": np.where(Y, NUMBERS, np.nan),
    "of one row": np.eye(1, N)[0],
    "of the first half": np.where(np.arange(N) < N // 2, NUMBERS, np.nan),
}


def as_array(columns):
    if all(column.dtype.kind == "f" for column in columns.values()):
        return np.column_stack(list(columns.values()))
    return np.column_stack([column.astype(object) for column in columns.values()])


def as_typed(columns):
    """Return a pandas frame whose empty columns have the dtype of their kind."""
    dtypes = {"number": "float64", "date": "datetime64[us]", "flag": "boolean"}
    frame = pd.DataFrame(columns)
    return frame.astype({n: dtypes[n.split()[0]] for n in frame if n.split()[0] in dtypes})


def as_polars(columns):
    dtypes = {"number": pl.Float64, "text": pl.String, "flag": pl.Boolean, "date": pl.Datetime}
    return pl.DataFrame(
        [
            pl.Series(name, column.tolist(), dtype=dtypes.get(name.split()[0]), strict=False)
            for name, column in columns.items()
        ]
    )


CONTAINERS = {
    "array": as_array,
    "objects": pd.DataFrame,
    "typed": as_typed,
    "polars": as_polars,
}


def distil(X, y=Y, teacher=None, **params):
    given = {"max_epochs": 1, "hidden_layer_sizes": (4,), "cv": 2, "random_state": 0, **params}
    teacher = TableBoosting(max_iter=2) if teacher is None else teacher
    return DistilledClassifier(teacher, **given).fit(X, y)


@pytest.fixture(params=CONTAINERS)
def make(request):
    return CONTAINERS[request.param]


@pytest.mark.parametrize("name", COLUMNS)
@pytest.mark.parametrize("beside", [True, False])
def test_a_fit_takes_every_column(name, beside, make):
    X = make({"x": NUMBERS, name: COLUMNS[name]} if beside else {name: COLUMNS[name]})
    clf = distil(X, transfer=None)
    assert np.isfinite(clf.predict_proba(X)).all()


@pytest.mark.parametrize("names", [list(COLUMNS), [n for n in COLUMNS if n.endswith("0")]])
@pytest.mark.parametrize("transfer", ["auto", *SAMPLERS])
def test_every_source_draws_from_every_column(names, transfer, make):
    X = make({name: COLUMNS[name] for name in names})
    n = "auto" if transfer == "auto" else 300
    clf = distil(X, transfer=transfer, n_synthetic=n, cv=3)
    trials = clf.transfer_summary_["trials"]
    assert all(np.isfinite(trial["log_loss"]) for trial in trials)
    assert all(0 <= t["realism_auc"] <= 1 for t in trials if t["realism_auc"] is not None)


@pytest.mark.parametrize("preset", ["forest", "boosting", "voting"])
def test_every_preset_of_the_command_takes_every_column(preset, make):
    X = make(COLUMNS)
    if make is as_array:
        X = pd.DataFrame(X)
    teacher = _preset(preset, X, "classes")
    few = {n: 2 for n in teacher.get_params() if n.endswith(("n_estimators", "max_iter"))}
    teacher.set_params(**few).fit(take_rows(X, np.arange(N // 2, N)), Y[N // 2 :])
    assert np.isfinite(teacher.predict_proba(X)).all()


def test_reports_and_their_rivals_take_every_column(make):
    X = make(COLUMNS)
    report = fidelity_report(distil(X, transfer=None), X, Y, X_train=X, y_train=Y)
    assert {"hard-label twin", "small boosting"} <= set(report.models)


def test_searches_and_their_rivals_take_every_column(make):
    X = make(COLUMNS)
    clf = DistilledClassifier(TableBoosting(max_iter=2), transfer=None, cv=2, max_epochs=1)
    search = DistillationSearch(clf, {"student": ["linear"]}, random_state=0).fit(X, Y)
    assert "boosting" in search.cv_results_["model"]


@pytest.mark.parametrize("n", [3, 4, 7, 10])
@pytest.mark.parametrize("transfer", [None, *SAMPLERS])
def test_very_small_tables_are_distilled(n, transfer):
    X = np.column_stack([NUMBERS[:n], np.full(n, np.nan)])
    y = np.arange(n) % 2
    clf = distil(X, y, transfer=transfer, n_synthetic=20)
    assert np.isfinite(clf.predict_proba(X)).all()
    assert np.isfinite(distil(X[:, 1:], y, transfer=None).predict_proba(X[:, 1:])).all()


def test_a_class_may_have_a_single_row_in_an_empty_column():
    y = Y.astype(int)
    y[0] = 2
    X = np.column_stack([NUMBERS, np.where(y == 2, 1.0, np.nan)])
    clf = distil(X, y, transfer=None)
    assert np.isfinite(clf.predict_proba(X)).all()


@pytest.mark.parametrize("params", [{"student": "tabm"}, {"num_embedding": "periodic"}], ids=str)
def test_every_student_learns_from_nothing_but_missing_numbers(params):
    X = np.full((N, 2), np.nan)
    assert np.isfinite(distil(X, transfer=None, **params).predict_proba(X)).all()


@pytest.mark.parametrize("width", [3, 700])
def test_a_sparse_matrix_may_be_empty(width):
    X = scipy.sparse.csr_array((N, width))
    assert np.isfinite(distil(X, teacher=BernoulliNB(), transfer=None).predict_proba(X)).all()


def test_what_was_all_missing_in_fit_may_hold_anything_later(make):
    X = make({"x": NUMBERS, "text 0": nearly_empty("text", 0)})
    clf = distil(X, transfer=None)
    later = make({"x": NUMBERS, "text 0": VALUES["text"]})
    assert np.isfinite(clf.predict_proba(later)).all()


def test_real_and_drawn_rows_are_compared_whatever_is_missing():
    real = np.column_stack([NUMBERS, np.full(N, np.nan)])
    drawn = np.column_stack([NUMBERS + 9, np.full(N, np.nan)])
    assert two_sample_auc(real, drawn) > 0.95
    assert two_sample_auc(real[:, 1:], drawn[:, 1:]) == 0.5


def test_the_default_teacher_takes_an_almost_empty_column():
    X = np.column_stack([NUMBERS, NUMBERS, np.where(np.arange(N) < 2, 1.0, np.nan)])
    for teacher in (None, DecisionTreeClassifier(max_depth=2)):
        clf = DistilledClassifier(teacher, max_epochs=1, cv=2, random_state=0).fit(X, Y)
        assert np.isfinite(clf.predict_proba(X)).all()
