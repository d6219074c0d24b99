"""MUNGE rows look like rows of the table."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse

from skdistill import Munge

RNG = np.random.default_rng(0)
N = 300
FRAME = pd.DataFrame(
    {
        "x": np.where(RNG.random(N) < 0.2, np.nan, RNG.normal(size=N)),
        "n": RNG.integers(-5, 90, N),
        "flag": RNG.random(N) < 0.3,
        "small": np.float32(RNG.random(N)),
        "count": pd.array(np.where(RNG.random(N) < 0.1, None, RNG.integers(0, 9, N)), "Int64"),
        "town": pd.Categorical(RNG.choice(["Rome", "Oslo", "Bonn"], N)),
        "text": RNG.choice(["a", "b", None], N),
        "day": pd.Timestamp("2021-05-01") + pd.to_timedelta(RNG.integers(0, 99, N), "D"),
        "same": 3.0,
        "nothing": np.nan,
    }
)
TABLES = {"pandas": FRAME, "polars": pl.from_pandas(FRAME), "array": FRAME[["x", "n"]].to_numpy()}


def draw(X, n, seed=0, **params):
    return Munge(**params).fit(X, random_state=0).draw(n, random_state=seed)


@pytest.mark.parametrize("n", [7, N, 5 * N + 3])
@pytest.mark.parametrize("kind", TABLES)
def test_the_form_of_the_table_is_kept(kind, n):
    X = TABLES[kind]
    new = draw(X, n)
    assert type(new) is type(X)
    assert new.shape == (n, X.shape[1])
    if kind == "pandas":
        pd.testing.assert_series_equal(new.dtypes, X.dtypes)
    elif kind == "polars":
        assert new.schema == X.schema


def test_values_are_those_that_a_column_can_have():
    new = draw(FRAME, 20 * N)
    for name in ("x", "n", "small", "count"):
        assert new[name].min() >= FRAME[name].min()
        assert new[name].max() <= FRAME[name].max()
        assert not new[name].dropna().isin(FRAME[name].dropna()).all() or name in ("n", "count")
    for name in ("flag", "town", "text", "day"):
        assert set(new[name].dropna()) <= set(FRAME[name].dropna())
    assert (new["same"] == 3).all()
    assert new["nothing"].isna().all()


@pytest.mark.parametrize("name", ["x", "count", "text"])
def test_missing_values_stay_as_frequent(name):
    new = draw(FRAME, 40 * N)
    assert new[name].isna().mean() == pytest.approx(FRAME[name].isna().mean(), abs=0.05)


def test_floats_that_hold_integers_stay_integers():
    X = np.random.default_rng(1).integers(0, 50, (N, 2)).astype(float)
    new = draw(X, 5 * N)
    np.testing.assert_array_equal(new, np.round(new))


def test_each_value_is_the_rows_or_its_neighbours_beside_noise():
    # two far clusters: a row's neighbour is in its own cluster, and so is every value drawn
    X = np.concatenate(
        [
            np.random.default_rng(2).normal(0, 1, (100, 3)),
            np.random.default_rng(3).normal(1000, 1, (100, 3)),
        ]
    )
    new = draw(X, 2000)
    assert set((new > 500).sum(axis=1)) == {0, 3}


def test_categories_are_exchanged_with_the_neighbour_alone():
    frame = pd.DataFrame({"x": np.repeat([0.0, 100.0], 50), "town": ["Rome"] * 50 + ["Oslo"] * 50})
    frame["x"] += np.random.default_rng(4).normal(size=100)
    new = draw(frame, 2000)
    assert ((new.x > 50) == (new.town == "Oslo")).all()


def test_without_swaps_real_rows_come_back_equally_often():
    X = np.random.default_rng(5).normal(size=(50, 3))
    new = draw(X, 150, swap_probability=0)
    np.testing.assert_allclose(np.sort(new, axis=0), np.sort(np.repeat(X, 3, axis=0), axis=0))


def test_the_larger_the_local_variance_the_less_the_noise():
    X = np.random.default_rng(6).normal(size=(200, 3))

    def off_grid(s):
        new = draw(X, 2000, local_variance=s)
        return np.mean([np.abs(X[:, 0] - value).min() for value in new[:, 0]])

    assert off_grid(10) < 0.7 * off_grid(1)


def test_weights_decide_how_often_a_row_is_drawn():
    X = np.arange(100.0)[:, None] * 1000
    weight = np.where(np.arange(100) < 50, 3.0, 1.0)
    new = Munge(swap_probability=0).fit(X, sample_weight=weight).draw(8000, random_state=0)
    assert np.mean(new < 50_000) == pytest.approx(0.75, abs=0.03)


def test_a_seed_gives_the_same_rows_and_touches_no_global_state():
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first, again, other = draw(FRAME, 99, 1), draw(FRAME, 99, 1), draw(FRAME, 99, 2)
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)
    assert np.array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def test_tables_that_have_no_neighbours_are_refused():
    with pytest.raises(ValueError, match="needs dense rows"):
        Munge().fit(scipy.sparse.csr_array(np.eye(4)))
    with pytest.raises(ValueError, match="at least two rows"):
        Munge().fit(np.zeros((1, 3)))


def test_duplicates_are_no_trouble():
    assert draw(np.zeros((40, 2)), 100).shape == (100, 2)
