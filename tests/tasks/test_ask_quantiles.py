"""Which regressors can be asked for quantiles."""

import numpy as np
import pytest
from catboost import CatBoostRegressor
from lightgbm import LGBMRegressor
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.ensemble import (
    ExtraTreesRegressor,
    GradientBoostingRegressor,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import QuantileRegressor, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from xgboost import XGBRegressor

from skdistill.tasks import has_leaves, level_params, takes_levels
from skdistill.tasks._ask_quantiles import answer, check_fitted, check_kind

KNOWN = [
    HistGradientBoostingRegressor(),
    GradientBoostingRegressor(),
    QuantileRegressor(),
    LGBMRegressor(),
    XGBRegressor(),
    CatBoostRegressor(),
]


class Answers(RegressorMixin, BaseEstimator):
    """A regressor that answers at any levels, as quantile-forest's do."""

    def fit(self, X, y):
        self.y_ = y
        return self

    def predict(self, X, quantiles=None):
        levels = [0.5] if quantiles is None else quantiles
        return np.tile(np.quantile(self.y_, levels), (len(X), 1))


@pytest.mark.parametrize("teacher", KNOWN, ids=lambda teacher: type(teacher).__name__)
def test_a_known_class_takes_loss_and_level_together(teacher):
    check_kind(teacher)
    params = level_params(teacher, 0.25)
    assert any("0.25" in str(value) for value in params.values())
    assert params.items() <= clone(teacher).set_params(**params).get_params().items()
    inner = make_pipeline(StandardScaler(), make_pipeline(teacher))
    name = type(teacher).__name__.lower()
    assert level_params(inner, 0.25) == {
        f"pipeline__{name}__{key}": value for key, value in params.items()
    }


def test_a_subclass_is_asked_as_its_base():
    class Own(HistGradientBoostingRegressor):
        pass

    assert level_params(Own(), 0.1) == {"loss": "quantile", "quantile": 0.1}


def test_who_takes_levels_is_asked_at_all_of_them():
    teacher = make_pipeline(StandardScaler(), Answers())
    assert takes_levels(teacher)
    check_kind(teacher)
    X, y = np.zeros((101, 2)), np.arange(101.0)
    quantiles = answer(teacher.fit(X, y), X[:3], np.array([0.1, 0.5]))
    assert quantiles.tolist() == [[10, 50]] * 3
    frozen = FrozenEstimator(teacher)
    check_fitted(frozen)
    assert answer(frozen, X[:3], np.array([0.1, 0.5])).tolist() == [[10, 50]] * 3


@pytest.mark.parametrize("forest", [RandomForestRegressor(), ExtraTreesRegressor()])
def test_a_forest_has_leaves(forest):
    assert has_leaves(make_pipeline(StandardScaler(), forest))
    check_kind(forest)


@pytest.mark.parametrize(
    ("teacher", "message"),
    [
        (Ridge(), r"The teacher Ridge predicts no quantiles .* predict\(X, quantiles=\[…\]\)"),
        (make_pipeline(StandardScaler(), Ridge()), "predicts no quantiles that are known of"),
        (RandomForestClassifier(), "predicts no numbers"),
    ],
)
def test_who_cannot_be_asked_is_told_who_can(teacher, message):
    with pytest.raises(TypeError, match=message):
        check_kind(teacher)


def test_a_frozen_teacher_of_means_is_refused():
    forest = RandomForestRegressor(2).fit(np.zeros((4, 1)), np.arange(4.0))
    with pytest.raises(TypeError, match="Pass the teacher without FrozenEstimator"):
        check_fitted(FrozenEstimator(forest))


def test_an_error_of_the_teachers_says_so():
    teacher = Answers().fit(None, np.array(["a"]))
    with pytest.raises(TypeError) as info:
        answer(teacher, np.zeros((2, 1)), np.array([0.5]))
    assert "The error is the teacher's: Answers.predict(X, quantiles=…)" in info.value.__notes__[0]
