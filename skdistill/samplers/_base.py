"""What samplers share: the table they were fitted on and how its values may change."""

from abc import ABC, abstractmethod
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri
from sklearn.utils.validation import check_is_fitted

from skdistill._plumbing.seeds import RandomState, as_seed
from skdistill._plumbing.typed import BaseEstimator
from skdistill.runtime import ColumnReader
from skdistill.tables import (
    DATE,
    NUMBER,
    Table,
    as_floats,
    as_table,
    get_column,
    is_sparse,
    replace_columns,
)

MAX_FIT_ROWS = 20_000  # rows from which a model of the table is learned
MIN_LEVEL_ROWS = 10  # rarer levels count as one when rows are compared


class AnySampler(Protocol):
    """What is asked of a sampler, whoever wrote it."""

    def fit(self, X: Any, /, *, sample_weight: Any, random_state: Any) -> Any:
        """Learn from the rows of a table; return itself."""

    def draw(self, n_rows: Any, /, *, random_state: Any) -> Any:
        """Return a table like that in fit, of new rows."""


class Sampler(BaseEstimator, ABC):
    """A table that new rows are made of.

    A sampler says in ``_learn(rows, reader, rng)`` what it remembers of the table, and in
    ``_choose(n_rows, rng)`` where the new values come from: ``sources`` and ``numbers`` of
    `replace_columns`.
    """

    def fit(
        self,
        X: Table,
        *,
        sample_weight: ArrayLike | None = None,
        random_state: RandomState = None,
    ) -> Self:
        """Learn from the rows of a table.

        Parameters
        ----------
        X : table of shape (n_samples, n_features)
            Array, pandas or polars frame.
        sample_weight : array of shape (n_samples,) or None
            A row is drawn in proportion to its weight.
        random_state : int, RandomState instance or None
            Seed of what is random in learning.

        Returns
        -------
        self : sampler
            Fitted.
        """
        try:
            self._X = X = dense_table(X, type(self).__name__)
            reader = ColumnReader.learn(X, min_rows_per_level=MIN_LEVEL_ROWS)
            self._share = None
            if sample_weight is not None:
                weight = np.asarray(sample_weight, dtype=np.float64)
                self._share = weight / weight.sum()
            self._numbers = number_columns(X, reader)
            rng = np.random.default_rng(as_seed(random_state))
            self._learn(reader.read(X), reader, rng)
        except BaseException:
            self.__dict__.pop("_X", None)  # no fit is left of one that failed
            raise
        return self

    def draw(self, n_rows: int, random_state: RandomState = None) -> Table:
        """Draw synthetic rows.

        Parameters
        ----------
        n_rows : int
            How many rows to draw.
        random_state : int, RandomState instance or None
            Seed of the drawing.

        Returns
        -------
        X_new : table of shape (n_rows, n_features)
            Of the type, columns and dtypes of the table in fit.
        """
        check_is_fitted(self, "_X")
        sources, numbers = self._choose(n_rows, np.random.default_rng(as_seed(random_state)))
        return replace_columns(self._X, sources, numbers)

    def _base_rows(self, n_rows, rng):
        return base_rows(n_rows, self._X.shape[0], self._share, rng)

    def _learn(self, rows, reader, rng):
        """Remember more than the table and its number columns."""

    @abstractmethod
    def _choose(self, n_rows, rng):
        """Return `sources` and `numbers` of new rows."""


class Numbers:
    """The values of a number column, and which others it could hold."""

    def __init__(self, column):
        self.values = as_floats(column).astype(np.float64)
        known = self.values[~np.isnan(self.values)]
        self.swap_only = len(np.unique(known)) <= 2  # so few that no others make sense
        self.integral = bool(np.all(known == np.round(known)))
        if not self.swap_only:
            self.low, self.high = known.min(), known.max()

    def admit(self, x):
        """Return `x` within the column's range and, where it holds integers, rounded."""
        x = np.clip(x, self.low, self.high)
        return np.round(x) if self.integral else x


class Cells:
    """Around each value of a number column, the interval halfway to the next values.

    A value that recurs, such as zero in many columns, is an interval of its own.
    """

    def __init__(self, values):
        distinct, code, count = np.unique(values, return_inverse=True, return_counts=True)
        known = distinct[~np.isnan(distinct)]
        halfway = known[:-1] + np.diff(known) / 2
        low, high = distinct.copy(), distinct.copy()
        low[1 : len(known)], high[: len(known) - 1] = halfway, halfway
        once = count == 1
        self.low = np.where(once, low, distinct)[code]
        self.width = np.where(once, high - low, 0.0)[code]

    def draw(self, source, rng):
        """Draw for each row of `source` a value in its interval."""
        return self.low[source] + rng.random(len(source)) * self.width[source]


def dense_table(X, name):
    """Return `X` as a frame or array, or say why the sampler `name` cannot use it."""
    if is_sparse(X):
        raise ValueError(f"{name} needs dense rows: use transfer=None for a sparse matrix.")
    X = as_table(X)
    if X.shape[0] < 2:
        raise ValueError(f"{name} needs at least two rows, but X has {X.shape[0]}.")
    return X


def number_columns(X, reader):
    """Return the `Numbers` of the columns that may get new numbers, by position."""
    positions = [j for j, kind in enumerate(reader.kinds) if kind == NUMBER]
    columns = {j: Numbers(get_column(X, j)) for j in positions}
    return {j: column for j, column in columns.items() if not column.swap_only}


def continuous_cells(numbers):
    """Return the `Cells` of those columns of `number_columns` that hold more than integers."""
    return {j: Cells(column.values) for j, column in numbers.items() if not column.integral}


def base_rows(n_rows, n, share, rng):
    """Return positions of `n` real rows, each equally often or by its share, in random order."""
    if share is not None:
        return rng.choice(n, n_rows, p=share)
    whole, rest = divmod(n_rows, n)
    some = rng.choice(n, rest, replace=False)
    return rng.permutation(np.concatenate([np.tile(np.arange(n), whole), some]))


def ranked(rows, reader):
    """Replace every value by its position among the column's values, a float32 integer from 0.

    Missing numbers and dates come first. Levels are ordered by how frequent they are.
    """
    ranks = np.empty_like(rows)
    for j, kind in enumerate(reader.kinds):
        x = rows[:, j]
        if kind in (NUMBER, DATE):
            x = np.where(np.isnan(x), -np.inf, x)
        _, code, count = np.unique(x, return_inverse=True, return_counts=True)
        if j in reader.levels:
            code = np.argsort(np.argsort(count, kind="stable"))[code]
        ranks[:, j] = code
    return ranks


def normal_scores(ranks):
    """Return the normal quantiles of a column of `ranked`; equal ranks share the mean."""
    n = len(ranks)
    by_rank = np.empty(n)
    by_rank[np.argsort(ranks, kind="stable")] = ndtri((np.arange(n) + 0.5) / n)
    code = ranks.astype(np.intp)
    return (np.bincount(code, by_rank) / np.maximum(np.bincount(code), 1))[code]
