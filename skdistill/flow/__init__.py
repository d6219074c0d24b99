"""The stages of a fit, one verb a module."""

from skdistill.flow._calibrate import calibrate_scores
from skdistill.flow._compose import Mix, candidate_samplers, make_composers
from skdistill.flow._rare_levels import learn_reader
from skdistill.flow._samples import check_rows, check_samples, check_wanted

__all__ = [
    "Mix",
    "calibrate_scores",
    "candidate_samplers",
    "check_rows",
    "check_samples",
    "check_wanted",
    "learn_reader",
    "make_composers",
]
