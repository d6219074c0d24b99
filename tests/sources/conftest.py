"""A table with a column of every kind, and functions that workers can be sent."""

import numpy as np
import pandas as pd
import pytest

from skdistill.runtime._reader import ColumnReader
from skdistill.sources._form import Form
from skdistill.tables import column_names

N = 700


def make_frame():
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "id": np.arange(N),
            "x.y": np.where(rng.random(N) < 0.1, np.nan, rng.normal(size=N)),
            "text": rng.choice(["a", "b"], N),
            "level": pd.Categorical(rng.choice(["p", "q"], N)),
            "day": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 99, N), "D"),
        }
    )


@pytest.fixture(scope="session")
def frame():
    return make_frame()


@pytest.fixture(scope="session")
def array(frame):
    return frame[["id", "x.y"]].to_numpy()


@pytest.fixture
def form(frame):
    return Form.of(frame[:50], ColumnReader.learn(frame[:50], names=column_names(frame)))


@pytest.fixture
def array_form(array):
    return Form.of(array[:50], ColumnReader.learn(array[:50]))


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr("skdistill.tables._forms.MAX_ROWS", 100)


class Keep:
    """Hands back every chunk with the id of its process; can be sent anywhere."""

    def __call__(self, number, table):
        import os

        return table, os.getpid()


@pytest.fixture
def keep():
    return Keep()


def tables(source, n_jobs=1):
    """List the numbers and the chunks of a source."""
    results = list(source.map(Keep(), n_jobs=n_jobs))
    return [number for number, _ in results], [table for _, (table, _) in results]


@pytest.fixture
def collect():
    return tables
