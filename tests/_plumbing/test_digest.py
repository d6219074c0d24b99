"""Equal content has one digest, however it lies in memory; other content has another."""

import datetime
import zoneinfo

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB

from skdistill import DistilledClassifier
from skdistill._plumbing.digest import digest

N = 60
CODES = np.random.default_rng(0).integers(0, 5, N)
TEXTS = [f"code {code}" for code in CODES]
DATES = [datetime.date(2020, 1, 1 + code) for code in CODES.tolist()]
MOMENTS = [datetime.datetime(2020, 1, 1 + c, tzinfo=datetime.UTC) for c in CODES.tolist()]
ROME = zoneinfo.ZoneInfo("Europe/Rome")


def with_gap(values):
    return [None, *values[1:]]


COLUMNS = {
    "Int64": lambda: pd.array(with_gap(CODES.tolist()), dtype="Int64"),
    "boolean": lambda: pd.array(with_gap((CODES > 2).tolist()), dtype="boolean"),
    "Float64": lambda: pd.array(with_gap((CODES / 3).tolist()), dtype="Float64"),
    "int64[pyarrow]": lambda: pd.array(with_gap(CODES.tolist()), dtype="int64[pyarrow]"),
    "string": lambda: pd.array(with_gap(TEXTS), dtype="string"),
    "string[pyarrow]": lambda: pd.array(with_gap(TEXTS), dtype="string[pyarrow]"),
    "category": lambda: pd.Categorical(with_gap(TEXTS)),
    "time zone": lambda: pd.Series(MOMENTS).dt.tz_convert(ROME).array,
    "sparse": lambda: pd.arrays.SparseArray(CODES),
    "floats": lambda: CODES / 3,
    "dates as objects": lambda: np.array(DATES, dtype=object),
    "mixed objects": lambda: np.array([1.5, "1.5", True, None] * (N // 4), dtype=object),
}


@pytest.mark.parametrize("make", COLUMNS.values(), ids=COLUMNS)
def test_a_pandas_column_counts_by_its_values(make):
    frame = pd.DataFrame({"a": make(), "b": np.arange(N)})
    again = pd.concat([frame.iloc[: N // 2], frame.iloc[N // 2 :]]).copy()
    before = digest(frame)
    again.isna(), again["a"].nunique(), again["a"].to_numpy()
    assert before == digest(frame) == digest(again)
    rows = np.arange(0, N, 2)
    assert digest(frame.iloc[rows]) == digest(again.iloc[rows])
    order = np.roll(np.arange(N), 1)
    assert before != digest(frame.assign(a=frame["a"].array[order]))
    assert before != digest(frame.rename(columns={"a": "c"}))


def test_a_polars_column_counts_by_its_values():
    frame = pl.DataFrame(
        {
            "large": with_gap((CODES + 2**60).tolist()),
            "level": with_gap(TEXTS),
            "moment": with_gap(MOMENTS),
        }
    ).with_columns(pl.col("level").cast(pl.Categorical).alias("categorical"))
    again = pl.concat([frame[: N // 2], frame[N // 2 :]])
    assert digest(frame) == digest(again)
    for name in frame.columns:
        assert digest(frame) != digest(frame.with_columns(frame[name].reverse()))
    next_one = frame.with_columns(pl.col("large") + 1)
    assert digest(frame) != digest(next_one)


def test_an_array_counts_by_its_values():
    rows = np.random.default_rng(0).normal(size=(N, 3))
    assert digest(rows) == digest(np.asfortranarray(rows)) == digest(rows[::1])
    assert digest(rows[::2]) == digest(rows[::2].copy())
    assert digest(rows) != digest(rows.reshape(3, N)) != digest(rows.astype(np.float32))
    one, other = datetime.date(2020, 1, 1), datetime.date(2020, 1, 1)
    assert digest(np.array([one, one])) == digest(np.array([one, other]))
    assert digest(np.array([1, "1"], dtype=object)) != digest(np.array(["1", 1], dtype=object))


def test_a_sparse_matrix_counts_by_its_values():
    matrix = scipy.sparse.random(N, 9, 0.3, format="csr", random_state=0)
    again = matrix.tocsc().tocsr()
    again.has_canonical_format  # noqa: B018  is noted within
    shuffled = matrix.copy()
    for row in range(N):
        part = slice(*matrix.indptr[row : row + 2])
        shuffled.indices[part] = matrix.indices[part][::-1]
        shuffled.data[part] = matrix.data[part][::-1]
    shuffled.has_sorted_indices = False
    assert digest(matrix) == digest(again) == digest(shuffled)
    assert digest(matrix) != digest(2 * matrix)


class Counter(GaussianNB):
    """Counts its fits, on the class."""

    fits = 0

    def fit(self, X, y, sample_weight=None):
        Counter.fits += 1
        return super().fit(numbers(X), y, sample_weight)

    def predict_proba(self, X):
        return super().predict_proba(numbers(X))

    def predict(self, X):
        return super().predict(numbers(X))


def numbers(X):
    return np.asarray(X)[:, 1:].astype(float)


@pytest.mark.parametrize("column", ["Int64", "string[pyarrow]", "category", "time zone"])
def test_students_of_a_search_share_their_teachers(column, tmp_path):
    X = pd.DataFrame({"a": COLUMNS[column](), "b": CODES + np.arange(N) / N})
    one = DistilledClassifier(
        Counter(), cv=2, transfer=None, max_epochs=1, memory=tmp_path, random_state=0
    )
    Counter.fits = 0
    GridSearchCV(one, {"alpha": [0.2, 0.5, 0.8]}, cv=2, refit=False).fit(X, CODES > 2)
    assert Counter.fits == 6  # two splits, each with a full teacher and those of two folds


def test_an_estimator_counts_by_its_librarys_version_too(monkeypatch):
    before = digest(GaussianNB())
    monkeypatch.setattr("sklearn.__version__", "99")
    assert digest(GaussianNB()) != before


def test_keys_of_a_dict_count_by_their_type():
    assert digest({1: 0}) != digest({"1": 0})
    assert digest({1: 0, "a": 2}) == digest({"a": 2, 1: 0})
