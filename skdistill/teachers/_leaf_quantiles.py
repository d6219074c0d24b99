"""Quantiles of a forest of means, by the targets of its leaves."""

import numpy as np
from scipy.sparse import csr_array
from sklearn.base import BaseEstimator, MetaEstimatorMixin, RegressorMixin, clone
from sklearn.pipeline import Pipeline

from skdistill._plumbing.afresh import afresh
from skdistill.tables import take_rows
from skdistill.tasks import last_step

ROWS_AT_ONCE = 1024  # asked about: bounds memory
ROUNDING = 1e-9  # of sums of weights


class LeafQuantiles(RegressorMixin, MetaEstimatorMixin, BaseEstimator):
    """A quantile regression forest made of one of scikit-learn's.

    A row's distribution is that of the training rows that share a leaf with it, each leaf's of
    weight 1 in all, mean over trees [1]_.

    References
    ----------
    .. [1] Meinshausen, "Quantile Regression Forests", JMLR 2006.
    """

    stands_for_another = True

    def __init__(self, estimator):
        self.estimator = estimator

    @afresh
    def fit(self, X, y, sample_weight=None):
        """Fit a clone of the forest, and note the weight of each training row in its leaves."""
        weighted = {} if sample_weight is None else {"sample_weight": sample_weight}
        self.estimator_ = clone(self.estimator).fit(X, y, **weighted)
        order = np.argsort(y, kind="stable")
        self.targets_ = y[order]
        leaves = self._leaves(take_rows(X, order))
        weight = np.ones(len(y)) if sample_weight is None else sample_weight[order]
        rows = np.broadcast_to(np.arange(len(y))[:, None], leaves.shape).ravel()
        shares = np.broadcast_to(weight[:, None], leaves.shape).ravel()
        n_nodes = sum(self._sizes())
        total = np.bincount(leaves.ravel(), shares, minlength=n_nodes)
        shares = shares / total[leaves.ravel()]
        self.shares_ = csr_array((shares, (leaves.ravel(), rows)), shape=(n_nodes, len(y)))
        return self

    def predict(self, X, quantiles):
        """Return the quantiles, of shape (n_samples, n_levels)."""
        n = X.shape[0]
        parts = [np.arange(s, min(s + ROWS_AT_ONCE, n)) for s in range(0, n, ROWS_AT_ONCE)]
        return np.concatenate([self._quantiles(take_rows(X, part), quantiles) for part in parts])

    def _quantiles(self, X, levels):
        leaves = self._leaves(X)
        n, n_trees = leaves.shape
        ends = np.arange(0, n * n_trees + 1, n_trees)
        of_rows = csr_array(
            (np.full(leaves.size, 1 / n_trees), leaves.ravel(), ends),
            shape=(n, self.shares_.shape[0]),
        )
        weights = of_rows @ self.shares_
        weights.sort_indices()
        below = np.concatenate([[0], np.cumsum(weights.data)])
        first, last = weights.indptr[:-1], weights.indptr[1:]
        total = below[last] - below[first]
        wanted = below[first][:, None] + total[:, None] * (np.asarray(levels) - ROUNDING)
        places = np.searchsorted(below[1:], wanted)
        places = np.clip(places, first[:, None], last[:, None] - 1)
        return self.targets_[weights.indices[places]]

    def _leaves(self, X):
        """Return the number of each row's leaf in each tree, counted over all trees."""
        forest = self.estimator_
        while isinstance(forest, Pipeline):
            X = forest[:-1].transform(X) if len(forest) > 1 else X
            forest = forest.steps[-1][1]
        return forest.apply(X) + np.cumsum([0, *self._sizes()[:-1]])

    def _sizes(self):
        """Return how many nodes each tree has."""
        return [tree.tree_.node_count for tree in last_step(self.estimator_).estimators_]
