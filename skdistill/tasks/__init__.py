"""What an answer is: today a class, by its probability."""

from skdistill.tasks._calibrators import (
    CALIBRATORS,
    LOG_BETA_BOUNDS,
    NEAR_BOUND,
    IdentityCalibrator,
    best_temperature,
)
from skdistill.tasks._measures import (
    Quality,
    agreement,
    by_confidence,
    codes_of,
    expected_calibration_error,
    measure_quality,
    row_divergences,
    row_losses,
)
from skdistill.tasks._probabilities import by_name, positions, proper

__all__ = [
    "CALIBRATORS",
    "LOG_BETA_BOUNDS",
    "NEAR_BOUND",
    "IdentityCalibrator",
    "Quality",
    "agreement",
    "best_temperature",
    "by_confidence",
    "by_name",
    "codes_of",
    "expected_calibration_error",
    "measure_quality",
    "positions",
    "proper",
    "row_divergences",
    "row_losses",
]
