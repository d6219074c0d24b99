"""Whether a target has classes or numbers: a rule on its labels."""

import numpy as np

from skdistill.cli._console import InputError, note

AUTO, CLASSES, NUMBERS = "auto", "classes", "numbers"
MOST_CLASSES = 20  # of whole numbers; more are numbers
REFUSED = (
    "there is no student of numbers yet. Pass --task classes to take every value for a class."
)


def what_is(y):
    """Return what labels look like: numbers, if some are not whole or very many differ."""
    if y.dtype.kind not in "iuf":
        return CLASSES
    whole = (y == np.round(y)).all()
    return CLASSES if whole and len(np.unique(y)) <= MOST_CLASSES else NUMBERS


def as_classes(y, task):
    """Return labels as classes; raise where they are numbers. `task` is what the user says.

    Numbers that are not whole become text, as scikit-learn knows no classes of such.
    """
    if task == NUMBERS:
        raise InputError(f"--task numbers: {REFUSED}")
    n_values = len(np.unique(y))
    if task == AUTO and what_is(y) == NUMBERS:
        raise InputError(f"The target has {n_values:,} different numbers, and {REFUSED}")
    if task == AUTO:
        note(f"The target is taken for {n_values:,} classes; --task says otherwise.")
    return y if y.dtype.kind != "f" or (y == np.round(y)).all() else y.astype(str)
