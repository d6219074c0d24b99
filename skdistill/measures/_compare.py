"""Classifiers side by side on held-out rows: quality, size, speed, agreement."""

from dataclasses import dataclass

from skdistill.measures._costs import one_row_latency, serialized_bytes
from skdistill.tasks import codes_of, measure_quality


@dataclass(frozen=True)
class Measures:
    """Measures of one classifier on held-out rows.

    Parameters
    ----------
    accuracy : float
        Share of rows whose most probable class is the label.
    log_loss : float
        Mean of -log p(label), in nats.
    ece : float
        Expected calibration error, in [0, 1].
    n_bytes : int
        Size of the saved classifier.
    latency : float
        Median seconds of `predict_proba` for one row.
    agreement : float
        Share of rows answered with the reference's class.
    """

    accuracy: float
    log_loss: float
    ece: float
    n_bytes: int
    latency: float
    agreement: float


def compare(classifiers, X, y, *, reference):
    """Measure classifiers on the same held-out rows.

    Parameters
    ----------
    classifiers : dict of str to fitted classifier
        All with the same `classes_`.
    X : table of shape (n_samples, n_features)
        Held-out rows.
    y : array of shape (n_samples,)
        Labels.
    reference : str
        Name of the classifier with which the others' agreement is measured.

    Returns
    -------
    measures : dict of str to Measures
        By the classifiers' names.
    """
    probas = {name: clf.predict_proba(X) for name, clf in classifiers.items()}
    measures = {}
    for name, clf in classifiers.items():
        quality = measure_quality(
            codes_of(y, clf.classes_, "y"),
            probas[name],
            classes=clf.classes_,
            reference=probas[reference],
        )
        measures[name] = Measures(
            accuracy=quality.accuracy,
            log_loss=quality.log_loss,
            ece=quality.ece,
            n_bytes=serialized_bytes(clf),
            latency=one_row_latency(clf, X),
            agreement=quality.agreement,
        )
    return measures
