"""Measures of several labels a row, against scikit-learn's."""

import numpy as np
import pytest
from scipy.stats import entropy
from sklearn.metrics import accuracy_score, brier_score_loss, hamming_loss, log_loss

from skdistill.tasks import Multilabel, measure

RNG = np.random.default_rng(0)
LABELS = RNG.integers(0, 2, (200, 3)).astype(np.float32)
PROBA, OTHER = RNG.random((2, 200, 3))


def test_measures_are_scikit_learns():
    figures = measure(Multilabel.measures, LABELS, PROBA, OTHER)
    assert figures["accuracy"] == accuracy_score(LABELS, PROBA > 0.5)
    assert figures["label_accuracy"] == pytest.approx(1 - hamming_loss(LABELS, PROBA > 0.5))
    assert figures["agreement"] == accuracy_score(OTHER > 0.5, PROBA > 0.5)
    for name, of_label in (("log_loss", log_loss), ("brier", brier_score_loss)):
        each = [of_label(LABELS[:, j], PROBA[:, j]) for j in range(3)]
        assert figures[name] == pytest.approx(np.mean(each))
    pairs = (np.stack([p, 1 - p]) for p in (OTHER, PROBA))
    assert figures["kl"] == pytest.approx(np.mean(entropy(*pairs, axis=0)))


def test_the_loss_that_decides_is_that_of_the_task():
    losses = Multilabel(3).answer_losses(LABELS, PROBA)
    assert losses.shape == (200,)
    unknown = np.full((1, 3), np.nan)
    assert Multilabel(3).answer_losses(unknown, PROBA[:1]).tolist() == [0]
