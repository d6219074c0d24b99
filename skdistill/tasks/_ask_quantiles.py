"""What a regressor answers about rows, level by level, and which regressors can be asked."""

import inspect
from collections.abc import Callable
from typing import Any

from sklearn.ensemble import ExtraTreesRegressor, RandomForestRegressor
from sklearn.pipeline import Pipeline

from skdistill._plumbing.frozen import is_frozen
from skdistill.tasks import _ask_regressor
from skdistill.tasks._names import given_to, last_step, name_of

# Parameters by which a class of regressors, of a library, predicts the quantile of a level.
LEVEL_PARAMS: dict[tuple[str, str], Callable[[float], dict[str, Any]]] = {
    ("sklearn", "HistGradientBoostingRegressor"): lambda q: {"loss": "quantile", "quantile": q},
    ("sklearn", "GradientBoostingRegressor"): lambda q: {"loss": "quantile", "alpha": q},
    ("sklearn", "QuantileRegressor"): lambda q: {"quantile": q},
    ("lightgbm", "LGBMRegressor"): lambda q: {"objective": "quantile", "alpha": q},
    ("xgboost", "XGBRegressor"): lambda q: {
        "objective": "reg:quantileerror",
        "quantile_alpha": q,
    },
    ("catboost", "CatBoostRegressor"): lambda q: {"loss_function": f"Quantile:alpha={q}"},
    ("skdistill", "TableBoostingRegressor"): lambda q: {"loss": "quantile", "quantile": q},
}
FORESTS = RandomForestRegressor, ExtraTreesRegressor


def takes_levels(teacher):
    """Whether a teacher, or what ends it, answers ``predict(X, quantiles=[…])``."""
    last = last_step(teacher)
    while is_frozen(last):
        last = last_step(last.estimator)
    predict = getattr(last, "predict", None)
    return predict is not None and "quantiles" in inspect.signature(predict).parameters


def level_params(teacher, level):
    """Return what makes a teacher, or what ends it, predict a level; None where it is unknown."""
    if isinstance(teacher, Pipeline):
        name, last = teacher.steps[-1]
        params = level_params(last, level)
        return params and {f"{name}__{key}": value for key, value in params.items()}
    for cls in type(teacher).__mro__:
        known = LEVEL_PARAMS.get((cls.__module__.split(".")[0], cls.__name__))
        if known is not None:
            return known(level)
    return None


def has_leaves(teacher):
    """Whether a teacher is, or ends in, a forest whose leaves tell a distribution."""
    return isinstance(last_step(teacher), FORESTS)


def check_kind(teacher):
    """Raise where an unfitted teacher cannot be asked for quantiles."""
    _ask_regressor.check_kind(teacher)
    if not (takes_levels(teacher) or level_params(teacher, 0.5) or has_leaves(teacher)):
        known = ", ".join(
            sorted({name for library, name in LEVEL_PARAMS if library != "skdistill"})
        )
        raise TypeError(
            f"The teacher {name_of(teacher)} predicts no quantiles that are known of. Use one "
            f"that answers predict(X, quantiles=[…]), {known}, RandomForestRegressor or "
            "ExtraTreesRegressor; or leave out quantiles."
        )


def check_fitted(teacher):
    """Raise unless a fitted teacher answers at any levels."""
    _ask_regressor.check_kind(teacher)
    if not takes_levels(teacher):
        how = "FrozenEstimator" if is_frozen(teacher) else "fitted teacher"
        raise TypeError(
            f"The {how} of {name_of(teacher)} answers no predict(X, quantiles=[…]), and cannot be "
            "fitted once more for each level. Pass the teacher without FrozenEstimator."
        )


def answer(teacher, X, levels):
    """Return a fitted teacher's quantiles, float64 of shape (n_samples, n_levels)."""
    try:
        predicted = teacher.predict(X, quantiles=levels.tolist())
    except Exception as error:
        error.add_note(
            f"The error is the teacher's: {name_of(teacher)}.predict(X, quantiles=…), "
            f"{given_to(X)}."
        )
        raise
    return _ask_regressor.as_columns(predicted, X.shape[0], len(levels), name_of(teacher))
