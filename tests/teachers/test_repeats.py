"""Copies of rows are told from values that come again."""

import numpy as np
import pandas as pd
import pytest

from skdistill.teachers._repeats import repeated_rows

RNG = np.random.default_rng(0)
X = RNG.normal(size=(300, 4))
Y = RNG.integers(0, 2, 300)


def n_blocks(X, y):
    return 1 + repeated_rows(X, y).max()


@pytest.mark.parametrize("table", [np.asarray, pd.DataFrame], ids=["array", "frame"])
def test_copies_are_one_block(table):
    index = np.concatenate([np.arange(300), np.arange(0, 300, 10)])
    blocks = repeated_rows(table(X[index]), Y[index])
    np.testing.assert_array_equal(blocks[:300][index], blocks)
    assert 1 + blocks.max() == 300


def test_rows_of_several_numbers_are_copies_where_all_are_equal():
    index, numbers = np.tile(np.arange(300), 2), np.column_stack([Y, RNG.integers(0, 2, 300)])
    assert n_blocks(X[index], numbers[index]) == 300
    assert n_blocks(X[index], RNG.integers(0, 2, (600, 2))) == 600


def test_few_copies_are_left_alone():
    index = np.append(np.arange(300), [5, 9])
    assert n_blocks(X[index], Y[index]) == 302


def test_values_of_few_kinds_come_again_without_being_copies():
    rows = RNG.integers(0, 3, (2000, 5))
    assert n_blocks(rows, rows.sum(axis=1) > 5) == 2000


def test_copies_are_told_among_categories_too():
    frame = pd.DataFrame(RNG.integers(0, 9, (300, 6))).astype("category")
    index = np.tile(np.arange(300), 2)
    assert n_blocks(frame.iloc[index], Y[index]) <= 300


def test_events_of_one_object_are_no_copies():
    index = np.repeat(np.arange(60), 10)
    assert n_blocks(X[index], RNG.integers(0, 2, 600)) == 600
    assert n_blocks(X[index], Y[index]) == 60


def test_copies_whose_labels_are_a_little_noisy_are_still_copies():
    rng = np.random.default_rng(0)
    rows = rng.integers(0, 100, 300)
    X, y = rng.normal(size=(100, 5))[rows], rng.integers(0, 2, 100)[rows]
    y = np.where(rng.random(300) < 0.06, 1 - y, y)
    assert len(np.unique(repeated_rows(X, y))) == len(np.unique(rows))
