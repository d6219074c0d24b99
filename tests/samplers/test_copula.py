"""Gaussian copula rows keep each column's values and the columns' correlations."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ks_2samp, spearmanr

from skdistill.samplers import GaussianCopula

N = 2000
ROOT = np.random.default_rng(9).normal(size=(4, 4))


def draw(X, n, seed=0):
    return GaussianCopula().fit(X, random_state=0).draw(n, random_state=seed)


def correlated(seed=0):
    return np.random.default_rng(seed).normal(size=(N, 4)) @ ROOT


def test_correlations_of_ranks_are_kept():
    X = np.exp(correlated() / 4)
    new = draw(X, N)
    np.testing.assert_allclose(spearmanr(new).statistic, spearmanr(X).statistic, atol=0.06)


def test_each_column_keeps_its_distribution():
    X = np.exp(correlated())
    new = draw(X, N)
    for j in range(4):
        assert ks_2samp(X[:, j], new[:, j]).statistic < 0.05
    assert not np.isin(new, X).any()


def test_two_equal_columns_of_two_values_stay_all_but_equal():
    flag = np.random.default_rng(1).random(N) < 0.4
    new = draw(np.column_stack([flag, flag]), N)
    assert np.mean(new[:, 0] == new[:, 1]) > 0.97


def test_columns_that_have_nothing_to_do_with_each_other_stay_so():
    X = np.random.default_rng(2).normal(size=(N, 4))
    off = np.corrcoef(draw(X, N), rowvar=False) - np.eye(4)
    assert np.abs(off).max() < 0.1


def test_a_level_goes_with_high_numbers_as_before():
    rng = np.random.default_rng(3)
    town = rng.choice(["Rome", "Oslo"], N, p=[0.7, 0.3])
    frame = pd.DataFrame({"town": town, "x": rng.normal(size=N) + 2 * (town == "Rome")})
    means, new = (t.groupby("town").x.mean() for t in (frame, draw(frame, N)))
    assert new["Rome"] - new["Oslo"] == pytest.approx(means["Rome"] - means["Oslo"], rel=0.15)


def test_levels_too_rare_to_count_are_all_drawn():
    frame = pd.DataFrame({"key": [f"row {i}" for i in range(50)], "x": np.arange(50)})
    new = draw(frame, 5000)
    assert set(new.key) == set(frame.key)


def test_fewer_rows_than_columns_give_shrunk_correlations():
    X = np.random.default_rng(4).normal(size=(10, 40))
    before, after = (np.corrcoef(rows, rowvar=False) for rows in (X, draw(X, N)))
    above = np.triu_indices(40, 1)
    assert np.abs(after[above]).mean() < 0.6 * np.abs(before[above]).mean()


def test_quantiles_come_from_some_rows_of_a_large_table(monkeypatch):
    monkeypatch.setattr("skdistill.samplers._copula.MAX_FIT_ROWS", 60)
    new = draw(np.arange(500)[:, None], 2000)
    assert len(np.unique(new)) <= 60
