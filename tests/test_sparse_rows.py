"""Sparse matrices from fit to student: narrow ones like dense ones, wide ones scaled."""

import numpy as np
import pytest
import scipy.sparse
import torch
from sklearn.ensemble import RandomForestClassifier
from sklearn.tree import DecisionTreeClassifier
from torch import nn

import skdistill
from skdistill import DistilledClassifier
from skdistill.export import to_torch
from skdistill.runtime._student import ROWS_AT_ONCE

RNG = np.random.default_rng(0)
N = 700
INCOME, FLAG = RNG.lognormal(10.6, 0.6, N), RNG.integers(0, 2, N)
YEAR = 2011 + RNG.integers(-2, 3, N)
Y = (INCOME > np.median(INCOME)) ^ (FLAG == 1)
TABLE = np.column_stack([INCOME, FLAG, YEAR, np.zeros(N)])
SPARSE = scipy.sparse.csr_array(TABLE)
WORDS = scipy.sparse.csr_array((N, 600))
WIDE = scipy.sparse.hstack([SPARSE, WORDS], format="csr")


def distil(X, y=Y, **params):
    teacher = DecisionTreeClassifier(max_leaf_nodes=20, random_state=0)
    given = {"transfer": None, "max_epochs": 30, "random_state": 0, **params}
    return DistilledClassifier(teacher, cv=3, **given).fit(X, y)


def net_of_two(n_inputs, n_outputs):
    return nn.Sequential(nn.Linear(n_inputs, 32), nn.ReLU(), nn.Linear(32, n_outputs))


def test_a_narrow_sparse_matrix_is_read_like_the_same_dense():
    dense, sparse = distil(TABLE), distil(SPARSE)
    np.testing.assert_array_equal(sparse.predict_proba(SPARSE), dense.predict_proba(TABLE))
    np.testing.assert_array_equal(sparse.predict_proba(TABLE), dense.predict_proba(SPARSE))


@pytest.mark.parametrize("make", ["csc_matrix", "coo_array", "csr_matrix"])
def test_columns_of_mixed_scales_teach_when_rows_stay_sparse(make, keep_sparse):
    X = getattr(scipy.sparse, make)(SPARSE)
    clf = distil(X)
    assert clf.student_.reader.sparse
    assert clf.score(X, Y) > 0.95


def test_columns_of_mixed_scales_teach_beside_many_others():
    clf = distil(WIDE, max_epochs="auto")
    assert clf.student_.reader.sparse
    assert clf.score(WIDE, Y) > 0.9


@pytest.mark.parametrize(("limit", "stays"), [(4 * N, False), (4 * N - 1, True)])
def test_what_would_be_large_stays_sparse(limit, stays, monkeypatch):
    monkeypatch.setattr("skdistill.tables._sparse.MOST_VALUES", limit)
    assert distil(SPARSE, max_epochs=1).student_.reader.sparse == stays


@pytest.mark.parametrize("student", ["mlp", "linear", "tabm", net_of_two])
def test_every_form_of_a_student_has_taken_the_scales_over(student, keep_sparse, tmp_path):
    clf = distil(SPARSE, Y, student=student, max_epochs=3)
    expected = clf.predict_proba(SPARSE)
    np.testing.assert_allclose(clf.predict_proba(TABLE), expected, atol=1e-6)
    got = to_torch(clf)(torch.from_numpy(TABLE.astype(np.float32))).detach().numpy()
    np.testing.assert_allclose(got, expected, atol=1e-4)
    if isinstance(student, str):
        clf.student_.save(tmp_path / "s")
        np.testing.assert_array_equal(
            skdistill.load(tmp_path / "s").predict_proba(SPARSE), expected
        )


def test_students_that_teach_students_read_scaled_rows(keep_sparse):
    clf = distil(SPARSE, generations=1, assistant_layer_sizes=(32,), alpha=1.0)
    assert clf.score(SPARSE, Y) > 0.95


def test_a_missing_number_that_is_stored_is_missing_and_zero_is_zero():
    X = TABLE.copy()
    X[::5, 0] = np.nan
    soft = np.column_stack([1 - Y, Y]).astype(float)
    clf = DistilledClassifier(max_epochs=3, early_stopping=False, random_state=0)
    dense = clf.fit(X, Y, soft_targets=soft).predict_proba(X)
    stored = scipy.sparse.csr_array(X)
    got = clf.fit(stored, Y, soft_targets=soft).predict_proba(stored)
    np.testing.assert_array_equal(got, dense)


def test_many_sparse_rows_are_made_dense_a_part_at_a_time(monkeypatch):
    student = distil(SPARSE, max_epochs=2).student_
    many = scipy.sparse.vstack([SPARSE] * (ROWS_AT_ONCE // N + 2), format="coo")
    widest = []
    gather = type(student.reader).gather
    monkeypatch.setattr(
        type(student.reader),
        "gather",
        lambda self, X: widest.append(X.shape[0]) or gather(self, X),
    )
    proba = student.predict_proba(many)
    assert max(widest, default=ROWS_AT_ONCE) <= ROWS_AT_ONCE
    np.testing.assert_allclose(proba[:N], student.predict_proba(SPARSE), atol=1e-12)
    assert len(proba) == many.shape[0]


@pytest.mark.parametrize("student", ["tabm", net_of_two])
@pytest.mark.parametrize("stays", [True, False])
def test_sparse_rows_reach_every_architecture(student, stays, request):
    if stays:
        request.getfixturevalue("keep_sparse")
    clf = DistilledClassifier(
        RandomForestClassifier(30), student=student, max_epochs=20, random_state=0
    ).fit(SPARSE, Y)
    assert clf.score(SPARSE, Y) > 0.8
    np.testing.assert_allclose(clf.predict_proba(SPARSE), clf.predict_proba(TABLE), atol=1e-6)
