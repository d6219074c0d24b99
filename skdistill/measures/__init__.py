"""What report, search, command and benchmarks share: costs, comparisons, rivals."""

from skdistill.measures._boosting import best_shape, boosting_of, fit_boosting, fit_within
from skdistill.measures._compare import compare
from skdistill.measures._costs import (
    UNKNOWN,
    Costs,
    measure_costs,
    one_row_latency,
    serialized_bytes,
)
from skdistill.measures._twin import fit_twin

__all__ = [
    "UNKNOWN",
    "Costs",
    "best_shape",
    "boosting_of",
    "compare",
    "fit_boosting",
    "fit_twin",
    "fit_within",
    "measure_costs",
    "one_row_latency",
    "serialized_bytes",
]
