"""A student that is worth distilling, with its report: made once for all tests of reports."""

from types import SimpleNamespace

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import make_classification, make_regression
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.frozen import FrozenEstimator

from skdistill import DistilledClassifier, DistilledRegressor
from skdistill.measures import _costs
from skdistill.report import fidelity_report

matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def _no_figure_stays_open():
    yield
    plt.close("all")


def two_classes(n):
    """Two classes that overlap a little."""
    X, y = make_classification(
        n, 8, n_informative=6, n_redundant=0, n_clusters_per_class=1, class_sep=0.6,
        flip_y=0.05, random_state=0,
    )  # fmt: skip
    frame = pd.DataFrame(X, columns=[f"x{j}" for j in range(8)])
    return frame, np.array(["no", "yes"])[y]


@pytest.fixture(scope="session")
def case():
    """A forest that saw 2,000 rows teaches a student that has 80 labels."""
    X, y = two_classes(3080)
    forest = RandomForestClassifier(60, min_samples_leaf=3, random_state=0)
    forest.fit(X[:2000], y[:2000])
    train, test = slice(2000, 2080), slice(2080, 3080)
    clf = DistilledClassifier(
        FrozenEstimator(forest), hidden_layer_sizes=(32,), transfer=None, random_state=0
    ).fit(X[train], y[train], X_unlabeled=X[:2000])
    case = SimpleNamespace(clf=clf, X=X[test], y=y[test], X_train=X[train], y_train=y[train])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_costs, "MAX_SECONDS", 0.0)
        case.report = fidelity_report(clf, case.X, case.y, X_train=X[train], y_train=y[train])
    return case


@pytest.fixture(scope="session")
def numbers():
    """A forest of numbers teaches a student, with its report."""
    X, y = make_regression(400, 4, noise=20, random_state=0)
    reg = DistilledRegressor(
        RandomForestRegressor(20, random_state=0), cv=2, max_epochs=20, transfer=None,
        hidden_layer_sizes=(32,), random_state=0,
    ).fit(X[:200], y[:200])  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_costs, "MAX_SECONDS", 0.0)
        report = fidelity_report(reg, X[200:], y[200:], X_train=X[:200], y_train=y[:200])
    return SimpleNamespace(reg=reg, X=X[200:], y=y[200:], report=report)
