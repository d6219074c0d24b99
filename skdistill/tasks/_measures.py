"""How good classes and their probabilities are, on held-out rows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import rel_entr
from sklearn.metrics import recall_score, roc_auc_score


@dataclass(frozen=True)
class Measure:
    """One figure of how good answers are.

    Parameters
    ----------
    name : str
        In frames and files.
    words : str
        In tables.
    of : function
        Takes labels and answers to the same rows; returns the figure, or a value for each row
        whose mean is the figure.
    of_teacher : bool, default=False
        Whether it takes the teacher's answers in place of labels.
    brief : bool, default=False
        Whether it is among the few of a short comparison.
    where_uneven : bool, default=False
        Whether it joins them where the parts of the task have unlike numbers of rows.
    proper : bool, default=False
        Whether it is a loss of each row that is least, in the mean, where answers are the truth.
    note : str, default=""
        What is to be said below a table.
    meaning : str, default=""
        What a glossary says of it.
    """

    name: str
    words: str
    of: Callable[[Any, Any], Any]
    of_teacher: bool = False
    brief: bool = False
    where_uneven: bool = False
    proper: bool = False
    note: str = ""
    meaning: str = ""


def measure(measures, labels, answers, reference):
    """Return the figures of `answers` by the measures' names; `reference` is the teacher's."""
    return {
        each.name: float(np.mean(each.of(reference if each.of_teacher else labels, answers)))
        for each in measures
    }


def row_losses(codes, proba):
    """Return -log p(label) of each row, in nats; probabilities are clipped as by scikit-learn."""
    return -np.log(_clipped(proba)[np.arange(len(codes)), codes])


def neg_log_loss(estimator, X, y, sample_weight=None):
    """Return the mean of log p(label), in nats; `y` may lack classes."""
    losses = row_losses(codes_of(y, estimator.classes_, "y"), estimator.predict_proba(X))
    return -float(np.average(losses, weights=sample_weight))


def _hits(codes, proba):
    return proba.argmax(axis=1) == codes


def _balanced_accuracy(codes, proba):
    """Return the share of hits within each class, mean over the classes that have rows."""
    present = np.unique(codes)
    return recall_score(
        codes, proba.argmax(axis=1), labels=present, average="macro", zero_division=0
    )


def _distances(codes, proba):
    """Return squared distances to the one-hot labels, halved at two classes as by scikit-learn."""
    n_classes = proba.shape[1]
    distances = np.sum((proba - np.eye(n_classes)[codes]) ** 2, axis=1)
    return distances / (2 if n_classes == 2 else 1)


def _calibration_error(codes, proba):
    return expected_calibration_error(codes, proba, classes=np.arange(proba.shape[1]))


def _area(codes, proba):
    """Return the area under the ROC curve; of several classes, the mean of one against the rest.

    NaN where all rows are of one class.
    """
    present = np.unique(codes)
    if len(present) < 2:
        return np.nan
    if proba.shape[1] == 2:
        return roc_auc_score(codes, proba[:, 1])
    return np.mean([roc_auc_score(codes == k, proba[:, k]) for k in present])


def _agree(reference, proba):
    return reference.argmax(axis=1) == proba.argmax(axis=1)


def _divergences(reference, proba):
    """Return KL(reference || proba) of each row, in nats."""
    return rel_entr(reference, _clipped(proba)).sum(axis=1)


def _clipped(proba):
    eps = np.finfo(proba.dtype).eps
    return np.clip(proba, eps, 1 - eps)


OF_CLASSES = (
    Measure(
        "accuracy",
        "accuracy",
        _hits,
        brief=True,
        meaning="Share of rows whose most probable class is the label.",
    ),
    Measure(
        "balanced_accuracy",
        "balanced",
        _balanced_accuracy,
        where_uneven=True,
        meaning="Accuracy within each class, mean over the classes.",
    ),
    Measure(
        "log_loss",
        "log loss",
        row_losses,
        brief=True,
        proper=True,
        note="Log loss, KL(teacher || model) in nats",
        meaning="Mean of -log p(label), in nats: the lower, the better; it decides.",
    ),
    Measure(
        "brier",
        "Brier",
        _distances,
        proper=True,
        meaning="Mean squared distance of probabilities to the labels, halved at two classes.",
    ),
    Measure(
        "ece",
        "ECE",
        _calibration_error,
        brief=True,
        note="ECE: expected calibration error, 15 bins of equal mass",
        meaning="Mean gap between confidence and accuracy, over bins of rows alike in confidence.",
    ),
    Measure(
        "auc",
        "AUC",
        _area,
        where_uneven=True,
        meaning="Area under the ROC curve; of several classes, the mean of one against the rest.",
    ),
    Measure(
        "agreement",
        "agreement",
        _agree,
        of_teacher=True,
        brief=True,
        meaning="Share of rows answered with the teacher's class.",
    ),
    Measure(
        "kl",
        "KL",
        _divergences,
        of_teacher=True,
        meaning="Mean divergence KL(teacher || model), in nats: 0 where both say the same.",
    ),
)


def codes_of(y, classes, whose):
    """Return the position of each label in the classes.

    Parameters
    ----------
    y : array of shape (n_samples,)
    classes : array of shape (n_classes,)
    whose : str
        Name of `y`, for the message.

    Raises
    ------
    ValueError
        If a label is none of the classes; it names the row. If y has columns.
    """
    if np.ndim(y) != 1:
        raise ValueError(f"{whose} has the shape {np.shape(y)}: pass one value a row.")
    classes, labels = np.asarray(classes).tolist(), np.asarray(y).tolist()
    known = {label: k for k, label in enumerate(classes)}
    for row, label in enumerate(labels):
        if label not in known:
            raise ValueError(
                f"{whose} has the label {label!r} in row {row}, which was not in fit. The classes "
                f"are {classes}: correct it or leave such rows out."
            )
    return np.array([known[label] for label in labels], dtype=int)


def agreement(labels: ArrayLike, other_labels: ArrayLike) -> float:
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


def expected_calibration_error(
    y: ArrayLike, proba: ArrayLike, *, classes: ArrayLike, n_bins: int = 15
) -> float:
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
    proba = np.asarray(proba)
    labels = np.asarray(classes)[proba.argmax(axis=1)]
    confidence, share, n_rows = by_confidence(proba, labels == np.asarray(y), n_bins)
    return float(np.average(np.abs(confidence - share), weights=n_rows))


def by_confidence(proba, hit, n_bins):
    """Return means over bins of nearly as many rows each, in order of confidence.

    Rows of equal confidence are in one bin, which may make it larger, and the next ones fewer.

    Parameters
    ----------
    proba : float array of shape (n_samples, n_classes)
        Its largest value of each row is the confidence.
    hit : bool array of shape (n_samples,)
    n_bins : int

    Returns
    -------
    confidence, share, n_rows : arrays of shape (n_used_bins,)
        Mean confidence, share of hits, and rows of each bin that has any.
    """
    confidence = proba.max(axis=1)
    _, level, n_equal = np.unique(confidence, return_inverse=True, return_counts=True)
    middle = np.cumsum(n_equal) - n_equal / 2  # of the rows of a level, in order
    bins = (middle * n_bins / len(confidence)).astype(int)[level]
    n_rows = np.bincount(bins)
    used = n_rows > 0
    means = (np.bincount(bins, of_row)[used] / n_rows[used] for of_row in (confidence, hit))
    return (*means, n_rows[used])
