"""Bootstrap: real rows drawn again, with noise."""

import numpy as np

from skdistill.samplers._base import Sampler

IQR = 1.349  # interquartile range of the standard normal distribution


class Bootstrap(Sampler):
    """Real rows drawn again, their numbers with normal noise.

    A smoothed bootstrap [1]_. Numbers stay within the column's range and, where it holds
    integers, are rounded. All other values are kept. It is the sampler that the others have to
    beat.

    Parameters
    ----------
    noise : float, default=0.1
        Standard deviation of the noise, in units of the column's spread (its interquartile range
        over that of a normal distribution, or its standard deviation where that is zero).

    References
    ----------
    .. [1] Efron, Tibshirani, "An Introduction to the Bootstrap", 1993, Section 16.5.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> X, _ = load_iris(return_X_y=True)
    >>> Bootstrap().fit(X, random_state=0).draw(5, random_state=0).shape
    (5, 4)
    """

    def __init__(self, *, noise: float = 0.1) -> None:
        self.noise = noise

    def _learn(self, rows, reader, rng):
        self._spread = {j: _spread(column.values) for j, column in self._numbers.items()}

    def _choose(self, n_rows, rng):
        base = self._base_rows(n_rows, rng)
        numbers = {}
        for j, column in self._numbers.items():
            noise = self.noise * self._spread[j] * rng.standard_normal(n_rows)
            numbers[j] = column.admit(column.values[base] + noise)
        return [base] * self._X.shape[1], numbers


def _spread(values):
    low, high = np.nanquantile(values, [0.25, 0.75])
    return (high - low) / IQR if high > low else np.nanstd(values)
