"""What the tests of the command share: messy tables, a student of such a table, the command."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression

from skdistill import DistilledClassifier, DistilledRegressor
from skdistill.cli import main
from skdistill.teachers._default import TableBoosting


@pytest.fixture
def command(capsys):
    """Return a function that runs the command and gives exit code, stdout and stderr."""

    def run(*words):
        code = main(list(map(str, words)))
        return code, *capsys.readouterr()

    return run


@pytest.fixture(scope="session")
def customers():
    """Make a frame of strings, missing values, booleans, dates and codes with leading zeros."""
    rng = np.random.default_rng(0)
    n = 160
    age = rng.integers(18, 80, n).astype(float)
    age[::9] = np.nan
    frame = pd.DataFrame(
        {
            "age": age,
            "town": rng.choice(["Rome", "Oslo", None], n),
            "member": rng.random(n) < 0.5,
            "since": pd.Timestamp("2020-03-01") + pd.to_timedelta(rng.integers(0, 900, n), "D"),
            "area": rng.choice(["007", "10", "x"], n),
            "spend": rng.normal(size=n),
        }
    )
    frame["churned"] = np.where(frame.spend + frame.member > 0.4, "yes", "no")
    return frame


@pytest.fixture
def messy(customers, tmp_path):
    """Write the customers as a CSV file; return its path."""
    path = tmp_path / "customers.csv"
    customers.to_csv(path, index=False)
    return path


@pytest.fixture(scope="session")
def churn(customers):
    """Return a student of the customers."""
    clf = DistilledClassifier(
        TableBoosting(max_iter=2), alpha=0, transfer=None, max_epochs=3, random_state=0
    )
    return clf.fit(customers.drop(columns="churned"), customers.churned).student_


@pytest.fixture
def student(churn, tmp_path):
    """Write the student of the customers; return its path."""
    path = tmp_path / "churn.safetensors"
    churn.save(path)
    return path


@pytest.fixture(scope="session")
def of_numbers():
    """Return the path of a student of numbers."""
    return Path(__file__).parents[1] / "fixtures" / "students" / "format-4-tabm.safetensors"


@pytest.fixture(scope="session")
def spending(customers):
    """Return a student of what customers spend."""
    reg = DistilledRegressor(transfer=None, max_epochs=3, cv=2, random_state=0)
    return reg.fit(customers.drop(columns="spend"), customers.spend).student_


@pytest.fixture(scope="session")
def several():
    """Return a student of two numbers."""
    X = np.random.default_rng(0).normal(size=(60, 2))
    reg = DistilledRegressor(LinearRegression(), transfer=None, max_epochs=2, random_state=0)
    return reg.fit(X, X @ [[1, 2], [3, 4]]).student_
