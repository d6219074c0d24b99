"""Teachers made here: the default one, and an adapter for those that refuse their labels."""

import numpy as np
from sklearn.base import (
    BaseEstimator,
    ClassifierMixin,
    MetaEstimatorMixin,
    TransformerMixin,
    clone,
)
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import has_fit_parameter

from skdistill._afresh import afresh
from skdistill._seeds import fill_random_states
from skdistill.runtime._reader import ColumnReader
from skdistill.tables import is_sparse

SPARE_BINS = 5  # above the levels of a category: missing, unknown, and what boosting keeps
REFUSE_LABELS = ("xgboost", "skorch")


def prepare_teacher(teacher, data, n_jobs, random_state):
    """Return the teacher to fit, or the frozen one; None with soft targets."""
    if data.soft_targets is not None:
        return None
    if isinstance(teacher, FrozenEstimator):
        return teacher
    teacher = default_teacher(data.X, n_jobs) if teacher is None else teacher
    return fill_random_states(adapt(teacher), random_state)


def default_teacher(X, n_jobs=None):
    """Return the teacher that `teacher=None` stands for."""
    if is_sparse(X):
        return RandomForestClassifier(300, n_jobs=n_jobs)
    return TableBoosting()


def adapt(teacher):
    """Return a clone of `teacher` that takes any labels."""
    teacher = clone(teacher)
    return LabelEncodedTeacher(teacher) if _refuses_labels(teacher) else teacher


def takes_weights(teacher):
    """Whether the teacher's fit takes `sample_weight`; a frozen one is not fitted."""
    if isinstance(teacher, FrozenEstimator):
        return True
    if isinstance(teacher, VotingClassifier | StackingClassifier):
        return all(takes_weights(part) for _, part in teacher.estimators if part != "drop")
    return has_fit_parameter(teacher, "sample_weight")


class TableBoosting(ClassifierMixin, BaseEstimator):
    """Histogram gradient boosting that takes strings, categories, dates and missing values.

    Parameters
    ----------
    max_iter, max_leaf_nodes, learning_rate, max_bins, early_stopping, random_state
        As in `HistGradientBoostingClassifier`.
    """

    def __init__(
        self,
        max_iter=100,
        max_leaf_nodes=31,
        learning_rate=0.1,
        max_bins=255,
        early_stopping="auto",
        random_state=None,
    ):
        self.max_iter = max_iter
        self.max_leaf_nodes = max_leaf_nodes
        self.learning_rate = learning_rate
        self.max_bins = max_bins
        self.early_stopping = early_stopping
        self.random_state = random_state

    @afresh
    def fit(self, X, y, sample_weight=None):
        """Fit; a category of more levels than there are bins is told apart by order alone."""
        self.reader_ = ColumnReader.learn(X)
        sizes = {j: len(levels) for j, levels in self.reader_.levels.items()}
        categorical = [j for j, size in sizes.items() if size <= self.max_bins - SPARE_BINS]
        self.boosting_ = HistGradientBoostingClassifier(
            categorical_features=categorical or None, **self.get_params()
        )
        self.boosting_.fit(self.reader_.read(X), y, sample_weight)
        self.classes_ = self.boosting_.classes_
        self.n_features_in_ = self.boosting_.n_features_in_
        return self

    def predict_proba(self, X):
        """Return probabilities of shape (n_samples, n_classes)."""
        return self.boosting_.predict_proba(self.reader_.read(X))

    def predict(self, X):
        """Return the most probable labels."""
        return self.classes_[self.predict_proba(X).argmax(axis=1)]

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        return tags


class TableNumbers(TransformerMixin, BaseEstimator):
    """Turns any table into numbers for trees: categories and dates in order, missing as NaN."""

    @afresh
    def fit(self, X, y=None):
        """Learn the columns' kinds and levels."""
        self.reader_ = ColumnReader.learn(X)
        return self

    def transform(self, X):
        """Return numbers of shape (n_samples, n_features)."""
        return self.reader_.read(X)


class LabelEncodedTeacher(MetaEstimatorMixin, ClassifierMixin, BaseEstimator):
    """A teacher that sees labels 0 … K-1, without gaps, whatever the user's labels are.

    XGBoost refuses other labels. A skorch net takes no strings either and needs float32 numbers,
    which it gets here.

    Parameters
    ----------
    estimator : classifier
    """

    def __init__(self, estimator):
        self.estimator = estimator

    @afresh
    def fit(self, X, y, **fit_params):
        """Fit a clone of `estimator` on encoded labels."""
        self.classes_, codes = np.unique(y, return_inverse=True)
        self.estimator_ = clone(self.estimator)
        self.estimator_.fit(self._rows(X), codes.astype(np.int64), **fit_params)
        return self

    def predict_proba(self, X):
        """Return probabilities; outputs beyond the classes seen in fit are dropped."""
        proba = self.estimator_.predict_proba(self._rows(X))[:, : len(self.classes_)]
        return proba / proba.sum(axis=1, keepdims=True)

    def predict(self, X):
        """Return the most probable labels."""
        return self.classes_[self.predict_proba(X).argmax(axis=1)]

    def _rows(self, X):
        if _library(self.estimator) == "skorch" and not is_sparse(X):
            return np.asarray(X, dtype=np.float32)
        return X


def _refuses_labels(teacher):
    while isinstance(teacher, Pipeline):
        teacher = teacher.steps[-1][1]
    return _library(teacher) is not None


def _library(estimator):
    """Name the library of REFUSE_LABELS that an estimator's class comes from, if any."""
    roots = {cls.__module__.split(".")[0] for cls in type(estimator).__mro__}
    return next(iter(roots.intersection(REFUSE_LABELS)), None)
