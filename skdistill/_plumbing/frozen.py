"""Which estimators are used as they are."""

from sklearn.frozen import FrozenEstimator


def is_frozen(estimator):
    """Whether an estimator is never fitted again."""
    return isinstance(estimator, FrozenEstimator)
