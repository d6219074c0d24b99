"""Regressors that are fitted once a level."""

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdistill.tasks import Means, QuantilesAt, name_of, takes_levels
from skdistill.teachers._default import TableBoostingRegressor, default_teacher
from skdistill.teachers._leaf_quantiles import LeafQuantiles
from skdistill.teachers._levels import OneALevel, at_levels

LEVELS = (0.1, 0.5, 0.9)


@pytest.fixture
def rows():
    rng = np.random.default_rng(0)
    X = rng.uniform(-1, 1, (300, 2))
    return X, X[:, 0] + (0.1 + (X[:, 1] > 0)) * rng.normal(size=300)


@pytest.mark.parametrize(
    "estimator",
    [
        TableBoostingRegressor(max_iter=20),
        make_pipeline(StandardScaler(), HistGradientBoostingRegressor(max_iter=20)),
    ],
)
def test_one_clone_a_level_answers_its_level(estimator, rows):
    X, y = rows
    teacher = OneALevel(estimator, LEVELS).fit(X, y)
    quantiles = teacher.predict(X, list(LEVELS))
    np.testing.assert_allclose((y[:, None] <= quantiles).mean(axis=0), LEVELS, atol=0.07)
    assert (np.diff(quantiles, axis=1) >= 0).all()
    assert not hasattr(estimator, "n_features_in_")


def test_levels_that_were_not_fitted_are_refused(rows):
    teacher = OneALevel(HistGradientBoostingRegressor(max_iter=2), LEVELS).fit(*rows)
    with pytest.raises(ValueError, match=r"Fitted for the levels .* asked for \[0.2\]"):
        teacher.predict(rows[0], [0.2])


def test_a_teacher_is_made_to_answer_what_the_task_asks(rows):
    _, y = rows
    task, _ = QuantilesAt(LEVELS).learn(y)
    boosting, forest = HistGradientBoostingRegressor(), RandomForestRegressor()
    assert at_levels(boosting, Means.learn(y)[0]) is boosting
    for teacher, kind in [(boosting, OneALevel), (forest, LeafQuantiles)]:
        made = at_levels(teacher, task)
        assert type(made) is kind
        assert takes_levels(made)
        assert at_levels(made, task) is made
        assert name_of(made) == type(teacher).__name__


def test_the_default_teacher_is_boosting_of_levels(rows):
    X, y = rows
    task, _ = QuantilesAt(LEVELS).learn(y)
    assert isinstance(default_teacher(task, X), TableBoostingRegressor)
