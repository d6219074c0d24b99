"""The stages of a fit, one verb a module."""

from skdistill.flow._answer import Answerer, answer_unlabeled
from skdistill.flow._calibrate import calibrate
from skdistill.flow._compose import Mix, candidate_samplers, make_composer
from skdistill.flow._rare_levels import learn_reader
from skdistill.flow._samples import check_rows, check_samples

__all__ = [
    "Answerer",
    "Mix",
    "answer_unlabeled",
    "calibrate",
    "candidate_samplers",
    "check_rows",
    "check_samples",
    "learn_reader",
    "make_composer",
]
