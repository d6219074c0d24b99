"""Frames, arrays and sparse matrices as one thing."""

import dask.array
import dask.dataframe
import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from skdistill import DistilledClassifier
from skdistill.tables import as_table, chunk_rows, is_frame

FRAME = pd.DataFrame({"x": [1.0, None, 3.0], "town": ["Oslo", None, "Rome"]})
OTHERS = {
    "pyarrow": pa.table(FRAME),
    "record batch": pa.RecordBatch.from_pandas(FRAME),
    "DuckDB": duckdb.sql("select * from FRAME"),
    "lazy polars": pl.from_pandas(FRAME).lazy(),
}


@pytest.mark.parametrize("table", OTHERS.values(), ids=OTHERS)
def test_tables_of_other_libraries_become_frames(table):
    frame = as_table(table)
    assert is_frame(frame)
    assert list(frame.columns) == ["x", "town"]
    assert frame.shape == (3, 2)


@pytest.mark.parametrize("table", [pa.table, lambda f: pl.from_pandas(f).lazy()])
def test_a_fit_takes_tables_of_other_libraries(table):
    frame = pd.DataFrame({"x": np.arange(200.0), "town": ["Oslo", "Rome"] * 100})
    y = frame.town == "Oslo"
    clf = DistilledClassifier(transfer=None, cv=2, max_epochs=2, random_state=0)
    expected = clf.fit(as_table(table(frame)), y).predict_proba(as_table(table(frame)))
    np.testing.assert_array_equal(clf.fit(table(frame), y).predict_proba(table(frame)), expected)


def test_masks_are_missing_values():
    numbers = as_table(np.ma.array([[1, 2], [3, 4]], mask=[[0, 1], [0, 0]]))
    np.testing.assert_array_equal(numbers, [[1, np.nan], [3, 4]])
    texts = as_table(np.ma.array([["a", "b"]], mask=[[0, 1]]))
    assert texts.tolist() == [["a", None]]


@pytest.mark.parametrize(
    "collection",
    [dask.dataframe.from_pandas(FRAME, npartitions=1), dask.array.ones((3, 2))],
    ids=["frame", "array"],
)
def test_dask_collections_are_refused_with_the_way_round(collection):
    with pytest.raises(TypeError, match=r"Dask collection.*X\.compute\(\).*X_unlabeled"):
        DistilledClassifier().fit(collection, [0, 1, 0])


@pytest.mark.parametrize(
    ("n_columns", "n_rows"), [(1, 16_384), (128, 16_384), (1_000, 2_097), (10**6, 256)]
)
def test_wide_tables_come_in_fewer_rows(n_columns, n_rows):
    assert chunk_rows(n_columns) == n_rows
