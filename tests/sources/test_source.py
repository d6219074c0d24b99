"""What every source does: hand out its rows in chunks, in order, whoever does the work."""

import joblib
import numpy as np
import pytest

from skdistill.sources._source import cut
from skdistill.sources._tables import StreamSource, TableSource


def test_pieces_are_named_by_their_rows(array, small_chunks):
    pieces = list(cut(array[:250], "all"))
    assert [name for name, _ in pieces] == [
        f"all (rows {a} to {b})" for a, b in [(0, 99), (100, 199), (200, 249)]
    ]
    np.testing.assert_array_equal(np.concatenate([p for _, p in pieces]), array[:250])
    assert [name for name, _ in cut(array[:100], "all")] == ["all"]


def add(number, table):
    return np.nansum(table) + number[0]


@pytest.mark.parametrize("backend", ["threading", "loky"])
def test_results_do_not_depend_on_the_backend_or_n_jobs(array_form, array, small_chunks, backend):
    source = TableSource(array_form, array)
    expected = list(source.map(add, n_jobs=1))
    with joblib.parallel_config(backend):
        assert list(source.map(add, n_jobs=2)) == expected


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_an_error_says_in_which_chunk_it_happened(array_form, array, monkeypatch, n_jobs):
    monkeypatch.setattr("skdistill.tables._forms.MAX_ROWS", 400)

    def fail(number, table):
        if number == (1, 0):
            raise KeyError("mine")

    source = StreamSource(array_form, [array[:400], array[400:]])
    with pytest.raises(KeyError, match="mine") as caught:
        list(source.map(fail, n_jobs=n_jobs))
    assert caught.value.__notes__ == ["This happened in chunk 1 of X_unlabeled."]


def test_a_value_that_no_student_reads_is_named_before_what_the_teacher_says(
    array_form, array, monkeypatch
):
    def teacher(number, table):
        if np.isinf(table).any():
            raise TypeError("cannot")

    bad = np.where(np.arange(len(array))[:, None] == 7, np.inf, array)
    message = "chunk 1 of X_unlabeled does not fit X: .*infinity.* in column 0, entry 7"
    monkeypatch.setattr("skdistill.tables._forms.MAX_ROWS", len(array))
    with pytest.raises(ValueError, match=message):
        list(StreamSource(array_form, [array, bad]).map(teacher, n_jobs=1))

    message = "chunk 0 of X_unlabeled … chunk 1 of X_unlabeled does not fit X: .*infinity"
    with pytest.raises(ValueError, match=message):
        list(StreamSource(array_form, [array[:5], bad[:9]]).map(teacher, n_jobs=1))
