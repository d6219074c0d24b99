"""What a student is worth, on held-out rows."""

from skdistill.report._measures import (
    Measures,
    agreement,
    compare,
    expected_calibration_error,
    one_row_latency,
    serialized_bytes,
)

__all__ = [
    "Measures",
    "agreement",
    "compare",
    "expected_calibration_error",
    "one_row_latency",
    "serialized_bytes",
]
