"""Measures of a classifier on held-out rows: quality, size, speed, agreement."""

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import accuracy_score, log_loss

from skdistill.measures import one_row_latency, serialized_bytes


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
        All with the same classes.
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
    labels = {n: clf.classes_[probas[n].argmax(axis=1)] for n, clf in classifiers.items()}
    return {
        name: Measures(
            accuracy=float(accuracy_score(y, labels[name])),
            log_loss=float(log_loss(y, probas[name], labels=clf.classes_)),
            ece=expected_calibration_error(y, probas[name], classes=clf.classes_),
            n_bytes=serialized_bytes(clf),
            latency=one_row_latency(clf, X),
            agreement=agreement(labels[name], labels[reference]),
        )
        for name, clf in classifiers.items()
    }


def agreement(labels, other_labels):
    """Return the share of rows on which two classifiers answer the same class.

    Parameters
    ----------
    labels, other_labels : arrays of shape (n_samples,)
        Answers to the same rows.

    Returns
    -------
    share : float
        In [0, 1].
    """
    return float(np.mean(np.asarray(labels) == np.asarray(other_labels)))


def expected_calibration_error(y, proba, *, classes, n_bins=15):
    """Mean gap between confidence and accuracy of the top class, over equal-mass bins.

    The expected calibration error of [1]_.

    Parameters
    ----------
    y : array of shape (n_samples,)
        Labels.
    proba : array of shape (n_samples, n_classes)
        Probability of each class.
    classes : array of shape (n_classes,)
        Labels of the columns.
    n_bins : int, default=15
        Bins of nearly as many rows each, by confidence.

    Returns
    -------
    error : float
        In [0, 1].

    References
    ----------
    .. [1] Guo, Pleiss, Sun, Weinberger, "On Calibration of Modern Neural Networks", 2017; with
       equal-mass bins as in Nixon et al., "Measuring Calibration in Deep Learning", 2019.
    """
    confidence = proba.max(axis=1)
    hit = np.asarray(classes)[proba.argmax(axis=1)] == np.asarray(y)
    confidence, share, n_rows = by_confidence(confidence, hit, n_bins)
    return float(np.average(np.abs(confidence - share), weights=n_rows))


def by_confidence(confidence, hit, n_bins):
    """Return means over bins of nearly as many rows each, in order of confidence.

    Parameters
    ----------
    confidence : float array of shape (n_samples,)
    hit : bool array of shape (n_samples,)
    n_bins : int

    Returns
    -------
    confidence, share, n_rows : arrays of shape (n_used_bins,)
        Mean confidence, share of hits, and rows of each bin that has any.
    """
    bins = np.array_split(np.argsort(confidence, kind="stable"), n_bins)
    bins = [rows for rows in bins if len(rows)]
    means = [[confidence[rows].mean(), hit[rows].mean(), len(rows)] for rows in bins]
    return tuple(np.array(means).T)
