"""Bootstrap rows lie near real ones."""

import numpy as np
import pandas as pd
import pytest

from skdistill.samplers import Bootstrap

N = 400


def draw(X, n, seed=0, **params):
    return Bootstrap(**params).fit(X, random_state=0).draw(n, random_state=seed)


def matched(frame, new):
    """The rows of `frame` from which those of `new` were made, by their key."""
    return frame.set_index("key").loc[new["key"]]


@pytest.fixture
def frame():
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "key": [f"row {i}" for i in range(N)],
            "x": np.where(rng.random(N) < 0.2, np.nan, 5 * rng.normal(size=N)),
            "n": rng.integers(0, 1000, N),
            "town": rng.choice(["Rome", "Oslo"], N),
        }
    )


def test_numbers_move_by_a_share_of_the_columns_spread(frame):
    new = draw(frame, 20 * N)
    noise = new["x"].to_numpy() - matched(frame, new)["x"].to_numpy()
    assert np.nanstd(noise) == pytest.approx(0.5, rel=0.1)
    assert np.nanmean(noise) == pytest.approx(0, abs=0.02)


def test_all_but_numbers_is_kept(frame):
    new = draw(frame, 3 * N)
    old = matched(frame, new).reset_index()
    assert (new["town"] == old["town"]).all()
    assert (new["x"].isna() == old["x"].isna()).all()
    assert (new["n"] != old["n"]).mean() > 0.9


def test_without_noise_real_rows_come_back_equally_often(frame):
    new = draw(frame, 3 * N, noise=0)
    assert (new["key"].value_counts() == 3).all()
    pd.testing.assert_frame_equal(matched(frame, new).reset_index(), new)


def test_one_extreme_value_does_not_widen_the_noise():
    x = np.append(np.random.default_rng(1).normal(size=N), 1e6)[:, None]
    new = draw(x, N + 1)
    assert np.abs(np.sort(new, axis=0) - np.sort(x, axis=0))[:-1].max() < 1


def test_a_column_of_mostly_zeros_has_the_noise_of_its_standard_deviation():
    x = np.zeros((N, 1))
    x[:20, 0] = np.linspace(0.5, 9, 20)
    assert np.std(draw(x, 50 * N)[:, 0]) == pytest.approx(np.std(x), rel=0.1)
    assert len(np.unique(draw(x, N))) > N / 4
