"""What a report is given is held against what the classifier was fitted on."""

import warnings

import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import log_loss
from sklearn.model_selection import GroupKFold

from skdistill import DistilledClassifier
from skdistill.exceptions import DistillationWarning
from skdistill.measures import _costs
from skdistill.report import fidelity_report
from skdistill.report._given import check_training, is_leak


@pytest.fixture(autouse=True)
def _brief(monkeypatch):
    monkeypatch.setattr(_costs, "MAX_SECONDS", 0.0)


def near_copies(n_groups, seed=0):
    """Groups of ten nearly equal rows, whose labels are hard to tell."""
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(n_groups), 10)
    centers = rng.normal(size=(n_groups, 6))
    labels = centers[:, 0] + 1.5 * rng.normal(size=n_groups) > 0
    X = centers[groups] + 0.01 * rng.normal(size=(len(groups), 6))
    return X, labels[groups].astype(int), groups


@pytest.fixture(scope="module", params=[5, GroupKFold(4)], ids=["number", "splitter"])
def grouped(request):
    X, y, groups = near_copies(160)
    train = groups < 80
    clf = DistilledClassifier(
        RandomForestClassifier(20, min_samples_leaf=5), cv=request.param, transfer=None,
        hidden_layer_sizes=(32,), random_state=0,
    ).fit(X[train], y[train], groups=groups[train])  # fmt: skip
    given = {"X_train": X[train], "y_train": y[train]}
    return clf, X[~train], y[~train], given, groups[train], groups[~train]


def test_rivals_hold_out_whole_groups(grouped):
    clf, X, y, given, groups_train, groups_test = grouped
    report = fidelity_report(
        clf, X, y, **given, groups_train=groups_train, groups_test=groups_test
    )
    twin = report.models_["hard-label twin"]
    assert log_loss(y, twin.predict_proba(X)) < 1  # copies held out alone make it 5 and more
    assert report.models["hard-label twin"].quality["log_loss"] < 1
    rows = report.models["student"].loss
    with pytest.warns(DistillationWarning, match=r"take rows of one group for independent.*Pass"):
        ungrouped = fidelity_report(clf, X, y, **given, groups_train=groups_train, baselines=[])
    alone = ungrouped.models["student"].loss
    assert rows.high - rows.low > 2 * (alone.high - alone.low)


def test_groups_of_the_fit_are_asked_for_by_name(grouped):
    clf, X, y, given, _, groups_test = grouped
    with pytest.raises(ValueError, match=r"fitted with groups, and groups_train was not passed"):
        fidelity_report(clf, X, y, **given, groups_test=groups_test)


@pytest.fixture(scope="module")
def weighted():
    X, y = make_classification(300, 5, random_state=0)
    weight = np.where(y == 1, 4.0, 1.0)
    weight[:20] = 0
    clf = DistilledClassifier(
        RandomForestClassifier(10), cv=2, student="linear", transfer=None, max_epochs=5,
        random_state=0,
    ).fit(X[:200], y[:200], sample_weight=weight[:200])  # fmt: skip
    return clf, X[200:], y[200:], {"X_train": X[:200], "y_train": y[:200]}, weight[:200]


def test_weights_of_the_fit_reach_the_rivals_and_rows_of_weight_zero_are_none(weighted):
    clf, X, y, given, weight = weighted
    with pytest.raises(ValueError, match=r"with sample_weight, and sample_weight_train was not"):
        fidelity_report(clf, X, y, **given)
    report = fidelity_report(clf, X, y, **given, sample_weight_train=weight)
    for name in ("hard-label twin", "small boosting"):
        proba = report.models_[name].predict_proba(X)
        assert proba[:, 1].mean() > y.mean() + 0.05
    training = check_training(clf, given["X_train"], given["y_train"], weight, None)
    assert len(training.y) == len(training.X) == 180
    assert (training.sample_weight > 0).all()


@pytest.mark.parametrize("how", ["fewer", "other", "more"])
def test_other_training_rows_than_those_of_the_fit_warn(case, how):
    rows = {
        "fewer": (case.X_train[1:], case.y_train[1:]),
        "other": (case.X[:80], case.y[:80]),
        "more": (case.X_train.loc[[*case.X_train.index, 2000]], [*case.y_train, case.y_train[0]]),
    }
    X_train, y_train = rows[how]
    unknown = ", 100% of them unknown to it" if how == "other" else ""
    said = rf"is not what the estimator was fitted on: \d+ rows{unknown}, where it had 80"
    given = {"X_train": X_train, "y_train": y_train, "baselines": []}
    test = slice(100, None)
    with pytest.warns(DistillationWarning, match=said):
        fidelity_report(case.clf, case.X[test], case.y[test], **given)


def test_the_rows_of_the_fit_do_not_warn_in_another_order_or_container(case):
    order = np.random.default_rng(0).permutation(len(case.y_train))
    given = {"X_train": case.X_train.to_numpy()[order], "y_train": case.y_train[order]}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fidelity_report(case.clf, case.X, case.y, **given, baselines=[])


def test_test_rows_that_are_training_rows_warn(case):
    with pytest.warns(DistillationWarning, match=r"100% of the rows of X_test are among those"):
        fidelity_report(case.clf, case.X_train, case.y_train)


@pytest.mark.parametrize(
    ("n_known", "n", "n_fitted", "repeats", "expected"),
    [
        (0, 1000, 1000, 0.0, False),
        (1, 75, 75, 0.0, False),  # one row of two alike may fall to either side
        (30, 1000, 1000, 0.0, True),
        (1000, 1000, 1000, 0.0, True),
        (900, 1000, 1000, 0.9, False),  # a table of few values repeats itself
        (1000, 1000, 1000, 0.9, True),
        (15, 1000, 20_000, 0.012, False),
        (0, 0, 10**6, 0.0, False),  # none of the rows can be told
    ],
)
def test_equal_rows_are_a_leak_where_chance_does_not_explain_them(
    n_known, n, n_fitted, repeats, expected
):
    assert is_leak(n_known, n, n_fitted, repeats) == expected


def test_lengths_that_differ_are_named(case):
    given = {"X_train": case.X_train, "y_train": case.y_train}
    with pytest.raises(ValueError, match=r"X_train has 80 rows and groups_train has the shape"):
        fidelity_report(case.clf, case.X, case.y, **given, groups_train=[1, 2])
    with pytest.raises(ValueError, match=r"X_test has 1000 rows and groups_test has the shape"):
        fidelity_report(case.clf, case.X, case.y, groups_test=[1, 2])
    with pytest.raises(ValueError, match=r"groups_train was passed without X_train and y_train"):
        fidelity_report(case.clf, case.X, case.y, groups_train=[1, 2])
