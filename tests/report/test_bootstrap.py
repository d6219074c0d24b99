"""Intervals cover the true value at the stated rate, on simulated losses."""

from functools import partial

import numpy as np
import pytest

from skdistill.report import bootstrap_interval
from skdistill.report._bootstrap import MOST_BLOCKS, Draws

MEAN = 2_000_000  # losses that tell the true mean


def difference(means):
    return means[..., 0] - means[..., 1]


def closed(means):
    return means[..., 0] - means[..., 2]


def of_logits(rng, n, *noises, sharp=3.0, scale=1.0):
    """Log losses of models that know the true logit but for noise; `scale` makes them sure."""
    logit = rng.normal(0, sharp, n)
    side = np.where(rng.random(n) < 1 / (1 + np.exp(-logit)), 1, -1)
    known = [logit + rng.normal(0, noise, n) for noise in noises]
    return np.column_stack([np.logaddexp(0, -side * scale * each) for each in known])


def beside_zero(losses):
    return np.column_stack([losses, np.zeros(len(losses))])


LOSSES = {
    "normal": lambda rng, n: beside_zero(rng.normal(0.2, 1, n)),
    "exponential": lambda rng, n: beside_zero(rng.exponential(1, n)),
    "log-normal": lambda rng, n: beside_zero(rng.lognormal(0, 1, n)),
    "calibrated": lambda rng, n: of_logits(rng, n, 0.6, 0.36),
    "easy": lambda rng, n: of_logits(rng, n, 0.6, 0.36, sharp=6),
    "too sure": lambda rng, n: of_logits(rng, n, 1.0, 0.6, sharp=2, scale=2),
}


def rare(share, size):
    """Differences about zero, but for a share of large ones."""
    return lambda rng, n: beside_zero(
        np.where(rng.random(n) < share, rng.exponential(size, n), rng.normal(0, 0.1, n))
    )


def proportional(rng, n):
    """Losses of twin, teacher and student that go together; half of the gap is closed."""
    hardness = rng.exponential(size=(n, 1))
    return hardness * np.array([0.5, 0.3, 0.4]) * rng.uniform(0.5, 1.5, size=(n, 3))


def coverage(draw, n, *, n_simulations, level=0.95):
    """Return the share of intervals of a difference that hold the truth."""
    rng = np.random.default_rng(0)
    truth = difference(draw(np.random.default_rng(1), MEAN).mean(axis=0))
    hits = []
    for seed in range(n_simulations):
        draws = Draws(draw(rng, n), n_resamples=500, random_state=seed)
        found = draws.interval(difference, level)
        hits.append(found.low <= truth <= found.high)
    return np.mean(hits)


def coverage_of_gap(draw, n, *, n_simulations):
    """Return the share of intervals of gaps closed that hold the truth, of those stated."""
    rng = np.random.default_rng(0)
    means = draw(np.random.default_rng(1), MEAN).mean(axis=0)
    truth, hits = closed(means) / difference(means), []
    for seed in range(n_simulations):
        draws = Draws(draw(rng, n), n_resamples=500, random_state=seed)
        if draws.interval(difference).low > 0:
            found = draws.ratio(closed, difference)
            hits.append(found.low <= truth <= found.high)
    return np.mean(hits)


@pytest.mark.parametrize("n", [10, 30])
@pytest.mark.parametrize("kind", ["exponential", "calibrated"])
def test_few_skewed_rows_do_not_fool_the_interval_of_a_difference(kind, n):
    assert coverage(LOSSES[kind], n, n_simulations=200) >= 0.93


@pytest.mark.slow
@pytest.mark.parametrize("n", [10, 30, 100, 500])
@pytest.mark.parametrize("kind", LOSSES)
def test_intervals_of_95_percent_hold_the_truth_as_often(kind, n):
    assert coverage(LOSSES[kind], n, n_simulations=1000) >= 0.93


@pytest.mark.slow
@pytest.mark.parametrize(
    ("share", "size", "n"), [(0.25, 2, 30), (0.1, 2, 100), (0.05, 3, 500), (0.1, 2, 500)]
)
def test_rare_large_losses_are_covered_where_some_are_to_be_expected(share, size, n):
    assert coverage(rare(share, size), n, n_simulations=1000) >= 0.93


@pytest.mark.slow
@pytest.mark.parametrize("n", [30, 100, 500])
@pytest.mark.parametrize("draw", [proportional, lambda rng, n: of_logits(rng, n, 2.5, 0.5, 1.2)])
def test_a_gap_that_is_stated_is_covered(draw, n):
    """Stated is what is clear of zero: at thirty rows, a selection of the gaps."""
    assert coverage_of_gap(draw, n, n_simulations=1000) >= 0.93


@pytest.mark.parametrize(("level", "most"), [(0.95, 0.99), (0.8, 0.88)])
def test_intervals_of_many_rows_are_no_wider_than_they_say(level, most):
    found = coverage(LOSSES["exponential"], 200, n_simulations=250, level=level)
    assert level - 0.045 <= found <= most


def test_the_interval_of_the_gap_closed_covers_at_the_stated_rate():
    assert coverage_of_gap(proportional, 100, n_simulations=60) >= 0.9


def test_the_ratio_is_that_of_the_means_and_its_bounds_part_what_may_be_from_what_may_not():
    losses = proportional(np.random.default_rng(0), 80)
    draws = Draws(losses)
    found = draws.ratio(closed, difference)
    means = losses.mean(axis=0)
    assert found.value == pytest.approx(closed(means) / difference(means))
    for bound in (found.low, found.high):
        for ratio, inside in ((bound, True), (found.value + 1.01 * (bound - found.value), False)):
            rest = draws.interval(partial(beyond, ratio))
            assert (rest.low <= 0 <= rest.high) == inside


def beyond(ratio, means):
    return closed(means) - ratio * difference(means)


def test_the_value_is_that_of_the_rows_and_models_stay_paired():
    losses = np.random.default_rng(0).exponential(size=(50, 1)) + np.array([0.25, 0.0])
    found = bootstrap_interval(losses, difference, n_resamples=50)
    assert found.value == pytest.approx(0.25)
    assert found.low == pytest.approx(found.high)


def test_rows_of_a_group_are_one_draw():
    rng = np.random.default_rng(0)
    of_groups, groups = rng.exponential(size=(60, 2)), np.repeat(np.arange(60), 10)
    losses = of_groups[groups] + 0.01 * rng.normal(size=(600, 2))
    grouped = bootstrap_interval(losses, difference, groups=groups)
    alone = bootstrap_interval(losses, difference)
    once = bootstrap_interval(of_groups, difference)
    assert grouped.high - grouped.low == pytest.approx(once.high - once.low, rel=0.05)
    assert grouped.high - grouped.low > 2.5 * (alone.high - alone.low)
    assert grouped.value == pytest.approx(alone.value)


def test_groups_of_unequal_size_weigh_as_their_rows():
    losses, groups = np.array([[1.0], [1.0], [1.0], [5.0]]), ["a", "a", "a", "b"]
    found = bootstrap_interval(losses, lambda means: means[..., 0], groups=groups)
    assert found.value == pytest.approx(2.0)


@pytest.mark.parametrize("groups", [None, ["a"]])
def test_one_row_or_group_bounds_nothing(groups):
    found = bootstrap_interval([[1.0]], lambda means: means[..., 0], groups=groups)
    assert (found.value, found.low, found.high) == (1.0, -np.inf, np.inf)


def test_more_rows_than_are_drawn_alone_have_the_same_interval():
    losses = np.random.default_rng(0).exponential(size=(3 * MOST_BLOCKS, 1))
    found = bootstrap_interval(losses, lambda means: means[..., 0])
    assert found.value == pytest.approx(losses.mean())
    expected = 2 * 1.96 * losses.std() / np.sqrt(len(losses))
    assert found.high - found.low == pytest.approx(expected, rel=0.06)


def test_equal_losses_but_for_one_have_finite_bounds():
    losses = np.zeros((10, 1))
    losses[0] = 3
    found = bootstrap_interval(losses, lambda means: means[..., 0])
    assert np.isfinite([found.low, found.high]).all()
    assert found.low < 0.3 < found.high
