"""What a classifier of several labels a row answers, whatever the form of its answers."""

import numpy as np
from sklearn.base import is_regressor

from skdistill.exceptions import warn
from skdistill.tables import take_rows
from skdistill.tasks._log_odds import MOST_LOG_ODDS, log_odds
from skdistill.tasks._names import given_to, last_step, name_of

METHODS = "predict_proba", "decision_function"
MOST_COMPARED = 1_000  # rows of which the teacher's own prediction is asked
PARTING = 0.1  # a larger share of rows where a label is predicted otherwise is worth a word
ROUNDING = 1e-6  # so far beyond 0 and 1 a probability was rounded


def check_kind(teacher):
    """Raise where an unfitted teacher is of a kind that never has answers."""
    if is_regressor(teacher) or getattr(last_step(teacher), "voting", None) == "hard":
        raise TypeError(_no_answers(teacher))


def check_fitted(teacher):
    """Raise unless a fitted teacher has answers."""
    if not any(hasattr(teacher, method) for method in METHODS):
        raise TypeError(_no_answers(teacher))


def answer(teacher, X, n_labels):
    """Return a fitted teacher's log-odds of each label, float64 within ±36.

    Scores of a `decision_function` are taken for log-odds.
    """
    check_fitted(teacher)
    method = next(method for method in METHODS if hasattr(teacher, method))
    try:
        answers = getattr(teacher, method)(X)
    except Exception as error:
        error.add_note(f"The error is the teacher's: {name_of(teacher)}.{method}, {given_to(X)}.")
        raise
    if method == "predict_proba":
        return log_odds(probabilities(answers, teacher, X.shape[0], n_labels))
    scores = np.asarray(answers, dtype=np.float64)
    _check(scores, (X.shape[0], n_labels), name_of(teacher))
    return np.clip(scores, -MOST_LOG_ODDS, MOST_LOG_ODDS)


def probabilities(answers, model, n, n_labels):
    """Return a model's probabilities of labels: given as a matrix, or of two classes a label."""
    if isinstance(answers, list):
        each = zip(answers, model.classes_, strict=True)
        answers = np.column_stack([_of_label(np.asarray(p), classes) for p, classes in each])
    return proper(np.asarray(answers, dtype=np.float64), n, n_labels, name_of(model))


def proper(proba, n, n_labels, name):
    """Return probabilities within [0, 1]; raise where they are none, or not one a label."""
    _check(proba, (n, n_labels), name)
    bad = ((proba < -ROUNDING) | (proba > 1 + ROUNDING)).any(axis=1)
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise ValueError(
            f"{name} has row {row} as {proba[row].tolist()}: a label's probability is from 0 to 1."
        )
    return np.clip(proba, 0, 1)


def out_of_bag(teacher, n, n_labels):
    """Return the out-of-bag log-odds of the `n` rows of a teacher's fit."""
    proba = np.asarray(getattr(teacher, "oob_decision_function_", np.nan), dtype=np.float64)
    if proba.shape == (n, 2, n_labels):
        total, with_label = proba.sum(axis=1), proba[:, 1]
    elif proba.shape == (n, n_labels, 2):
        total, with_label = proba.sum(axis=2), proba[:, :, 1]
    else:
        raise ValueError(
            'cv="oob" needs an outermost teacher with oob_decision_function_ of every label, such '
            "as RandomForestClassifier(oob_score=True)."
        )
    silent = ~(total > 0).all(axis=1)
    if silent.any():
        raise ValueError(
            f"No tree of the teacher left row {int(np.flatnonzero(silent)[0])} out of its "
            f"bootstrap ({silent.sum()} rows in all): use more trees, or cv=5."
        )
    return log_odds(with_label / total)


def check_agreement(teacher, X, scores):
    """Hold a teacher's answers against what it predicts; warn or raise where they part.

    At most a thousand rows are asked about. Any threshold of a label is the teacher's own affair,
    and so is a `predict` that fails.
    """
    n, n_labels = scores.shape
    rows = np.unique(np.linspace(0, n - 1, min(n, MOST_COMPARED)).astype(int))
    try:
        predicted = np.asarray(teacher.predict(take_rows(X, rows)))
    except Exception:  # only its answers are needed
        return
    if predicted.shape != (len(rows), n_labels):
        raise ValueError(
            f"The teacher {name_of(teacher)} predicts {len(rows)} rows with shape "
            f"{predicted.shape}, but y has {n_labels} labels a row: fit it on such a y."
        )
    parting = [
        j
        for j, (score, given) in enumerate(zip(scores[rows].T, predicted.T > 0, strict=True))
        if np.mean((score > 0) != given) > PARTING and not _by_threshold(score, given)
    ]
    if parting:
        warn(
            f"The teacher {name_of(teacher)} predicts the labels of columns {parting} otherwise "
            f"than its answers say on more than {PARTING:.0%} of {len(rows)} rows: they may be no "
            "scores of these labels."
        )


def _by_threshold(score, given):
    return score[given].min(initial=np.inf) >= score[~given].max(initial=-np.inf)


def _of_label(proba, classes):
    """Return the probabilities of class 1; a teacher that was shown no such row knows none."""
    place = np.flatnonzero(np.asarray(classes) == 1)
    return proba[:, place[0]] if len(place) else np.zeros(len(proba))


def _check(values, shape, name):
    if values.shape != shape:
        raise ValueError(
            f"{name} has answers of shape {values.shape}: expected {shape}, one row a sample and "
            "one column a label of y."
        )
    if np.isnan(values).any():
        row = int(np.flatnonzero(np.isnan(values).any(axis=1))[0])
        raise ValueError(
            f"{name} answered row {row} with NaN. Check that it can take such rows (missing "
            "values?)."
        )


def _no_answers(teacher):
    return (
        f"The teacher {name_of(teacher)} has neither predict_proba nor decision_function, so it "
        "has no soft targets to give. Use a classifier that has one for each label of a row, such "
        "as MultiOutputClassifier(LogisticRegression()) or RandomForestClassifier()."
    )
