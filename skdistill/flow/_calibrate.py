"""Held-out teacher answers → calibrated soft targets."""

from dataclasses import replace

import numpy as np


def calibrate(side, data, folds, *, method):
    """Return a Side with its calibrator, and calibrated answers as targets.

    Answers by a teacher that seems to have seen the rows stay as they are. Sigmoid and isotonic
    targets of each fold's test rows come from the other rows.
    """
    if side.scores is None:
        return side
    method = None if side.seen else method

    def fit(rows):
        calibrator = data.task.calibrators[method]()
        return calibrator.fit(side.scores[rows], data.labels[rows], data.weight[rows])

    calibrator = fit(side.held_out)
    targets = calibrator.calibrate(side.scores)
    if method in ("sigmoid", "isotonic"):
        for train, test in folds:
            others = np.intersect1d(train, np.flatnonzero(side.held_out))
            if len(others):
                targets[test] = fit(others).calibrate(side.scores[test])
    return replace(side, calibrator=calibrator, targets=targets)
