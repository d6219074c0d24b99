"""Probabilities as a teacher or the user gives them: which column is whose, and what is odd."""

import numpy as np

from skdistill.exceptions import warn
from skdistill.tables import is_frame

ROUNDING = 1e-6  # a probability that is no further below zero is zero; such a sum counts as 1
SLACK = 0.01  # a row whose sum is no further from 1 was rounded,
DIGITS = 0.005  # as was one of many classes with two digits each, so far off a class


def proper(proba, whose):
    """Return probabilities that are none below zero, each row summing to 1.

    One rule for a teacher's answers and for `soft_targets`. What rounding does is undone: a value
    above -1e-6 and below zero is zero, and a row whose sum is off 1 by more than 1e-6, but not by
    more than .01 or .005 a class, is divided by it. A row of zeros is the uniform answer, and a
    warning says so. All else raises: NaN, infinity, larger negative values, other sums; messages
    speak of `whose`, as in "soft_targets".
    """
    proba = np.where((proba < 0) & (proba >= -ROUNDING), 0.0, proba)
    total = proba.sum(axis=1)
    silent = (proba == 0).all(axis=1)
    bad = ~(np.isfinite(proba) & (proba >= 0)).all(axis=1)
    bad |= ~silent & ~(np.abs(total - 1) <= max(SLACK, DIGITS * proba.shape[1]))
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise ValueError(
            f"Row {row} of {whose} is {proba[row].tolist()}: each row must be probabilities that "
            "sum to 1. Where it is NaN, look for missing values in that row of X; where it sums "
            "to something else, divide it by its sum."
        )
    if silent.any():
        warn(f"Some rows of {whose} are zero for every class: that counts as equal for all.")
        proba[silent] = 1 / proba.shape[1]
        total[silent] = 1.0
    off = np.abs(total - 1) > ROUNDING
    proba[off] /= total[off, None]
    return proba


def by_name(columns, classes, whose):
    """Return columns as a float64 array, those of a frame in the order of the classes they name.

    A frame whose columns are only numbered is taken as it is, as are scores of one dimension.
    """
    values = np.asarray(columns, dtype=np.float64)
    if not is_frame(columns):
        return values
    names = list(columns.columns)
    place = positions(names, classes)
    if place is not None and len(set(place.tolist())) == len(classes):
        return values[:, np.argsort(place)]
    if names in (list(range(len(names))), [f"column_{k}" for k in range(len(names))]):
        return values
    raise ValueError(
        f"{whose} is a frame with the columns {names}, but the classes are "
        f"{np.asarray(classes).tolist()}: name each column by its class, or pass an array with "
        "the columns in that order."
    )


def positions(labels, classes):
    """Return where each label stands among the classes, by value or else by text.

    None where a label is none of the classes.
    """
    labels, classes = np.asarray(labels).tolist(), np.asarray(classes).tolist()
    for spell in (lambda label: label, str):
        place = {spell(label): k for k, label in enumerate(classes)}
        if all(spell(label) in place for label in labels):
            return np.array([place[spell(label)] for label in labels], dtype=int)
    return None
