"""How good probabilities of several labels a row are, on held-out rows."""

import numpy as np
from scipy.special import rel_entr

from skdistill.tasks._measures import Measure

EPSILON = np.finfo(np.float64).eps


def label_losses(labels, proba):
    """Return the log loss of each row, mean over labels, in nats; unknown ones cost nothing."""
    proba = np.clip(proba, EPSILON, 1 - EPSILON)
    losses = -np.log(np.where(labels > 0, proba, 1 - proba))
    return np.where(np.isnan(labels), 0.0, losses).mean(axis=1)


def _exact(labels, proba):
    return ((proba > 0.5) == (labels > 0)).all(axis=1)


def _right(labels, proba):
    return ((proba > 0.5) == (labels > 0)).mean(axis=1)


def _distances(labels, proba):
    return ((proba - labels) ** 2).mean(axis=1)


def _agree(reference, proba):
    return ((reference > 0.5) == (proba > 0.5)).all(axis=1)


def _divergences(reference, proba):
    """Return KL(reference || proba) of each row, mean over labels, in nats."""
    proba = np.clip(proba, EPSILON, 1 - EPSILON)
    return (rel_entr(reference, proba) + rel_entr(1 - reference, 1 - proba)).mean(axis=1)


def same_labels(labels, others):
    """Return the share of rows that are given the same labels."""
    return float(np.mean((np.asarray(labels) == np.asarray(others)).all(axis=1)))


def neg_label_loss(estimator, X, y, sample_weight=None):
    """Return the mean of log p over rows and labels, in nats."""
    losses = label_losses(np.asarray(y), estimator.predict_proba(X))
    return -float(np.average(losses, weights=sample_weight))


OF_LABELS = (
    Measure(
        "accuracy",
        "accuracy",
        _exact,
        brief=True,
        meaning="Share of rows that are given their labels and no others.",
    ),
    Measure(
        "label_accuracy",
        "by label",
        _right,
        brief=True,
        meaning="Share of labels that are given where they belong and nowhere else.",
    ),
    Measure(
        "log_loss",
        "log loss",
        label_losses,
        brief=True,
        proper=True,
        note="Log loss, KL(teacher || model) in nats a label",
        meaning="Mean of -log p over rows and labels, in nats: the lower, the better; it decides.",
    ),
    Measure(
        "brier",
        "Brier",
        _distances,
        proper=True,
        meaning="Mean squared distance of probabilities to the labels.",
    ),
    Measure(
        "agreement",
        "agreement",
        _agree,
        of_teacher=True,
        brief=True,
        meaning="Share of rows that are given all the labels that the teacher gives, no others.",
    ),
    Measure(
        "kl",
        "KL",
        _divergences,
        of_teacher=True,
        meaning="Mean divergence KL(teacher || model) a label, in nats: 0 if both say the same.",
    ),
)
