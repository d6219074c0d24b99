"""The students that a search tries, and what they have in common."""

import joblib
import numpy as np
from sklearn.base import clone
from sklearn.model_selection import ParameterGrid
from sklearn.pipeline import Pipeline

from skdistill._distilled import BaseDistilled
from skdistill.tasks import QuantilesAt
from skdistill.training import CYCLED_PER_ROW, pace

SHAPES = (  # 24: from a linear model to an ensemble of wide nets
    {"student": ["linear"], "n_bins": [16, 64]},
    {
        "student": ["mlp"],
        "hidden_layer_sizes": [
            *((16,), (32,), (64,), (128,)),
            *((32, 32), (64, 64), (128, 128), (256, 256)),
        ],
        "n_bins": [16, 64],
    },
    {
        "student": ["tabm"],
        "hidden_layer_sizes": [(32, 32), (64, 64), (128, 128)],
        "n_members": [4, 8],
    },
)
FIXED = ("teacher", "cv", "memory", "random_state", "max_epochs")  # the same for all students


def prefix_of(estimator):
    """Return what stands before the distiller's parameters in those of `estimator`."""
    return f"{estimator.steps[-1][0]}__" if isinstance(estimator, Pipeline) else ""


def kind_of(estimator, y):
    """Return the kind of task that y sets a distiller, or a pipeline that ends in one."""
    last = estimator.steps[-1][1] if isinstance(estimator, Pipeline) else estimator
    if not isinstance(last, BaseDistilled):
        raise TypeError(
            "estimator must be a DistilledClassifier, a DistilledRegressor or a Pipeline that "
            f"ends in one, got {estimator!r}."
        )
    kind = last._task_of(y)
    if isinstance(kind, QuantilesAt):
        raise ValueError(
            f"The estimator has quantiles={kind.levels!r}, and no search compares these: search "
            "with quantiles=None, and fit a DistilledRegressor of quantiles in the shape that is "
            "best; or use GridSearchCV with a scorer of predict_quantiles."
        )
    return kind


def make_grid(param_grid, prefix):
    """Return the grid to search; `SHAPES` stand for None.

    Raises
    ------
    ValueError
        If it varies what reaches the teacher, or what the search sets itself.
    """
    if param_grid is None:
        return [{prefix + name: values for name, values in part.items()} for part in SHAPES]
    for name in {name for params in ParameterGrid(param_grid) for name in params}:
        own = name.removeprefix(prefix)
        if not name.startswith(prefix) or "__" in own or own in FIXED:
            raise ValueError(
                f"param_grid has {name!r}, but the students of a search share one teacher and "
                "its rows, and the search sets their epochs. Vary other parameters of the "
                f"distilled estimator, such as {prefix}hidden_layer_sizes, or use GridSearchCV."
            )
    return param_grid


def seeded(estimator, prefix, seed):
    """Return a clone whose distiller has an integer `random_state`, which sharing needs."""
    estimator = clone(estimator)
    if not isinstance(estimator.get_params()[f"{prefix}random_state"], int | np.integer):
        estimator.set_params(**{f"{prefix}random_state": seed})
    return estimator


def sharing(estimator, prefix, folder):
    """Return a clone that keeps teacher work in its `memory`, else in `folder`."""
    memory = estimator.get_params()[f"{prefix}memory"]
    if memory is None or (isinstance(memory, joblib.Memory) and memory.location is None):
        return clone(estimator).set_params(**{f"{prefix}memory": folder})
    return clone(estimator)


def teachers_only(estimator, prefix):
    """Return a clone whose fit is that of the teacher alone, for what it matters."""
    quick = {"alpha": 0.0, "transfer": None, "early_stopping": False, "max_epochs": 1}
    params = {prefix + name: value for name, value in quick.items()}
    return clone(estimator).set_params(**params)


def most_epochs(estimator, prefix, n_rows):
    """Return the epochs of the last round, for `n_rows` real rows."""
    params = estimator.get_params()
    if params[f"{prefix}max_epochs"] != "auto":
        return params[f"{prefix}max_epochs"]
    n_cycled = 0 if params[f"{prefix}transfer"] is None else CYCLED_PER_ROW * n_rows
    return pace(n_rows, n_cycled, params[f"{prefix}batch_size"])[0]
