"""A frozen teacher that knows the rows of fit is told from one that does not."""

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skdistill import DistilledClassifier
from skdistill.exceptions import DistillationWarning
from skdistill.tasks._calibrators import TemperatureCalibrator
from skdistill.teachers._adapt import has_frozen
from skdistill.teachers._suspicion import Signs

X, Y = load_breast_cancer(return_X_y=True)
KNOWN, NEW = np.arange(0, len(Y), 2), np.arange(1, len(Y), 2)


def quick(teacher, **params):
    return DistilledClassifier(
        teacher, **{"random_state": 0, "max_epochs": 2, "transfer": None, **params}
    )


@pytest.mark.parametrize(
    ("accuracy", "temperature", "errors", "seen"),
    [
        # accuracy, temperature and errors of 2,000 rows of real sets
        (1.0, 0.002, (0, 153), True),  # phoneme, forest that saw them
        (0.9835, 0.255, (33, 258), True),  # adult, boosting that saw them
        (0.9965, 0.151, (7, 468), True),  # connect4, boosting that saw them
        (0.9822, 0.247, (16, 28), False),  # digits, extra trees that did not
        (0.9688, 0.251, (28, 29), False),  # digits, forest that did not
        (1.0, 0.022, (0, 0), False),  # mushroom, which is easy
        (1.0, 0.022, (0, 3), False),  # too few errors to tell
        (1.0, 0.022, (0, 9), False),  # shuttle, forest that did not
        (0.865, 0.940, None, False),  # phoneme, forest that did not
        (0.98, 0.25, None, False),  # sparse rows: nothing but clear signs
        (0.98, 0.1, None, True),
        (0.9995, 0.5, None, True),
        (0.9, 0.8, (100, 400), False),  # neither sure nor too good
    ],
)
def test_signs_tell_who_saw_the_rows(accuracy, temperature, errors, seen):
    assert Signs(accuracy, temperature, errors).tell == seen


def vote(*teachers):
    return VotingClassifier([(str(i), t) for i, t in enumerate(teachers)], voting="soft")


TEACHERS = {
    "forest": RandomForestClassifier(40, random_state=0),
    "boosting": HistGradientBoostingClassifier(max_iter=60, random_state=0),
    "vote": vote(
        RandomForestClassifier(20, random_state=0),
        HistGradientBoostingClassifier(max_iter=40, random_state=0),
    ),
}


@pytest.mark.parametrize("name", TEACHERS)
def test_a_frozen_teacher_that_saw_the_rows_is_named_and_not_calibrated(name):
    teacher = FrozenEstimator(TEACHERS[name].fit(X[KNOWN], Y[KNOWN]))
    with pytest.warns(DistillationWarning, match="as if it had seen them"):
        clf = quick(teacher).fit(X[KNOWN], Y[KNOWN])
    assert not isinstance(clf.calibrator_, TemperatureCalibrator)
    clf = quick(teacher).fit(X[NEW], Y[NEW])  # no warning
    assert isinstance(clf.calibrator_, TemperatureCalibrator)


def test_a_forest_that_is_not_sure_enough_of_easy_rows_draws_no_warning():
    digits, y = load_digits(return_X_y=True)
    forest = RandomForestClassifier(60, random_state=0).fit(digits[::2], y[::2])
    clf = quick(FrozenEstimator(forest)).fit(digits[1::2], y[1::2])
    assert clf.calibrator_.temperature_ < 0.35


WRAPPERS = {
    "pipeline": lambda frozen: make_pipeline(FunctionTransformer(), frozen),
    "search": lambda frozen: GridSearchCV(make_pipeline(FunctionTransformer(), frozen), {}, cv=2),
    "vote": vote,
    "calibrated": CalibratedClassifierCV,
    "stacking": lambda frozen: StackingClassifier(
        [("f", frozen)], LogisticRegression(), stack_method="predict_proba", cv=2
    ),
}


@pytest.mark.parametrize("name", WRAPPERS)
def test_a_frozen_part_that_saw_the_rows_is_found_inside_other_estimators(name):
    forest = RandomForestClassifier(40, random_state=0).fit(X[KNOWN], Y[KNOWN])
    teacher = WRAPPERS[name](FrozenEstimator(forest))
    with pytest.warns(DistillationWarning, match="as if it had seen them"):
        clf = quick(teacher).fit(X[KNOWN], Y[KNOWN])
    assert not isinstance(clf.calibrator_, TemperatureCalibrator)
    quick(teacher).fit(X[NEW], Y[NEW])  # no warning


def test_frozen_parts_are_found_in_lists_and_grids():
    frozen = FrozenEstimator(LogisticRegression())
    assert has_frozen(GridSearchCV(LogisticRegression(), {"x": [frozen]}))
    assert has_frozen(make_pipeline(FunctionTransformer(), vote(LogisticRegression(), frozen)))
    assert not has_frozen(make_pipeline(FunctionTransformer(), vote(LogisticRegression())))
    assert not has_frozen(None)
