"""Neighbours in tables of mixed types."""

import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.neighbors import NearestNeighbors

from skdistill.runtime._reader import ColumnReader
from skdistill.samplers import _neighbours
from skdistill.samplers._neighbours import Embedding, nearest_neighbours


def embedding(X):
    reader = ColumnReader.learn(X)
    rows = reader.read(X)
    return rows, Embedding(rows, reader, np.random.default_rng(0))


def distances(X):
    rows, embed = embedding(X)
    points = embed(rows).astype(float)
    return np.linalg.norm(points[:, None] - points[None], axis=2)


def table(n, n_columns=20, seed=0):
    rng = np.random.default_rng(seed)
    return (rng.normal(size=(n, 4)) @ rng.normal(size=(4, n_columns))).astype(np.float32)


def test_levels_and_missing_numbers_are_at_distance_one():
    frame = pd.DataFrame({"town": ["Rome", "Oslo", None, "Rome"]})
    expected = np.ones((4, 4)) - np.eye(4)
    expected[0, 3] = expected[3, 0] = 0
    np.testing.assert_allclose(distances(frame), expected, atol=1e-6)
    np.testing.assert_allclose(distances(np.array([[5.0], [5.0], [np.nan]]))[2, :2], 1)


def test_many_levels_share_dimensions_and_stay_apart():
    frame = pd.DataFrame({"code": [f"level {k}" for k in range(400)]})
    apart = distances(frame)[~np.eye(400, dtype=bool)]
    assert apart.mean() == pytest.approx(1, abs=0.03)
    assert apart.min() > 0.3
    assert embedding(frame)[1](embedding(frame)[0]).shape[1] == _neighbours.MAX_ONE_HOT


def test_an_outlier_does_not_set_the_scale():
    x = np.random.default_rng(0).normal(size=(1000, 1))
    expected = distances(x[:100])
    x[500] = 1e9
    rows, embed = embedding(x)
    points = embed(rows)[:100].astype(float)
    apart = np.abs(points - points.T)
    assert apart == pytest.approx(expected, rel=0.2, abs=0.3)


@pytest.mark.parametrize(
    "column", [np.full(9, 7.0), np.full(9, np.nan), np.array([0.0] * 8 + [1])]
)
def test_columns_without_a_spread_give_finite_points(column):
    rows, embed = embedding(column[:, None])
    assert np.isfinite(embed(rows)).all()


def test_exact_neighbours_are_the_nearest_others():
    X = table(500)
    rows, embed = embedding(X)
    found = nearest_neighbours(rows, embed, np.random.default_rng(0))
    apart = distances(X) + np.diag(np.full(500, np.inf))
    np.testing.assert_allclose(apart[np.arange(500), found], apart.min(axis=1), rtol=1e-3)


@pytest.fixture
def large(monkeypatch):
    monkeypatch.setattr(_neighbours, "MAX_EXACT", 1000)
    monkeypatch.setattr(_neighbours, "MAX_REFERENCE", 500)
    rows, embed = embedding(table(6000))
    points = embed(rows)
    exact, _ = NearestNeighbors(n_neighbors=2).fit(points).kneighbors(points)

    def ratio(found):
        assert not (found == np.arange(6000)).any()
        return np.linalg.norm(points - points[found], axis=1).mean() / exact[:, 1].mean()

    return rows, embed, ratio


def test_neighbours_by_faiss_are_nearly_as_near(large):
    rows, embed, ratio = large
    found = nearest_neighbours(rows, embed, np.random.default_rng(0))
    assert ratio(found) < 1.1
    assert len(set(found)) > 500
    again = nearest_neighbours(rows, embed, np.random.default_rng(0))
    np.testing.assert_array_equal(found, again)


def test_without_faiss_they_are_among_some_rows(large, monkeypatch):
    rows, embed, ratio = large
    monkeypatch.setitem(sys.modules, "faiss", None)
    found = nearest_neighbours(rows, embed, np.random.default_rng(0))
    assert len(set(found)) <= 500
    assert 1.1 < ratio(found) < 3


@pytest.mark.parametrize("n", [40, 2000])
def test_a_duplicate_is_a_neighbour_but_no_row_is_its_own(monkeypatch, n):
    monkeypatch.setattr(_neighbours, "MAX_EXACT", 100)
    rows, embed = embedding(np.repeat(table(n // 2), 2, axis=0))
    found = nearest_neighbours(rows, embed, np.random.default_rng(0))
    assert not (found == np.arange(n)).any()
    assert np.mean(found == np.arange(n) ^ 1) > 0.9


@pytest.mark.parametrize("nan", [False, True])
def test_equal_rows_are_paired_before_any_search(monkeypatch, nan):
    rows = table(30)[np.arange(300) % 30]
    if nan:
        rows[:, 3] = np.nan
    monkeypatch.setattr(_neighbours, "_finder", None)
    found = nearest_neighbours(rows, None, np.random.default_rng(0))
    assert not (found == np.arange(300)).any()
    np.testing.assert_array_equal(rows[found], rows)
    assert len(set(found)) == 300


def test_a_row_alone_in_the_lists_searched_is_searched_for_everywhere(monkeypatch):
    monkeypatch.setattr(_neighbours, "MAX_EXACT", 100)
    monkeypatch.setattr(_neighbours, "PROBES", 1)
    X = table(4000)
    X[:40] = 100 * np.random.default_rng(1).normal(size=(40, 20))
    rows, embed = embedding(X)
    found = nearest_neighbours(rows, embed, np.random.default_rng(0))
    assert (found >= 0).all()
    assert not (found == np.arange(4000)).any()


def test_a_table_of_one_number_has_near_neighbours_too(monkeypatch):
    monkeypatch.setattr(_neighbours, "MAX_EXACT", 1000)
    X = np.random.default_rng(0).normal(size=(6000, 1))
    rows, embed = embedding(X)
    found = nearest_neighbours(rows, embed, np.random.default_rng(0))
    gap = np.diff(np.sort(X[:, 0]), prepend=-np.inf, append=np.inf)
    nearest = np.minimum(gap[:-1], gap[1:])
    assert np.median(np.abs(X - X[found])) < 1.1 * np.median(nearest)
