"""The rival: how large it is, and that rows held out choose it."""

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import make_classification
from sklearn.metrics import log_loss

from skdistill.exceptions import DistillationWarning
from skdistill.measures import (
    _boosting,
    best_shape,
    boosting_of,
    fit_boosting,
    fit_within,
    serialized_bytes,
)
from skdistill.tasks import Means, Multiclass, QuantilesAt
from skdistill.teachers import TableBoosting, TableBoostingRegressor

NUMBERS, LABELS = make_classification(300, 4, n_informative=3, n_redundant=0, random_state=0)
CLASSES = Multiclass.learn(LABELS)[0]


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    city = rng.choice(["Bern", "Rome", None], 400)
    frame = pd.DataFrame({"city": city, "number": rng.normal(size=400)})
    frame.loc[::7, "number"] = np.nan
    return frame, np.where(city == "Rome", "yes", "no")


@pytest.mark.parametrize("n_bytes", [20_000, 60_000])
def test_it_fits_into_the_bytes_and_reads_categories(table, n_bytes):
    X, y = table
    boosting = fit_boosting(n_bytes, X, y, task=CLASSES)
    assert serialized_bytes(boosting) <= n_bytes
    assert np.mean(boosting.predict(X) == y) == 1


def test_rows_may_be_lists():
    model = fit_boosting(20_000, NUMBERS.tolist(), LABELS.tolist(), task=CLASSES)
    assert model.score(NUMBERS, LABELS) > 0.8


def test_it_has_at_least_one_tree(table):
    assert fit_boosting(1, *table, task=CLASSES).max_iter == 1


def test_where_nothing_fits_it_is_the_smallest():
    model = fit_boosting(1, NUMBERS, LABELS, task=CLASSES)
    how = {"early_stopping": False, "max_iter": 1, "random_state": 0}
    sizes = [
        serialized_bytes(TableBoosting(**how, **shape).fit(NUMBERS, LABELS))
        for shape in _boosting.SHAPES
    ]
    assert serialized_bytes(model) == min(sizes)


def test_weights_reach_it(table):
    X, y = table
    boosting = fit_boosting(60_000, X, y, np.where(y == "yes", 1e-9, 1.0), task=CLASSES)
    assert boosting.predict_proba(X)[:, 1].max() < 0.01


def test_there_are_no_more_trees_than_are_of_use():
    noise = np.random.default_rng(0).permutation(LABELS)
    assert best_shape(10**9, NUMBERS, noise, task=CLASSES).max_iter < 50


def test_it_is_better_than_the_deep_trees_that_fit():
    X, y = make_classification(3000, 20, n_informative=8, random_state=0)
    train, test = slice(0, 2000), slice(2000, None)
    deep = TableBoosting(early_stopping=False, random_state=0)
    deep = fit_within(30_000, deep, X[train], y[train])
    best = fit_boosting(30_000, X[train], y[train], task=CLASSES)
    losses = [log_loss(y[test], model.predict_proba(X[test])) for model in (best, deep)]
    assert losses[0] < 0.8 * losses[1]


def test_labels_that_do_not_decide_are_never_learned_by_who_is_compared(monkeypatch):
    seen = []
    fit = TableBoosting.fit

    def watched(self, X, y, sample_weight=None):
        seen.append((self.max_iter, set(X[:, 0])))
        return fit(self, X, y, sample_weight)

    monkeypatch.setattr(TableBoosting, "fit", watched)
    best_shape(60_000, NUMBERS, LABELS, task=CLASSES)
    compared = [rows for n_trees, rows in seen if n_trees not in (1, 4)]
    assert compared
    assert {len(rows) for rows in compared} == {240}


def test_groups_are_held_out_as_a_whole(monkeypatch):
    seen = []
    monkeypatch.setattr(
        TableBoosting, "staged_losses", lambda self, X, y, weight: seen.append(X[:, 0]) or [0.0]
    )
    groups = np.arange(300) // 10
    fit_boosting(60_000, NUMBERS, LABELS, None, groups, task=CLASSES)
    held_out = np.isin(NUMBERS[:, 0], seen[0])
    assert held_out.sum() == 60
    assert held_out.reshape(30, 10).all(axis=1).sum() == 6


def test_a_class_of_one_row_is_no_obstacle():
    y = LABELS.copy()
    y[0] = 2
    assert fit_boosting(30_000, NUMBERS, y, task=CLASSES).classes_.tolist() == [0, 1, 2]


def test_where_it_fails_there_is_none_and_a_warning_says_why():
    with pytest.warns(DistillationWarning, match="could not be computed"):
        assert fit_boosting(30_000, NUMBERS, LABELS[:200], task=CLASSES) is None


def test_of_numbers_it_is_the_best_by_squared_error(table):
    X, _ = table
    y = np.where(X.city == "Rome", 3.0, 0.0) + X.number.fillna(-2)
    task, _ = Means.learn(y.to_numpy())
    boosting = fit_boosting(30_000, X[:300], y[:300], task=task)
    assert isinstance(boosting, TableBoostingRegressor)
    assert serialized_bytes(boosting) <= 30_000
    assert boosting.score(X[300:], y[300:]) > 0.8


def test_losses_of_numbers_are_told_tree_by_tree():
    y = NUMBERS[:, 0]
    model = TableBoostingRegressor(max_iter=4).fit(NUMBERS, y)
    losses = model.staged_losses(NUMBERS, y, np.arange(300.0))
    expected = np.average((model.predict(NUMBERS) - y) ** 2, weights=np.arange(300))
    assert losses[-1] == pytest.approx(expected)
    assert losses == sorted(losses, reverse=True)


def test_several_numbers_have_no_boosting():
    assert boosting_of(Means.learn(NUMBERS)[0]) is None
    assert boosting_of(QuantilesAt((0.5,)).learn(NUMBERS[:, 0])[0]) is None
