"""What an answer is: one subclass of `Task` a file."""

from skdistill.tasks._calibrators import (
    IdentityCalibrator,
    best_temperature,
    check_calibration,
)
from skdistill.tasks._multiclass import Multiclass
from skdistill.tasks._names import given_to, last_step, name_of
from skdistill.tasks._probabilities import by_name, positions, proper
from skdistill.tasks._task import Task

__all__ = [
    "IdentityCalibrator",
    "Multiclass",
    "Task",
    "best_temperature",
    "by_name",
    "check_calibration",
    "given_to",
    "last_step",
    "name_of",
    "positions",
    "proper",
]
