"""The rival has as many trees as its bytes allow."""

import numpy as np
import pytest
import scipy.sparse
import sklearn
from sklearn.base import clone
from sklearn.datasets import make_classification

from skdistill.measures import best_shape, serialized_bytes
from skdistill.search import _rival
from skdistill.search._budgets import Budgets
from skdistill.search._measure import Measure
from skdistill.search._rival import rivals
from skdistill.search._rows import Rows
from skdistill.tasks import Multiclass, neg_log_loss

X, Y = make_classification(300, 4, n_informative=3, n_redundant=0, random_state=0)

TASK = Multiclass.learn(Y)[0]
TRAIN = np.arange(200)


def test_fitted_on_all_rows_it_takes_no_more_than_its_bytes():
    n_trees = []
    for n_bytes in (15_000, 30_000):
        [(model, _)] = measured(X, n_bytes=n_bytes)
        assert serialized_bytes(clone(model).fit(X, Y)) <= n_bytes
        n_trees.append(model.max_iter * model.max_leaf_nodes)
    assert 1 <= n_trees[0] < n_trees[1]


def test_test_rows_do_not_choose_it():
    other = Y.copy()
    other[200:] = 1 - other[200:]
    chosen = [
        best_shape(20_000, *Rows(Multiclass, X, y, {}).take(TRAIN), task=TASK).get_params()
        for y in (Y, other)
    ]
    [(model, _)] = measured(X)
    assert chosen[0] == chosen[1]
    assert model.max_leaf_nodes == chosen[0]["max_leaf_nodes"]


def measured(X, *, fit_params=None, **how):
    rows = Rows(Multiclass, X, Y, fit_params or {})
    splits = [(TRAIN, np.arange(200, 300))]
    measure = Measure(neg_log_loss, Budgets(), "unused", Multiclass)
    how = {"n_bytes": 20_000, "weighted": False, "random_state": 0, **how}
    return rivals(rows, splits, measure, [Y[200:]], **how)


def test_it_is_measured_on_held_out_rows():
    for model, [measures] in measured(X):
        fitted = clone(model).fit(X[:200], Y[:200])
        assert measures["score"] == pytest.approx(neg_log_loss(fitted, X[200:], Y[200:]))
        assert measures["agreement"] == pytest.approx(fitted.score(X[200:], Y[200:]))


def test_groups_choose_it_as_a_whole(monkeypatch):
    given = []

    def watched(n_bytes, X, y, weight, groups, **how):
        given.append(groups)
        return best_shape(n_bytes, X, y, weight, groups, **how)

    monkeypatch.setattr(_rival, "best_shape", watched)
    groups = np.arange(300) // 5
    with sklearn.config_context(enable_metadata_routing=True):
        measured(X, fit_params={"groups": groups})
    np.testing.assert_array_equal(given, [groups[TRAIN]])


def test_there_is_none_for_sparse_rows():
    assert measured(scipy.sparse.csr_array(X)) == []
