"""Mixup rows lie between two real rows."""

import numpy as np
import pandas as pd
import pytest

from skdistill.samplers import Mixup


def draw(X, n, seed=0, **params):
    return Mixup(**params).fit(X, random_state=0).draw(n, random_state=seed)


def test_a_row_lies_on_the_line_between_two_rows():
    x = np.array([0.0, 1.2, 5.0])
    X = np.column_stack([x, 2 * x + 1])
    new = draw(X, 500)
    np.testing.assert_allclose(new[:, 1], 2 * new[:, 0] + 1)
    assert len(np.unique(new[:, 0])) > 100


def test_all_numbers_of_a_row_are_mixed_in_the_same_share():
    X = np.diag([1.0, 1.0, 1.0]) * [1.5, 2.5, 3.5] + np.zeros((3, 3))
    X = np.concatenate([X, [[0.1, 0.2, 0.3]]])  # more values than two a column
    corners = np.linalg.lstsq(np.column_stack([X, np.ones(4)]).T, np.zeros(4), rcond=None)[0]
    assert not corners.any()  # the rows are corners of a tetrahedron: shares are unique
    new = np.column_stack([draw(X, 500), np.ones(500)])
    share = np.linalg.solve(np.column_stack([X, np.ones(4)]).T, new.T).T
    assert ((np.abs(share) > 1e-9).sum(axis=1) <= 2).all()
    assert (share > -1e-9).all()


def test_a_level_comes_from_the_row_that_has_the_larger_share():
    frame = pd.DataFrame({"x": [0.0, 1.0, 1e-9], "town": ["Rome", "Oslo", "Rome"]})
    new = draw(frame, 6000, alpha=1)
    mixed = new[(new.x > 1e-6) & (new.x < 1 - 1e-6)]
    near_oslo = mixed.x > 0.5
    assert (mixed.town == "Oslo")[near_oslo].mean() == pytest.approx(0.75, abs=0.04)
    assert (mixed.town == "Oslo")[~near_oslo].mean() == pytest.approx(0.25, abs=0.04)


def test_a_number_is_not_mixed_with_a_missing_one():
    X = np.array([[0.0], [1.5], [4.0], [np.nan]])
    new = draw(X, 4000)
    assert np.isnan(new).mean() == pytest.approx(0.25, abs=0.03)
    # a known value comes back where it met itself (3/16), or a missing one and was chosen (3/16)
    assert np.isin(new, X[:3]).mean() == pytest.approx(0.375, abs=0.04)


def test_integers_are_rounded():
    new = draw(np.array([[0], [10], [37]]), 500)
    assert new.dtype.kind == "i"
    assert len(np.unique(new)) > 20


def test_the_smaller_alpha_the_nearer_rows_are_to_real_ones():
    X = np.array([[0.0], [1.0], [0.5]])

    def off(alpha):
        return np.abs(draw(X, 4000, alpha=alpha) - X.T).min(axis=1).mean()

    assert off(0.1) < 0.5 * off(2)
