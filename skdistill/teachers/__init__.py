"""Whom to ask, and how real rows get answers by teachers that did not see them."""

from skdistill.teachers._adapt import frozen
from skdistill.teachers._answers import MIN_RACE_ROWS
from skdistill.teachers._choose import choose_answers
from skdistill.teachers._default import TableBoosting, TableBoostingRegressor, TableNumbers
from skdistill.teachers._fits import Fits, check_teacher
from skdistill.teachers._folds import make_folds, splits_of
from skdistill.teachers._routing import make_router, route
from skdistill.teachers._side import Side
from skdistill.teachers._suspicion import doubt

__all__ = [
    "MIN_RACE_ROWS",
    "Fits",
    "Side",
    "TableBoosting",
    "TableBoostingRegressor",
    "TableNumbers",
    "check_teacher",
    "choose_answers",
    "doubt",
    "frozen",
    "make_folds",
    "make_router",
    "route",
    "splits_of",
]
