"""What a student has to beat: its hard-label twin, and gradient boosting of its size."""

from dataclasses import dataclass
from typing import Any

from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.frozen import FrozenEstimator

from skdistill._plumbing.boosting import without_empty
from skdistill.exceptions import only_informs
from skdistill.report._costs import serialized_bytes
from skdistill.runtime import ColumnReader

MAX_LEVELS = 253  # the boosting takes 255 categories; "missing" and "other" are two of them
MAX_TREES = 100


def fit_twin(clf, X, y, sample_weight=None):
    """Fit the student of `clf` anew on labels alone, with early stopping.

    Parameters
    ----------
    clf : fitted DistilledClassifier
        Left as it is; its teacher is not fitted again.
    X : table of shape (n_samples, n_features)
    y : array of shape (n_samples,)
    sample_weight : array of shape (n_samples,) or None

    Returns
    -------
    twin : DistilledClassifier
    """
    teacher = clf.teacher_
    twin = clone(clf).set_params(
        teacher=teacher if isinstance(teacher, FrozenEstimator) else FrozenEstimator(teacher),
        alpha=0,
        transfer=None,
        n_synthetic="auto",
        generations=0,
        early_stopping=True,
        memory=None,
    )
    return twin.fit(X, y, sample_weight=sample_weight)


@dataclass(frozen=True)
class SmallBoosting:
    """Gradient boosting behind the way in which a student reads its columns.

    Parameters
    ----------
    reader : ColumnReader
    model : fitted HistGradientBoostingClassifier
    """

    reader: ColumnReader
    model: Any

    @property
    def classes_(self):
        """Class labels."""
        return self.model.classes_

    def predict_proba(self, X):
        """Return probabilities of shape (n_samples, n_classes)."""
        return self.model.predict_proba(self.reader.read(X))


@only_informs("The report's gradient boosting")
def fit_boosting(n_bytes, reader, X, y, sample_weight=None):
    """Fit gradient boosting with as many trees as `n_bytes` hold, at most 100.

    Parameters
    ----------
    n_bytes : int
        Size that its pickle may have.
    reader : ColumnReader
        How the student reads columns.
    X : table of shape (n_samples, n_features)
        Not sparse.
    y : array of shape (n_samples,)
    sample_weight : array of shape (n_samples,) or None

    Returns
    -------
    boosting : SmallBoosting or None
        None where it fails. A single tree may be larger than `n_bytes`.
    """
    rows = without_empty(reader.read(X))
    categorical = [j for j in reader.levels if reader.n_codes(j) - 2 <= MAX_LEVELS]
    n_trees = MAX_TREES
    while True:
        model = HistGradientBoostingClassifier(
            max_iter=n_trees, categorical_features=categorical or None, random_state=0
        ).fit(rows, y, sample_weight)
        boosting = SmallBoosting(reader, model)
        size = serialized_bytes(boosting)
        if size <= n_bytes or n_trees == 1:
            return boosting
        n_trees = max(1, min(n_trees - 1, int(0.95 * model.n_iter_ * n_bytes / size)))
