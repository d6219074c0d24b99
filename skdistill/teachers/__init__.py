"""Whom to ask, and how real rows get answers by teachers that did not see them."""

from skdistill.teachers._answers import MIN_RACE_ROWS
from skdistill.teachers._choose import choose_answers
from skdistill.teachers._default import TableBoosting, TableNumbers, takes_weights
from skdistill.teachers._fits import Fits, check_teacher
from skdistill.teachers._folds import make_folds, splits_of
from skdistill.teachers._seen import doubt
from skdistill.teachers._side import Side

__all__ = [
    "MIN_RACE_ROWS",
    "Fits",
    "Side",
    "TableBoosting",
    "TableNumbers",
    "check_teacher",
    "choose_answers",
    "doubt",
    "make_folds",
    "splits_of",
    "takes_weights",
]
