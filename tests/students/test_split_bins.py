"""Bins at splits lie on the thresholds of rules, within the columns' range."""

import numpy as np
import pandas as pd
import pytest

from skdistill.runtime._reader import ColumnReader
from skdistill.students import learn_encoding
from skdistill.students._split_bins import split_bins
from skdistill.tasks import Multiclass

N = 800
RNG = np.random.default_rng(0)
X = pd.DataFrame(
    {
        "noise": RNG.normal(size=N),
        "town": RNG.choice(["a", "b"], N),
        "rule": np.where(RNG.random(N) < 0.1, np.nan, RNG.uniform(0, 100, N)),
        "flag": RNG.integers(0, 2, N),
    }
)
READER = ColumnReader.learn(X)
ROWS = READER.read(X)
WEIGHT = np.ones(N)
TASK = Multiclass(np.arange(2))


def quantile_encoding(n_bins=16):
    return learn_encoding(ROWS, READER, n_bins=n_bins, sample_weight=WEIGHT, random_state=0)


def edges_of(encoding, position):
    own = encoding.bin_numbers == position
    return encoding.bin_low[own], encoding.bin_low[own] + 1 / encoding.bin_inverse_width[own]


@pytest.mark.parametrize("n_classes", [2, 3])
def test_there_is_an_edge_near_every_threshold(n_classes):
    thresholds = [12.3, 77.7][: n_classes - 1]
    labels = np.digitize(np.nan_to_num(X["rule"], nan=50), thresholds)
    encoding = split_bins(TASK, quantile_encoding(), ROWS, labels, WEIGHT, 0)
    low, high = edges_of(encoding, 1)
    assert (high > low).all()
    assert low[1:] == pytest.approx(high[:-1], rel=1e-4)
    for threshold in thresholds:
        narrow = (low < threshold + 1) & (high > threshold - 1) & (high - low < 1.5)
        assert narrow.any()
    wide = edges_of(quantile_encoding(), 1)
    assert (wide[1] - wide[0]).min() > 1.5  # quantiles do not know the rule


def test_columns_keep_within_their_bins_and_what_has_none_gets_none():
    before = quantile_encoding()
    encoding = split_bins(TASK, before, ROWS, RNG.integers(0, 2, N), WEIGHT, 0)
    n_before, n_after = (np.bincount(e.bin_numbers, minlength=3) for e in (before, encoding))
    assert (n_after <= n_before).all()
    assert n_after[2] == 0  # the flag
    low, high = edges_of(encoding, 0)
    assert low.min() > X["noise"].min()
    assert high.max() < X["noise"].max()
    for name in ("center", "inverse_scale", "missing", "tables"):
        assert np.array_equal(getattr(encoding, name), getattr(before, name))


def test_few_bins_stay_few():
    before = quantile_encoding(n_bins=2)
    encoding = split_bins(TASK, before, ROWS, RNG.integers(0, 2, N), WEIGHT, 0)
    assert np.bincount(encoding.bin_numbers).tolist() == [2, 2]


def test_a_column_without_known_numbers_among_these_rows_gets_none():
    rows = ROWS.copy()
    rows[:, 2] = np.nan
    encoding = split_bins(TASK, quantile_encoding(), rows, RNG.integers(0, 2, N), WEIGHT, 0)
    assert set(encoding.bin_numbers) == {0}


def test_weights_count():
    labels = np.where(X["rule"] > 30, 1, 0) * (RNG.random(N) < 0.9)
    weight = np.where(X["rule"] > 60, 0.0, 1.0)
    encoding = split_bins(TASK, quantile_encoding(), ROWS, labels, weight, 0)
    heavy = split_bins(TASK, quantile_encoding(), ROWS, labels, 1 - weight, 0)
    assert np.mean(edges_of(encoding, 1)[0] < 60) > np.mean(edges_of(heavy, 1)[0] < 60)
