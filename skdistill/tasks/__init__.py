"""What an answer is: today a class, by its probability."""

from skdistill.tasks._calibrators import (
    CALIBRATORS,
    LOG_BETA_BOUNDS,
    NEAR_BOUND,
    IdentityCalibrator,
    best_temperature,
)
from skdistill.tasks._measures import row_losses
from skdistill.tasks._probabilities import by_name, positions, proper

__all__ = [
    "CALIBRATORS",
    "LOG_BETA_BOUNDS",
    "NEAR_BOUND",
    "IdentityCalibrator",
    "best_temperature",
    "by_name",
    "positions",
    "proper",
    "row_losses",
]
