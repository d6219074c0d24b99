"""A regressor as one that answers ``predict(X, quantiles=[…])``."""

import numpy as np
from sklearn.base import BaseEstimator, MetaEstimatorMixin, RegressorMixin, clone

from skdistill._plumbing.afresh import afresh
from skdistill.tasks import Quantiles, has_leaves, level_params, takes_levels
from skdistill.teachers._leaf_quantiles import LeafQuantiles


def at_levels(teacher, task):
    """Return a teacher that has the answers of the task, made of one that may lack them."""
    if not isinstance(task, Quantiles) or takes_levels(teacher):
        return teacher
    if has_leaves(teacher):
        return LeafQuantiles(teacher)
    return OneALevel(teacher, tuple(task.levels.tolist()))


class OneALevel(RegressorMixin, MetaEstimatorMixin, BaseEstimator):
    """A clone of a regressor for each level, by the parameters that its class has for that."""

    stands_for_another = True

    def __init__(self, estimator, levels):
        self.estimator = estimator
        self.levels = levels

    @afresh
    def fit(self, X, y, **fit_params):
        """Fit the clones."""
        self.estimators_ = [
            clone(self.estimator)
            .set_params(**level_params(self.estimator, level))
            .fit(X, y, **fit_params)
            for level in self.levels
        ]
        return self

    def predict(self, X, quantiles):
        """Return the quantiles, of shape (n_samples, n_levels), sorted within each row."""
        if tuple(quantiles) != self.levels:
            raise ValueError(f"Fitted for the levels {self.levels}, asked for {quantiles}.")
        columns = [estimator.predict(X) for estimator in self.estimators_]
        return np.sort(np.column_stack(columns), axis=1)
