"""Gaussian copula: synthetic rows that keep each column's values and their correlations."""

import numpy as np
from scipy.special import ndtr
from sklearn.covariance import ledoit_wolf

from skdistill.samplers._base import MAX_FIT_ROWS, Sampler, continuous_cells, normal_scores, ranked


class GaussianCopula(Sampler):
    """Rows drawn from a normal distribution, mapped to the values of each column.

    Each column's ranks become normal scores [1]_; equal values share their mean, missing numbers
    and dates rank first, levels by how frequent they are. A new row is drawn with the
    correlations of the scores, shrunk [2]_, and each score becomes the value of that quantile.
    Numbers other than integers are interpolated between the column's values.

    References
    ----------
    .. [1] Nelsen, "An Introduction to Copulas", 2nd edition, 2006, Section 2.9.
    .. [2] Ledoit, Wolf, "A well-conditioned estimator for large-dimensional covariance matrices",
       Journal of Multivariate Analysis 88(2), 2004.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> X, _ = load_iris(return_X_y=True)
    >>> GaussianCopula().fit(X, random_state=0).draw(5, random_state=0).shape
    (5, 4)
    """

    def _learn(self, rows, reader, rng):
        fit_rows = self._base_rows(min(len(rows), MAX_FIT_ROWS), rng)
        ranks = ranked(rows[fit_rows], reader)
        self._sorted = fit_rows[np.argsort(ranks, axis=0, kind="stable")]
        scores = np.column_stack([normal_scores(column) for column in ranks.T])
        self._root = _root(_correlation(scores))
        self._cells = continuous_cells(self._numbers)

    def _choose(self, n_rows, rng):
        n_fit, n_columns = self._sorted.shape
        quantile = ndtr(rng.standard_normal((n_rows, n_columns)) @ self._root)
        place = np.minimum((quantile * n_fit).astype(np.intp), n_fit - 1)
        sources = [self._sorted[place[:, j], j] for j in range(n_columns)]
        numbers = {j: cells.draw(sources[j], rng) for j, cells in self._cells.items()}
        return sources, numbers


def _correlation(scores):
    """Shrunk correlations of the normal variables behind the scores; a single value has none.

    Scores that many rows share vary less than the variable behind them. Dividing by their
    deviation is exact for the correlation with a variable without ties.
    """
    deviation = scores.std(axis=0)
    deviation[deviation == 0] = 1
    shrunk, _ = ledoit_wolf(scores / deviation)
    scale = np.sqrt(np.maximum(np.diag(shrunk), np.finfo(float).tiny)) * deviation
    correlation = np.clip(shrunk / np.outer(scale, scale), -1, 1)
    np.fill_diagonal(correlation, 1)
    return correlation


def _root(matrix):
    """Return R with unit columns and Rᵀ R = `matrix`, or near where that has no root."""
    values, vectors = np.linalg.eigh(matrix)
    root = np.sqrt(np.maximum(values, 0))[:, None] * vectors.T
    return root / np.linalg.norm(root, axis=0)
