"""The rivals: what they are fitted on, and how large they are."""

import numpy as np
import pandas as pd
import pytest

from skdistill.report import serialized_bytes
from skdistill.report._baselines import fit_boosting, fit_twin
from skdistill.runtime._reader import ColumnReader


def test_the_twin_learns_from_labels_alone(case):
    twin = fit_twin(case.clf, case.X_train, case.y_train)
    assert twin.transfer_summary_["alpha"] == 0
    assert twin.transfer_summary_["source"] is None
    assert twin.student == case.clf.student


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    city = rng.choice(["Bern", "Rome", None], 400)
    frame = pd.DataFrame({"city": city, "number": rng.normal(size=400)})
    frame.loc[::7, "number"] = np.nan
    return frame, np.where(city == "Rome", "yes", "no")


@pytest.mark.parametrize("n_bytes", [20_000, 60_000])
def test_the_boosting_fits_into_the_bytes_and_reads_categories(table, n_bytes):
    X, y = table
    boosting = fit_boosting(n_bytes, ColumnReader.learn(X, names=X.columns), X, y)
    assert serialized_bytes(boosting) <= n_bytes
    predicted = boosting.classes_[boosting.predict_proba(X).argmax(axis=1)]
    assert np.mean(predicted == y) == 1


def test_the_boosting_has_at_least_one_tree(table):
    X, y = table
    assert fit_boosting(1, ColumnReader.learn(X), X, y).model.n_iter_ == 1


def test_weights_reach_the_boosting(table):
    X, y = table
    weight = np.where(y == "yes", 1e-9, 1.0)
    boosting = fit_boosting(60_000, ColumnReader.learn(X), X, y, weight)
    assert boosting.predict_proba(X)[:, 1].max() < 0.01
