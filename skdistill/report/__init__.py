"""What a student is worth, on held-out rows."""

from skdistill.report._bootstrap import Interval, bootstrap_interval
from skdistill.report._costs import Costs, one_row_latency, serialized_bytes
from skdistill.report._measures import (
    Measures,
    agreement,
    compare,
    expected_calibration_error,
)
from skdistill.report._quality import Quality

__all__ = [
    "Costs",
    "Interval",
    "Measures",
    "Quality",
    "agreement",
    "bootstrap_interval",
    "compare",
    "expected_calibration_error",
    "one_row_latency",
    "serialized_bytes",
]
