"""Side: who knows what."""

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False)
class Side:
    """What a student learns from, and what whoever answers for it may have seen.

    There are two: the final student's, which may know all labels, and the race's, which knows
    none of the first fold's test rows. Each stage of a fit maps a Side to a Side.
    """

    index: np.ndarray  # of real rows whose labels may be known; caches depend on it
    teacher: Any  # of rows without label
    scores: np.ndarray | None  # of real rows; None where no teacher was asked
    held_out: np.ndarray  # by whose answers and labels one may calibrate; bool
    seen: bool = False  # whether a teacher that was fitted before seems to have seen the rows
    calibrator: Any = None  # of this teacher's answers
    targets: np.ndarray | None = None  # calibrated answers; None where only labels teach
    unlabeled: Any = None  # Lessons: answered rows without label

    def without_rows(self):
        """Return what a worker needs: who answers, and how that is calibrated."""
        return Side(self.index, self.teacher, None, self.held_out[:0], calibrator=self.calibrator)

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
