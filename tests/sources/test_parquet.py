"""Parquet files: which are read, how they become tables, and what is wrong with them."""

import datetime
import os

import numpy as np
import pandas as pd
import polars as pl
import pytest

from skdistill.runtime._reader import ColumnReader
from skdistill.sources._form import Form
from skdistill.sources._parquet import ParquetSource
from skdistill.tables import column_names

pytestmark = pytest.mark.usefixtures("small_chunks")


def test_files_are_read_by_name_and_hidden_ones_left_out(form, frame, tmp_path, collect):
    (tmp_path / "2").mkdir()
    (tmp_path / "_temporary").mkdir()
    frame[:90].to_parquet(tmp_path / "1.parquet", row_group_size=60)
    frame[:0].to_parquet(tmp_path / "15.parquet")
    frame[90:].to_parquet(tmp_path / "2" / "part.parquet")
    for name in ("_SUCCESS", ".1.parquet.crc", "_temporary/0.parquet"):
        (tmp_path / name).write_bytes(b"")
    numbers, chunks = collect(ParquetSource(form, tmp_path), 2)
    assert numbers == [(i, 0) for i in range(9)]
    assert list(map(len, chunks)) == [60, 100, 30, 100, 100, 100, 100, 100, 10]
    pd.testing.assert_frame_equal(pd.concat(chunks, ignore_index=True), frame)


def test_columns_are_found_by_name_and_a_stored_index_is_ignored(form, frame, tmp_path, collect):
    shuffled = frame[frame.columns[::-1]].sample(frac=1, random_state=0)
    shuffled.to_parquet(tmp_path / "a.parquet")
    assert "__index_level_0__" in pl.read_parquet_schema(tmp_path / "a.parquet")
    _, chunks = collect(ParquetSource(form, tmp_path))
    expected = frame.loc[shuffled.index].reset_index(drop=True)
    pd.testing.assert_frame_equal(pd.concat(chunks, ignore_index=True), expected)


def test_dtypes_become_those_of_fit(form, frame, tmp_path, collect):
    other = frame.astype({"id": "Int32", "text": "category", "level": str})
    other.assign(day=frame["day"].dt.date).to_parquet(tmp_path / "a.parquet")
    _, chunks = collect(ParquetSource(form, tmp_path))
    pd.testing.assert_frame_equal(pd.concat(chunks, ignore_index=True), frame)


def test_frames_of_polars(frame, tmp_path, collect):
    table = pl.from_pandas(frame)
    table[:, ::-1].write_parquet(tmp_path / "a.parquet")
    form = Form.of(table, ColumnReader.learn(table, names=column_names(table)))
    _, chunks = collect(ParquetSource(form, tmp_path))
    assert pl.concat(chunks).equals(table)


@pytest.mark.parametrize("dtype", ["float64", "float32", object])
def test_arrays_by_position(frame, array, tmp_path, collect, dtype):
    frame[["id", "x.y"]].to_parquet(tmp_path / "a.parquet")
    X = array.astype(dtype)
    _, chunks = collect(ParquetSource(Form.of(X, ColumnReader.learn(X)), tmp_path))
    assert chunks[0].dtype == dtype
    np.testing.assert_array_equal(np.concatenate(chunks).astype(float), X.astype(float))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.drop(columns="text"), r"b.parquet' .* missing \['text'\], unexpected \[\]"),
        (lambda f: f.assign(more=1), r"b.parquet' .* missing \[\], unexpected \['more'\]"),
        (lambda f: f.assign(id="x"), r"'id' of file '.*b.parquet' .*string \(category\), but int"),
        (lambda f: f.assign(text=1), r"'text' .*b.parquet' .*int64 \(number\), but .*\(category"),
        (lambda f: f.assign(day=datetime.time(1)), r"'day' .*b.parquet' of X_unlabeled .*time64"),
    ],
)
def test_columns_that_do_not_fit_are_found_at_once(form, frame, tmp_path, change, message):
    frame.to_parquet(tmp_path / "a.parquet")
    change(frame).to_parquet(tmp_path / "b.parquet")
    with pytest.raises(ValueError, match=message):
        ParquetSource(form, tmp_path)


def test_columns_that_do_not_fit_an_array(array_form, frame, tmp_path):
    frame[["id"]].to_parquet(tmp_path / "one.parquet")
    with pytest.raises(ValueError, match=r"one.parquet' .* has 1 columns, but X has 2"):
        ParquetSource(array_form, tmp_path / "one.parquet")
    frame[["id", "text"]].to_parquet(tmp_path / "text.parquet")
    with pytest.raises(ValueError, match=r"Column 1 of file .*text.parquet' .*\(category\)"):
        ParquetSource(array_form, tmp_path / "text.parquet")


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"PAR1 and then nothing PAR1"])
def test_a_file_that_is_not_parquet(form, frame, tmp_path, content):
    frame.to_parquet(tmp_path / "a.parquet")
    (tmp_path / "b.parquet").write_bytes(content)
    with pytest.raises(ValueError, match=r"file '.*b.parquet' of X_unlabeled cannot be read: "):
        ParquetSource(form, tmp_path)


def test_a_file_that_is_damaged_in_the_middle(form, frame, tmp_path, keep):
    path = tmp_path / "a.parquet"
    frame.to_parquet(path, row_group_size=100)
    data = bytearray(path.read_bytes())
    middle = len(data) // 3
    data[middle : middle + 2000] = os.urandom(2000)
    path.write_bytes(data)
    source = ParquetSource(form, path)
    with pytest.raises(ValueError, match=r"a.parquet' of X_unlabeled.* cannot be read"):
        list(source.map(keep, n_jobs=1))


def test_no_file_and_no_rows(form, frame, tmp_path):
    with pytest.raises(ValueError, match="there is no Parquet file in this folder"):
        ParquetSource(form, tmp_path)
    frame[:0].to_parquet(tmp_path / "a.parquet")
    with pytest.raises(ValueError, match=r"X_unlabeled \(.*\) has 0 sample\(s\)"):
        ParquetSource(form, tmp_path)


def test_without_pyarrow(form, tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pyarrow.parquet", None)
    with pytest.raises(ImportError, match=r"pip install 'skdistill\[large\]'"):
        ParquetSource(form, tmp_path)
