"""What an answer is: one subclass of `Task` a file."""

from skdistill.tasks._ask_quantiles import has_leaves, level_params, takes_levels
from skdistill.tasks._calibrators import IdentityCalibrator, best_temperature, check_calibration
from skdistill.tasks._log_means import LogMeans
from skdistill.tasks._means import Means
from skdistill.tasks._measures import (
    Measure,
    agreement,
    by_confidence,
    codes_of,
    expected_calibration_error,
    measure,
    neg_log_loss,
    row_losses,
)
from skdistill.tasks._members import Members
from skdistill.tasks._multiclass import Multiclass
from skdistill.tasks._multilabel import Multilabel
from skdistill.tasks._names import given_to, last_step, name_of
from skdistill.tasks._of_outputs import task_of
from skdistill.tasks._probabilities import by_name, positions, proper
from skdistill.tasks._quantiles import Quantiles, QuantilesAt
from skdistill.tasks._task import Task

__all__ = [
    "IdentityCalibrator",
    "LogMeans",
    "Means",
    "Measure",
    "Members",
    "Multiclass",
    "Multilabel",
    "Quantiles",
    "QuantilesAt",
    "Task",
    "agreement",
    "best_temperature",
    "by_confidence",
    "by_name",
    "check_calibration",
    "codes_of",
    "expected_calibration_error",
    "given_to",
    "has_leaves",
    "last_step",
    "level_params",
    "measure",
    "name_of",
    "neg_log_loss",
    "positions",
    "proper",
    "row_losses",
    "takes_levels",
    "task_of",
]
