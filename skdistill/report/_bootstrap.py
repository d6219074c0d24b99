"""Confidence intervals of mean losses and of what follows from them, by the bootstrap."""

from dataclasses import dataclass

import numpy as np

from skdistill._plumbing.seeds import as_seed

N_RESAMPLES = 2000


@dataclass(frozen=True)
class Interval:
    """A figure and its confidence interval.

    Parameters
    ----------
    value : float
        The figure itself.
    low, high : float
        Bounds of the interval.
    """

    value: float
    low: float
    high: float

    def __str__(self):
        return f"{self.value:.4f} [{self.low:.4f}, {self.high:.4f}]"


def bootstrap_interval(losses, statistic, *, level=0.95, n_resamples=N_RESAMPLES, random_state=0):
    """Return a statistic of mean losses with its percentile bootstrap interval.

    Whole rows are drawn [1]_, so losses of several models on the same rows stay paired. The
    interval is about which rows were held out, not about fitting the models again.

    Parameters
    ----------
    losses : float array of shape (n_samples, n_models)
        Loss of each row by each model.
    statistic : function
        Takes mean losses of shape (..., n_models) and returns an array of shape (...).
    level : float, default=0.95
        Share of such intervals that hold the true value.
    n_resamples : int, default=2000
        How often rows are drawn anew.
    random_state : int, RandomState instance or None, default=0
        Seed of the drawing.

    Returns
    -------
    interval : Interval
        The statistic of the given losses, and its bounds.

    References
    ----------
    .. [1] Efron, Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13.
    """
    resampled = resampled_means(losses, n_resamples, random_state)
    return interval(losses.mean(axis=0), resampled, statistic, level)


def resampled_means(losses, n_resamples=N_RESAMPLES, random_state=0):
    """Return the mean losses of resamples, of shape (n_resamples, n_models)."""
    rng = np.random.default_rng(as_seed(random_state))
    n = len(losses)
    counts = (np.bincount(rng.integers(n, size=n), minlength=n) for _ in range(n_resamples))
    return np.array([count @ losses / n for count in counts])


def interval(means, resampled, statistic, level=0.95):
    """Return a statistic of `means`, with its interval over the resampled ones."""
    low, high = np.quantile(statistic(resampled), ((1 - level) / 2, (1 + level) / 2))
    return Interval(float(statistic(means)), float(low), float(high))
