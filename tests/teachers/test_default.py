"""The teacher that stands for None."""

import numpy as np
import pytest
from sklearn.metrics import log_loss

from skdistill.teachers import TableBoosting


def test_the_last_staged_loss_is_that_of_its_answers_to_rows_of_known_classes():
    rng = np.random.default_rng(0)
    X, weight = rng.normal(size=(200, 3)), rng.random(200)
    y = np.where(X[:, 0] > 0, "yes", "no").astype(object)
    boosting = TableBoosting(max_iter=5).fit(X[:100], y[:100])
    y[150:160] = "maybe"
    losses = boosting.staged_losses(X[100:], y[100:], weight[100:])
    known = np.r_[100:150, 160:200]
    proba = boosting.predict_proba(X[known])
    expected = log_loss(y[known].astype(str), proba, sample_weight=weight[known])
    assert len(losses) == 5
    assert losses[-1] == pytest.approx(expected)
    assert losses[-1] < losses[0]
