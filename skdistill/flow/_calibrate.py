"""Held-out teacher answers → calibrated soft targets."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from skdistill.exceptions import warn
from skdistill.tasks import CALIBRATORS, LOG_BETA_BOUNDS, NEAR_BOUND


@dataclass(frozen=True)
class SoftTargets:
    """What the student is taught about the real rows.

    Parameters
    ----------
    proba : float64 array of shape (n_samples, n_classes) or None
        None where only labels teach.
    calibrator : calibrator or None
        The one to use on further answers.
    """

    proba: np.ndarray | None
    calibrator: Any


def calibrate_scores(scores, data, folds, *, method):
    """Calibrate held-out answers against the labels.

    Parameters
    ----------
    scores : TeacherScores
        Of rows that seem `seen`, answers stay as they are.
    data : Samples
    folds : list of (train, test)
        Sigmoid and isotonic targets of each fold's test rows come from the other rows.
    method : {"temperature", "sigmoid", "isotonic"} or None

    Returns
    -------
    targets : SoftTargets
        Of all rows.
    race_targets : SoftTargets
        The same without knowledge of the labels of the first fold's test rows.
    """
    if data.soft_targets is not None or scores.log_proba is None:
        return (SoftTargets(data.soft_targets, None),) * 2
    method = None if scores.seen else method
    targets = _calibrate(scores.log_proba, scores.held_out, data, folds, method)
    _warn_if_at_bound(getattr(targets.calibrator, "temperature_", 1.0))
    if scores.race_log_proba is None:
        return targets, targets
    known = (scores.held_out if scores.race_held_out is None else scores.race_held_out).copy()
    known[folds[0][1]] = False
    if not known.any():
        known[folds[0][0]] = True
    return targets, _calibrate(scores.race_log_proba, known, data, folds, method)


def _warn_if_at_bound(temperature):
    if abs(math.log(temperature)) < LOG_BETA_BOUNDS[1] - NEAR_BOUND:
        return
    meaning = (
        "they tell nothing about the labels, and the soft targets are equal for all classes. "
        "Check that rows and labels belong together, and what the teacher learns"
        if temperature > 1
        else "they hardly differ between classes, and were sharpened as far as it goes. Check "
        "that the teacher's scores are in nats, or probabilities"
    )
    warn(
        f"The calibration of the teacher's answers ended at its bound, temperature "
        f"{temperature:.2g}: {meaning}; or leave them as they are by calibration=None."
    )


def _calibrate(log_proba, known, data, folds, method):
    """Calibrate answers by the labels of the rows that are `known`."""

    def fit(rows):
        calibrator = CALIBRATORS[method]()
        return calibrator.fit(log_proba[rows], data.codes[rows], data.weight[rows])

    calibrator = fit(known)
    proba = calibrator.calibrate(log_proba)
    if method in ("sigmoid", "isotonic"):
        for train, test in folds:
            rows = np.zeros(len(known), dtype=bool)
            rows[train] = True
            if (rows & known).any():
                proba[test] = fit(rows & known).calibrate(log_proba[test])
    return SoftTargets(proba, calibrator)
