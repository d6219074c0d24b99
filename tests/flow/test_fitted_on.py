"""A fit knows its rows again, in any order and container, and remembers no values."""

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression

from skdistill import DistilledClassifier
from skdistill.flow import FittedOn, _fitted_on, note_rows
from skdistill.flow._check import check_samples
from skdistill.tasks import Multiclass

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3))
X[::7, 1] = np.nan
Y = np.arange(60) % 2
BRIEF = {"student": "linear", "cv": 2, "transfer": None, "max_epochs": 1, "random_state": 0}


def noted(rows, y=Y, weight=None, groups=None):
    data, _ = check_samples(Multiclass, rows, y, weight, groups, None)
    return note_rows(rows.astype(np.float32), data)


def test_rows_are_the_same_in_any_order_but_not_with_others():
    found, rows = noted(X), X.astype(np.float32)
    assert found.has_all_of(rows[::-1])
    assert not found.has_all_of(rows[1:])
    assert not found.has_all_of(np.concatenate([rows[1:], rows[1:2]]))
    other = rows.copy()
    other[3, 0] += 1
    assert not found.has_all_of(other)
    assert np.flatnonzero(~found.known(other)).tolist() == [3]


@pytest.mark.parametrize("container", [pd.DataFrame, pl.DataFrame, np.asarray])
def test_every_container_of_the_same_rows_is_known(container):
    columns = {"a": X[:, 0], "b": X[:, 1], "town": np.array(["Rome", "Bern", None] * 20, object)}
    frame = pd.DataFrame(columns)
    clf = DistilledClassifier(calibration=None, **BRIEF).fit(frame, Y)
    rows = {
        pd.DataFrame: frame,
        pl.DataFrame: pl.DataFrame({"a": X[:, 0], "b": X[:, 1], "town": columns["town"].tolist()}),
        np.asarray: frame.to_numpy(dtype=object),
    }[container]
    assert clf.fitted_on_.has_all_of(clf.student_.reader.read(rows))


def test_rows_of_weight_zero_are_not_of_the_fit():
    weight = np.ones(60)
    weight[:10] = 0
    rows = np.nan_to_num(X)
    clf = DistilledClassifier(LogisticRegression(), calibration=None, **BRIEF)
    clf.fit(rows, Y, sample_weight=weight)
    assert clf.fitted_on_.n_rows == 50
    assert clf.fitted_on_.weighted
    assert not clf.fitted_on_.grouped
    assert clf.fitted_on_.has_all_of(clf.student_.reader.read(rows[10:]))
    assert pickle.loads(pickle.dumps(clf)).fitted_on_.total == clf.fitted_on_.total
    assert not hasattr(clone(clf), "fitted_on_")


def test_of_many_rows_the_lowest_marks_are_kept(monkeypatch):
    monkeypatch.setattr(_fitted_on, "MOST_MARKS", 20)
    found, rows = noted(X), X.astype(np.float32)
    assert len(found.lowest) == 20
    assert found.known(rows).tolist() == [True] * 20
    others = found.known(RNG.normal(size=(600, 3)).astype(np.float32))
    assert 100 < len(others) < 400  # a third of the rows can be told
    assert not others.any()
    assert found.has_all_of(rows)


def test_repeats_are_the_share_of_rows_that_equal_another():
    assert noted(np.array([[1.0], [1.0], [2.0], [3.0]]), np.array([0, 1, 0, 1])).repeats == 0.5


def test_who_knows_no_column_answers_the_weighted_frequencies():
    found = noted(X, weight=np.where(Y == 1, 3.0, 1.0), groups=np.arange(60) // 2)
    np.testing.assert_allclose(found.of_nobody, [31 / 122, 91 / 122])
    assert found.grouped


def test_marks_that_are_out_of_order_are_refused():
    with pytest.raises(ValueError, match="uint64, distinct and sorted"):
        FittedOn(2, 0, np.array([2, 1], np.uint64), 0.0, False, False, np.ones(2))
    with pytest.raises(ValueError, match="float64 array of one dimension"):
        FittedOn(1, 0, np.array([1], np.uint64), 0.0, False, False, np.ones((1, 2)))
