"""The rows of a search, and which of them are held out."""

from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
from sklearn import get_config
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import check_consistent_length

from skdistill.tasks import Task
from skdistill.teachers import make_folds, splits_of

N_FOLDS = 5  # of which the first is held out when cv=None


@dataclass(frozen=True)
class Rows:
    """What `fit` was given.

    Parameters
    ----------
    kind : type
        Of task.
    X : table of shape (n_samples, n_features)
    y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
    fit_params : dict of str to object
    """

    kind: type[Task]
    X: Any
    y: np.ndarray
    fit_params: dict

    def __post_init__(self):
        check_consistent_length(self.X, self.y)
        for name, value in self.fit_params.items():
            own = name.split("__")[-1]
            if own == "soft_targets":
                raise ValueError(
                    "soft_targets leave a search without a teacher to agree with. Pass a "
                    "FrozenEstimator as teacher, or use GridSearchCV."
                )
            if own == "groups" and not get_config()["enable_metadata_routing"]:
                raise ValueError(
                    "Without metadata routing, groups would reach the search's splits but not "
                    "the folds inside. Use sklearn.set_config(enable_metadata_routing=True) and "
                    "set_fit_request(groups=True) on the distilled estimator."
                )
            if hasattr(value, "__next__"):
                raise ValueError(
                    f"{name} is an iterator, which only one candidate could read. Pass a table, "
                    "a list of tables or a path."
                )

    @property
    def weight(self):
        """Weight of each row, or None."""
        named = (v for k, v in self.fit_params.items() if k.split("__")[-1] == "sample_weight")
        return next(named, None)

    @property
    def groups(self):
        """Group of each row, or None."""
        groups = self.fit_params.get("groups")
        return None if groups is None else np.asarray(groups)

    def take(self, rows):
        """Return X, y and weights (or None) of some rows, in the very layout of a search's."""
        weight = None if self.weight is None else np.asarray(self.weight)[rows]
        return _safe_indexing(self.X, rows), self.y[rows], weight

    def fit_params_of(self, rows):
        """Return weights and groups of some rows, under the names that the user gave them."""
        by_row = {
            name: value
            for name, value in self.fit_params.items()
            if name.split("__")[-1] in ("sample_weight", "groups") and value is not None
        }
        return {name: np.asarray(value)[rows] for name, value in by_row.items()}

    def splits(self, cv, random_state):
        """Return the (train, test) positions of each split; for None, of one."""
        task, _ = self.kind.learn(self.y)
        given = {} if self.groups is None else {"groups": self.groups}
        if cv is None or isinstance(cv, Integral):
            how = {"split_params": given, "random_state": random_state}
            folds = make_folds(task, cv or N_FOLDS, self.X, self.y, **how)
            return folds if cv else folds[:1]
        return splits_of(task, cv, self.X, self.y, given)
