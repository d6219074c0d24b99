"""The teacher that teacher=None stands for, and what it reads tables by."""

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, TransformerMixin
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
    StackingClassifier,
    StackingRegressor,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.multioutput import MultiOutputClassifier, MultiOutputRegressor
from sklearn.utils.validation import has_fit_parameter

from skdistill._plumbing.afresh import afresh
from skdistill._plumbing.empty_columns import nearly_empty, without_empty
from skdistill._plumbing.frozen import is_frozen
from skdistill.runtime import ColumnReader
from skdistill.tables import is_sparse
from skdistill.tasks import Means, Multilabel, row_losses

VOTES = VotingClassifier, VotingRegressor, StackingClassifier, StackingRegressor
SPARE_BINS = 5  # above the levels of a category: missing, unknown, and what boosting keeps


def default_teacher(task, X, n_jobs=None):
    """Return the teacher that `teacher=None` stands for."""
    if isinstance(task, Means):
        forest, boosting, each = (
            RandomForestRegressor,
            TableBoostingRegressor(),
            MultiOutputRegressor,
        )
    else:
        forest, boosting, each = RandomForestClassifier, TableBoosting(), MultiOutputClassifier
    if is_sparse(X):
        return forest(300, n_jobs=n_jobs)
    several = isinstance(task, Multilabel) or (isinstance(task, Means) and len(task.center) > 1)
    return each(boosting, n_jobs=n_jobs) if several else boosting


def takes_weights(teacher):
    """Whether the teacher's fit takes `sample_weight`; a frozen one is not fitted."""
    if is_frozen(teacher):
        return True
    if isinstance(teacher, MultiOutputRegressor):
        return takes_weights(teacher.estimator)
    if isinstance(teacher, VOTES):
        return all(takes_weights(part) for _, part in teacher.estimators if part != "drop")
    return has_fit_parameter(teacher, "sample_weight")


class _TableBoosting(BaseEstimator):
    """Histogram gradient boosting that takes strings, categories, dates and missing values."""

    def __init__(
        self,
        max_iter=100,
        max_leaf_nodes=31,
        learning_rate=0.1,
        max_bins=255,
        l2_regularization=0.0,
        early_stopping="auto",
        random_state=None,
    ):
        self.max_iter = max_iter
        self.max_leaf_nodes = max_leaf_nodes
        self.learning_rate = learning_rate
        self.max_bins = max_bins
        self.l2_regularization = l2_regularization
        self.early_stopping = early_stopping
        self.random_state = random_state

    def _fit(self, boosting, X, y, sample_weight, **changed):
        """Fit; a category of more levels than there are bins is told apart by order alone."""
        self.reader_ = ColumnReader.learn(X)
        sizes = {j: len(levels) for j, levels in self.reader_.levels.items()}
        categorical = [j for j, size in sizes.items() if size <= self.max_bins - SPARE_BINS]
        params = self.get_params() | changed
        self.boosting_ = boosting(categorical_features=categorical or None, **params)
        self.boosting_.fit(without_empty(self.reader_.read(X)), y, sample_weight)
        self.n_features_in_ = self.boosting_.n_features_in_
        return self

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        inputs = tags.input_tags
        inputs.allow_nan = inputs.string = inputs.categorical = True
        return tags


class TableBoosting(ClassifierMixin, _TableBoosting):
    """Gradient boosting of classes, for any table.

    Its parameters are those of `HistGradientBoostingClassifier`.
    """

    @afresh
    def fit(self, X, y, sample_weight=None):
        """Fit; a class's only row is not parted from the others."""
        alone = np.unique(y, return_counts=True)[1].min() < 2
        changed = {"early_stopping": False} if alone else {}
        self._fit(HistGradientBoostingClassifier, X, y, sample_weight, **changed)
        self.classes_ = self.boosting_.classes_
        return self

    def predict_proba(self, X):
        """Return probabilities of shape (n_samples, n_classes)."""
        return self.boosting_.predict_proba(self.reader_.read(X))

    def staged_losses(self, X, y, sample_weight):
        """Return the mean losses tree by tree, on rows whose classes are known."""
        known = np.isin(y, self.classes_)
        codes, weight = np.searchsorted(self.classes_, y[known]), sample_weight[known]
        staged = self.boosting_.staged_predict_proba(self.reader_.read(X)[known])
        return [np.average(row_losses(codes, proba), weights=weight) for proba in staged]

    def predict(self, X):
        """Return the most probable labels."""
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


class TableBoostingRegressor(RegressorMixin, _TableBoosting):
    """Gradient boosting of a number, for any table.

    Its parameters are those of `HistGradientBoostingRegressor`.
    """

    def __init__(
        self,
        loss="squared_error",
        quantile=None,
        max_iter=100,
        max_leaf_nodes=31,
        learning_rate=0.1,
        max_bins=255,
        l2_regularization=0.0,
        early_stopping="auto",
        random_state=None,
    ):
        super().__init__(
            max_iter,
            max_leaf_nodes,
            learning_rate,
            max_bins,
            l2_regularization,
            early_stopping,
            random_state,
        )
        self.loss = loss
        self.quantile = quantile

    @afresh
    def fit(self, X, y, sample_weight=None):
        """Fit by the loss."""
        return self._fit(HistGradientBoostingRegressor, X, y, sample_weight)

    def staged_losses(self, X, y, sample_weight):
        """Return the mean squared errors tree by tree."""
        staged = self.boosting_.staged_predict(self.reader_.read(X))
        return [np.average((y - predicted) ** 2, weights=sample_weight) for predicted in staged]

    def predict(self, X):
        """Return predictions of shape (n_samples,)."""
        return self.boosting_.predict(self.reader_.read(X))


class TableNumbers(TransformerMixin, BaseEstimator):
    """Turns any table into numbers for trees: categories and dates in order, missing as NaN.

    A column that was nearly empty in fit is 0.
    """

    @afresh
    def fit(self, X, y=None):
        """Learn the columns' kinds and levels."""
        self.reader_ = ColumnReader.learn(X)
        self.empty_ = nearly_empty(self.reader_.read(X))
        return self

    def transform(self, X):
        """Return numbers of shape (n_samples, n_features)."""
        return np.where(self.empty_, np.float32(0), self.reader_.read(X))
