"""Rows as histogram boosting takes them."""

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from skdistill._plumbing.empty_columns import BINNED_ROWS, MIN_KNOWN, nearly_empty, without_empty

N = 300
RNG = np.random.default_rng(0)


def rows_with(*n_known):
    rows = RNG.normal(size=(N, 1 + len(n_known))).astype(np.float32)
    for j, n in enumerate(n_known, start=1):
        rows[n:, j] = np.nan
    return rows


def test_columns_of_fewer_numbers_than_a_leaf_has_rows_are_nearly_empty():
    empty = nearly_empty(rows_with(0, 1, 5, MIN_KNOWN - 1, MIN_KNOWN, N))
    assert empty.tolist() == [False, True, True, True, True, False, False]


def test_numbers_that_boosting_would_hardly_look_at_count_as_none():
    rows = np.zeros((4 * BINNED_ROWS, 2), np.float32)
    rows[3 * MIN_KNOWN :, 0], rows[5 * MIN_KNOWN :, 1] = np.nan, np.nan
    assert nearly_empty(rows).tolist() == [True, False]


def test_few_rows_without_missing_numbers_stay_as_they_are():
    rows = RNG.normal(size=(4, 2))
    assert without_empty(rows) is rows


@pytest.mark.parametrize("n_known", [0, 1, MIN_KNOWN - 1])
def test_boosting_answers_the_same_without_what_is_nearly_empty(n_known):
    rows = rows_with(n_known)
    y = rows[:, 0] > 0
    boosting = HistGradientBoostingClassifier(max_iter=5, random_state=0)
    boosting.fit(without_empty(rows), y)
    other = np.where(np.isnan(rows), 7, -rows)[:, 1]
    proba = boosting.predict_proba(rows)
    np.testing.assert_array_equal(
        boosting.predict_proba(np.column_stack([rows[:, 0], other])), proba
    )
    np.testing.assert_array_equal(boosting.fit(rows[:, :1], y).predict_proba(rows[:, :1]), proba)


def test_early_stopping_finds_a_number_whatever_it_sets_aside():
    for n_known in (1, 2, MIN_KNOWN):
        for seed in range(5):
            rows = rows_with(n_known)
            boosting = HistGradientBoostingClassifier(
                max_iter=2, early_stopping=True, validation_fraction=0.5, random_state=seed
            )
            boosting.fit(without_empty(rows), rows[:, 0] > 0)
