"""Every figure of numbers is scikit-learn's."""

import numpy as np
import pytest
from sklearn.metrics import (
    mean_absolute_error,
    mean_squared_error,
    r2_score,
    root_mean_squared_error,
)

from skdistill.tasks import Means, measure


@pytest.mark.parametrize("n_outputs", [1, 3])
def test_the_figures_are_those_of_scikit_learn(n_outputs):
    labels, answers, reference = np.random.default_rng(0).normal(size=(3, 90, n_outputs))
    answers = 0.7 * labels + 0.2 * answers
    found = measure(Means.measures, labels, answers, reference)
    assert found == pytest.approx(
        {
            "rmse": root_mean_squared_error(labels, answers),
            "mae": mean_absolute_error(labels, answers),
            "r2": r2_score(labels, answers),
            "squared_error": mean_squared_error(labels, answers),
            "rmse_to_teacher": root_mean_squared_error(reference, answers),
        }
    )


def test_where_labels_are_all_equal_nothing_is_explained():
    labels = np.column_stack([np.arange(5), np.ones(5)])
    found = measure(Means.measures, labels, labels, labels)
    assert np.isnan(found["r2"])
    assert found["rmse"] == 0


def test_the_measure_that_decides_has_a_value_a_row():
    task, labels = Means.learn(np.arange(4.0))
    losses = task.answer_losses(labels, labels + np.float32(2))
    assert losses == pytest.approx([4] * 4)
