"""How a student is trained: lessons, one loop, and what of it is the user's own."""

from skdistill.training._device import find_device
from skdistill.training._lessons import (
    SYNTHETIC,
    UNLABELED,
    Lessons,
    answered_rows,
    join,
    real_rows,
)
from skdistill.training._rehearsal import rehearse
from skdistill.training._schedule import CYCLED_PER_ROW, pace, plan
from skdistill.training._train import (
    detach,
    recalibrate,
    taught_by,
    train_generations,
    train_student,
)
from skdistill.training._training import Training, make_training

__all__ = [
    "CYCLED_PER_ROW",
    "SYNTHETIC",
    "UNLABELED",
    "Lessons",
    "Training",
    "answered_rows",
    "detach",
    "find_device",
    "join",
    "make_training",
    "pace",
    "plan",
    "real_rows",
    "recalibrate",
    "rehearse",
    "taught_by",
    "train_generations",
    "train_student",
]
