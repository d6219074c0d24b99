"""Whether a target has classes or numbers: a rule on its labels."""

import numpy as np

from skdistill.cli._console import InputError, note

AUTO, CLASSES, NUMBERS = "auto", "classes", "numbers"
MOST_CLASSES = 20  # of whole numbers; more are numbers


def estimators():
    """Return the distilled estimator of each task."""
    from skdistill import DistilledClassifier, DistilledRegressor

    return {CLASSES: DistilledClassifier, NUMBERS: DistilledRegressor}


def what_is(y):
    """Return what labels look like: numbers, if some are not whole or very many differ."""
    if y.dtype.kind not in "iuf":
        return CLASSES
    whole = (y == np.round(y)).all()
    return CLASSES if whole and len(np.unique(y)) <= MOST_CLASSES else NUMBERS


def decide(y, task):
    """Return what labels are learned as, and the labels. `task` is what the user says.

    As classes, numbers that are not whole become text: scikit-learn knows no classes of such.
    """
    if task == AUTO:
        task, n_values = what_is(y), len(np.unique(y))
        taken, other = f"{n_values:,} classes", NUMBERS
        if task == NUMBERS:
            taken, other = f"numbers: {n_values:,} different ones", CLASSES
        note(f"The target is taken for {taken}; --task {other} says otherwise.")
    if task == NUMBERS:
        try:
            return task, as_numbers(y)
        except InputError as error:
            raise InputError(f"--task numbers: {error} Pass --task classes, or mend it.") from None
    return task, y if y.dtype.kind != "f" or (y == np.round(y)).all() else y.astype(str)


def as_numbers(cells):
    """Return labels as numbers; raise with the first that is none."""
    numbers = np.empty(len(cells))
    for row, cell in enumerate(np.asarray(cells).tolist()):
        try:
            numbers[row] = float(cell)
        except ValueError:
            raise InputError(f"{cell!r} is no number.") from None
    return numbers
