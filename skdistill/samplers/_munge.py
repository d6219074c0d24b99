"""MUNGE: synthetic rows from pairs of nearest neighbours."""

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.neighbors import NearestNeighbors

from skdistill.runtime._columns import (
    ColumnReader,
    as_floats,
    as_table,
    get_column,
    is_sparse,
    replace_columns,
)

MAX_REFERENCE = 20_000  # rows among which neighbours are looked for
MIN_LEVEL_ROWS = 10  # rarer levels count as one when neighbours are compared


class Munge(BaseEstimator):
    """Rows that take some of their values from their nearest neighbour [1]_.

    Each value is exchanged with probability `swap_probability`. A category takes the
    neighbour's level. A number x with neighbour x' becomes a draw from a normal distribution
    around x' with standard deviation ``|x - x'| / local_variance``, kept within the column's
    range and, where the column holds integers, rounded. A missing value counts as a category.

    Parameters
    ----------
    swap_probability : float, default=0.5
        Probability p that a value is exchanged.
    local_variance : float, default=1.0
        Parameter s: the larger, the closer numbers stay to the neighbour's.

    References
    ----------
    .. [1] Bucila, Caruana, Niculescu-Mizil, "Model Compression", 2006, Section 3.3.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> X, _ = load_iris(return_X_y=True)
    >>> Munge().fit(X, random_state=0).draw(5, random_state=0).shape
    (5, 4)
    """

    def __init__(self, *, swap_probability=0.5, local_variance=1.0):
        self.swap_probability = swap_probability
        self.local_variance = local_variance

    def fit(self, X, *, sample_weight=None, random_state=None):
        """Find each row's nearest neighbour.

        Parameters
        ----------
        X : table of shape (n_samples, n_features)
            Array, pandas or polars frame.
        sample_weight : array of shape (n_samples,) or None
            A row is drawn in proportion to its weight.
        random_state : int or None
            Seed of the choice of reference rows in large tables.
        """
        if is_sparse(X):
            raise ValueError("MUNGE needs dense rows: use transfer=None for a sparse matrix.")
        X = as_table(X)
        if X.shape[0] < 2:
            raise ValueError("MUNGE needs at least two rows.")
        reader = ColumnReader.learn(X, min_rows_per_level=MIN_LEVEL_ROWS)
        rng = np.random.default_rng(random_state)
        self._X = X
        self._share = None if sample_weight is None else sample_weight / np.sum(sample_weight)
        self._neighbour = _nearest(_comparable(reader.read(X), reader), rng)
        self._numbers = {
            j: _Numbers(get_column(X, j))
            for j, kind in enumerate(reader.kinds)
            if kind == "number"
        }
        return self

    def draw(self, n_rows, random_state=None):
        """Draw synthetic rows.

        Parameters
        ----------
        n_rows : int
        random_state : int or None

        Returns
        -------
        X_new : table of shape (n_rows, n_features)
            Of the type, columns and dtypes of the table in fit.
        """
        rng = np.random.default_rng(random_state)
        row = self._base_rows(n_rows, rng)
        other = self._neighbour[row]
        sources, numbers = [], {}
        for j in range(self._X.shape[1]):
            swap = rng.random(n_rows) < self.swap_probability
            sources.append(np.where(swap, other, row))
            if j in self._numbers:
                noise = rng.standard_normal(n_rows) * swap / self.local_variance
                numbers[j] = self._numbers[j].draw(sources[j], row, other, noise)
        return replace_columns(self._X, sources, numbers)

    def _base_rows(self, n_rows, rng):
        """Every row equally often (or by its weight), in random order."""
        n = self._X.shape[0]
        if self._share is not None:
            return rng.choice(n, n_rows, p=self._share)
        whole, rest = divmod(n_rows, n)
        rows = np.concatenate([np.tile(np.arange(n), whole), rng.permutation(n)[:rest]])
        return rng.permutation(rows)


class _Numbers:
    """The values of a number column, and how new ones are made."""

    def __init__(self, column):
        self.values = as_floats(column).astype(np.float64)
        known = self.values[~np.isnan(self.values)]
        self.swap_only = len(np.unique(known)) <= 2
        if not self.swap_only:
            self.low, self.high = known.min(), known.max()
            self.integral = bool(np.all(known == np.round(known)))

    def draw(self, source, row, other, noise):
        """Return the value of `source`, with noise as wide as `row` and `other` are apart."""
        x = self.values[source]
        if self.swap_only:
            return x
        apart = np.abs(self.values[row] - self.values[other])
        x = x + noise * np.nan_to_num(apart)
        x = np.clip(x, self.low, self.high)
        return np.round(x) if self.integral else x


def _comparable(rows, reader):
    """Rows as points: scaled numbers, missing flags, categories at distance 1 from each other."""
    parts = []
    for j in range(rows.shape[1]):
        x = rows[:, j].astype(np.float64)  # squares of large values are no float32
        if j in reader.levels:
            parts.append(
                np.eye(len(reader.levels[j]) + 2, dtype=np.float32)[x.astype(int)] / 2**0.5
            )
            continue
        absent = np.isnan(x)
        x = np.where(absent, np.nanmean(x) if not absent.all() else 0, x)
        parts.append((((x - x.mean()) / (x.std() or 1))[:, None]).astype(np.float32))
        if absent.any():
            parts.append(absent[:, None].astype(np.float32))
    return np.concatenate(parts, axis=1)


def _nearest(points, rng):
    n = len(points)
    reference = np.arange(n)
    if n > MAX_REFERENCE:
        reference = rng.choice(n, MAX_REFERENCE, replace=False)
    finder = NearestNeighbors(n_neighbors=2).fit(points[reference])
    pairs = reference[finder.kneighbors(points, return_distance=False)]
    itself = pairs[:, 0] == np.arange(n)
    return np.where(itself, pairs[:, 1], pairs[:, 0])
