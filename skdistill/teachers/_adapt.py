"""A teacher of any library: adapted so that it takes the user's labels and tables."""

from contextlib import contextmanager
from copy import copy, deepcopy

import numpy as np
import torch
from sklearn.base import (
    BaseEstimator,
    ClassifierMixin,
    MetaEstimatorMixin,
    RegressorMixin,
    clone,
    is_classifier,
    is_regressor,
)
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from skdistill._plumbing.afresh import afresh
from skdistill._plumbing.frozen import is_frozen
from skdistill.tasks import Means, Multiclass, last_step

REFUSE_LABELS = ("xgboost", "skorch")


def adapt(teacher, task):
    """Return a clone of `teacher` that takes any y of the task, and tables."""
    try:
        teacher = clone(_clonable(teacher))
    except RuntimeError as error:
        error.add_note(
            "A teacher is cloned for every fold. CatBoost alters dicts: give it tuples, class "
            "weights in the sorted order of the classes."
        )
        raise
    nets = _parts_from(teacher, "skorch")
    for net in nets:
        _read_tables(net)
    if isinstance(task, Means):
        return ColumnTeacher(teacher) if nets else teacher
    refuses = isinstance(task, Multiclass) and _parts_from(teacher, *REFUSE_LABELS)
    return LabelEncodedTeacher(teacher) if refuses else teacher


def frozen(teacher):
    """Return a teacher as one that is never fitted again."""
    return teacher if is_frozen(teacher) else FrozenEstimator(teacher)


def adapt_frozen(teacher):
    """Return a FrozenEstimator, with a skorch net in it as a copy that reads tables."""
    inner = _reads_tables(teacher.estimator)
    return teacher if inner is teacher.estimator else FrozenEstimator(inner)


def is_fitted(teacher):
    """Whether a teacher has been fitted, and not by a frozen step, as far as it can be told.

    A regressor that predicts without a fit, as a Gaussian process does, cannot be told.
    """
    if is_frozen(last_step(teacher)):
        return False
    if is_regressor(teacher):
        try:
            check_is_fitted(teacher)
        except (NotFittedError, TypeError):
            return False
        return get_tags(teacher).requires_fit
    has_weights = getattr(teacher, "initialized_", True)  # skorch may know classes before
    classes = getattr(teacher, "classes_", None) if has_weights else None
    return classes is not None and len(classes) > 0


def _inner_has(name):
    return lambda self: hasattr(self.estimator_, name)


class _SeededTeacher(MetaEstimatorMixin, BaseEstimator):
    """A teacher in another: what skorch draws from torch's generator, `random_state` seeds."""

    stands_for_another = True

    def __init__(self, estimator, random_state=None):
        self.estimator = estimator
        self.random_state = random_state

    @contextmanager
    def _torch_seeded(self):
        """Seed torch's generator for a net; other threads may draw from it meanwhile."""
        if self.random_state is None or not _parts_from(self.estimator, "skorch"):
            yield
            return
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.random_state)
            yield


class ColumnTeacher(RegressorMixin, _SeededTeacher):
    """A teacher that sees numbers as float32 columns, as nets take them."""

    @afresh
    def fit(self, X, y, **fit_params):
        """Fit a clone of `estimator` on y of two dimensions."""
        self.estimator_ = clone(self.estimator)
        columns = y.reshape(len(y), -1).astype(np.float32)
        with self._torch_seeded():
            self.estimator_.fit(X, columns, **fit_params)
        return self

    def predict(self, X):
        """Return predictions of shape (n_samples, n_outputs)."""
        with self._torch_seeded():
            return self.estimator_.predict(X)


class LabelEncodedTeacher(ClassifierMixin, _SeededTeacher):
    """A teacher that sees labels 0 … K-1, without gaps, whatever the user's labels are.

    XGBoost and skorch refuse others, also inside another estimator.
    """

    @afresh
    def fit(self, X, y, **fit_params):
        """Fit a clone of `estimator` on encoded labels."""
        self.classes_, codes = np.unique(y, return_inverse=True)
        self.estimator_ = clone(self.estimator)
        with self._torch_seeded():
            self.estimator_.fit(X, codes.astype(np.int64), **fit_params)
        return self

    @available_if(_inner_has("predict_proba"))
    def predict_proba(self, X):
        """Return probabilities; outputs beyond the classes seen in fit are dropped."""
        with self._torch_seeded():
            proba = np.asarray(self.estimator_.predict_proba(X))
        if proba.ndim < 2 or proba.shape[1] <= len(self.classes_):
            return proba
        proba = proba[:, : len(self.classes_)]
        return proba / proba.sum(axis=1, keepdims=True)

    @available_if(_inner_has("decision_function"))
    def decision_function(self, X):
        """Return scores of the classes."""
        return self.estimator_.decision_function(X)

    @property
    def oob_decision_function_(self):
        """Out-of-bag answers, where the teacher has them."""
        return self.estimator_.oob_decision_function_

    def predict(self, X):
        """Return the labels that the teacher predicts."""
        with self._torch_seeded():
            return self.classes_[np.asarray(self.estimator_.predict(X)).astype(np.int64)]


def parts(teacher):
    """Yield an estimator and all estimators among its parameters, but for those that are frozen.

    A FrozenEstimator is yielded, what is in it is not.
    """
    if isinstance(teacher, dict):
        teacher = list(teacher.values())
    if isinstance(teacher, list | tuple):
        for part in teacher:
            yield from parts(part)
    elif is_frozen(teacher):
        yield teacher
    elif hasattr(teacher, "get_params") and not isinstance(teacher, type):
        yield teacher
        yield from parts(teacher.get_params(deep=False))


def has_frozen(teacher):
    """Whether what predicts in a teacher, or the teacher itself, is frozen."""
    return any(
        is_frozen(part) and (is_classifier(part) or is_regressor(part)) for part in parts(teacher)
    )


def _clonable(teacher):
    """Return the teacher, or a copy whose CatBoost has tuples in place of lists.

    CatBoost hands out copies of its parameters, which scikit-learn's `clone` refuses.
    """
    if not any(map(_lists, _parts_from(teacher, "catboost"))):
        return teacher
    if _comes_from(teacher, "catboost"):  # it may be fitted
        return type(teacher)(**{**teacher.get_params(), **_lists(teacher)})
    teacher = deepcopy(teacher)
    for part in _parts_from(teacher, "catboost"):
        part.set_params(**_lists(part))
    return teacher


def _lists(estimator):
    params = estimator.get_params(deep=False).items()
    return {name: tuple(v) for name, v in params if isinstance(v, list | np.ndarray)}


def _reads_tables(estimator):
    """Return a fitted skorch net, or a pipeline that ends in one, as a copy that reads tables."""
    if isinstance(estimator, Pipeline):
        name, last = estimator.steps[-1]
        reads = _reads_tables(last)
        if reads is last:
            return estimator
        estimator = copy(estimator)
        estimator.steps = [*estimator.steps[:-1], (name, reads)]
        return estimator
    return _read_tables(copy(estimator)) if _comes_from(estimator, "skorch") else estimator


def _read_tables(net):
    """Let a skorch net, unless its data set is the user's, take tables of any dtype."""
    from skorch.dataset import Dataset

    from skdistill.teachers._skorch_rows import SkorchRows

    if getattr(net, "dataset", None) is Dataset:
        net.dataset = SkorchRows
    return net


def _comes_from(estimator, *libraries):
    """Whether an estimator's class, or one that it inherits from, is of one of the libraries."""
    roots = {cls.__module__.split(".")[0] for cls in type(estimator).__mro__}
    return not roots.isdisjoint(libraries)


def _parts_from(teacher, *libraries):
    return [part for part in parts(teacher) if _comes_from(part, *libraries)]
