"""The teacher that stands for None."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import log_loss

from skdistill.tasks import Means
from skdistill.teachers import TableBoosting
from skdistill.teachers._default import TableBoostingRegressor, default_teacher


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


def test_boosting_of_numbers_takes_text_and_missing_values():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"town": rng.choice(["Rome", "Oslo", None], 300), "x": rng.random(300)})
    y = np.where(frame["town"] == "Rome", 5, 0) + frame["x"]
    boosting = TableBoostingRegressor(max_iter=30).fit(frame, y)
    assert boosting.score(frame, y) > 0.95


@pytest.mark.parametrize("n_outputs", [1, 2])
def test_every_number_has_a_boosting_of_its_own(n_outputs):
    y = np.random.default_rng(0).normal(size=(60, n_outputs))
    y = y[:, 0] if n_outputs == 1 else y
    teacher = default_teacher(Means.learn(y)[0], y.reshape(60, -1))
    assert teacher.fit(y.reshape(60, -1), y).predict(y.reshape(60, -1)).shape == y.shape
