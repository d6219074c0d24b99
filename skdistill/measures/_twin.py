"""The rival that shows what the teacher is worth: the same student, on labels alone."""

from typing import Any

from numpy.typing import ArrayLike
from sklearn.base import clone

from skdistill.teachers import frozen


def fit_twin(
    clf: Any,
    X: Any,
    y: ArrayLike,
    sample_weight: ArrayLike | None = None,
    groups: ArrayLike | None = None,
) -> Any:
    """Fit the student of `clf` anew on labels alone, with early stopping.

    Parameters
    ----------
    clf : fitted distilled estimator
        Left as it is; its teacher is not fitted again.
    X : table of shape (n_samples, n_features)
    y : array of shape (n_samples,) or (n_samples, n_outputs)
    sample_weight : array of shape (n_samples,) or None
    groups : array of shape (n_samples,) or None
        Rows of one group are held out together.

    Returns
    -------
    twin : distilled estimator
        Of the kind of `clf`.
    """
    twin = clone(clf).set_params(
        teacher=frozen(clf.teacher_),
        alpha=0,
        transfer=None,
        n_synthetic="auto",
        generations=0,
        early_stopping=True,
        memory=None,
    )
    return twin.fit(X, y, sample_weight=sample_weight, groups=groups)
