"""Whom to ask, and how real rows get answers by teachers that did not see them."""

from skdistill.teachers._adapt import has_frozen
from skdistill.teachers._ask_teacher import check_teacher
from skdistill.teachers._default import (
    TableBoosting,
    TableNumbers,
    prepare_teacher,
    takes_weights,
)
from skdistill.teachers._folds import make_folds, splits_of
from skdistill.teachers._held_out import MIN_RACE_ROWS, folds_of, method_of, scores_of
from skdistill.teachers._questions import answer
from skdistill.teachers._seen import doubt

__all__ = [
    "MIN_RACE_ROWS",
    "TableBoosting",
    "TableNumbers",
    "answer",
    "check_teacher",
    "doubt",
    "folds_of",
    "has_frozen",
    "make_folds",
    "method_of",
    "prepare_teacher",
    "scores_of",
    "splits_of",
    "takes_weights",
]
