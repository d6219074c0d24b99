"""Conditional rows keep what columns have to do with each other."""

import numpy as np
import pandas as pd
import pytest

from skdistill.samplers import Bootstrap, Conditional, two_sample_auc

N = 1000


def draw(X, n, seed=0, **params):
    return Conditional(**params).fit(X, random_state=0).draw(n, random_state=seed)


def table(n, seed):
    """A curved dependency, and a level that depends on the sign of a number."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    return pd.DataFrame(
        {
            "x": x,
            "square": x**2 + 0.05 * rng.normal(size=n),
            "sign": np.where(x > 0, "plus", "minus"),
            "noise": rng.normal(size=n),
        }
    )


def test_dependencies_survive_where_every_value_is_drawn_anew():
    new = draw(table(N, 0), N, swap_probability=1)
    assert np.mean((new.x > 0) == (new.sign == "plus")) > 0.97
    assert np.corrcoef(new.x**2, new.square)[0, 1] > 0.85
    assert abs(np.corrcoef(new.x, new.noise)[0, 1]) < 0.15


def test_rows_look_real_where_independent_columns_do_not():
    codes = [t.assign(sign=t.sign == "plus").to_numpy(float) for t in (table(N, 0), table(N, 1))]
    rng = np.random.default_rng(0)
    independent = np.column_stack([rng.permutation(column) for column in codes[0].T])
    assert two_sample_auc(codes[1], draw(codes[0], N, swap_probability=1)) < 0.75
    assert two_sample_auc(codes[1], independent) > 0.9


def test_a_missing_value_depends_on_the_other_columns():
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"town": rng.choice(["Rome", "Oslo"], N), "x": rng.normal(size=N)})
    frame.loc[frame.town == "Rome", "x"] = np.nan
    new = draw(frame, N, swap_probability=1)
    assert ((new.town == "Rome") == new.x.isna()).all()


def test_about_half_of_the_values_are_kept():
    X = np.random.default_rng(2).normal(size=(N, 4))
    kept = np.isin(draw(X, N), X).mean()
    assert kept == pytest.approx(0.5, abs=0.03)


def test_without_swaps_real_rows_come_back_equally_often():
    X = np.random.default_rng(3).normal(size=(50, 3))
    new = draw(X, 150, swap_probability=0)
    np.testing.assert_allclose(np.sort(new, axis=0), np.sort(np.repeat(X, 3, axis=0), axis=0))


def test_values_that_recur_stay_the_same():
    rng = np.random.default_rng(4)
    X = np.column_stack([np.where(rng.random(N) < 0.5, 0, rng.random(N)), rng.normal(size=N)])
    new = draw(X, 4 * N, swap_probability=1)
    assert np.mean(new[:, 0] == 0) == pytest.approx(np.mean(X[:, 0] == 0), abs=0.05)


def test_trees_learn_from_some_rows_of_a_large_table(monkeypatch):
    monkeypatch.setattr("skdistill.samplers._conditional.MAX_FIT_ROWS", 60)
    X = np.arange(500)[:, None] * np.ones((1, 2), dtype=int)
    new = draw(X, 2000, swap_probability=1)
    assert len(np.unique(new)) <= 60


def test_rare_levels_of_a_column_of_many_count_as_one_in_its_tree(monkeypatch):
    monkeypatch.setattr("skdistill.samplers._conditional.MAX_CLASSES", 3)
    level = np.repeat([f"level {i}" for i in range(20)], np.arange(20, 40))
    frame = pd.DataFrame({"level": level, "x": np.random.default_rng(5).normal(size=len(level))})
    sampler = Conditional().fit(frame, random_state=0)
    assert sampler._donors[0].tree.n_classes[0] == 4
    assert set(sampler.draw(5000, random_state=0)["level"]) == set(level)


def test_the_tree_of_a_column_never_asks_for_that_column():
    X = np.random.default_rng(6).normal(size=(N, 3))
    for j, donors in enumerate(Conditional().fit(X, random_state=0)._donors):
        assert j not in donors.tree.feature
        assert donors.tree.node_count > 1


def test_rows_are_new_unlike_those_of_the_bootstrap_without_noise():
    X = np.random.default_rng(7).integers(0, 50, (N, 5))
    real = set(map(tuple, X))
    assert all(tuple(row) in real for row in Bootstrap(noise=0).fit(X).draw(N, random_state=0))
    assert np.mean([tuple(row) in real for row in draw(X, N)]) < 0.1
