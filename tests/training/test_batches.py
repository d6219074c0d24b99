"""Batches of rows in memory."""

from itertools import chain
from types import SimpleNamespace

import numpy as np
import pytest
import scipy.sparse
import torch

from skdistill.training._batches import BLOCK, BLOCK_VALUES, RUN, Batches, LessonRows


def lesson_rows(rows, targets, labels, weight):
    answers = {"targets": targets, "labels": labels, "weight": weight}
    return LessonRows(SimpleNamespace(rows=rows, has_label=labels >= 0, **answers))


def rows(n, make=np.asarray):
    values = np.arange(1, n + 1, dtype=np.float32)[:, None].repeat(3, axis=1)
    return lesson_rows(
        make(values),
        np.full((n, 2), 0.5, np.float32),
        np.arange(n),
        np.ones(n, np.float32),
    )


def epoch(batches):
    return [answers["labels"].tolist() for _, answers in batches]


def flat(lists):
    return list(chain.from_iterable(lists))


def test_batches_are_nearly_equal_and_hold_every_row_once():
    batches = Batches(rows(103), 25, seed=0)
    drawn = epoch(batches)
    assert sorted(map(len, drawn)) == [20, 20, 21, 21, 21]
    assert len(drawn) == len(batches)
    assert sorted(flat(drawn)) == list(range(103))


def test_epochs_are_shuffled_anew_and_repeatably():
    first, second = Batches(rows(50), 10, seed=1), Batches(rows(50), 10, seed=1)
    one, two = epoch(first), epoch(first)
    assert one != two
    assert [epoch(second), epoch(second)] == [one, two]
    assert flat(epoch(Batches(rows(50), 10))) == list(range(50))


def test_cycled_rows_come_in_turn():
    batches = Batches(rows(30), 100, seed=0, n_always=10, n_cycled=8)
    seen = [sorted(flat(epoch(batches))) for _ in range(5)]
    for drawn in seen:
        assert drawn[:10] == list(range(10))
        assert len(drawn) == 18
    assert sorted(flat(drawn[10:] for drawn in seen)) == sorted(2 * list(range(10, 30)))


def test_cycled_rows_come_in_runs_of_random_order():
    batches = Batches(rows(10 + 5 * RUN + 7), 100, seed=0, n_always=10, n_cycled=RUN)
    runs = [sorted(set(flat(epoch(batches))) - set(range(10))) for _ in range(5)]
    assert all(np.ptp(run) == RUN - 1 for run in runs)
    firsts = [run[0] for run in runs]
    assert sorted(firsts) == [10 + k * RUN for k in range(5)] != firsts


@pytest.mark.parametrize("n_others", [1, RUN - 1, RUN, 5 * RUN + 7])
def test_a_round_has_every_cycled_row_once(n_others):
    batches = Batches(rows(10 + n_others), 100, seed=0, n_always=10, n_cycled=n_others)
    for _ in range(2):
        assert sorted(flat(epoch(batches))) == list(range(10 + n_others))


def test_rows_in_a_file_are_batched_like_those_in_memory(tmp_path):
    def mapped(values):
        array = np.memmap(tmp_path / "rows", np.float32, "w+", shape=values.shape)
        array[:] = values
        return array

    for in_memory, in_file in zip(
        Batches(rows(100), 30, seed=0), Batches(rows(100, mapped), 30, seed=0), strict=True
    ):
        assert torch.equal(in_memory[0], in_file[0])


@pytest.mark.parametrize("make", [np.asarray, scipy.sparse.csr_array, scipy.sparse.csr_matrix])
def test_rows_and_answers_belong_together_also_when_sparse(make):
    for part, answers in Batches(rows(20, make), 6, seed=3):
        dense = part.to_dense() if part.is_sparse else part
        assert torch.equal(dense[:, 0].long() - 1, answers["labels"])


def test_single_rows_can_be_had_for_other_loaders():
    row, answers = rows(5)[2]
    assert row.tolist() == [3, 3, 3]
    assert answers["labels"] == 2


def test_dense_batches_are_views_of_one_gathered_block():
    parts = [part for part, _ in Batches(rows(90), 30, seed=0)]
    assert len({part.untyped_storage().data_ptr() for part in parts}) == 1


def test_rows_are_encoded_many_at_a_time():
    sizes = []

    def encode(block):
        sizes.append(len(block))
        return 2 * block

    batches = Batches(rows(5000), 100, seed=0)
    for part, answers in batches.encoded(encode):
        assert torch.equal(part[:, 0].long() // 2 - 1, answers["labels"])
    assert sum(sizes) == 5000
    assert max(sizes) == BLOCK // 100 * 100


def test_fewer_rows_of_a_wide_table_are_encoded_at_a_time():
    n, width = 40, BLOCK_VALUES // 20
    wide = lesson_rows(
        np.zeros((n, width), np.float32),
        np.zeros((n, 2), np.float32),
        np.arange(n),
        np.ones(n, np.float32),
    )
    sizes = []
    list(Batches(wide, 10, seed=0).encoded(lambda block: sizes.append(len(block)) or block))
    assert sizes == [20, 20]


def test_sparse_rows_are_never_dense():
    data = rows(20, scipy.sparse.csr_array)
    assert all(part.is_sparse for part, _ in Batches(data, 6, seed=0))
    assert scipy.sparse.issparse(data.rows)
