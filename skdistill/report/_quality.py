"""How good a classifier's probabilities are, on held-out rows."""

from dataclasses import dataclass

import numpy as np
from scipy.special import rel_entr
from sklearn.metrics import recall_score, roc_auc_score

from skdistill.report._measures import expected_calibration_error


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
        agreement=float(np.mean(predicted == reference.argmax(axis=1))),
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
