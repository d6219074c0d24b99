"""What may be passed as X_unlabeled."""

import numpy as np
import pandas as pd
import pytest

from skdistill.sources import open_source

FORMS = ["table", "chunks", "generator", "file", "folder", "path", "dask"]


@pytest.fixture
def sources(frame, tmp_path):
    import dask.dataframe

    folder = tmp_path / "folder"
    folder.mkdir()
    frame.to_parquet(tmp_path / "all.parquet")
    frame[:300].to_parquet(folder / "a.parquet")
    frame[300:].to_parquet(folder / "b.parquet")
    parts = [frame[:300], frame[300:]]
    return {
        "table": frame,
        "chunks": parts,
        "generator": (part for part in parts),
        "file": tmp_path / "all.parquet",
        "folder": folder,
        "path": str(folder),
        "dask": dask.dataframe.from_pandas(frame, npartitions=3),
    }


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize("name", FORMS)
def test_every_source_gives_the_same_rows(
    name, sources, frame, form, collect, small_chunks, n_jobs
):
    numbers, chunks = collect(open_source(sources[name], frame[:50], form.reader), n_jobs)
    assert numbers == sorted(set(numbers))
    pd.testing.assert_frame_equal(pd.concat(chunks, ignore_index=True), frame)


def test_none_stays_none(frame, form):
    assert open_source(None, frame, form.reader) is None


@pytest.mark.parametrize("make", [list, tuple, np.asarray, lambda rows: list(map(np.array, rows))])
def test_rows_in_lists_are_an_array(array, array_form, collect, make):
    rows = make(array[:9].tolist())
    _, (chunk,) = collect(open_source(rows, array, array_form.reader))
    np.testing.assert_array_equal(chunk, array[:9])


def test_what_is_no_source(array, array_form):
    for value, message in [
        (3, "X_unlabeled does not fit X: Expected 2D array, got 0D"),
        ([], "X_unlabeled does not fit X: Expected 2D array, got 1D"),
        (array[0], "X_unlabeled does not fit X: Expected 2D array, got 1D"),
        (array[:, :1], "X_unlabeled does not fit X: X has 1 features"),
    ]:
        with pytest.raises(ValueError, match=message):
            open_source(value, array, array_form.reader)
    with pytest.raises(FileNotFoundError, match="X_unlabeled='income': there is no such file"):
        open_source("income", array, array_form.reader)
