"""The stages of a fit; their order is that of `BaseDistilled._fit`."""

from skdistill.flow._calibrate import calibrate
from skdistill.flow._check import check_rows, check_samples
from skdistill.flow._compose import Mix, candidate_samplers, make_composer
from skdistill.flow._fitted_on import FittedOn, note_rows
from skdistill.flow._further_rows import Answerer, answer_unlabeled
from skdistill.flow._read import learn_reader

__all__ = [
    "Answerer",
    "FittedOn",
    "Mix",
    "answer_unlabeled",
    "calibrate",
    "candidate_samplers",
    "check_rows",
    "check_samples",
    "learn_reader",
    "make_composer",
    "note_rows",
]
