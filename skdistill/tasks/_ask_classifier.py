"""What a classifier answers about rows, and whether that can be what it means."""

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.special import log_softmax
from sklearn.base import is_regressor

from skdistill.exceptions import warn
from skdistill.tables import take_rows
from skdistill.tasks._names import given_to, last_step, name_of
from skdistill.tasks._probabilities import by_name, positions, proper

MOST_COMPARED = 1_000  # rows of which the teacher's own prediction is asked
PARTING = 0.1, 5  # a larger share of rows predicted otherwise, so many at least, is worth a word
ROWS_A_CLASS = 5  # that another order of the columns must be told from
REORDERED = 0.9, 0.2  # shares of rows: another order agrees on so many, and on so many more
TIE = 1e-6  # log-probabilities that are closer are equal
PAIRS = " Scores of pairs are what an SVC with decision_function_shape='ovo' gives: use 'ovr'."


def answer(teacher, X, classes):
    """Return a fitted teacher's log-probabilities of rows, -inf of a class that it does not know.

    Scores of a `decision_function` are taken for log-odds; of probabilities, `proper` says what
    becomes of odd ones, and a frame's columns are matched by name.
    """
    check_fitted(teacher)
    whose = f"the answers of the teacher {name_of(teacher)}"
    method = "predict_proba" if hasattr(teacher, "predict_proba") else "decision_function"
    try:
        answers = getattr(teacher, method)(X)
    except Exception as error:
        error.add_note(f"The error is the teacher's: {name_of(teacher)}.{method}, {given_to(X)}.")
        raise
    scores = by_name(answers, teacher.classes_, whose)
    if method == "decision_function":
        return in_order(_log_softmax(scores), teacher, classes)
    _check_shape(scores, teacher)
    with np.errstate(divide="ignore"):
        return in_order(np.log(proper(scores, whose)), teacher, classes)


def check_fitted(teacher):
    """Raise unless a fitted teacher has answers, and says of which classes."""
    if not (hasattr(teacher, "predict_proba") or hasattr(teacher, "decision_function")):
        raise TypeError(no_answers(teacher))
    if getattr(teacher, "classes_", None) is None:
        raise ValueError(
            f"The teacher {name_of(teacher)} is without classes_: fit it first, where it is "
            "frozen; else let its fit set self.classes_ = np.unique(y), so that it is known which "
            "class a column of its answers is about."
        )


def check_kind(teacher):
    """Raise where an unfitted teacher is of a kind that never has answers."""
    if is_regressor(teacher) or getattr(last_step(teacher), "voting", None) == "hard":
        raise TypeError(no_answers(teacher))


def check_known(teacher, classes):
    """Raise unless a fitted teacher knows exactly these classes."""
    place = positions(teacher.classes_, classes)
    if place is None or len(place) != len(classes):
        raise ValueError(
            f"The frozen teacher knows the classes {np.asarray(teacher.classes_).tolist()}, but y "
            f"has {classes.tolist()}. Pass rows of exactly the classes that the teacher knows."
        )


def out_of_bag(teacher, n, classes):
    """Return the out-of-bag log-probabilities of the `n` rows of a teacher's fit."""
    proba = getattr(teacher, "oob_decision_function_", None)
    if proba is None or np.shape(proba) != (n, len(teacher.classes_)):
        raise ValueError(
            'cv="oob" needs an outermost teacher with oob_decision_function_, such as '
            "RandomForestClassifier(oob_score=True)."
        )
    proba = np.nan_to_num(np.asarray(proba, dtype=np.float64))
    silent = proba.sum(axis=1) == 0
    if silent.any():
        raise ValueError(
            f"No tree of the teacher left row {int(np.flatnonzero(silent)[0])} out of its "
            f"bootstrap ({silent.sum()} rows in all): use more trees, or cv=5."
        )
    with np.errstate(divide="ignore"):
        return in_order(np.log(proba), teacher, classes)


def no_answers(teacher):
    """Return what to say of a teacher that has no soft targets to give."""
    return (
        f"The teacher {name_of(teacher)} has neither predict_proba nor decision_function, so it "
        "has no soft targets to give. Use a classifier that has one (voting='soft' for a "
        "VotingClassifier), or wrap it in CalibratedClassifierCV."
    )


def check_agreement(teacher, X, log_proba, classes):
    """Hold a teacher's answers against what it predicts; warn or raise where they part.

    At most a thousand rows are asked about; the teacher did not see them. Of two classes any
    threshold is the teacher's own affair, and so is a `predict` that fails.
    """
    n, (many, fewest) = len(log_proba), PARTING
    rows = np.unique(np.linspace(0, n - 1, min(n, MOST_COMPARED)).astype(int))
    predicted = _predicted(teacher, take_rows(X, rows), classes)
    if predicted is None or _by_threshold(log_proba[rows], predicted):
        return
    share, order = parting(log_proba[rows], predicted)
    if order is not None:
        raise ValueError(
            f"The teacher {name_of(teacher)} predicts another class than its answers say on "
            f"{share:.0%} of {len(rows)} rows, but not if its columns stand for "
            f"{classes[order].tolist()} in place of {classes.tolist()}: bring them into the order "
            "of its classes_."
        )
    if share > many and share * len(rows) >= fewest:
        pairs = "" if hasattr(teacher, "predict_proba") else PAIRS
        warn(
            f"The teacher {name_of(teacher)} predicts another class than its answers say on "
            f"{share:.0%} of {len(rows)} rows: they may be no scores of its classes.{pairs}"
        )


def parting(log_proba, predicted):
    """Return on which share of rows answers and predictions part, and the order that mends it.

    That share is of rows whose predicted class is not among the most probable. The order is the
    class that each column must be about for answers and predictions to agree; None where no order
    agrees far better than the given one, or the rows are too few to say.
    """
    rows = np.arange(len(predicted))
    agree = log_proba[rows, predicted] >= log_proba.max(axis=1) - TIE
    counts = np.zeros((log_proba.shape[1],) * 2)
    np.add.at(counts, (log_proba.argmax(axis=1), predicted), 1)
    column, order = linear_sum_assignment(-counts)
    best = counts[column, order].sum() / len(rows)
    enough, more = REORDERED
    mends = best >= enough and best - agree.mean() >= more
    mends &= len(rows) >= ROWS_A_CLASS * len(counts)
    return float(1 - agree.mean()), order if mends else None


def in_order(log_proba, teacher, classes):
    """Return a teacher's log-probabilities with columns in the order of the classes."""
    _check_shape(log_proba, teacher)
    if np.isnan(log_proba).any():
        row = int(np.flatnonzero(np.isnan(log_proba).any(axis=1))[0])
        raise ValueError(
            f"The teacher {name_of(teacher)} answered row {row} with NaN or infinity. Check that "
            "it can take such rows (missing values?)."
        )
    place = positions(teacher.classes_, classes)
    if place is None:
        raise ValueError(
            f"The teacher {name_of(teacher)} answers for the classes "
            f"{np.asarray(teacher.classes_).tolist()}, but y has {classes.tolist()}."
        )
    ordered = np.full((len(log_proba), len(classes)), -np.inf)
    ordered[:, place] = log_proba
    return ordered


def _check_shape(scores, teacher):
    k = len(teacher.classes_)
    if scores.ndim == 2 and scores.shape[1] == k:
        return
    pairs = PAIRS if scores.shape[1:] == (k * (k - 1) // 2,) else ""
    raise ValueError(
        f"The teacher {name_of(teacher)} answered with shape {scores.shape} for {k} classes: "
        f"expected one column a class.{pairs}"
    )


def _predicted(teacher, X, classes):
    """Return the predicted class indices; None where predictions are not to be had."""
    try:
        labels = np.ravel(teacher.predict(X))
    except Exception:  # only its answers are needed
        return None
    place = positions(labels, classes)
    return place if place is not None and len(place) == X.shape[0] else None


def _by_threshold(log_proba, predicted):
    """Whether a threshold of the second of two classes makes the predictions."""
    if log_proba.shape[1] != 2:
        return False
    log_p, second = log_proba[:, 1], predicted == 1
    return log_p[second].min(initial=np.inf) >= log_p[~second].max(initial=-np.inf) - TIE


def _log_softmax(scores):
    if scores.ndim == 1:
        return -np.logaddexp(0, np.column_stack([scores, -scores]))
    with np.errstate(invalid="ignore", over="ignore"):
        return log_softmax(scores, axis=1)
