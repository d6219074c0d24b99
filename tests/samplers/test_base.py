"""Every sampler keeps the form of its table and the rules of its columns."""

import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse
from sklearn.base import clone

from skdistill.runtime._reader import ColumnReader
from skdistill.samplers import SAMPLERS
from skdistill.samplers._base import Cells, Numbers, base_rows, normal_scores, ranked

RNG = np.random.default_rng(0)
N = 300
FRAME = pd.DataFrame(
    {
        "x": np.where(RNG.random(N) < 0.2, np.nan, RNG.normal(size=N)),
        "n": RNG.integers(-5, 90, N),
        "flag": RNG.random(N) < 0.3,
        "small": np.float32(RNG.random(N)),
        "byte": RNG.integers(0, 255, N).astype(np.uint8),
        "whole": RNG.integers(0, 40, N).astype(float),
        "count": pd.array(np.where(RNG.random(N) < 0.1, None, RNG.integers(0, 9, N)), "Int64"),
        "maybe": pd.array(np.where(RNG.random(N) < 0.1, None, RNG.random(N) < 0.5), "boolean"),
        "town": pd.Categorical(RNG.choice(["Rome", "Oslo", "Bonn"], N), ["Oslo", "Rome", "Bonn"]),
        "text": RNG.choice(["a", "b", None], N),
        "key": [f"row {i}" for i in range(N)],
        "day": pd.Timestamp("2021-05-01") + pd.to_timedelta(RNG.integers(0, 99, N), "D"),
        "same": 3.0,
        "nothing": np.nan,
    }
)
NUMBERS = ["x", "n", "small", "byte", "whole", "count", "same"]
MISSING = ["x", "count", "maybe", "text"]
TABLES = {
    "pandas": FRAME,
    "polars": pl.from_pandas(FRAME),
    "array": FRAME[["x", "n", "whole"]].to_numpy(),
    "integers": FRAME[["n", "whole"]].to_numpy().astype(np.int32),
    "objects": FRAME[["x", "town", "text"]].to_numpy(dtype=object),
    "shuffled index": FRAME.set_index(RNG.permutation(N)),
}

every_sampler = pytest.mark.parametrize("name", SAMPLERS)


def fit(name, X, **fit_params):
    return SAMPLERS[name]().fit(X, random_state=0, **fit_params)


@pytest.fixture(scope="module")
def many():
    """Many rows of each sampler, drawn from FRAME."""
    return {name: fit(name, FRAME).draw(20 * N, random_state=1) for name in SAMPLERS}


@pytest.mark.parametrize("kind", TABLES)
@every_sampler
def test_the_form_of_the_table_is_kept(name, kind):
    X = TABLES[kind]
    sampler = fit(name, X)
    for n in (1, N, 2 * N + 3):
        new = sampler.draw(n, random_state=n)
        assert type(new) is type(X)
        assert new.shape == (n, X.shape[1])
        if isinstance(X, pd.DataFrame):
            pd.testing.assert_series_equal(new.dtypes, X.dtypes)
        elif isinstance(X, pl.DataFrame):
            assert new.schema == X.schema
        else:
            assert new.dtype == X.dtype


@every_sampler
def test_values_are_those_that_a_column_can_have(many, name):
    new = many[name]
    for column in NUMBERS:
        assert new[column].min() >= FRAME[column].min()
        assert new[column].max() <= FRAME[column].max()
    for column in set(FRAME) - set(NUMBERS):
        assert set(new[column].dropna()) <= set(FRAME[column].dropna())
    assert (new["whole"] == new["whole"].round()).all()
    assert new["nothing"].isna().all()


@every_sampler
def test_missing_values_stay_as_frequent(many, name):
    off = many[name][MISSING].isna().mean() - FRAME[MISSING].isna().mean()
    assert off.abs().max() < 0.05


@every_sampler
def test_levels_stay_as_frequent(many, name):
    expected = FRAME["town"].value_counts(normalize=True)
    off = many[name]["town"].value_counts(normalize=True) - expected
    assert off.abs().max() < 0.05


@every_sampler
def test_weights_decide_how_often_a_row_is_drawn(name):
    X = pd.DataFrame({"x": np.repeat([0.0, 1.0], 100), "town": ["Rome"] * 100 + ["Oslo"] * 100})
    weight = np.repeat([9.0, 1.0], 100)
    new = fit(name, X, sample_weight=weight).draw(4000, random_state=0)
    assert (new["x"] == 0).mean() == pytest.approx(0.9, abs=0.06)
    assert (new["town"] == "Rome").mean() == pytest.approx(0.9, abs=0.06)


@every_sampler
def test_a_seed_gives_the_same_rows_and_touches_no_global_state(name):
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first, again = (fit(name, FRAME).draw(99, random_state=1) for _ in range(2))
    other = fit(name, FRAME).draw(99, random_state=2)
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)
    assert np.array_equal(np.random.get_state()[1], before)  # noqa: NPY002


@every_sampler
def test_draws_of_several_threads_are_those_of_one(name):
    sampler = fit(name, FRAME)
    alone = [sampler.draw(200, random_state=seed) for seed in range(8)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda seed: sampler.draw(200, random_state=seed), range(8)))
    for one, other in zip(alone, together, strict=True):
        pd.testing.assert_frame_equal(one, other)


@every_sampler
def test_a_fitted_sampler_survives_pickling_and_cloning(name):
    sampler = fit(name, FRAME)
    copy = pickle.loads(pickle.dumps(sampler))
    expected = sampler.draw(50, random_state=0)
    pd.testing.assert_frame_equal(copy.draw(50, random_state=0), expected)
    refitted = clone(sampler).fit(FRAME, random_state=0)
    pd.testing.assert_frame_equal(refitted.draw(50, random_state=0), expected)


@every_sampler
@pytest.mark.parametrize(
    "X",
    [
        pytest.param(np.random.default_rng(1).normal(size=(20, 300)), id="wide"),
        pytest.param(np.zeros((40, 3)), id="constant"),
        pytest.param(np.full((40, 3), np.nan), id="all missing"),
        pytest.param(np.arange(6.0).reshape(2, 3), id="two rows"),
        pytest.param(np.random.default_rng(1).normal(size=(40, 1)), id="one column"),
        pytest.param(
            np.array([["a"], ["b"], [None]], dtype=object), id="three levels, three rows"
        ),
    ],
)
def test_small_and_odd_tables_are_no_trouble(name, X):
    new = fit(name, X).draw(50, random_state=0)
    assert new.shape == (50, X.shape[1])
    if X.dtype == float:
        assert np.isnan(new).any() == np.isnan(X).any()
        assert not (new < X.min()).any()
        assert not (new > X.max()).any()


@every_sampler
def test_tables_that_no_row_can_be_made_of_are_refused(name):
    with pytest.raises(ValueError, match="needs dense rows: use transfer=None"):
        fit(name, scipy.sparse.csr_array(np.eye(4)))
    with pytest.raises(ValueError, match="at least two rows"):
        fit(name, np.zeros((1, 3)))


def test_every_row_starts_equally_many_draws():
    rows = base_rows(25, 10, None, np.random.default_rng(0))
    assert set(np.bincount(rows)) == {2, 3}
    share = np.array([0, 0.2, 0.8])
    rows = base_rows(10_000, 3, share, np.random.default_rng(0))
    np.testing.assert_allclose(np.bincount(rows) / 10_000, share, atol=0.02)


def test_numbers_are_kept_in_range_and_whole():
    x = np.array([-7.0, 2.4, np.nan, 99.0])
    np.testing.assert_array_equal(Numbers(np.array([0.0, 5, 9])).admit(x), [0, 2, np.nan, 9])
    np.testing.assert_array_equal(Numbers(np.array([0, 0.5, 9])).admit(x), [0, 2.4, np.nan, 9])
    assert Numbers(np.array([True, False, True])).swap_only
    assert Numbers(np.array([np.nan, 1, 2])).swap_only


def test_a_number_stays_in_the_interval_halfway_to_its_neighbours():
    cells = Cells(np.array([4.0, np.nan, 0.0, 1.0, 0.0, 6.0]))
    rng = np.random.default_rng(0)
    drawn = np.array([cells.draw(np.arange(6), rng) for _ in range(500)])
    low, high = drawn.min(axis=0), drawn.max(axis=0)
    np.testing.assert_allclose(low, [2.5, np.nan, 0, 0.5, 0, 5], atol=0.05)
    np.testing.assert_allclose(high, [5, np.nan, 0, 2.5, 0, 6], atol=0.05)


def test_ranks_put_missing_numbers_first_and_order_levels_by_frequency():
    frame = pd.DataFrame({"x": [3.0, np.nan, -1.0] * 20, "level": ["b", "b", "a"] * 20})
    reader = ColumnReader.learn(frame)
    ranks = ranked(reader.read(frame), reader)
    np.testing.assert_array_equal(ranks[:3], [[2, 1], [0, 1], [1, 0]])


def test_normal_scores_are_symmetric_and_equal_values_share_one():
    scores = normal_scores(np.array([1.0, 0.0, 2.0, 1.0]))
    np.testing.assert_allclose(scores, [0, -scores[2], scores[2], 0], atol=1e-12)
