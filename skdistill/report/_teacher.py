"""A fitted DistilledClassifier's teacher, asked about further rows."""

import numpy as np


def check_distilled(clf, what):
    """Raise unless `clf` is a fitted DistilledClassifier that has a teacher.

    Parameters
    ----------
    clf : object
    what : str
        Who asks, for the message.

    Raises
    ------
    TypeError
        If it is no DistilledClassifier, or is not fitted.
    ValueError
        If it was fitted with `soft_targets`, so that there is no teacher.
    """
    if not hasattr(clf, "student_"):
        raise TypeError(
            f"{what} takes a fitted DistilledClassifier, got {type(clf).__name__} without "
            "student_. Call fit; of a pipeline or search, pass the fitted DistilledClassifier "
            "inside, with rows as it gets them."
        )
    if getattr(clf, "teacher_", None) is None:
        raise ValueError(
            f"{what} compares with the teacher, and this DistilledClassifier has no teacher_: it "
            "was fitted with soft_targets. Fit it with a teacher, or look at the student alone "
            "with ReliabilityDisplay."
        )


def teacher_answers(clf, X):
    """Return the teacher's probabilities, raw and calibrated.

    Parameters
    ----------
    clf : fitted DistilledClassifier
    X : table of shape (n_samples, n_features)

    Returns
    -------
    raw : float64 array of shape (n_samples, n_classes)
        Columns in the order of ``clf.classes_``.
    calibrated : float64 array of shape (n_samples, n_classes) or None
        None where no calibrator was fitted.
    """
    log_proba = clf.task_.ask(clf.teacher_, X)
    calibrator = clf.calibrator_
    return np.exp(log_proba), None if calibrator is None else calibrator.calibrate(log_proba)


def reference_answers(clf, X):
    """Return the teacher's calibrated probabilities, or the raw ones without a calibrator."""
    raw, calibrated = teacher_answers(clf, X)
    return raw if calibrated is None else calibrated
