"""Confidence intervals of mean losses and of what follows from them, by the bootstrap."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import t as student_t

from skdistill._plumbing.seeds import as_seed
from skdistill._plumbing.words import in_figures

N_RESAMPLES = 2000
CAUTION = 20  # rows: of fewer, intervals are those of a clearly higher level
MOST_BLOCKS = 5_000  # drawn anew; more rows are drawn several at once, put together at random
PRECISION = 1e-4  # of a ratio's bounds
STEP = 1e-6  # of a mean, in the slope of a statistic

Statistic = Callable[[np.ndarray], Any]  # means of shape (..., n_models) → array of shape (...)


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

    def __str__(self) -> str:
        value, low, high = in_figures((self.value, self.low, self.high))
        return f"{value} [{low}, {high}]"


def bootstrap_interval(
    losses: ArrayLike,
    statistic: Statistic,
    *,
    groups: ArrayLike | None = None,
    level: float = 0.95,
    n_resamples: int = N_RESAMPLES,
    random_state: Any = 0,
) -> Interval:
    """Return a statistic of mean losses with its bootstrap interval.

    Whole rows are drawn, so losses of several models on the same rows stay paired. Each draw is
    told in its own standard errors, which keeps the interval's level where losses are skewed
    (bootstrap-t [1]_, [2]_); it is never narrower than Student's, and wider where rows are few.
    The interval is about which rows were held out, not about fitting the models again. Losses
    that no row shows, however large, are in no interval.

    Parameters
    ----------
    losses : float array of shape (n_samples, n_models)
        Loss of each row by each model.
    statistic : function
        Takes mean losses of shape (..., n_models) and returns an array of shape (...).
    groups : array of shape (n_samples,) or None, default=None
        Rows of one group are drawn together.
    level : float, default=0.95
        Share of such intervals that hold the true value.
    n_resamples : int, default=2000
        How often rows are drawn anew.
    random_state : int, RandomState instance or None, default=0
        Seed of the drawing.

    Returns
    -------
    interval : Interval
        The statistic of the given losses, and its bounds; infinite ones where there is one row,
        or one group.

    References
    ----------
    .. [1] Efron, Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 12.
    .. [2] Hall, "The Bootstrap and Edgeworth Expansion", 1992, section 3.
    """
    draws = Draws(losses, groups, n_resamples=n_resamples, random_state=random_state)
    return draws.interval(statistic, level)


class Draws:
    """Resamples of rows, or groups of rows, which all statistics of their losses share.

    Parameters
    ----------
    losses : float array of shape (n_samples, n_models)
    groups : array of shape (n_samples,) or None
    n_resamples : int
    random_state : int, RandomState instance or None

    Attributes
    ----------
    n : int
        Rows, or groups, that are drawn.
    """

    def __init__(
        self,
        losses: ArrayLike,
        groups: ArrayLike | None = None,
        *,
        n_resamples: int = N_RESAMPLES,
        random_state: Any = 0,
    ) -> None:
        rng = np.random.default_rng(as_seed(random_state))
        sums = _sums(np.asarray(losses, dtype=float), groups, rng)
        self.n = len(sums)
        self._whole = _moments(np.ones((1, self.n)), sums)
        chunks = np.array_split(np.arange(n_resamples), 1 + n_resamples * self.n // 1_000_000)
        parts = [_moments(_counts(len(chunk), self.n, rng), sums) for chunk in chunks]
        self._drawn = tuple(np.concatenate(part) for part in zip(*parts, strict=True))

    def interval(self, statistic: Statistic, level: float = 0.95) -> Interval:
        """Return a statistic of the mean losses, with its interval."""
        (value,), (error,) = _with_errors(statistic, *self._whole)
        if self.n == 1:
            return Interval(float(value), -np.inf, np.inf)
        if error == 0:
            return Interval(float(value), float(value), float(value))
        values, errors = _with_errors(statistic, *self._drawn)
        low, high = _quantiles(_in_errors(values - value, errors), self.n, level)
        return Interval(float(value), float(value - high * error), float(value - low * error))

    def ratio(self, numerator: Statistic, denominator: Statistic, level: float = 0.95) -> Interval:
        """Return a ratio of two statistics, the denominator's interval clear of zero.

        The interval holds the ratios r at which that of numerator - r denominator holds zero
        [1]_. It keeps its level where only clear denominators are looked at.

        References
        ----------
        .. [1] Fieller, "Some Problems in Interval Estimation", 1954.
        """

        def may_be(ratio):
            found = self.interval(lambda x: numerator(x) - ratio * denominator(x), level)
            return found.low <= 0 <= found.high

        [(value,), _] = _with_errors(lambda x: numerator(x) / denominator(x), *self._whole)
        bounds = (_last(may_be, float(value), step) for step in (-1.0, 1.0))
        return Interval(float(value), *bounds)


def _last(holds, start, step):
    """Return how far from `start` a claim holds, towards `step`."""
    inside, outside = start, start + step
    while holds(outside):
        inside, outside = outside, start + 2 * (outside - start)
    while abs(outside - inside) > PRECISION * (1 + abs(inside)):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if holds(middle) else (inside, middle)
    return inside


def _sums(losses, groups, rng):
    """Return sums of losses, and numbers of rows, of what is drawn: rows, or groups of them."""
    if groups is None:
        n = len(losses)
        groups = np.arange(n) if n <= MOST_BLOCKS else rng.permutation(n) % MOST_BLOCKS
    _, block = np.unique(np.asarray(groups), return_inverse=True)
    rows = np.column_stack([losses, np.ones(len(losses))])
    return np.column_stack([np.bincount(block, column) for column in rows.T])


def _counts(n_resamples, n, rng):
    drawn = rng.integers(n, size=(n_resamples, n))
    return np.array([np.bincount(row, minlength=n) for row in drawn], dtype=float)


def _moments(counts, sums):
    """Return means, and their covariances, over resamples that have each row so many times."""
    n, k = sums.shape
    center = sums.mean(axis=0)
    x = sums - center
    means = counts @ x / n
    products = (counts @ (x[:, :, None] * x[:, None, :]).reshape(n, k * k) / n).reshape(-1, k, k)
    return means + center, (products - means[:, :, None] * means[:, None, :]) / max(1, n - 1)


def _with_errors(statistic, means, covariances):
    """Return a statistic and its standard errors, by its slope in each mean."""

    def of_sums(sums):
        return statistic(sums[..., :-1] / sums[..., -1:])

    steps = STEP * (1 + np.abs(means))
    slopes = []
    for k in range(means.shape[1]):
        step = np.zeros_like(means)
        step[:, k] = steps[:, k]
        slopes.append((of_sums(means + step) - of_sums(means - step)) / (2 * steps[:, k]))
    slope = np.stack(slopes, axis=1)
    squares = np.einsum("bi,bij,bj->b", slope, covariances, slope)
    scale = np.einsum("bi,bi,bii->b", slope, slope, covariances)
    return of_sums(means), np.sqrt(np.where(squares > 1e-9 * scale, squares, 0))


def _in_errors(differences, errors):
    """Return differences in standard errors; where there are none, as far out as others are."""
    known = errors > 0
    found = np.divide(differences, errors, out=np.zeros_like(differences), where=known)
    return np.where(known, found, np.sign(differences) * np.abs(found).max())


def _quantiles(drawn, n, level):
    """Return the outermost bounds of bootstrap-t, of its symmetric form, and of Student's t."""
    tail = (1 - level) / 2 * n / (n + CAUTION)
    low, high = np.quantile(drawn, (tail, 1 - tail))
    least = max(np.quantile(np.abs(drawn), 1 - 2 * tail), student_t.isf(tail, n - 1))
    return min(low, -least), max(high, least)
