"""Side: who knows what."""

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False)
class Side:
    """What a student learns from, and what whoever answers for it may have seen.

    There are two: the final student's, which may know all labels, and the race's, which knows
    none of the first fold's test rows. Each stage of a fit maps a Side to a Side.

    Parameters
    ----------
    index : int array
        Positions of the real rows that the teacher was fitted on, and labels may be known of.
    teacher : fitted estimator or None
        Answers rows without label.
    scores : float64 array of shape (n_samples, n_outputs) or None
        Answers to real rows; None where no teacher was asked.
    held_out : bool array of shape (n_samples,)
        Rows whose answer is by a teacher that did not see them, and whose label may be known.
    seen : bool
        Whether a teacher that was fitted before seems to have seen the rows.
    calibrator : calibrator or None
        Of this teacher's answers.
    targets : float64 array of shape (n_samples, n_outputs) or None
        Calibrated answers to real rows; None where only labels teach.
    unlabeled : Lessons or None
        Answered rows without label.
    """

    index: np.ndarray
    teacher: Any
    scores: np.ndarray | None
    held_out: np.ndarray
    seen: bool = False
    calibrator: Any = None
    targets: np.ndarray | None = None
    unlabeled: Any = None

    def __post_init__(self):
        n = len(self.held_out)
        if self.held_out.dtype != bool or self.index.dtype.kind != "i":
            raise TypeError("held_out must be bool, index int.")
        for name in ("scores", "targets"):
            values = getattr(self, name)
            if values is not None and (values.dtype != np.float64 or len(values) != n):
                raise TypeError(
                    f"{name} must be float64 of {n} rows, got {values.dtype} of {len(values)}."
                )
