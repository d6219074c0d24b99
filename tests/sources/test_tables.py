"""Tables in memory and tables one after the other."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse

from skdistill.runtime._reader import ColumnReader
from skdistill.sources._form import Form
from skdistill.sources._tables import StreamSource, TableSource

pytestmark = pytest.mark.usefixtures("small_chunks")


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_table_comes_in_chunks(form, frame, collect, n_jobs):
    numbers, chunks = collect(TableSource(form, frame), n_jobs)
    assert numbers == [(i, 0) for i in range(7)]
    assert max(map(len, chunks)) == 100
    pd.testing.assert_frame_equal(pd.concat(chunks), frame)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_small_tables_come_together_and_large_ones_are_cut(form, frame, collect, n_jobs):
    parts = [frame[:30], frame[30:30], frame[30:130], frame[130:450], frame[450:]]
    numbers, chunks = collect(StreamSource(form, iter(parts)), n_jobs)
    assert numbers == [(i, 0) for i in range(9)]
    assert list(map(len, chunks)) == [100, 30, 100, 100, 100, 100, 20, 100, 50]
    pd.testing.assert_frame_equal(pd.concat(chunks, ignore_index=True), frame)


def test_sparse_tables(array, collect):
    X = scipy.sparse.csr_array(np.nan_to_num(array))
    form = Form.of(X, ColumnReader.learn(X))
    for source in (TableSource(form, X), StreamSource(form, [X[:5], X[5:]])):
        _, chunks = collect(source)
        np.testing.assert_array_equal(scipy.sparse.vstack(chunks).toarray(), X.toarray())


def test_a_generator_is_gone_through_once_as_needed(form, frame, keep):
    taken = []

    def parts():
        for i in range(7):
            taken.append(i)
            yield frame[i * 100 : i * 100 + 100]

    source = StreamSource(form, parts())
    assert taken == []
    for done, _ in enumerate(source.map(keep, n_jobs=1)):
        assert len(taken) <= done + 1
    with pytest.raises(ValueError, match=r"X_unlabeled has 0 sample\(s\)"):
        list(source.map(keep, n_jobs=1))


@pytest.mark.parametrize("convert", [lambda part: part, pl.from_pandas])
def test_tables_of_a_row_each_come_together(frame, collect, convert):
    frame = frame[["id", "text"]]
    X = convert(frame[:50])
    form = Form.of(X, ColumnReader.learn(X, names=X.columns))
    rows = (convert(frame[i : i + 1]) for i in range(120))
    _, chunks = collect(StreamSource(form, rows))
    assert list(map(len, chunks)) == [50, 50, 20]
    assert [i for chunk in chunks for i in chunk["id"]] == list(range(120))


def test_tables_before_an_error_are_worked_on(array_form, array):
    done = []

    def broken():
        yield array[:10]
        yield array[10:30]
        raise OSError("the network is gone")

    def work(number, table):
        done.append(len(table))

    with pytest.raises(OSError, match="network"):
        list(StreamSource(array_form, broken()).map(work, n_jobs=1))
    assert done == [30]


def test_an_unreadable_value_in_memory_is_found_at_once(form, frame):
    bad = frame.copy()
    bad.loc[205, "x.y"] = np.inf
    message = r"X_unlabeled \(rows 200 to 299\) does not fit X: .*infinity.*'x.y', entry 5"
    with pytest.raises(ValueError, match=message):
        TableSource(form, bad)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (lambda part: part.drop(columns="text"), r"chunk 1 .* does not fit X: .*missing .'text'"),
        (lambda part: part.assign(id="x"), "Column 'id' of chunk 1 of X_unlabeled has dtype"),
        (lambda part: part.to_numpy(), "chunk 1 of X_unlabeled is a numpy ndarray, but X is a"),
        (lambda part: part.shape, "chunk 1 of X_unlabeled is a tuple, but X is a pandas Data"),
    ],
)
def test_a_chunk_that_does_not_fit(form, frame, keep, bad, message):
    parts = [frame[:50], bad(frame[50:90])]
    with pytest.raises(ValueError, match=message):
        list(StreamSource(form, parts).map(keep, n_jobs=2))


def test_nothing_at_all(form, frame, keep):
    with pytest.raises(ValueError, match=r"X_unlabeled has 0 sample\(s\)"):
        TableSource(form, frame[:0])
    with pytest.raises(ValueError, match=r"X_unlabeled has 0 sample\(s\)"):
        list(StreamSource(form, [frame[:0]]).map(keep, n_jobs=1))
