"""Measures of a classifier on held-out rows: quality, size, speed, agreement."""

import io
import pickle
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.metrics import accuracy_score, log_loss

from skdistill.runtime import Student
from skdistill.runtime._columns import take_rows

MAX_SECONDS = 2.0  # spent on the latency of one classifier
MIN_CALLS, MAX_CALLS = 20, 1000


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
    y : array of shape (n_samples,)
        Labels.
    reference : str
        Name of the classifier with which the others' agreement is measured.

    Returns
    -------
    measures : dict of str to Measures
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
    """
    return float(np.mean(np.asarray(labels) == np.asarray(other_labels)))


def expected_calibration_error(y, proba, *, classes, n_bins=15):
    """Mean gap between confidence and accuracy of the top class, over equal-mass bins [1]_.

    Parameters
    ----------
    y : array of shape (n_samples,)
        Labels.
    proba : array of shape (n_samples, n_classes)
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
    bins = np.array_split(np.argsort(confidence, kind="stable"), n_bins)
    gaps = [abs(confidence[b].sum() - hit[b].sum()) for b in bins if len(b)]
    return float(sum(gaps) / len(hit))


def one_row_latency(classifier, X):
    """Return the median seconds of `predict_proba` for a single row.

    Up to a thousand calls, at least twenty, within about two seconds, after a warm-up; rows are
    cut out of `X` beforehand.

    Parameters
    ----------
    classifier : fitted classifier
    X : table of shape (n_samples, n_features)
    """
    rows = [take_rows(X, np.array([i])) for i in range(min(X.shape[0], MIN_CALLS))]
    for row in rows[:3]:
        classifier.predict_proba(row)
    times: list[float] = []
    stop = time.perf_counter() + MAX_SECONDS
    while len(times) < MIN_CALLS or (len(times) < MAX_CALLS and time.perf_counter() < stop):
        row = rows[len(times) % len(rows)]
        start = time.perf_counter()
        classifier.predict_proba(row)
        times.append(time.perf_counter() - start)
    return float(np.median(times))


def serialized_bytes(classifier):
    """Return the size of a classifier on disk: a student's file, any other's pickle.

    Parameters
    ----------
    classifier : fitted classifier or Student
    """
    if isinstance(classifier, Student):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "student.safetensors"
            classifier.save(path)
            return path.stat().st_size
    counter = _Counter()
    pickle.dump(classifier, counter, protocol=5)
    return counter.n_bytes


class _Counter(io.RawIOBase):
    """Counts what is written and forgets it."""

    n_bytes = 0

    def write(self, data):
        size = memoryview(data).nbytes
        self.n_bytes += size
        return size
