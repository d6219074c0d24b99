"""Transfer sets: rows with targets, labels, weights and origins."""

from dataclasses import fields, replace
from types import SimpleNamespace

import numpy as np
import pytest
import scipy.sparse

from skdistill.tasks import Multiclass
from skdistill.training._lessons import (
    REAL,
    SYNTHETIC,
    UNLABELED,
    Lessons,
    answered_rows,
    join,
    real_rows,
)

TASK = Multiclass(np.array(["a", "b"]))
DATA = SimpleNamespace(task=TASK, labels=np.array([0, 1, 1]), weight=np.array([1.0, 2.0, 3.0]))
PROBA = np.array([[0.9, 0.1], [0.2, 0.8], [0.5, 0.5]], np.float32)


def test_real_rows_have_their_targets_and_weights_of_mean_one():
    part = real_rows(np.zeros((3, 2), np.float32), PROBA, DATA)
    np.testing.assert_array_equal(part.targets, PROBA)
    np.testing.assert_allclose(part.weight, [0.5, 1, 1.5])
    assert part.labels.tolist() == [0, 1, 1]
    assert part.count() == {"n_real": 3, "n_unlabeled": 0, "n_synthetic": 0}


def test_labels_alone_are_one_hot_targets():
    part = real_rows(np.zeros((3, 2), np.float32), None, DATA)
    assert part.targets.tolist() == [[1, 0], [0, 1], [0, 1]]
    assert not part.has_target.any()
    assert part.has_label.all()


@pytest.mark.parametrize("make", [np.asarray, scipy.sparse.csr_array])
def test_parts_are_joined_in_order(make):
    part = real_rows(make(np.eye(3, dtype=np.float32)), PROBA, DATA)
    other = replace(part, has_label=np.full(3, False), origin=np.int8([1, 2, 2]))
    both = join([part, other])
    assert both.origin.tolist() == [REAL] * 3 + [UNLABELED, SYNTHETIC, SYNTHETIC]
    assert both.count() == {"n_real": 3, "n_unlabeled": 1, "n_synthetic": 2}
    taken = both.take(np.array([5, 0]))
    assert taken.has_label.tolist() == [False, True]
    rows = taken.rows if isinstance(taken.rows, np.ndarray) else taken.rows.toarray()
    assert rows.tolist() == [[0, 0, 1], [1, 0, 0]]
    assert join([part]).rows is part.rows


def test_real_rows_can_weigh_more_than_others():
    part = real_rows(np.zeros((3, 2), np.float32), PROBA, DATA)
    others = answered_rows(np.zeros((3, 2), np.float32), PROBA, SYNTHETIC, TASK)
    weight = join([part, others]).weighted(4.0).weight
    np.testing.assert_allclose(weight, np.array([2, 4, 6, 1, 1, 1]) / 2.5)


def test_an_inconsistent_set_cannot_be_made():
    part = real_rows(np.zeros((3, 2), np.float32), PROBA, DATA)
    for name in (f.name for f in fields(Lessons) if f.name not in ("rows", "labels")):
        with pytest.raises(ValueError, match=f"3 rows, but {name} of length 2"):
            replace(part, **{name: getattr(part, name)[:2]})
    with pytest.raises(ValueError, match="neither target nor label"):
        replace(part, has_target=np.full(3, False), has_label=np.array([True, False, True]))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rows": np.zeros((3, 2))}, r"rows must be float32 .* got float64 of shape \(3, 2\)"),
        ({"rows": np.zeros((3, 2), ">f4")}, "rows must be float32"),
        ({"rows": np.zeros((3, 2), object)}, "rows must be float32"),
        ({"rows": np.zeros((3, 1, 2), np.float32)}, "rows must be float32 of 2 dimensions"),
        ({"rows": scipy.sparse.csc_array(np.eye(3, dtype=np.float32))}, "sparse rows in CSR"),
        ({"targets": PROBA.astype(float)}, "targets must be float32"),
        ({"targets": np.zeros(3, np.float32)}, "targets must be float32 of 2 dimensions"),
        ({"labels": np.zeros(3)}, "labels must be int64"),
        ({"labels": np.zeros(2, np.int64)}, r"labels must be int64 of shape \(3,\)"),
        ({"labels": np.zeros((3, 2))}, r"or float32 of shape \(3, 2\) or \(3, 1\), got float64"),
        ({"labels": np.zeros((3, 3), np.float32)}, r"got float32 of shape \(3, 3\)"),
        ({"labels": np.zeros(3, np.int32)}, "labels must be int64"),
        ({"labels": np.int64([0, 1, 2])}, "labels from 0 to 2 must be from 0 to 1"),
        ({"labels": np.int64([0, -1, 1])}, "labels from -1 to 1 must be from 0"),
        ({"has_label": np.ones(3, np.int8)}, "has_label must be bool"),
        ({"weight": np.ones(3)}, "weight must be float32 .* got float64"),
        ({"weight": np.ones((3, 1), np.float32)}, "weight must be float32 of 1 dimensions"),
        ({"weight": np.float32([1, np.nan, 1])}, "must be finite and not negative"),
        ({"weight": np.float32([1, np.inf, 1])}, "must be finite and not negative"),
        ({"weight": np.float32([1, -1e-9, 1])}, "must be finite and not negative"),
        ({"origin": np.zeros(3, np.int64)}, "origin must be int8"),
    ],
)
def test_a_set_of_other_types_or_ranges_cannot_be_made(change, message):
    part = real_rows(np.zeros((3, 2), np.float32), PROBA, DATA)
    with pytest.raises((TypeError, ValueError), match=message):
        replace(part, **change)


def test_labels_may_be_numbers_of_each_output():
    part = real_rows(np.zeros((3, 2), np.float32), PROBA, DATA)
    assert replace(part, labels=PROBA).labels is PROBA


def test_a_set_of_no_rows_can_be_made():
    part = real_rows(np.zeros((3, 2), np.float32), PROBA, DATA)
    assert len(part.take(np.array([], dtype=int))) == 0


def test_joined_parts_may_be_larger_than_memory(monkeypatch):
    monkeypatch.setattr("skdistill._plumbing.store.SPILL_BYTES", 1000)
    part = real_rows(np.eye(3, dtype=np.float32), PROBA, DATA)
    joined = join(part for _ in range(50))
    assert all(isinstance(getattr(joined, name), np.memmap) for name in ("rows", "targets"))
    assert len(joined) == 150
    np.testing.assert_array_equal(joined.targets, np.tile(part.targets, (50, 1)))
    assert joined.take(np.array([149, 0])).labels.tolist() == [1, 0]


def test_answered_rows_have_no_label_and_weight_one():
    part = answered_rows(np.zeros((3, 2), np.float32), PROBA, SYNTHETIC, TASK)
    assert part.has_target.all()
    assert not part.has_label.any()
    assert part.weight.tolist() == [1] * 3
    assert part.count() == {"n_real": 0, "n_unlabeled": 0, "n_synthetic": 3}
