"""Folds of whole blocks of rows."""

import numpy as np
import pytest

from skdistill.exceptions import DistillationWarning
from skdistill.tasks._number_folds import whole_blocks


def test_every_row_is_held_out_once_with_its_block():
    blocks = np.random.default_rng(0).integers(0, 40, 203)
    blocks = np.unique(blocks, return_inverse=True)[1]
    folds = whole_blocks(5, blocks, 0)
    assert len(folds) == 5
    np.testing.assert_array_equal(np.sort(np.concatenate([b for _, b in folds])), np.arange(203))
    for train, test in folds:
        assert len(train) + len(test) == 203
        assert not set(blocks[train]) & set(blocks[test])


def test_rows_that_stand_alone_are_shuffled_into_folds_of_one_size():
    folds = whole_blocks(4, np.arange(100), 0)
    assert [len(test) for _, test in folds] == [25] * 4
    assert all(np.ptp(test) > 25 for _, test in folds)  # sorted rows do not stay together


def test_a_seed_makes_the_folds():
    first, again, other = (whole_blocks(3, np.arange(30), seed) for seed in (0, 0, 1))
    assert all(np.array_equal(a[1], b[1]) for a, b in zip(first, again, strict=True))
    assert not all(np.array_equal(a[1], b[1]) for a, b in zip(first, other, strict=True))


def test_fewer_blocks_than_folds_are_said():
    with pytest.warns(DistillationWarning, match="no more than 2 blocks of rows: 2 folds, not 5"):
        assert len(whole_blocks(5, np.array([0, 1, 1, 0]), 0)) == 2


def test_a_single_block_cannot_be_held_out():
    with pytest.raises(ValueError, match="All rows are equal or of one group"):
        whole_blocks(5, np.zeros(9, int), 0)
