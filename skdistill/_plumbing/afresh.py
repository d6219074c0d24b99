"""A fit starts from nothing, and leaves nothing where it fails."""

from functools import wraps


def afresh(fit):
    """Make `fit` forget the fit before, and itself if it fails or is interrupted."""

    @wraps(fit)
    def fit_afresh(self, *args, **kwargs):
        forget(self)
        try:
            return fit(self, *args, **kwargs)
        except BaseException:
            forget(self)
            raise

    return fit_afresh


def forget(estimator):
    """Drop what scikit-learn takes for signs of a fit: attributes with an underscore behind."""
    for name in list(vars(estimator)):
        if name.endswith("_") and not name.startswith("_"):
            delattr(estimator, name)
