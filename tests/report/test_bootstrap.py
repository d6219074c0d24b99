"""Intervals cover the true value at the stated rate, on simulated losses."""

import numpy as np
import pytest

from skdistill.report import bootstrap_interval

N_SIMULATIONS = 250


def difference(means):
    return means[..., 0] - means[..., 1]


def gap_closed(means):
    twin, teacher, student = np.moveaxis(means, -1, 0)
    return (twin - student) / (twin - teacher)


def coverage(statistic, true, scales, level):
    """Share of intervals that hold the truth, for skewed losses that go together."""
    rng = np.random.default_rng(0)
    hits = 0
    for _ in range(N_SIMULATIONS):
        hardness = rng.exponential(size=(150, 1))
        losses = hardness * scales * rng.uniform(0.5, 1.5, size=(150, len(scales)))
        found = bootstrap_interval(losses, statistic, level=level, n_resamples=400)
        hits += found.low <= true <= found.high
    return hits / N_SIMULATIONS


# three standard errors of a share over the simulations are .04 at 95 % and .08 at 80 %
@pytest.mark.parametrize(("level", "slack"), [(0.95, 0.045), (0.8, 0.08)])
def test_the_interval_of_a_difference_covers_at_the_stated_rate(level, slack):
    assert abs(coverage(difference, 0.1, np.array([0.5, 0.4]), level) - level) < slack


def test_the_interval_of_the_gap_closed_covers_at_the_stated_rate():
    assert abs(coverage(gap_closed, 0.5, np.array([0.5, 0.3, 0.4]), 0.95) - 0.95) < 0.045


def test_the_value_is_that_of_the_rows_and_models_stay_paired():
    losses = np.random.default_rng(0).exponential(size=(50, 1)) + np.array([0.25, 0.0])
    found = bootstrap_interval(losses, difference, n_resamples=50)
    assert found.value == pytest.approx(0.25)
    assert found.low == pytest.approx(found.high)
