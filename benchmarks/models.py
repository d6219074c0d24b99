"""The models that several benchmarks compare."""

import time
from typing import ClassVar

from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    VotingClassifier,
)
from sklearn.impute import SimpleImputer
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler


def categories(X):
    """Return the names of a frame's categories."""
    return make_column_selector(dtype_include=["category", "object", "string"])(X)


def ordinal():
    """Return the step that turns categories into numbers for trees."""
    codes = OrdinalEncoder(
        handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-2
    )
    return make_column_transformer((codes, categories), remainder="passthrough")


def make_teacher(n_trees):
    """Return the soft vote of a forest and gradient boosting."""
    vote = VotingClassifier(
        [
            ("forest", RandomForestClassifier(n_trees)),
            ("boosting", HistGradientBoostingClassifier()),
        ],
        voting="soft",
    )
    return make_pipeline(ordinal(), vote)


def make_mlp(seed):
    """Return scikit-learn's multilayer perceptron of the student's hidden layers."""
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    one_hot = OneHotEncoder(handle_unknown="ignore", min_frequency=10, sparse_output=False)
    return make_pipeline(
        make_column_transformer((one_hot, categories), remainder=numbers),
        MLPClassifier((128, 128), early_stopping=True, random_state=seed),
    )


class Timed(Pipeline):
    """A pipeline that keeps the processor seconds of all its fits and answers."""

    seconds: ClassVar[dict] = {"fit": [], "predict_proba": []}

    def fit(self, X, y=None, **params):
        return self._timed(super().fit, X, y, **params)

    def predict_proba(self, X, **params):
        return self._timed(super().predict_proba, X, **params)

    def _timed(self, method, *args, **params):
        start = time.process_time()
        try:
            return method(*args, **params)
        finally:
            Timed.seconds[method.__name__].append(time.process_time() - start)

    @staticmethod
    def total():
        """Return the seconds of this process so far."""
        return sum(map(sum, Timed.seconds.values()))
