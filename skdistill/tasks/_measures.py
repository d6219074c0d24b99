"""How good classes and their probabilities are, on held-out rows."""

from dataclasses import dataclass

import numpy as np
from scipy.special import rel_entr
from sklearn.metrics import recall_score, roc_auc_score


@dataclass(frozen=True)
class Quality:
    """How good one classifier's probabilities are.

    Parameters
    ----------
    accuracy : float
        Share of rows whose most probable class is the label.
    balanced_accuracy : float
        The same within each class, mean over the classes that have rows.
    log_loss : float
        Mean of -log p(label), in nats; probabilities are clipped as by scikit-learn.
    log_loss_by_class : dict of label to float
        The same over the rows of each class; NaN for a class without rows.
    brier : float
        Mean squared distance to the one-hot labels, halved at two classes, as by scikit-learn.
    ece : float
        Expected calibration error over 15 bins of equal mass.
    auc : float
        Area under the ROC curve; of several classes, the mean of each against the others. NaN
        where all rows are of one class.
    agreement : float
        Share of rows answered with the teacher's class.
    kl : float
        Mean of KL(teacher || classifier), in nats.
    """

    accuracy: float
    balanced_accuracy: float
    log_loss: float
    log_loss_by_class: dict
    brier: float
    ece: float
    auc: float
    agreement: float
    kl: float


def measure_quality(codes, proba, *, classes, reference):
    """Measure the probabilities of one classifier.

    Parameters
    ----------
    codes : int array of shape (n_samples,)
        Position of each label in `classes`.
    proba : float array of shape (n_samples, n_classes)
    classes : array of shape (n_classes,)
    reference : float array of shape (n_samples, n_classes)
        Probabilities of the teacher, with whom agreement is measured.

    Returns
    -------
    quality : Quality
    """
    predicted = proba.argmax(axis=1)
    present = np.unique(codes)
    losses = row_losses(codes, proba)
    distances = np.sum((proba - np.eye(len(classes))[codes]) ** 2, axis=1)
    return Quality(
        accuracy=float(np.mean(predicted == codes)),
        balanced_accuracy=float(
            recall_score(codes, predicted, labels=present, average="macro", zero_division=0)
        ),
        log_loss=float(losses.mean()),
        log_loss_by_class={
            label: float(losses[codes == k].mean()) if k in present else np.nan
            for k, label in enumerate(classes.tolist())
        },
        brier=float(distances.mean() / (2 if len(classes) == 2 else 1)),
        ece=expected_calibration_error(codes, proba, classes=np.arange(len(classes))),
        auc=_area(codes, proba, present),
        agreement=agreement(predicted, reference.argmax(axis=1)),
        kl=float(row_divergences(reference, proba).mean()),
    )


def row_losses(codes, proba):
    """Return -log p(label) of each row, in nats."""
    return -np.log(_clipped(proba)[np.arange(len(codes)), codes])


def row_divergences(reference, proba):
    """Return KL(reference || proba) of each row, in nats."""
    return rel_entr(reference, _clipped(proba)).sum(axis=1)


def _clipped(proba):
    eps = np.finfo(proba.dtype).eps
    return np.clip(proba, eps, 1 - eps)


def _area(codes, proba, present):
    if len(present) < 2:
        return np.nan
    if proba.shape[1] == 2:
        return float(roc_auc_score(codes, proba[:, 1]))
    return float(np.mean([roc_auc_score(codes == k, proba[:, k]) for k in present]))


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
        If a label is none of the classes; it names the row.
    """
    classes, labels = np.asarray(classes).tolist(), np.asarray(y).tolist()
    known = {label: k for k, label in enumerate(classes)}
    for row, label in enumerate(labels):
        if label not in known:
            raise ValueError(
                f"{whose} has the label {label!r} in row {row}, which was not in fit. The classes "
                f"are {classes}: correct it or leave such rows out."
            )
    return np.array([known[label] for label in labels], dtype=int)


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
    labels = np.asarray(classes)[proba.argmax(axis=1)]
    confidence, share, n_rows = by_confidence(proba, labels == np.asarray(y), n_bins)
    return float(np.average(np.abs(confidence - share), weights=n_rows))


def by_confidence(proba, hit, n_bins):
    """Return means over bins of nearly as many rows each, in order of confidence.

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
    bins = np.array_split(np.argsort(confidence, kind="stable"), n_bins)
    bins = [rows for rows in bins if len(rows)]
    means = [[confidence[rows].mean(), hit[rows].mean(), len(rows)] for rows in bins]
    return tuple(np.array(means).T)
