"""The two-sample AUC says how easily synthetic rows are told from real ones."""

import numpy as np
import pytest

from skdistill.samplers import Bootstrap, two_sample_auc

N = 2000


def rows(seed, n=N):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 4)).astype(np.float32)
    x[:, 1] = x[:, 0] + 0.3 * x[:, 1]
    x[:, 2] = np.where(rng.random(n) < 0.2, np.nan, x[:, 2])
    return x


def test_real_rows_are_not_told_from_real_rows():
    assert two_sample_auc(rows(0), rows(1)) == pytest.approx(0.5, abs=0.04)


def test_shifted_rows_are_always_told_apart():
    assert two_sample_auc(rows(0), rows(1) + 9) > 0.999


def test_the_more_noise_the_easier_rows_are_told_apart():
    def auc(noise):
        new = Bootstrap(noise=noise).fit(rows(0), random_state=0).draw(N, random_state=0)
        return two_sample_auc(rows(1), new)

    assert auc(0.01) < auc(0.5) < auc(2)


def test_a_lost_dependency_and_lost_missing_values_are_seen():
    shuffled, filled = rows(1), rows(1)
    shuffled[:, 1] = np.random.default_rng(0).permutation(shuffled[:, 1])
    filled[:, 2] = np.nan_to_num(filled[:, 2])
    assert two_sample_auc(rows(0), shuffled) > 0.7
    assert two_sample_auc(rows(0), filled) > 0.57


def test_both_sides_count_the_same_whatever_their_length():
    assert two_sample_auc(rows(0, 500), rows(1, 5000)) == pytest.approx(0.5, abs=0.07)


def test_a_seed_gives_the_same_number_and_touches_no_global_state():
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first, again, other = (two_sample_auc(rows(0), rows(1), random_state=s) for s in (3, 3, 4))
    assert first == again != other
    assert np.array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def test_rows_that_cannot_be_compared_are_refused():
    with pytest.raises(ValueError, match="same ColumnReader"):
        two_sample_auc(rows(0), rows(1)[:, :2])
    with pytest.raises(ValueError, match="Only 1 rows on one side"):
        two_sample_auc(rows(0), rows(1)[:1])
