"""Probabilities of labels ↔ their log-odds."""

import numpy as np
from scipy.special import logit

MOST_LOG_ODDS = 36.0  # either side of 0: a probability of 1 less than 1e-15 is still below 1


def log_odds(proba):
    """Return log(p / (1 - p)) as float64, within ±36."""
    with np.errstate(divide="ignore"):
        return np.clip(logit(np.asarray(proba, dtype=np.float64)), -MOST_LOG_ODDS, MOST_LOG_ODDS)


def two_scores(scores):
    """Return the scores of a label as those of two classes, without it and with it."""
    return np.column_stack([np.zeros(len(scores)), scores])
