"""Quantiles by the leaves of a forest."""

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import ExtraTreesRegressor, RandomForestRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdistill.teachers import _leaf_quantiles
from skdistill.teachers._leaf_quantiles import LeafQuantiles

LEVELS = [0.1, 0.5, 0.9]
N = 120
RNG = np.random.default_rng(0)
X = RNG.uniform(-1, 1, (N, 3))
Y = X[:, 0] + RNG.normal(size=N)
FORESTS = {
    "random forest": RandomForestRegressor(7, min_samples_leaf=5, random_state=0),
    "extra trees": ExtraTreesRegressor(7, max_leaf_nodes=9, random_state=0),
    "of full depth": RandomForestRegressor(7, random_state=0),
}


def by_hand(forest, weight):
    """Return quantiles by the weights of training rows that share a row's leaves."""
    leaves, order = forest.apply(X), np.argsort(Y)
    for row in leaves:
        shared = (leaves == row) * weight[:, None]
        shares = (shared / shared.sum(axis=0)).mean(axis=1)
        below = np.cumsum(shares[order])
        yield [Y[order][np.argmax(below >= level - 1e-9)] for level in LEVELS]


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("forest", FORESTS.values(), ids=FORESTS)
def test_quantiles_are_those_of_the_rows_that_share_a_leaf(forest, weighted, monkeypatch):
    monkeypatch.setattr(_leaf_quantiles, "ROWS_AT_ONCE", 50)
    weight = RNG.random(N) if weighted else np.ones(N)
    teacher = LeafQuantiles(forest).fit(X, Y, weight if weighted else None)
    expected = list(by_hand(teacher.estimator_, weight))
    np.testing.assert_array_equal(teacher.predict(X, LEVELS), expected)


def test_a_forest_may_end_a_pipeline_and_take_frames():
    frame = pd.DataFrame(X, columns=list("abc"))
    forest = FORESTS["random forest"]
    piped = LeafQuantiles(make_pipeline(StandardScaler(), forest)).fit(frame, Y)
    got = piped.predict(frame, LEVELS)
    assert got.shape == (N, 3)
    assert (np.diff(got, axis=1) >= 0).all()
    assert np.isin(got, Y).all()
